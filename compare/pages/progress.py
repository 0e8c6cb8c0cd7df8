"""How a search went: best so far over trials and over seconds, as a table and in a sentence."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from worthit.compare.pages.markdown import table
from worthit.compare.pages.names import metric_name
from worthit.compare.pages.phrases import count, duration, points

__all__ = ["both_searched", "progress_sentence", "progress_table", "search_metric"]

MOST_COLUMNS = 8
ROUNDING = 1e-12  # half of a gain is half, whatever the last binary digit says


def progress_table(model: dict[str, Any]) -> str:
    """Write best-so-far where it rose: trials, seconds, score."""
    shown = _rises(model["progress"])
    header = ["after trial", *(count(row["trial"]) for row in shown)]
    body = [[search_metric(model), *(points(row["best"]) for row in shown)]]
    if all(row["seconds"] is not None for row in shown):
        body.insert(0, ["search time", *(duration(row["seconds"]) for row in shown)])
    return table(header, body, "l" + "r" * len(shown))


def _rises(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the first trial and those that beat all before; of many the largest, in order."""
    gains = {0: np.inf} | {
        place: after["best"] - before["best"]
        for place, (before, after) in enumerate(pairwise(rows), start=1)
        if after["best"] > before["best"]
    }
    named = {rows.index(row) for row in _half_and_whole(rows)}
    ranked = sorted(gains, key=lambda place: (place not in named, -gains[place]))
    return [rows[place] for place in sorted(ranked[:MOST_COLUMNS])]


def both_searched(models: Sequence[dict[str, Any]]) -> bool:
    """Tell whether there is a search of several trials on either side."""
    return all(model["progress"] and len(model["tuning"]["trials"]) > 1 for model in models)


def search_metric(model: dict[str, Any]) -> str:
    """Name the metric that the search was judged by."""
    return metric_name(model["search_metric"], model["dataset"].get("positive"))


def progress_sentence(model: dict[str, Any]) -> str:
    """Say what the search bought over its first trial, and when half and all of that was there."""
    rows = model["progress"]
    gain = rows[-1]["best"] - rows[0]["best"]
    trials = len(model["tuning"]["trials"])
    first = "trial 1, the untuned default" if rows[0]["trial"] == 1 else "the first finished trial"
    if trials == 1:
        return f"The search kept {first}: it made no other."
    if gain <= 0:
        return f"The search kept {first}: none of {count(trials)} trials did better."
    half, whole = _half_and_whole(rows)
    gained = f"{points(gain)} points of {search_metric(model)}"
    bought = f"{count(trials)} trials bought {gained} over {first}"
    if half is whole:
        return f"{bought}; trial {_moment(whole)} brought all of it at once."
    return (
        f"{bought}; half of it was there after trial {_moment(half)}, all after {_moment(whole)}."
    )


def _half_and_whole(rows: list[dict[str, Any]]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Find when half of what the search gained was there, and when all of it."""
    first, last = rows[0]["best"], rows[-1]["best"]
    half = first + (last - first) / 2 - ROUNDING
    return (
        next(row for row in rows if row["best"] >= half),
        next(row for row in rows if row["best"] == last),
    )


def _moment(row: dict[str, Any]) -> str:
    taken = "" if row["seconds"] is None else f" ({duration(row['seconds'])})"
    return f"{count(row['trial'])}{taken}"

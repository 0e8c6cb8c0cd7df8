"""How a search went: best so far over trials and over seconds, as a table and in a sentence."""

from collections.abc import Sequence
from typing import Any

from worthit.compare.pages.markdown import table
from worthit.compare.pages.names import metric_name
from worthit.compare.pages.phrases import count, duration, points

__all__ = ["both_searched", "progress_sentence", "progress_table", "search_metric"]

MILESTONES = (1, 2, 5, 10, 20, 30, 50, 100, 200, 500)
ROUNDING = 1e-12  # half of a gain is half, whatever the last binary digit says


def progress_table(model: dict[str, Any]) -> str:
    """Write best-so-far at a few milestones: trials, seconds, score."""
    rows = model["progress"]
    last = rows[-1]["trial"]
    wanted = [m for m in MILESTONES if m < last] + [last]
    shown: list[dict[str, Any]] = []
    for milestone in wanted:
        reached = [row for row in rows if row["trial"] <= milestone]
        if reached and (not shown or shown[-1] != reached[-1]):
            shown.append(reached[-1])
    header = ["after trial", *(count(row["trial"]) for row in shown)]
    body = [[search_metric(model), *(points(row["best"]) for row in shown)]]
    if all(row["seconds"] is not None for row in shown):
        body.insert(0, ["search time", *(duration(row["seconds"]) for row in shown)])
    return table(header, body, "l" + "r" * len(shown))


def both_searched(models: Sequence[dict[str, Any]]) -> bool:
    """Tell whether there is a search of several finished trials on either side."""
    return all(len(model["progress"]) > 1 for model in models)


def search_metric(model: dict[str, Any]) -> str:
    """Name the metric that the search was judged by."""
    return metric_name(model["search_metric"], model["dataset"].get("positive"))


def progress_sentence(model: dict[str, Any]) -> str:
    """Say what the search bought over its first trial, and when half and all of that was there."""
    rows = model["progress"]
    gain = rows[-1]["best"] - rows[0]["best"]
    trials = len(model["tuning"]["trials"])
    first = "trial 1, the untuned default" if rows[0]["trial"] == 1 else "the first finished trial"
    if gain <= 0:
        return f"None of {count(trials)} trials did better than {first}."
    half = next(row for row in rows if row["best"] >= rows[0]["best"] + gain / 2 - ROUNDING)
    whole = next(row for row in rows if row["best"] == rows[-1]["best"])
    gained = f"{points(gain)} points of {search_metric(model)}"
    bought = f"{count(trials)} trials bought {gained} over {first}"
    if half is whole:
        return f"{bought}; trial {_moment(whole)} brought all of it at once."
    return (
        f"{bought}; half of it was there after trial {_moment(half)}, all after {_moment(whole)}."
    )


def _moment(row: dict[str, Any]) -> str:
    taken = "" if row["seconds"] is None else f" ({duration(row['seconds'])})"
    return f"{count(row['trial'])}{taken}"

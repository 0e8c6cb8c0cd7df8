"""Slices of the test set: where two models differ, corrected for the number of looks."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from worthit.compare.alignment import Aligned, align
from worthit.compare.bootstrap import bootstrap, interval
from worthit.compare.metrics import MACRO, metric_values
from worthit.compare.randomisation import randomisation_p
from worthit.compare.refusal import FEW_ITEMS, MIN_GROUPS, MIN_ITEMS, refusal_of
from worthit.compare.run import TRUNCATED, Run
from worthit.compare.significance import holm
from worthit.compare.units import units_of

__all__ = ["LEAKS", "NEARLY_ALL", "UNSEEN", "slice_columns", "slice_numbers"]

DRAWS = 2000  # for each of many slices
MOST_VALUES = 12  # a column with more is cut into quarters if it holds numbers, else left out
QUARTERS = 4
NEARLY_ALL = 0.95  # a slice that holds more of the items only says again what all of them do
TEXTS = ("text", "text_pair")
LEAKS = {
    "leaked": "in the training data",
    "near_duplicate": "nearly in the training data",
    "leaked_group": "of a group in the training data",
}
UNSEEN = "unseen words (%)"  # whole per cent of an item's words that train does not hold
KNOWN = ("group", "audio", TRUNCATED, *TEXTS)  # columns of items.csv that are no slices as such

Part = tuple[dict[str, str], np.ndarray]  # what a row of the table begins with, and its items


def slice_numbers(
    baseline: Sequence[Run], model: Sequence[Run], metric: str, positive: str | None
) -> dict[str, Any]:
    """Judge two models on slices by length, unseen words, leaks, truncation and extra columns.

    Parameters
    ----------
    baseline, model : sequence of Run
        The runs of each, one per seed.
    metric : str
        The chosen metric. A slice with too few items of a class for it is left out; accuracy takes
        its place where most slices have.
    positive : str, optional
        The positive class.

    Returns
    -------
    dict
        ``metric``, ``draws`` of each test, ``rows`` (without an interval where a test set of that
        kind would have none; by truncation, with the ``reader`` that cut or did not), ``skipped``
        and ``nearly_all`` (how many values have too few items, or nearly all), or ``missing``: why
        there are none.
    """
    aligned = align([*baseline, *model])
    items = next((run.items for run in [*baseline, *model] if run.items is not None), None)
    if items is None:
        return {"missing": "only predictions are known, not the items"}
    columns = slice_columns(items.loc[list(aligned.ids)])
    cut: list[Part] = [
        ({"slice": name, "value": str(value)}, (values == value).to_numpy())
        for name, values in columns.items()
        for value in values.cat.categories
    ]
    for runs in (baseline, model):
        cut += _by_truncation(runs, aligned.ids)
    parts = [each for each in cut if each[1].mean() <= NEARLY_ALL]
    kept = [each for each in parts if _large_enough(aligned, each[1])]
    sides = (list(range(len(baseline))), list(range(len(baseline), len(aligned.answers))))
    place = None if positive is None else aligned.classes.index(positive)
    fitting = [each for each in kept if _fits(aligned, each[1], metric, place)]
    if 2 * len(fitting) >= len(kept):  # a few small slices must not take the metric from all
        kept = fitting
    else:
        metric = "accuracy"
    rows = [_row(aligned, each, sides, metric, place) for each in kept]
    for row, p in zip(rows, holm([row["p"] for row in rows]), strict=True):
        row["holm_p"] = p
    return {
        "metric": metric,
        "draws": DRAWS,
        "rows": rows,
        "skipped": len(parts) - len(kept),
        "nearly_all": len(cut) - len(parts),
    }


def slice_columns(items: pd.DataFrame) -> dict[str, pd.Series]:
    """Turn what is known of the items into columns of few values each, in a natural order.

    Parameters
    ----------
    items : pandas.DataFrame
        As in items.csv.

    Returns
    -------
    dict of str to pandas.Series
        Categorical; columns with one value only, or with too many, are left out.
    """
    found = {}
    texts = [name for name in TEXTS if name in items.columns]
    if texts:
        counts = [items[name].astype(str).map(lambda text: len(text.split())) for name in texts]
        found["words"] = _quarters(pd.concat(counts, axis=1).sum(axis=1))
    for name in items.columns:
        if name in KNOWN:
            continue
        values = items[name].astype(str).str.strip()
        numbers = pd.to_numeric(values, errors="coerce")
        if name in LEAKS:
            found[LEAKS[name]] = _few(values.replace({"1": "yes", "0": "no", "": "no"}))
        elif name != UNSEEN and values.nunique() <= MOST_VALUES:
            found[name] = _few(values)
        elif numbers.notna().all():
            found[name] = _quarters(numbers)
    return {name: column for name, column in found.items() if len(column.cat.categories) > 1}


def _by_truncation(runs: Sequence[Run], ids: Sequence[str]) -> list[Part]:
    """Part the items that a model cut, with any of its seeds, from those that it read whole.

    Of runs of an older version it is not known.
    """
    known = [run.truncated for run in runs if run.truncated is not None]
    if len(known) < len(runs):
        return []
    mask = np.any([each.loc[list(ids)] for each in known], axis=0)
    if mask.all() or not mask.any():
        return []
    limits = sorted({run.record["params"]["max_length"] for run in runs})
    told = " or ".join(f"{limit:,}" for limit in limits)
    head = {"slice": "truncation", "reader": runs[0].model}
    return [
        (head | {"value": f"cut at {told} tokens"}, mask),
        (head | {"value": "read whole"}, ~mask),
    ]


def _few(values: pd.Series) -> pd.Series:
    return values.replace({"": "(empty)"}).astype("category")


def _quarters(numbers: pd.Series) -> pd.Series:
    """Cut numbers into at most four parts of about equal size, named by their ends."""
    ends = np.unique(np.quantile(numbers, np.arange(1, QUARTERS) / QUARTERS, method="lower"))
    ends = ends[ends < numbers.max()]
    code = np.searchsorted(ends, numbers.to_numpy(), side="left")
    names = []
    for part in range(len(ends) + 1):
        inside = numbers[code == part]
        low, high = inside.min(), inside.max()
        names.append(f"{low:g}" if low == high else f"{low:g} to {high:g}")
    parts = pd.Categorical.from_codes(code.tolist(), names, ordered=True)  # type: ignore[call-overload]
    return pd.Series(parts, index=numbers.index)


def _large_enough(aligned: Aligned, mask: np.ndarray) -> bool:
    if mask.sum() < FEW_ITEMS:
        return False
    return aligned.groups is None or len(np.unique(aligned.groups[mask])) >= MIN_GROUPS


def _fits(aligned: Aligned, mask: np.ndarray, metric: str, positive: int | None) -> bool:
    """Tell whether each class that the metric hangs on has enough items in a slice."""
    support = np.bincount(aligned.truth[mask], minlength=len(aligned.classes))
    if metric == "f1_positive" and positive is not None:
        return bool(support[positive] >= MIN_ITEMS)
    return metric not in MACRO or bool(support.min() >= MIN_ITEMS)


def _row(
    aligned: Aligned,
    cut: Part,
    sides: tuple[list[int], list[int]],
    metric: str,
    positive: int | None,
) -> dict[str, Any]:
    head, mask = cut
    part = aligned.take(mask)
    units = units_of(part)
    totals = units.observed()
    support = np.broadcast_to(totals.support, totals.hits.shape)
    scores = metric_values(metric, totals.hits, totals.predicted, support, positive)[0]
    samples, _ = bootstrap(units, sides, metric, positive, n_resamples=DRAWS)
    low, high = (None, None) if refusal_of(part, metric, positive, sides) else interval(samples)
    return {
        **head,
        "n": int(mask.sum()),
        "baseline": float(scores[sides[0]].mean()),
        "model": float(scores[sides[1]].mean()),
        "difference": samples.observed,
        "low": low,
        "high": high,
        "p": randomisation_p(units, sides, metric, positive, n_draws=DRAWS),
    }

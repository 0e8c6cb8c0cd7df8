"""When no interval is given: too few items or groups, or a class too small for the metric.

Groups that two models answer alike tell nothing of their difference, so groups in which they differ
are counted as well; over items pseudo-items do that (:mod:`~worthit.compare.pseudo_items`).
The limits are those of ``benchmarks/coverage.py``: where an interval said to hold the truth in 95 %
of test sets holds it in less than 93 %, there is none.
"""

from typing import Any

import numpy as np

from worthit.compare.alignment import Aligned
from worthit.compare.metrics import MACRO
from worthit.compare.units import Sides, units_of

__all__ = ["FEW_ITEMS", "MIN_GROUPS", "MIN_ITEMS", "MIN_TEST", "refusal_of", "refused_classes"]

MIN_GROUPS = 10
MIN_ITEMS = 10  # of a class: from here on intervals, with pseudo-items, hold the truth in 95 %
MIN_TEST = 100  # items: at 50 intervals hold the truth in 91 to 92 % of test sets
FEW_ITEMS = 30  # below it a class is marked as too small to judge


def refusal_of(
    aligned: Aligned, metric: str, positive: int | None, sides: Sides | list[int] | None = None
) -> dict[str, Any] | None:
    """Say why a metric gets no interval on this test set, or None where it gets one.

    Parameters
    ----------
    aligned : Aligned
        The runs.
    metric, positive
        See :func:`~worthit.compare.metrics.metric_values`.
    sides : tuple of two lists of int, optional
        Positions of the runs of two models whose difference is asked for.

    Returns
    -------
    dict or None
        ``{"kind": "groups", "have": n, "need": 10}``, ``{"kind": "items", "have": n, "need": 100}``
        ``{"kind": "differing", "have": n, "need": 10}`` (groups in which the two sides differ),
        or ``{"kind": "class", "label": ..., "have": n, "need": 10}``.
    """
    too_little = _too_little(aligned, sides)
    if too_little is not None:
        return too_little
    support = np.bincount(aligned.truth, minlength=len(aligned.classes))
    if metric in MACRO:
        smallest = int(support.argmin())
    elif metric == "f1_positive" and positive is not None:
        smallest = positive
        if aligned.n_groups is not None and isinstance(sides, tuple):
            have = int(differing_in_f1(aligned, sides)[positive])
            if have < MIN_GROUPS:
                return {"kind": "differing", "have": have, "need": MIN_GROUPS}
    else:
        return None
    return _too_small(aligned.classes[smallest], int(support[smallest]))


def refused_classes(aligned: Aligned, sides: Sides) -> np.ndarray:
    """Tell of which classes the difference in F1 gets no interval: bool, (classes,)."""
    refused = np.bincount(aligned.truth, minlength=len(aligned.classes)) < MIN_ITEMS
    if _too_little(aligned, sides) is not None:
        return np.ones_like(refused)
    if aligned.n_groups is not None:
        refused |= differing_in_f1(aligned, sides) < MIN_GROUPS
    return refused


def differing_in_f1(aligned: Aligned, sides: Sides) -> np.ndarray:
    """Count the groups that make a difference in the F1 of each class, shape (classes,)."""
    return units_of(aligned).differing_by_class(sides, with_answers=True)


def _too_little(aligned: Aligned, sides: Sides | list[int] | None) -> dict[str, Any] | None:
    """Say what the test set as a whole has too few of."""
    n_groups = aligned.n_groups
    if n_groups is not None and n_groups < MIN_GROUPS:
        return {"kind": "groups", "have": n_groups, "need": MIN_GROUPS}
    if len(aligned.truth) < MIN_TEST:
        return {"kind": "items", "have": len(aligned.truth), "need": MIN_TEST}
    if n_groups is not None and isinstance(sides, tuple):
        differing = units_of(aligned).n_differing(sides)
        if differing < MIN_GROUPS:
            return {"kind": "differing", "have": differing, "need": MIN_GROUPS}
    return None


def _too_small(label: str, have: int) -> dict[str, Any] | None:
    if have >= MIN_ITEMS:
        return None
    return {"kind": "class", "label": label, "have": have, "need": MIN_ITEMS}

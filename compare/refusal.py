"""When no interval is given: too few groups, or a class too small for the metric."""

from typing import Any

import numpy as np

from worthit.compare.alignment import Aligned
from worthit.compare.metrics import MACRO

__all__ = ["FEW_ITEMS", "MIN_GROUPS", "MIN_ITEMS", "class_refusal", "refusal_of"]

MIN_GROUPS = 10
MIN_ITEMS = 10
FEW_ITEMS = 30  # below it a class is marked as too small to judge


def refusal_of(aligned: Aligned, metric: str, positive: int | None) -> dict[str, Any] | None:
    """Say why a metric gets no interval on this test set, or None where it gets one.

    Returns
    -------
    dict or None
        ``{"kind": "groups", "have": n, "need": 10}`` or
        ``{"kind": "class", "label": ..., "have": n, "need": 10}``.
    """
    n_groups = aligned.n_groups
    if n_groups is not None and n_groups < MIN_GROUPS:
        return {"kind": "groups", "have": n_groups, "need": MIN_GROUPS}
    support = np.bincount(aligned.truth, minlength=len(aligned.classes))
    if metric in MACRO:
        smallest = int(support.argmin())
    elif metric == "f1_positive" and positive is not None:
        smallest = positive
    else:
        return None
    return _too_small(aligned.classes[smallest], int(support[smallest]))


def class_refusal(aligned: Aligned, place: int) -> bool:
    """Tell whether the F1 of one class gets no interval."""
    n_groups = aligned.n_groups
    if n_groups is not None and n_groups < MIN_GROUPS:
        return True
    return int((aligned.truth == place).sum()) < MIN_ITEMS


def _too_small(label: str, have: int) -> dict[str, Any] | None:
    if have >= MIN_ITEMS:
        return None
    return {"kind": "class", "label": label, "have": have, "need": MIN_ITEMS}

"""What one set of answers gains over another on the same items, with its interval."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from worthit.compare.alignment import Aligned
from worthit.compare.bootstrap import bootstrap, interval
from worthit.compare.refusal import refusal_of
from worthit.compare.scores import encode
from worthit.compare.units import units_of

__all__ = ["gain"]


def gain(
    truth: NDArray,
    before: NDArray,
    after: NDArray,
    groups: NDArray | None,
    classes: Sequence[str],
    metric: str,
    positive: str | None = None,
) -> dict[str, Any]:
    """Bootstrap the difference that two classifiers' answers to the same items make.

    Parameters
    ----------
    truth, before, after : numpy.ndarray of shape (n,)
        Labels: the true ones, and both answers.
    groups : numpy.ndarray of shape (n,) or None
        Items of one group are resampled together.
    classes : sequence of str
        All classes.
    metric : str
        See :func:`~worthit.compare.metrics.metric_values`.
    positive : str, optional
        The positive class.

    Returns
    -------
    dict
        ``metric``, ``difference`` (after minus before), ``low`` and ``high`` of the paired 95 %
        interval, None where there is none, and ``refusal``: why, or None.
    """
    codes = None
    if groups is not None and len(set(groups)) < len(truth):  # groups of one item are no groups
        codes = np.unique(np.asarray(groups, dtype=str), return_inverse=True)[1]
    names = tuple(classes)
    answers = np.stack([encode(before, names), encode(after, names)])
    aligned = Aligned(
        tuple(map(str, range(len(truth)))), names, encode(truth, names), answers, codes
    )
    place = None if positive is None else names.index(positive)
    sides = ([0], [1])
    samples, _ = bootstrap(units_of(aligned), sides, metric, place)
    refusal = refusal_of(aligned, metric, place, sides)
    low, high = (None, None) if refusal else interval(samples)
    return {
        "metric": metric, "difference": samples.observed, "low": low, "high": high,
        "refusal": refusal,
    }  # fmt: skip

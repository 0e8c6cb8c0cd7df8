"""Pseudo-items where two models hardly disagree: what was not seen is not impossible.

If of n items none, or only two, are answered rightly by one model alone, resampling them says that
the difference is known to within nothing, or that the other direction does not exist. So resamples
then hold some items more, each right by one side alone: the pseudo-observations in the discordant
cells of Agresti & Min 2005 ("Simple improved confidence intervals for comparing matched
proportions"). So do those of one model that is hardly ever wrong, or hardly ever right: its other
side is the truth. Over groups two models that differ in few of them have no interval
(:mod:`~worthit.compare.refusal`).
"""

import numpy as np

from worthit.compare.metrics import MACRO
from worthit.compare.refusal import FEW_ITEMS
from worthit.compare.units import Sides, Units, item_counts

__all__ = ["FEW_DIFFERING", "class_pseudo_items", "few_by_class", "pseudo_items"]

FEW_DIFFERING = 20  # items: from here on percentiles hold without (benchmarks/README.md)
WEIGHT = 1.0  # of each direction: with 1/2, to see none (13.5 %) would rule out a little over two
NO_CLASS = -1


def pseudo_items(units: Units, sides: Sides | list[int], metric: str) -> Units | None:
    """Return items to add to the resamples of a metric, or None where enough items differ.

    All classes get them where few items differ at all, weighted by their shares, or alike if the
    metric is a mean over classes. With such a metric so does a small class in which few differ.
    For the F1 of one class there is :func:`class_pseudo_items`.

    Parameters
    ----------
    units : Units
        Of all runs together.
    sides : tuple of two lists of int, or a list of int
        Positions of the runs of two models; one list for one model.
    metric : str
        See :func:`~worthit.compare.metrics.metric_values`.

    Returns
    -------
    Units or None
        For each class an item that only the first side gets right, and one that only the second
        does. The wrong answer is the commonest other class. The weights are the numbers of each to
        expect in a resample, 1 at most in each direction.
    """
    k, support = units.n_classes, units.observed().support[0, 0]
    n_differing = units.n_differing(sides)
    if not isinstance(sides, tuple):
        n_differing = min(n_differing, units.total - n_differing)
    few = np.full(k, not units.grouped and n_differing < FEW_DIFFERING)
    share = support / support.sum()
    if metric in MACRO:
        few |= few_by_class(units, sides) & (support < FEW_ITEMS)
        share = np.full(k, 1 / k)
    others = np.where(np.eye(k, dtype=bool), -1, support)
    return _added(units, sides, few * share * (support > 0), others.argmax(axis=1))


def class_pseudo_items(units: Units, sides: Sides | list[int]) -> Units | None:
    """Return items to add to the resamples of the F1 of each class, or None for none.

    Each class in which few items differ gets one in either direction. The wrong answer is of no
    class, so that they touch no other.
    """
    k = units.n_classes
    return _added(units, sides, few_by_class(units, sides) * 1.0, np.full(k, NO_CLASS))


def few_by_class(units: Units, sides: Sides | list[int]) -> np.ndarray:
    """Tell in which classes few items differ: bool, (k,); over groups in none.

    Of one model it tells in which classes few items are wrong, or few right.
    """
    differing = units.differing_by_class(sides)
    if not isinstance(sides, tuple):
        differing = np.minimum(differing, units.observed().support[0, 0] - differing)
    return (differing < FEW_DIFFERING) & (not units.grouped)


def _added(
    units: Units, sides: Sides | list[int], shares: np.ndarray, wrong: np.ndarray
) -> Units | None:
    """Build an item of each class in either direction, from weights and wrong answers per class."""
    if not shares.any():
        return None
    k = units.n_classes
    truth = np.tile(np.arange(k), 2)
    answers = np.tile(truth, (units.n_runs, 1))
    for place, side in enumerate(sides if isinstance(sides, tuple) else ([], sides)):
        answers[side, (1 - place) * k : (2 - place) * k] = wrong
    return Units(item_counts(truth, answers, k), WEIGHT * np.tile(shares, 2), units.n_runs, k)

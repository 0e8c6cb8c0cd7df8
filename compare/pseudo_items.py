"""Pseudo-items where two models hardly disagree: what was not seen is not impossible.

If of n items none, or only two, are answered rightly by one model alone, resampling them says that
the difference is known to within nothing, or that the other direction does not exist. So resamples
then hold some items more, each right by one side alone: the pseudo-observations in the discordant
cells of Agresti & Min 2005 ("Simple improved confidence intervals for comparing matched
proportions").
"""

import numpy as np

from worthit.compare.metrics import MACRO
from worthit.compare.refusal import FEW_ITEMS
from worthit.compare.units import Sides, Units, item_counts

__all__ = ["BY_CLASS", "FEW_DIFFERING", "pseudo_items"]

BY_CLASS = (*MACRO, "f1_positive")
FEW_DIFFERING = 10  # units: from here on percentiles hold without (benchmarks/coverage.py)
WEIGHT = 1.0  # of each direction: with 1/2, to see none (13.5 %) would rule out a little over two


def pseudo_items(units: Units, sides: Sides, metric: str) -> Units | None:
    """Return items to add to the resamples of two models, or None where enough units differ.

    All classes get them where few units differ at all, weighted by their shares, or alike if the
    metric rests on single classes. With such a metric so does a small class in which few differ.

    Returns
    -------
    Units or None
        For each class an item that only the first side gets right, and one that only the second
        does. The wrong answer is the commonest other class. The weights are the numbers of each to
        expect in a resample, 1 at most in each direction.
    """
    k, support = units.n_classes, units.observed().support[0, 0]
    few = np.full(k, units.n_differing(sides) < FEW_DIFFERING)
    if metric in BY_CLASS:
        few |= (units.differing_by_class(sides) < FEW_DIFFERING) & (support < FEW_ITEMS)
    if not few.any():
        return None
    share = np.full(k, 1 / k) if metric in BY_CLASS else support / support.sum()
    weights = WEIGHT * np.tile(few * share * (support > 0), 2)
    others = np.where(np.eye(k, dtype=bool), -1, support)
    truth = np.tile(np.arange(k), 2)
    wrong = np.tile(others.argmax(axis=1), 2)
    answers = np.tile(truth, (units.n_runs, 1))
    for place, side in enumerate(sides):
        mistaken = slice((1 - place) * k, (2 - place) * k)
        answers[side, mistaken] = wrong[mistaken]
    return Units(item_counts(truth, answers, k), weights, units.n_runs, k)

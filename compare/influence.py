"""The delta method: what one unit adds to a metric, and standard errors from it."""

import numpy as np

from worthit.compare.metrics import metric_slopes
from worthit.compare.units import Totals, Units

__all__ = ["influences", "standard_errors"]


def influences(
    units: Units, totals: Totals, signs: np.ndarray, metric: str, positive: int | None
) -> np.ndarray:
    """Return what one unit of each kind adds to a sum of runs' scores, shape (B, kinds).

    Every metric is unchanged when all counts are multiplied, so the slopes weighted by the counts
    of a unit are its influence (infinitesimal jackknife), and they sum to 0 over the test set.

    Parameters
    ----------
    totals : Totals
        Of B draws.
    signs : numpy.ndarray of shape (runs,)
        The weight of each run: -1 and 1 for a difference of two.
    """
    support = np.broadcast_to(totals.support, totals.hits.shape)
    hits, predicted, items = (
        slopes * signs[:, None]  # (B, runs, k)
        for slopes in metric_slopes(metric, totals.hits, totals.predicted, support, positive)
    )
    by_run = np.stack([hits, predicted], axis=2).reshape(len(hits), -1)  # (B, runs 2 k)
    return (units.counts @ np.concatenate([items.sum(axis=1), by_run], axis=1).T).T


def standard_errors(units: Units, drawn: np.ndarray, influence: np.ndarray) -> np.ndarray:
    """Return the standard error of each draw, from its own units, shape (B,)."""
    n = units.total
    return np.sqrt((drawn * influence**2).sum(axis=1) * n / (n - 1))

"""Plain bootstrap intervals (percentile, BCa, studentised) to hold the report's against.

No script of its own: ``coverage.py`` takes them. What the report gives is
:func:`worthit.compare.bootstrap.interval`.
"""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from worthit.compare.bootstrap import draw_counts
from worthit.compare.influence import influences, standard_errors
from worthit.compare.metrics import metric_values
from worthit.compare.units import Units

__all__ = ["INTERVALS", "Resamples", "bca", "percentile", "resample", "studentised"]

LEVEL = 0.95
ROUNDING = 1e-9  # a standard error below it is a zero with rounding


@dataclass(frozen=True, eq=False)
class Resamples:
    """A difference on resampled test sets, with what the three intervals need of each.

    Attributes
    ----------
    observed : float
        On the test set.
    values : numpy.ndarray of shape (B,)
        On the resamples.
    se : float
        Standard error on the test set, by the delta method.
    ses : numpy.ndarray of shape (B,)
        The same on each resample.
    influence : numpy.ndarray of shape (kinds,)
        What one unit of each kind adds to the difference on the test set (infinitesimal jackknife).
    weights : numpy.ndarray of int, shape (kinds,)
        Number of units of each kind.
    """

    observed: float
    values: np.ndarray
    se: float
    ses: np.ndarray
    influence: np.ndarray
    weights: np.ndarray


def resample(
    units: Units,
    metric: str,
    positive: int | None,
    n_resamples: int,
    rng: np.random.Generator,
) -> Resamples:
    """Resample the difference between two runs, the second minus the first."""
    drawn = draw_counts(units.weights, n_resamples, rng)
    counted = np.concatenate([units.weights[None], drawn]).astype(float)
    totals = units.totals(counted)
    support = np.broadcast_to(totals.support, totals.hits.shape)
    per_run = metric_values(metric, totals.hits, totals.predicted, support, positive)
    values = per_run[:, 1] - per_run[:, 0]
    influence = influences(units, totals, np.array([-1.0, 1.0]), metric, positive)
    ses = standard_errors(units, counted, influence)
    first, rest = float(values[0]), values[1:]
    return Resamples(first, rest, float(ses[0]), ses[1:], influence[0], units.weights)


def percentile(resamples: Resamples) -> tuple[float, float]:
    """Return the middle 95 % of the resamples (Efron 1979)."""
    low, high = np.quantile(resamples.values, _tails())
    return float(low), float(high)


def bca(resamples: Resamples) -> tuple[float, float]:
    """Return percentiles moved for bias and skewness (Efron 1987, "Better bootstrap intervals")."""
    values, weights, influence = resamples.values, resamples.weights, resamples.influence
    spread = (weights * influence**2).sum() ** 1.5
    if not spread:
        return resamples.observed, resamples.observed
    ties = (np.mean(values < resamples.observed) + np.mean(values <= resamples.observed)) / 2
    bias = stats.norm.ppf(np.clip(ties, 1 / (len(values) + 1), len(values) / (len(values) + 1)))
    skewness = (weights * influence**3).sum() / (6 * spread)
    moved = bias + stats.norm.ppf(_tails())
    low, high = np.quantile(values, stats.norm.cdf(bias + moved / (1 - skewness * moved)))
    return float(low), float(high)


def studentised(resamples: Resamples) -> tuple[float, float]:
    """Return the interval from resampled t values (Efron 1981; bootstrap-t)."""
    known = resamples.ses > ROUNDING
    if resamples.se <= ROUNDING or not known.any():
        return resamples.observed, resamples.observed
    t = (resamples.values[known] - resamples.observed) / resamples.ses[known]
    low, high = np.quantile(t, _tails())
    return resamples.observed - high * resamples.se, resamples.observed - low * resamples.se


def _tails() -> list[float]:
    return [(1 - LEVEL) / 2, (1 + LEVEL) / 2]


INTERVALS = {"percentile": percentile, "BCa": bca, "studentised": studentised}

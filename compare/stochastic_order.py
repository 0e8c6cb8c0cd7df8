"""Almost stochastic order: is one model's score over seeds better as a whole, not only on average.

Dror, Shlomov & Reichart 2019, "Deep dominance: how to properly compare deep neural models", after
del Barrio, Cuesta-Albertos & Matrán 2018.
"""

from collections.abc import Sequence

import numpy as np
from scipy import stats

__all__ = ["MIN_SEEDS", "order_bound", "violation"]

MIN_SEEDS = 5
RESAMPLES = 1000
LEVEL = 0.05
SEED = 20_190_728


def violation(scores: Sequence[float] | np.ndarray, others: Sequence[float] | np.ndarray) -> float:
    """Return how much of the distance between two samples speaks against the first.

    ``int_V (F^-1 - G^-1)^2 / int (F^-1 - G^-1)^2`` over quantiles, with V the quantiles at which
    the first sample F is below the second G. 0: F is at least as high at each quantile; 1: at none.

    Parameters
    ----------
    scores, others : sequence of float
        Scores of the seeds of either model.

    Examples
    --------
    >>> violation([1, 4], [2, 3]), violation([2, 3, 4], [1, 2, 3])
    (0.5, 0.0)
    """
    first, second = np.sort(scores), np.sort(others)
    edges = np.union1d(
        np.arange(len(first) + 1) / len(first), np.arange(len(second) + 1) / len(second)
    )
    middles, widths = (edges[:-1] + edges[1:]) / 2, np.diff(edges)
    gaps = first[(middles * len(first)).astype(int)] - second[(middles * len(second)).astype(int)]
    distance = float((widths * gaps**2).sum())
    # Two samples that agree at each quantile favour neither.
    return float((widths * gaps**2)[gaps < 0].sum()) / distance if distance else 0.5


def order_bound(scores: Sequence[float], others: Sequence[float]) -> float:
    """Return the 95 % upper bound of the violation of "the first is stochastically better".

    Below 0.5 the first is almost stochastically better; Ulmer et al. 2022 advise 0.2. The spread of
    the violation is bootstrapped over seeds of either model.

    Parameters
    ----------
    scores, others : sequence of float
        Scores of the seeds of either model, at least :data:`MIN_SEEDS` of each.
    """
    first, second = np.asarray(scores, dtype=float), np.asarray(others, dtype=float)
    observed = violation(first, second)
    rng = np.random.default_rng(SEED)
    drawn = [
        violation(rng.choice(first, size=len(first)), rng.choice(second, size=len(second)))
        for _ in range(RESAMPLES)
    ]
    # The factor sqrt(nm / (n + m)) of the paper cancels against the one in its sigma.
    spread = float(np.sqrt(np.mean((np.array(drawn) - observed) ** 2)))
    return float(np.clip(observed - spread * stats.norm.ppf(LEVEL), 0, 1))

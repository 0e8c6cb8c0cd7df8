"""Paired randomisation test: could two models have given each other's answers."""

from dataclasses import dataclass
from math import lcm

import numpy as np

from worthit.compare.bootstrap import CHUNK
from worthit.compare.metrics import metric_values
from worthit.compare.units import Units

__all__ = ["DRAWS", "Randomised", "randomisation", "randomisation_p"]

DRAWS = 10_000
SEED = 19_350_101
TOLERANCE = 1e-12  # equal differences must count as ties in spite of rounding


@dataclass(frozen=True)
class Randomised:
    """What the test found.

    Attributes
    ----------
    p : float
        Between ``1 / (1 + draws)`` and 1.
    sd : float
        Standard deviation of the difference over the draws, so where the null hypothesis holds: the
        test finds differences above about 1.96 of it. It can be larger than the standard error,
        most of all where two models err in opposite directions.
    """

    p: float
    sd: float


def randomisation(
    units: Units,
    sides: tuple[list[int], list[int]],
    metric: str,
    positive: int | None = None,
    *,
    n_draws: int = DRAWS,
    seed: int = SEED,
) -> Randomised:
    """Test whether two models differ in a metric.

    Null hypothesis: for each item (or group) the two models' answers are exchangeable. Each draw
    swaps them with probability 1/2, all seeds of a unit together; p is the two-sided share of
    draws with a difference at least as large as the observed one, ``(1 + #) / (1 + draws)``
    (Fisher 1935; Noreen 1989 for metrics that are no means, such as F1).

    Parameters
    ----------
    units : Units
        Of all runs together.
    sides : tuple of two lists of int
        Positions of the runs (seeds) of the baseline and of the model. Unequal numbers are
        repeated to their least common multiple.
    metric : str
        See :func:`~worthit.compare.metrics.metric_values`.
    positive : int, optional
        Position of the positive class.
    n_draws : int
        Number of draws.
    seed : int
        Seed of the draws.

    """
    n_pairs = lcm(len(sides[0]), len(sides[1]))
    ours = [np.resize(side, n_pairs) for side in sides]
    observed = units.observed()
    base = [np.stack([observed.hits[0], observed.predicted[0]], axis=1)[runs] for runs in ours]
    support = observed.support[0]  # (1, k)

    blocks = units.counts.toarray().reshape(len(units.weights), -1, units.n_classes)[:, 1:]
    per_run = blocks.reshape(len(blocks), units.n_runs, 2, units.n_classes)
    gap = per_run[:, ours[1]] - per_run[:, ours[0]]  # (kinds, pairs, 2, k)
    differing = gap.any(axis=(1, 2, 3))
    gap, weights = gap[differing], units.weights[differing]
    if not len(weights):
        return Randomised(1.0, 0.0)

    def difference(first: np.ndarray, second: np.ndarray) -> np.ndarray:
        values = [
            metric_values(
                metric,
                side[..., 0, :],
                side[..., 1, :],
                np.broadcast_to(support, side[..., 0, :].shape),
                positive,
            ).mean(axis=-1)
            for side in (first, second)
        ]
        return values[1] - values[0]

    limit = abs(difference(*base)) - TOLERANCE
    flat = gap.reshape(len(gap), -1)
    rng = np.random.default_rng(seed)
    drawn = []
    for start in range(0, n_draws, CHUNK):
        swapped = _coins(weights, min(CHUNK, n_draws - start), rng) @ flat
        moved = swapped.reshape(-1, *gap.shape[1:])
        drawn.append(difference(base[0] + moved, base[1] - moved))
    values = np.concatenate(drawn)
    as_large = int((abs(values) >= limit).sum())
    return Randomised((1 + as_large) / (1 + n_draws), float(np.sqrt(np.mean(values**2))))


def randomisation_p(
    units: Units,
    sides: tuple[list[int], list[int]],
    metric: str,
    positive: int | None = None,
    **options: int,
) -> float:
    """Return the p of :func:`randomisation` alone."""
    return randomisation(units, sides, metric, positive, **options).p


def _coins(weights: np.ndarray, size: int, rng: np.random.Generator) -> np.ndarray:
    """Draw Binomial(weight, 1/2), shape (size, kinds): set bits of random words where they fit."""
    heads = np.empty((size, len(weights)))
    smallest = 0
    for bits, word in ((8, np.uint8), (64, np.uint64)):
        fitting = (weights > smallest) & (weights <= bits)
        words = rng.integers(2**bits, size=(size, int(fitting.sum())), dtype=word)
        heads[:, fitting] = np.bitwise_count(words >> (bits - weights[fitting]).astype(word))
        smallest = bits
    large = weights > smallest
    heads[:, large] = rng.binomial(weights[large], 0.5, size=(size, int(large.sum())))
    return heads

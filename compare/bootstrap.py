"""Paired bootstrap of any metric, over items or groups, and over seeds where there are several.

Items are resampled as multinomial counts over the kinds of unit, so the cost grows with the number
of different cells and not with the number of items (Koehn 2004, Berg-Kirkpatrick et al. 2012).
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from scipy import stats

from worthit.compare.influence import influences, standard_errors
from worthit.compare.metrics import class_f1, metric_values
from worthit.compare.pseudo_items import class_pseudo_items, few_by_class, pseudo_items
from worthit.compare.units import Sides, Totals, Units

__all__ = ["FEW_UNITS", "RESAMPLES", "Samples", "bootstrap", "draw_counts", "interval"]

RESAMPLES = 10_000
FEW_UNITS = 50  # below it percentiles are too narrow (benchmarks/coverage.py: 10 and 20 groups)
ROUNDING = 1e-9  # a standard error below it is a zero with rounding
CHUNK = 500  # resamples at a time: bounds the memory
SEED = 20_040_725  # fixed: the same runs give the same report


@dataclass(frozen=True, eq=False)
class Samples:
    """A number and its values on resampled test sets.

    Attributes
    ----------
    observed : float
        The value on the test set, averaged over seeds.
    values : numpy.ndarray of shape (B,)
        With items (or groups) and seeds resampled.
    items_se : float
        Standard deviation with only the items resampled: the part that more items shrink.
    delta_se : float
        Standard error by the delta method; 0 where units are many.
    t : numpy.ndarray of shape (B,) or None
        Studentised values, with only the units resampled; None where units are many.
    pseudo_items : bool
        Whether pseudo-items joined the resamples, because too few items differ.
    """

    observed: float
    values: np.ndarray
    items_se: float
    delta_se: float = 0.0
    t: np.ndarray | None = None
    pseudo_items: bool = False

    @property
    def method(self) -> str:
        """The interval that :func:`interval` takes."""
        if self.t is not None:
            return "studentised"
        return "pseudo-items" if self.pseudo_items else "percentile"

    @property
    def se(self) -> float:
        """Bootstrap standard error."""
        return float(self.values.std(ddof=1))

    @property
    def seeds_se(self) -> float:
        """The part of the standard error that more seeds shrink; 0 for one seed."""
        return float(np.sqrt(max(self.se**2 - self.items_se**2, 0.0)))


def interval(samples: Samples, level: float = 0.95) -> tuple[float, float]:
    """Return the confidence interval of a resampled number.

    Percentiles (Efron 1979): the middle ``level`` of the resamples. With few units they are too
    narrow; there it is the studentised interval (bootstrap-t, Efron 1981), each side widened by the
    spread over seeds. With many units of which few differ they are too narrow as well; there the
    resamples hold pseudo-items (:mod:`~worthit.compare.pseudo_items`).
    """
    tails = [(1 - level) / 2, (1 + level) / 2]
    if samples.t is None:
        low, high = np.quantile(samples.values, tails)
        return float(low), float(high)
    reach = np.quantile(samples.t, tails) * samples.delta_se
    by_seeds = stats.norm.ppf(tails[1]) * samples.seeds_se
    above, below = np.sign(reach) * np.sqrt(reach**2 + by_seeds**2)
    return samples.observed - float(below), samples.observed - float(above)


def bootstrap(
    units: Units,
    sides: Sides | list[int],
    metric: str,
    positive: int | None = None,
    *,
    n_resamples: int = RESAMPLES,
    seed: int = SEED,
) -> tuple[Samples, list[Samples]]:
    """Resample a metric, or its difference between two models.

    Parameters
    ----------
    units : Units
        Of all runs together.
    sides : tuple of two lists of int, or a list of int
        Positions of the runs (seeds) of the baseline and of the model; one list for one model.
    metric : str
        See :func:`~worthit.compare.metrics.metric_values`.
    positive : int, optional
        Position of the positive class.
    n_resamples : int
        Number of resamples B.
    seed : int
        Seed of the resampling.

    Returns
    -------
    metric : Samples
        Of the metric (difference: second side minus first).
    per_class : list of Samples
        Of the F1 of each class, from the same resamples, with pseudo-items of their own.
    """
    minus, plus = sides if isinstance(sides, tuple) else ([], sides)
    many = units.total >= FEW_UNITS
    added = pseudo_items(units, sides, metric) if many else None
    added_by_class = class_pseudo_items(units, sides) if many else None
    few = [added is not None, *(few_by_class(units, sides) & many)]

    def evaluate(totals: Totals, by_class: Totals) -> np.ndarray:
        """Values per run: the metric, then the F1 of each class, shape (B, runs, 1 + k)."""
        support = np.broadcast_to(totals.support, totals.hits.shape)
        main = metric_values(metric, totals.hits, totals.predicted, support, positive)
        f1 = class_f1(by_class.hits, by_class.predicted, by_class.support)
        return np.concatenate([main[..., None], f1], axis=-1)

    def reduce(values: np.ndarray, weights: list[np.ndarray | None]) -> np.ndarray:
        plain = _mean(values[:, plus], weights[1])
        return plain - _mean(values[:, minus], weights[0]) if minus else plain

    def one_chunk(task: tuple[np.random.Generator, int]) -> tuple[np.ndarray, ...]:
        rng, size = task
        drawn = draw_counts(units.weights, size, rng)
        totals = units.totals(drawn)
        values = evaluate(_joined(totals, added, rng), _joined(totals, added_by_class, rng))
        weights = [_seed_weights(len(side), size, rng) for side in (minus, plus)]
        return reduce(values, weights), reduce(values, [None, None]), errors(drawn, totals)

    names = [(metric, positive), *(("f1_positive", place) for place in range(units.n_classes))]
    signs = np.zeros(units.n_runs)
    signs[plus] += 1 / len(plus)
    if minus:
        signs[minus] -= 1 / len(minus)

    def errors(drawn: np.ndarray, totals: Totals) -> np.ndarray:
        """Return standard errors of every number, shape (B, 1 + k); 0 where units are many."""
        if many:
            return np.zeros((len(drawn), len(names)))
        found = [influences(units, totals, signs, *name) for name in names]
        return np.stack([standard_errors(units, drawn, each) for each in found], axis=1)

    seen = units.observed()
    observed = reduce(evaluate(seen, seen), [None, None])[0]
    delta_se = errors(units.weights[None].astype(float), seen)[0]
    chunks = list(_in_threads(one_chunk, n_resamples, seed))
    values, items, ses = (np.concatenate(parts) for parts in zip(*chunks, strict=True))
    items_se = items.std(axis=0, ddof=1)
    samples = [
        Samples(
            float(observed[i]),
            values[:, i],
            float(items_se[i]),
            float(delta_se[i]),
            _studentise(items[:, i] - observed[i], ses[:, i]),
            bool(few[i]),
        )
        for i in range(len(observed))
    ]
    main, *by_class = samples
    if metric == "f1_positive" and positive is not None:
        main = by_class[positive]  # the same number, with the same pseudo-items
    return main, by_class


def _studentise(away: np.ndarray, ses: np.ndarray) -> np.ndarray | None:
    """Divide by each resample's own error; those without spread say nothing."""
    known = ses > ROUNDING
    return away[known] / ses[known] if known.any() else None


def _joined(totals: Totals, added: Units | None, rng: np.random.Generator) -> Totals:
    """Add pseudo-items to resamples, their numbers drawn anew for each."""
    if added is None:
        return totals
    drawn = rng.poisson(added.weights, (len(totals.support), len(added.weights)))
    return totals + added.totals(drawn)


def _mean(values: np.ndarray, weights: np.ndarray | None) -> np.ndarray:
    """Average over runs, plainly or with weights of shape (B, runs)."""
    if weights is None:
        return values.mean(axis=1)
    return np.einsum("brm,br->bm", values, weights)


def _seed_weights(n_seeds: int, size: int, rng: np.random.Generator) -> np.ndarray | None:
    """Draw seeds with replacement, as weights that sum to 1.

    Deviations are stretched by sqrt(S / (S - 1)) (rescaled bootstrap, Rao & Wu 1988): resampling
    three seeds as they are would understate their spread by a third.
    """
    if n_seeds < 2:
        return None
    equal = np.full(n_seeds, 1 / n_seeds)
    drawn = rng.multinomial(n_seeds, equal, size=size) / n_seeds
    return equal + np.sqrt(n_seeds / (n_seeds - 1)) * (drawn - equal)


def draw_counts(weights: np.ndarray, size: int, rng: np.random.Generator) -> np.ndarray:
    """Draw multinomial counts of shape (size, kinds) with probabilities ``weights / total``.

    Kinds that occur once or twice share one cell first; its draws are then spread by picking
    units, which is the same distribution and cheaper than a binomial for each rare kind.
    """
    total = int(weights.sum())
    frequent = int((weights > 2).sum())  # weights are falling
    rest = total - int(weights[:frequent].sum())
    shares = np.append(weights[:frequent], rest) / total
    drawn = rng.multinomial(total, shares, size=size)
    if not rest:
        return drawn[:, :frequent].astype(float)
    n_rare = len(weights) - frequent
    kind_of_unit = np.repeat(np.arange(n_rare), weights[frequent:])
    picks = kind_of_unit[rng.integers(rest, size=int(drawn[:, -1].sum()))]
    rows = np.repeat(np.arange(size) * n_rare, drawn[:, -1])
    rare = np.bincount(rows + picks, minlength=size * n_rare).reshape(size, n_rare)
    return np.concatenate([drawn[:, :frequent], rare], axis=1, dtype=float)


def _in_threads(
    work: Callable[[tuple[np.random.Generator, int]], tuple[np.ndarray, ...]],
    n_draws: int,
    seed: int,
) -> Iterator[tuple[np.ndarray, ...]]:
    """Run chunks on two threads, each with a seed of its own, so the order does not matter."""
    sizes = [min(CHUNK, n_draws - start) for start in range(0, n_draws, CHUNK)]
    seeds = np.random.SeedSequence(seed).spawn(len(sizes))
    tasks = [(np.random.default_rng(s), size) for s, size in zip(seeds, sizes, strict=True)]
    with ThreadPoolExecutor(max_workers=2) as pool:
        yield from pool.map(work, tasks)

"""Do intervals, tests and verdicts hold what they promise? Simulated test sets with a known truth.

    python benchmarks/coverage.py [--sets 2000] [--resamples 1000] [--jobs 2]

A regime is a population of items: shares of the classes, how hard items are, how often two models
give one answer. Its true difference in the metric is computed, not estimated, and the second model
is made better until it is 0, half, one and two margins (of 1 point), and the smallest difference
that the report would call detectable. From each population test sets are drawn; each is judged as
the report judges, with three bootstrap intervals from the same resamples.
"""

import argparse
import sys
from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from scipy import optimize, stats
from tabulate import tabulate

from worthit.compare.alignment import Aligned
from worthit.compare.bootstrap import FEW_UNITS
from worthit.compare.intervals import INTERVALS, resample
from worthit.compare.metrics import NAMES, metric_values
from worthit.compare.randomisation import randomisation
from worthit.compare.significance import minimum_detectable
from worthit.compare.units import units_of
from worthit.compare.verdict import CANNOT_TELL, NOT_WORTH_IT, WORTH_IT, judge

if __name__ != "__main__":
    # numba asks for a package of this name; beside the other scripts it would find this file.
    raise ImportError("benchmarks/coverage.py is a script")

MARGIN = 0.01
TRUE = (0.0, 0.5 * MARGIN, MARGIN, 2 * MARGIN)
SIDES = ([0], [1])
MOST_BETTER = 12.0  # log odds: the second model is then always right where it answers by itself
VERDICTS = (WORTH_IT, NOT_WORTH_IT, CANNOT_TELL)
HEADS = (
    ["regime", "test set", "smallest class", "metric", "chosen"]
    + [f"{what} {name}" for what in ("inside", "width") for name in INTERVALS],
    ["regime", "error under no difference", "detectable", "power there"],
    ["regime", *(f"{100 * true:g}" for true in TRUE)],
)


@dataclass(frozen=True)
class Regime:
    """A population of items and of answers to them, and how many items a test set has.

    Attributes
    ----------
    name : str
        Its row in the tables.
    n : int
        Items of a test set (with groups: on average).
    shares : tuple of float
        Of the classes.
    metric : str
        What is judged.
    accuracy : float
        Of both models before the second is made better, on an item of middling hardness.
    copied : float
        Share of the items to which both give one answer, as if from one model.
    groups : int
        Number of groups; 0 where items stand alone.
    bias : float
        How much more the second model than the first errs towards the commonest class.
    lean : float
        What the second model's log odds of being right gain on the commonest class and lose on the
        others.
    """

    name: str
    n: int
    shares: tuple[float, ...]
    metric: str = "f1_macro"
    accuracy: float = 0.85
    copied: float = 0.6
    groups: int = 0
    bias: float = 0.0
    lean: float = 0.0

    @property
    def chosen(self) -> str:
        """The interval that the report would take, on which its verdicts rest."""
        return "studentised" if 0 < self.groups < FEW_UNITS else "percentile"


EVEN4 = (0.25,) * 4
ZIPF20 = tuple(1 / (rank + 3) for rank in range(20))
REGIMES = (
    Regime("balanced", 1000, EVEN4),
    Regime("large", 7600, EVEN4, accuracy=0.9),
    Regime("5 % positive", 1000, (0.95, 0.05), "f1_positive", accuracy=0.9),
    Regime("20 classes", 2000, ZIPF20, accuracy=0.7),
    Regime("grouped", 600, (0.4, 0.3, 0.3), accuracy=0.7, groups=60),
    Regime("many ties", 500, (0.5, 0.5), accuracy=0.75, copied=0.9),
    Regime("unlike errors", 1000, (0.5, 0.3, 0.2), accuracy=0.8, bias=3.0),
    Regime("n = 300", 300, (0.6, 0.25, 0.15), accuracy=0.75),
    Regime("n = 100", 100, (0.5, 0.5), accuracy=0.8),
    Regime("n = 50", 50, (0.5, 0.5), accuracy=0.8),
    Regime("a class of 15", 300, (0.55, 0.4, 0.05), accuracy=0.8),
    Regime("20 groups", 400, (0.5, 0.5), accuracy=0.75, groups=20),
    Regime("10 groups", 400, (0.5, 0.5), accuracy=0.75, groups=10),
    Regime("opposite errors", 1000, (0.8, 0.2), accuracy=0.75, copied=0.2, lean=1.5),
)
HARDNESS = stats.norm.ppf((np.arange(12) + 0.5) / 12)  # of items
# What a group adds for each model: half of it common to both, in pairs that mirror each other so
# that neither model is favoured.
_GROUP = np.random.default_rng(0).normal(size=(100, 3))
GROUP_TYPES = 0.7 * np.concatenate(
    [_GROUP[:, :1] + _GROUP[:, 1:], _GROUP[:, :1] + _GROUP[:, :0:-1]]
)


def cells(regime: Regime, better: float, kind: np.ndarray) -> np.ndarray:
    """Return the chances of (truth, first answer, second answer), shape (k, k, k).

    Parameters
    ----------
    better : float
        Added to the second model's log odds of being right.
    kind : numpy.ndarray of shape (2,)
        What the group adds to either model's log odds.
    """
    shares = np.array(regime.shares) / sum(regime.shares)
    k = len(shares)
    odds = np.log(regime.accuracy / (1 - regime.accuracy))
    commonest = np.arange(k) == shares.argmax()
    lean = regime.lean * np.where(commonest, 1, -1)
    total = np.zeros((k, k, k))
    for hard in HARDNESS:
        sides = []
        for place in (0, 1):
            right = 1 / (1 + np.exp(-(odds + hard + kind[place] + place * (better + lean))))
            pull = shares * np.where(commonest, 1 + place * regime.bias, 1)
            wrong = np.tile(pull, (k, 1)) * (1 - np.eye(k))
            wrong /= wrong.sum(axis=1, keepdims=True)
            sides.append(np.diag(right) + (1 - right)[:, None] * wrong)
        one, other = sides
        apart = one[:, :, None] * other[:, None, :]
        copied = one[:, :, None] * np.eye(k)
        total += shares[:, None, None] * (regime.copied * copied + (1 - regime.copied) * apart)
    return total / len(HARDNESS)


def population(regime: Regime, better: float) -> list[np.ndarray]:
    """Return the cells of each type of group; one type where items stand alone."""
    kinds = GROUP_TYPES if regime.groups else np.zeros((1, 2))
    return [cells(regime, better, kind) for kind in kinds]


def truth_of(regime: Regime, better: float) -> float:
    """Compute the true difference, with groups of equal expected size."""
    table = np.mean(population(regime, better), axis=0)
    values = []
    for answers in (table.sum(axis=2), table.sum(axis=1)):  # (truth, answer)
        hits, predicted, support = np.diag(answers), answers.sum(axis=0), answers.sum(axis=1)
        values.append(metric_values(regime.metric, hits, predicted, support, _positive(regime)))
    return float(values[1] - values[0])


def _positive(regime: Regime) -> int | None:
    return 1 if regime.metric == "f1_positive" else None


@cache
def better_for(regime: Regime, difference: float) -> float:
    """Find how much better the second model must be for a true difference."""
    found = optimize.brentq(lambda b: truth_of(regime, b) - difference, -2, MOST_BETTER, xtol=1e-10)
    return float(found)


def draw(regime: Regime, types: list[np.ndarray], rng: np.random.Generator) -> Aligned:
    """Draw a test set."""
    k = len(regime.shares)
    if not regime.groups:
        codes = rng.choice(k**3, size=regime.n, p=types[0].ravel())
        groups = None
    else:
        mean = regime.n // regime.groups
        sizes = rng.integers(mean // 2, mean + mean // 2 + 1, size=regime.groups)
        chosen = rng.integers(len(types), size=regime.groups)
        codes = np.concatenate(
            [
                rng.choice(k**3, size=size, p=types[kind].ravel())
                for size, kind in zip(sizes, chosen, strict=True)
            ]
        )
        groups = np.repeat(np.arange(regime.groups), sizes)
    truth, one, other = np.unravel_index(codes, (k, k, k))
    ids = tuple(map(str, range(len(codes))))
    names = tuple(map(str, range(k)))
    return Aligned(ids, names, truth, np.stack([one, other]), groups)


def one_set(
    regime: Regime, types: list[np.ndarray], difference: float, n_resamples: int, seed: list[int]
) -> dict[str, Any]:
    """Draw one test set and judge it with each interval."""
    rng = np.random.default_rng(seed)
    drawn = draw(regime, types, rng)
    units, positive = units_of(drawn), _positive(regime)
    resamples = resample(units, regime.metric, positive, n_resamples, rng)
    test = randomisation(
        units, SIDES, regime.metric, positive, n_draws=n_resamples, seed=int(rng.integers(2**31))
    )
    found: dict[str, Any] = {
        "p": test.p,
        "se": float(resamples.values.std(ddof=1)),
        "null_sd": test.sd,
    }
    for name, interval in INTERVALS.items():
        low, high = interval(resamples)
        inside = low - 1e-12 <= difference <= high + 1e-12
        verdict = judge(resamples.observed, low, high, test.p, MARGIN).verdict
        found[name] = (inside, verdict, high - low)
    return found


def many_sets(
    regime: Regime, difference: float, n_sets: int, n_resamples: int, jobs: int
) -> list[dict[str, Any]]:
    """Judge test sets from the population with a true difference."""
    types = population(regime, better_for(regime, difference))
    start = [REGIMES.index(regime), round(1e6 * difference)]
    work = (
        delayed(one_set)(regime, types, difference, n_resamples, [*start, number])
        for number in range(n_sets)
    )
    return list(Parallel(n_jobs=jobs, batch_size=min(50, n_sets))(work))


def examine(regime: Regime, n_sets: int, n_resamples: int, jobs: int) -> tuple[list[str], ...]:
    """Return the rows of the three tables, from a fifth of the sets for each difference."""
    n_sets = max(n_sets // (len(TRUE) + 1), 1)
    judged = {true: many_sets(regime, true, n_sets, n_resamples, jobs) for true in TRUE}
    equal = judged[0.0]
    errors = (float(np.mean([found[name] for found in equal])) for name in ("se", "null_sd"))
    detectable = minimum_detectable(*errors)
    reachable = truth_of(regime, MOST_BETTER) > detectable
    if reachable:
        judged[detectable] = many_sets(regime, detectable, n_sets, n_resamples, jobs)
    sets = [found for each in judged.values() for found in each]
    inside = {name: np.mean([found[name][0] for found in sets]) for name in INTERVALS}
    smallest = round(regime.n * min(regime.shares) / sum(regime.shares))
    intervals = [
        *(percent(inside[name]) for name in INTERVALS),
        *(f"{100 * np.median([found[name][2] for found in sets]):.2f}" for name in INTERVALS),
    ]
    power = percent(error(judged[detectable])) if reachable else "-"
    tests = [percent(error(equal)), f"{100 * detectable:.1f}", power]
    verdicts = []
    for true in TRUE:
        said = Counter(found[regime.chosen][1] for found in judged[true])
        verdicts.append(" / ".join(f"{100 * said[v] / n_sets:.0f}" for v in VERDICTS))
    units = f"{regime.groups} groups" if regime.groups else f"{regime.n:,} items"
    what = [regime.name, units, f"{smallest:,}", NAMES[regime.metric], regime.chosen]
    return [*what, *intervals], [regime.name, *tests], [regime.name, *verdicts]


def error(sets: list[dict[str, Any]]) -> float:
    """Return how often the test calls a difference real."""
    return float(np.mean([found["p"] < 0.05 for found in sets]))


def percent(share: float) -> str:
    """Show a share with one decimal."""
    return f"{100 * share:.1f}"


def main() -> None:
    """Print the three tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--sets", type=int, default=2000, help="test sets of a regime, over all differences"
    )
    parser.add_argument("--resamples", type=int, default=1000)
    parser.add_argument("--regimes", default="", help="names, separated by commas; all unless told")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    wanted = [name.strip() for name in options.regimes.split(",") if name.strip()]
    chosen = [regime for regime in REGIMES if not wanted or regime.name in wanted]
    rows = []
    for regime in chosen:
        rows.append(examine(regime, options.sets, options.resamples, options.jobs))
        print(f"{regime.name} done", file=sys.stderr, flush=True)
    for head, part in zip(HEADS, zip(*rows, strict=True), strict=True):
        align = ["left"] + ["right"] * (len(head) - 1)
        print(tabulate(part, head, "pipe", colalign=align, disable_numparse=True), end="\n\n")


if __name__ == "__main__":
    main()

"""Do intervals, tests and verdicts hold what they promise? Simulated test sets with a known truth.

    python benchmarks/coverage.py [--sets 2000] [--resamples 1000] [--jobs 2]

A regime is a population of items: shares of the classes, how hard items are, how often two models
give one answer. Its true difference in the metric is computed, not estimated, and the second model
is made better until it is 0, half, one and two margins (of 1 point), and the smallest difference
that the report would call detectable. From each population test sets are drawn; each is judged as
the report judges; three plain bootstrap intervals from resamples of their own stand beside it.
"""

import argparse
import sys
from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from alternatives import INTERVALS, resample
from joblib import Parallel, delayed
from scipy import optimize, stats

from worthit.compare.alignment import Aligned
from worthit.compare.bootstrap import bootstrap, interval
from worthit.compare.metrics import NAMES, metric_values
from worthit.compare.pages.markdown import table
from worthit.compare.randomisation import randomisation
from worthit.compare.refusal import refusal_of, refused_classes
from worthit.compare.significance import minimum_detectable
from worthit.compare.units import units_of
from worthit.compare.verdict import CANNOT_TELL, NOT_WORTH_IT, WORTH_IT, judge

if __name__ != "__main__":
    # numba asks for a package of this name; beside the other scripts it would find this file.
    raise ImportError("benchmarks/coverage.py is a script")

MARGIN = 0.01
F1 = "f1_positive"
TRUE = (0.0, 0.5 * MARGIN, MARGIN, 2 * MARGIN)
SIDES = ([0], [1])
MOST_BETTER = 12.0  # log odds: the second model is then always right where it answers by itself
VERDICTS = (WORTH_IT, NOT_WORTH_IT, CANNOT_TELL)
HEADS = (
    ["regime", "test set", "smallest class", "metric", *INTERVALS, "the report", "it takes"]
    + ["its F1"],
    ["regime", "error under no difference", "detectable", "power there"]
    + [f"{'true ' * (not true)}{100 * true:g}" for true in TRUE],
)
ALIGNED = ("l" + "rr" + "l" + "r" * (len(INTERVALS) + 1) + "lr", "l" + "r" * (3 + len(TRUE)))


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
    differing : float
        Share of the items that one model alone gets right, where all else is copied; 0 where
        ``copied`` says how often answers are alike.
    both_ways : bool
        Whether it is either model alike, and not the second alone.
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
    differing: float = 0.0
    both_ways: bool = False


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
    Regime("a class of 10", 300, (0.57, 0.4, 1 / 30), accuracy=0.95),
    Regime("0.5 % one way", 300, EVEN4, "accuracy", differing=0.005),
    Regime("0.3 % one way", 1000, (0.6, 0.25, 0.15), differing=0.003),
    Regime("1 % both ways", 300, (0.6, 0.25, 0.15), differing=0.01, both_ways=True),
    Regime("2 groups differ", 600, EVEN4, groups=60, differing=1 / 300),
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
        share = regime.copied
        if regime.differing:
            share, apart = 1 - regime.differing, wrong[:, :, None] * np.eye(k)[:, None, :]
            if regime.both_ways:
                apart = (apart + apart.transpose(0, 2, 1)) / 2
        total += shares[:, None, None] * (share * copied + (1 - share) * apart)
    return total / len(HARDNESS)


def differences(regime: Regime) -> tuple[float, ...]:
    """Return the true differences to draw from; one where the shares of the answers are given."""
    return (round(truth_of(regime, 0.0), 9),) if regime.differing else TRUE


def population(regime: Regime, better: float) -> list[np.ndarray]:
    """Return the cells of each type of group; one type where items stand alone."""
    kinds = GROUP_TYPES if regime.groups else np.zeros((1, 2))
    return [cells(regime, better, kind) for kind in kinds]


def truth_of(regime: Regime, better: float, place: int | None = None) -> float:
    """Compute the true difference, or that in one class's F1; groups have equal expected size."""
    metric, positive = (regime.metric, _positive(regime)) if place is None else (F1, place)
    table = np.mean(population(regime, better), axis=0)
    values = []
    for answers in (table.sum(axis=2), table.sum(axis=1)):  # (truth, answer)
        hits, predicted, support = np.diag(answers), answers.sum(axis=0), answers.sum(axis=1)
        values.append(metric_values(metric, hits, predicted, support, positive))
    return float(values[1] - values[0])


def _positive(regime: Regime) -> int | None:
    return 1 if regime.metric == F1 else None


def _smallest(regime: Regime) -> int:
    return int(np.argmin(regime.shares))


@cache
def better_for(regime: Regime, difference: float) -> float:
    """Find how much better the second model must be for a true difference."""
    if regime.differing:
        return 0.0
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
    regime: Regime,
    types: list[np.ndarray],
    true: tuple[float, float],
    n_resamples: int,
    seed: list[int],
) -> dict[str, Any]:
    """Draw one test set and judge it as the report does, with the plain intervals beside it.

    ``true`` are the differences in the metric and in the F1 of the smallest class.
    """
    difference, of_class = true
    rng = np.random.default_rng(seed)
    drawn = draw(regime, types, rng)
    units, what = units_of(drawn), (regime.metric, _positive(regime))
    resamples = resample(units, *what, n_resamples, rng)
    test = randomisation(units, SIDES, *what, n_draws=n_resamples, seed=int(rng.integers(2**31)))
    samples, per_class = bootstrap(
        units, SIDES, *what, n_resamples=n_resamples, seed=int(rng.integers(2**31))
    )
    smallest = _smallest(regime)
    told = not refused_classes(drawn, SIDES)[smallest]
    refused = refusal_of(drawn, *what, SIDES) is not None
    low, high = (None, None) if refused else interval(samples)
    return {
        "p": test.p,
        "se": samples.se,
        "null_sd": test.sd,
        "takes": "refused" if refused else samples.method,
        "inside": None if refused else _inside(difference, (low, high)),
        "class_inside": _inside(of_class, interval(per_class[smallest])) if told else None,
        "verdict": judge(samples.observed, low, high, test.p, MARGIN).verdict,
        **{name: _inside(difference, ends(resamples)) for name, ends in INTERVALS.items()},
    }


def _inside(difference: float, ends: tuple[float, float]) -> bool:
    return ends[0] - 1e-12 <= difference <= ends[1] + 1e-12


def many_sets(
    regime: Regime, difference: float, n_sets: int, n_resamples: int, jobs: int
) -> list[dict[str, Any]]:
    """Judge test sets from the population with a true difference."""
    better = better_for(regime, difference)
    types = population(regime, better)
    true = (difference, truth_of(regime, better, _smallest(regime)))
    start = [REGIMES.index(regime), round(1e6 * difference)]
    work = (
        delayed(one_set)(regime, types, true, n_resamples, [*start, number])
        for number in range(n_sets)
    )
    return list(Parallel(n_jobs=jobs, batch_size=min(50, n_sets))(work))


def examine(regime: Regime, n_sets: int, n_resamples: int, jobs: int) -> tuple[list[str], ...]:
    """Return the rows of both tables, from the same number of sets for each difference."""
    trues = differences(regime)
    n_sets = max(n_sets // (1 if regime.differing else len(trues) + 1), 1)
    judged = {true: many_sets(regime, true, n_sets, n_resamples, jobs) for true in trues}
    said = [verdicts(judged[true]) if true in judged else "-" for true in TRUE]
    tests = ["-"] * 3
    if not regime.differing:
        equal = judged[0.0]
        errors = (float(np.mean([found[name] for found in equal])) for name in ("se", "null_sd"))
        detectable = minimum_detectable(*errors)
        tests = [percent(error(equal)), f"{100 * detectable:.1f}", "-"]
        if truth_of(regime, MOST_BETTER) > detectable:
            judged[detectable] = many_sets(regime, detectable, n_sets, n_resamples, jobs)
            tests[2] = percent(error(judged[detectable]))
    sets = [found for each in judged.values() for found in each]
    smallest = round(regime.n * min(regime.shares) / sum(regime.shares))
    units = f"{regime.groups} groups" if regime.groups else f"{regime.n:,} items"
    inside = [percent(np.mean([found[name] for found in sets])) for name in INTERVALS]
    inside += [covered(sets, "inside"), shares_of(sets), covered(sets, "class_inside")]
    what = [regime.name, units, f"{smallest:,}", NAMES[regime.metric]]
    return [*what, *inside], [regime.name, *tests, *said]


def covered(sets: list[dict[str, Any]], name: str) -> str:
    """Say in which share of the intervals that were given the truth was."""
    given = [found[name] for found in sets if found[name] is not None]
    return percent(np.mean(given)) if given else "-"


def verdicts(sets: list[dict[str, Any]]) -> str:
    """Say how often each verdict was given."""
    if all(found["takes"] == "refused" for found in sets):
        return "refused"
    said = Counter(found["verdict"] for found in sets)
    return " / ".join(f"{100 * said[verdict] / len(sets):.0f}" for verdict in VERDICTS)


def shares_of(sets: list[dict[str, Any]]) -> str:
    """Say which interval the report takes, with shares where it is not always the same."""
    taken = Counter(found["takes"] for found in sets).most_common()
    shown = [(name, f"{100 * n / len(sets):.0f} %") for name, n in taken]
    told = [f"{name} {share}" for name, share in shown if share != "0 %"]
    return shown[0][0] if len(told) == 1 else ", ".join(told)


def error(sets: list[dict[str, Any]]) -> float:
    """Return how often the test calls a difference real."""
    return float(np.mean([found["p"] < 0.05 for found in sets]))


def percent(share: float) -> str:
    """Show a share with one decimal."""
    return f"{100 * share:.1f}"


def main() -> None:
    """Print the two tables of benchmarks/README.md."""
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
    for head, align, part in zip(HEADS, ALIGNED, zip(*rows, strict=True), strict=True):
        print(table(head, part, align), end="\n\n")


if __name__ == "__main__":
    main()

"""Exact McNemar, Holm's adjustment, and what a test set of this size can show."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

__all__ = ["ToSettle", "chances", "holm", "mcnemar_p", "minimum_detectable", "to_settle"]

LEVEL = 0.05
POWER = 0.80


def mcnemar_p(only_first: int, only_second: int) -> float:
    """Exact McNemar test of accuracy (McNemar 1947).

    Null hypothesis: where only one of the two models is right, it is each with probability 1/2.

    Parameters
    ----------
    only_first, only_second : int
        Items that only the first, only the second model got right.

    Returns
    -------
    float
        Two-sided exact p.

    Examples
    --------
    >>> round(mcnemar_p(1, 9), 6)
    0.021484
    """
    discordant = only_first + only_second
    if not discordant:
        return 1.0
    return float(stats.binomtest(min(only_first, only_second), discordant, 0.5).pvalue)


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjust p values for the number of tests (Holm 1979).

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    order = np.argsort(p_values, kind="stable")
    adjusted = [0.0] * len(p_values)
    running = 0.0
    for rank, place in enumerate(order):
        running = max(running, min(1.0, (len(p_values) - rank) * p_values[place]))
        adjusted[place] = running
    return adjusted


def minimum_detectable(se: float, null_sd: float = 0.0) -> float:
    """Return the true difference that interval and test both find four times out of five.

    ``(z(0.975) + z(0.8)) se``, about 2.8 standard errors (Card et al. 2020), or more where the
    test's null distribution is wider than the standard error.

    Parameters
    ----------
    se : float
        Bootstrap standard error of the difference.
    null_sd : float
        Standard deviation of the randomisation test's draws.
    """
    needed = stats.norm.ppf(1 - LEVEL / 2) * max(se, null_sd)
    return float(needed + stats.norm.ppf(POWER) * se)


def chances(
    se: float, margin: float, true_difference: float, n_tests: int = 1, null_sd: float | None = None
) -> dict[str, float]:
    """Return how often the rule says each verdict when the true difference is known.

    The observed difference is taken as normal around the true one with the bootstrap standard
    error; Holm over several pairings is taken at its strictest step.

    Parameters
    ----------
    se : float
        Bootstrap standard error of the difference.
    margin : float
        The practical difference.
    true_difference : float
        Assumed.
    n_tests : int
        Size of Holm's family.
    null_sd : float, optional
        Standard deviation of the randomisation test's draws; left out, that of the difference.

    Returns
    -------
    dict of str to float
        Probabilities of the three verdicts.
    """
    z = stats.norm.ppf(1 - LEVEL / 2)
    strict = stats.norm.ppf(1 - LEVEL / (2 * n_tests))
    needed = max(margin, z * se, strict * (se if null_sd is None else null_sd))
    worth = float(_above(needed, true_difference, se))
    not_worth = float(1 - _above(margin - z * se, true_difference, se))
    if se == 0 and true_difference >= margin:
        not_worth = 0.0
    return {
        "worth it": worth,
        "not worth it": not_worth,
        "cannot tell": max(0.0, 1 - worth - not_worth),
    }


def _above(limit: float, true_difference: float, se: float) -> float:
    if se == 0:
        return float(true_difference >= limit)
    return float(stats.norm.sf((limit - true_difference) / se))


@dataclass(frozen=True)
class ToSettle:
    """What would settle a "cannot tell" four times out of five, were the difference as observed.

    Attributes
    ----------
    items : int or None
        Test items; None where no reasonable number would do.
    seeds : int or None
        Seeds of each model; None where the present ones do.
    """

    items: int | None
    seeds: int | None


def to_settle(
    difference: float,
    margin: float,
    items_se: float,
    seeds_se: float,
    n: int,
    n_seeds: int,
    n_tests: int = 1,
    null_ratio: float = 1.0,
) -> ToSettle:
    """Estimate how many items, or seeds, would settle the verdict.

    The standard error that gives a clear verdict in 80 % of repetitions follows from the rule;
    the part due to items shrinks with the root of their number, the part due to seeds with theirs.

    Parameters
    ----------
    difference, margin : float
        Observed difference and practical difference.
    items_se, seeds_se : float
        The two parts of the standard error.
    n, n_seeds : int
        Present numbers of test items and of seeds.
    n_tests : int
        Size of Holm's family.
    null_ratio : float
        Standard deviation of the randomisation test's draws over the standard error.
    """
    power, z = stats.norm.ppf(POWER), stats.norm.ppf(1 - LEVEL / 2)
    if difference >= margin:
        strict = stats.norm.ppf(1 - LEVEL / (2 * n_tests))
        needed = max(z, strict * null_ratio)
        wanted = min(difference / (needed + power), (difference - margin) / power)
    else:
        wanted = (margin - difference) / (z + power)
    if wanted <= 0:
        return ToSettle(None, None)
    if seeds_se**2 > wanted**2 / 2:
        # Seeds alone nearly use up what is allowed: give each part half of it.
        items = n * items_se**2 / (wanted**2 / 2)
        seeds = int(np.ceil(n_seeds * seeds_se**2 / (wanted**2 / 2)))
    else:
        items, seeds = n * items_se**2 / (wanted**2 - seeds_se**2), None
    items = max(items, 1.1 * n)  # it is not settled yet, whatever the estimate says
    if items > 1000 * n:
        return ToSettle(None, None)
    return ToSettle(_two_digits(items), seeds)


def _two_digits(number: float) -> int:
    """Round up to two significant digits: an estimate should not look exact."""
    unit = 10 ** max(int(np.floor(np.log10(max(number, 1)))) - 1, 0)
    return int(np.ceil(number / unit) * unit)

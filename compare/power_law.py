"""Inverse power law through a learning curve, and what it says of more data.

score(n) = a - b (n / N)^-c with N the largest size (Figueroa et al. 2012, Hestness et al. 2017):
``a`` is where it levels off, ``b`` what is missing of that at N.
"""

from dataclasses import dataclass

import numpy as np

__all__ = ["MIN_SIZES", "REACH", "PowerLaw", "doubt_of", "fit_power_law", "times_to_cross"]

MIN_SIZES = 4  # three parameters, and one size to contradict them
REACH = 10  # no word about more than so many times the data
EXPONENTS = np.geomspace(0.02, 3.0, 600)
FITS_WELL = 0.9  # R^2
SURE = 0.95
AT_BOUND = 0.1  # of the resampled curves: more of them level off nowhere below a perfect score
TIMES = np.geomspace(1, REACH, 401)


@dataclass(frozen=True, eq=False)
class PowerLaw:
    """Fitted curves, one for each of B rows of scores.

    Attributes
    ----------
    a, b, c : numpy.ndarray of shape (B,)
        Parameters; a at most 1, b at least 0.
    r2 : numpy.ndarray of shape (B,)
        Share of the scores' variance explained; 0 where they do not vary.
    at_edge : numpy.ndarray of bool, shape (B,)
        Whether c lies at the end of what was tried.
    """

    a: np.ndarray
    b: np.ndarray
    c: np.ndarray
    r2: np.ndarray
    at_edge: np.ndarray

    @property
    def at_bound(self) -> np.ndarray:
        """Whether a is a perfect score: no sign of where the curve levels off."""
        return self.a >= 1

    def at(self, times: float | np.ndarray) -> np.ndarray:
        """Return the score at so many times the largest size."""
        return self.a - self.b * times**-self.c

    def times_for(self, score: float) -> np.ndarray:
        """Return how many times the largest size reach a score; infinite where none does."""
        gap = self.a - score
        with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
            times = (self.b / np.where(gap > 0, gap, np.nan)) ** (1 / self.c)
        return np.where(gap > 0, times, np.inf)


def fit_power_law(sizes: np.ndarray, scores: np.ndarray) -> PowerLaw:
    """Fit by least squares: over a grid of c, where a and b are a linear problem.

    Parameters
    ----------
    sizes : numpy.ndarray of shape (m,)
        Items, growing.
    scores : numpy.ndarray of shape (B, m)
        Fractions of 1.

    Examples
    --------
    >>> n = np.array([1000, 2000, 4000, 8000])
    >>> law = fit_power_law(n, (0.9 - 0.1 * (n / 8000) ** -0.5)[None])
    >>> law.a.round(3), law.b.round(3), law.c.round(2)
    (array([0.9]), array([0.1]), array([0.5]))
    """
    x = (sizes / sizes[-1]) ** -EXPONENTS[:, None]  # (grid, m)
    mean_x = x.mean(axis=1)
    spread = x - mean_x[:, None]
    mean_y = scores.mean(axis=1)
    away = scores - mean_y[:, None]
    b = np.maximum(-(spread @ away.T) / (spread**2).sum(axis=1)[:, None], 0.0)  # (grid, B)
    a = mean_y + b * mean_x[:, None]
    # No score passes 1: where a would, it is 1, and b is what fits best below it.
    below = np.maximum((x @ (1 - scores).T) / (x**2).sum(axis=1)[:, None], 0.0)
    b, a = np.where(a > 1, below, b), np.minimum(a, 1.0)
    # Sum over sizes of (score - a + b x)^2, written out so that nothing of shape (grid, B, m) is.
    m = len(sizes)
    squares = (
        (scores**2).sum(axis=1)
        + m * a**2
        + b**2 * (x**2).sum(axis=1)[:, None]
        - 2 * a * scores.sum(axis=1)
        + 2 * b * (x @ scores.T)
        - 2 * a * b * x.sum(axis=1)[:, None]
    )
    best, rows = squares.argmin(axis=0), np.arange(len(scores))
    total = (away**2).sum(axis=1)
    left = np.maximum(squares[best, rows], 0.0)
    r2 = np.where(total > 1e-12, 1 - left / np.maximum(total, 1e-12), 0.0)
    edge = (best == 0) | (best == len(EXPONENTS) - 1)
    return PowerLaw(a[best, rows], b[best, rows], EXPONENTS[best], r2, edge)


def doubt_of(n_sizes: int, law: PowerLaw, resampled: PowerLaw) -> str | None:
    """Say why a fit is not to be relied on, or None: ``few``, ``flat``, ``uneven`` or ``shape``.

    Parameters
    ----------
    n_sizes : int
        Number of sizes.
    law : PowerLaw
        Of the measured scores.
    resampled : PowerLaw
        Of scores on resampled test sets.
    """
    if n_sizes < MIN_SIZES:
        return "few"
    grows = resampled.at(1) > resampled.at(1 / 2)
    if law.b[0] <= 0 or grows.mean() < SURE:
        return "flat"
    if law.at_edge[0] or law.at_bound[0] or resampled.at_bound.mean() > AT_BOUND:
        return "shape"
    return "uneven" if law.r2[0] < FITS_WELL else None


def times_to_cross(one: PowerLaw, other: PowerLaw, ahead: int) -> np.ndarray:
    """Return at how many times the largest size the second curve is no longer where it is now.

    Parameters
    ----------
    one, other : PowerLaw
        With B rows each.
    ahead : int
        1 if the second is above now, -1 if below.

    Returns
    -------
    numpy.ndarray of shape (B,)
        Infinite where it is there up to ``REACH`` times the largest size.
    """
    changed = ahead * (other.at(TIMES[:, None]) - one.at(TIMES[:, None])) <= 0  # (times, B)
    return np.where(changed.any(axis=0), TIMES[changed.argmax(axis=0)], np.inf)

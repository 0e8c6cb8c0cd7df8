"""How far probabilities can be believed: Brier score and expected calibration error."""

import numpy as np

__all__ = ["N_BINS", "brier", "expected_calibration_error", "noise_of_calibration"]

N_BINS = 15
ONE_SIDED = 1.645  # of 20 calibrated models, one errs by more than so many deviations


def brier(probabilities: np.ndarray, truth: np.ndarray) -> float:
    """Return the mean squared distance between probabilities and what came true.

    ``1/n sum_i sum_k (p_ik - [y_i = k])**2``: 0 is perfect, 2 is sure and always wrong; over two
    classes it is twice the squared error of one of them. A proper score: no other probabilities do
    better in the long run than the true ones (Brier 1950, "Verification of forecasts expressed in
    terms of probability").

    Parameters
    ----------
    probabilities : numpy.ndarray of shape (n, k)
        Each row sums to 1.
    truth : numpy.ndarray of shape (n,)
        Positions of the true classes.

    Examples
    --------
    >>> brier(np.array([[0.5, 0.5], [1.0, 0.0]]), np.array([0, 0]))
    0.25
    """
    came_true = np.arange(probabilities.shape[1]) == truth[:, None]
    return float(((probabilities - came_true) ** 2).sum(axis=1).mean())


def expected_calibration_error(
    probabilities: np.ndarray, truth: np.ndarray, n_bins: int = N_BINS
) -> float:
    """Return by how much the top probability misses the share of right answers.

    ``sum_b n_b/n |right_b - top_b|`` over bins b of items with similar top probabilities: the share
    of them whose top class is the true one, and their mean top probability (Guo et al. 2017, "On
    calibration of modern neural networks"). The bins hold equally many items (Nguyen & O'Connor
    2015, "Posterior calibration and exploratory analysis for natural language processing models"),
    so that none is judged on a handful. Between 0 and 1; 0 is perfect.

    Parameters
    ----------
    probabilities : numpy.ndarray of shape (n, k)
        Each row sums to 1.
    truth : numpy.ndarray of shape (n,)
        Positions of the true classes.
    n_bins : int
        Fewer when there are fewer items.

    Examples
    --------
    >>> round(expected_calibration_error(np.array([[0.6, 0.4], [0.9, 0.1]]), np.array([1, 0])), 9)
    0.35
    """
    top, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == truth
    levels, level = np.unique(top, return_inverse=True)
    # Items with one probability may fall into two bins: each counts as right as they are together,
    # so that their order changes nothing.
    share = np.bincount(level, weights=right) / np.bincount(level)
    order = np.argsort(level, kind="stable")
    surplus = np.array_split((share[level] - levels[level])[order], min(n_bins, len(top)))
    return float(sum(abs(each.sum()) for each in surplus) / len(top))


def noise_of_calibration(top: np.ndarray, n_bins: int = N_BINS) -> tuple[float, float]:
    """Return what chance makes of a calibrated model's error: in the bins, and over all items.

    Each item is right with its top probability. A bin's surplus is then nearly normal, and its
    absolute value has the mean ``sd sqrt(2 / pi)`` (Broecker & Smith 2007, "Increasing the
    reliability of reliability diagrams", draw the same by resampling).

    Parameters
    ----------
    top : numpy.ndarray of shape (n,)
        Top probability of each item.
    n_bins : int
        Fewer when there are fewer items.

    Returns
    -------
    tuple of float
        The calibration error that 19 of 20 calibrated models stay below, and two standard errors
        of the difference between mean top probability and accuracy.

    Examples
    --------
    >>> error, away = noise_of_calibration(np.full(400, 0.8), n_bins=4)
    >>> round(error, 3), round(away, 3)
    (0.052, 0.04)
    """
    parts = np.array_split(np.sort(top), min(n_bins, len(top)))
    variances = np.array([(part * (1 - part)).sum() for part in parts])
    mean = np.sqrt(2 / np.pi * variances).sum()
    deviation = np.sqrt((1 - 2 / np.pi) * variances.sum())
    error = (mean + ONE_SIDED * deviation) / len(top)
    return float(error), float(2 * np.sqrt(variances.sum()) / len(top))

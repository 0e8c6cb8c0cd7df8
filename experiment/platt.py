"""Platt scaling: one sigmoid per one-vs-rest problem turns log-odds into believable probabilities.

Platt 1999, "Probabilistic outputs for support vector machines and comparisons to regularized
likelihood methods"; the Newton steps are those of Lin, Lin & Weng 2007, "A note on Platt's
probabilistic outputs for support vector machines".
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

__all__ = ["Platt", "fit_sigmoid"]

SURE = 1e-12  # nearer to 0 or 1 than this, a probability's log-odds say nothing
STEPS = 100
RIDGE = 1e-12  # keeps a step possible where all log-odds are equal
SMALL = 1e-9  # gradient, per item, at which the fit is done


@dataclass(frozen=True)
class Platt:
    """Calibrated probabilities from a classifier's own.

    With two classes there is one problem, the second class against the first. With more, each
    class against the rest, and the answers are scaled to sum to one (Zadrozny & Elkan 2002,
    "Transforming classifier scores into accurate multiclass probability estimates").

    Attributes
    ----------
    slopes, intercepts : numpy.ndarray of shape (n_problems,)
        A problem's calibrated probability is ``expit(slope * log-odds + intercept)``.
    """

    slopes: NDArray[np.float64]
    intercepts: NDArray[np.float64]

    @classmethod
    def fit(cls, probabilities: NDArray[np.float64], truth: NDArray[np.int64]) -> "Platt":
        """Fit on answers to items that the classifier was not fitted on.

        Parameters
        ----------
        probabilities : numpy.ndarray of shape (n, k)
            Each row sums to 1.
        truth : numpy.ndarray of shape (n,)
            Positions of the true classes.
        """
        odds = _log_odds(probabilities)
        classes = range(probabilities.shape[1] - odds.shape[1], probabilities.shape[1])
        fits = [fit_sigmoid(odds[:, j], truth == label) for j, label in enumerate(classes)]
        slopes, intercepts = np.array(fits).T
        return cls(slopes, intercepts)

    def calibrate(self, probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return calibrated probabilities, shape (n, k), each row summing to 1."""
        each = expit(_log_odds(probabilities) * self.slopes + self.intercepts)
        if each.shape[1] == 1:
            return np.hstack([1 - each, each])
        return each / np.maximum(each.sum(axis=1, keepdims=True), np.finfo(float).tiny)


def _log_odds(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the log-odds of each problem, shape (n, n_problems)."""
    problems = probabilities[:, 1:] if probabilities.shape[1] == 2 else probabilities
    return logit(np.clip(problems, SURE, 1 - SURE))


def fit_sigmoid(odds: NDArray[np.float64], positive: NDArray[np.bool_]) -> tuple[float, float]:
    """Fit ``P(positive) = expit(slope * odds + intercept)`` by maximum likelihood.

    The targets are Platt's: (n₊ + 1) / (n₊ + 2) for a positive item and 1 / (n₋ + 2) for another
    one, in place of 1 and 0, so that separable items leave the slope finite.

    Parameters
    ----------
    odds : numpy.ndarray of shape (n,)
        Log-odds, or any score.
    positive : numpy.ndarray of bool, shape (n,)
        Which items belong to the class.

    Returns
    -------
    tuple of float
        Slope and intercept.
    """
    n_positive = int(positive.sum())
    n_negative = len(positive) - n_positive
    target = np.where(positive, (n_positive + 1) / (n_positive + 2), 1 / (n_negative + 2))
    design = np.column_stack([odds, np.ones_like(odds)])  # (item, slope and intercept)
    line = np.array([0.0, np.log((n_positive + 1) / (n_negative + 1))])
    loss = _loss(design @ line, target)
    for _ in range(STEPS):
        answers = expit(design @ line)
        gradient = design.T @ (answers - target)
        if np.abs(gradient).max() < SMALL * len(odds):
            break
        weights = answers * (1 - answers)
        step = np.linalg.solve((design.T * weights) @ design + RIDGE * np.eye(2), gradient)
        size = 1.0
        while _loss(design @ (line - size * step), target) > loss and size > SURE:
            size /= 2  # a full step may overshoot where the sigmoid is flat
        line = line - size * step
        loss = _loss(design @ line, target)
    return float(line[0]), float(line[1])


def _loss(line: NDArray[np.float64], target: NDArray[np.float64]) -> float:
    return float((np.logaddexp(0, line) - target * line).sum())

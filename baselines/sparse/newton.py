"""Sparse logistic regression (L1, elastic net) by proximal Newton steps on a working set.

Each step replaces the loss by its quadratic model and minimises that by coordinate descent, after
Yuan, Ho & Lin 2012 ("An improved GLMNET for L1-regularized logistic regression"), whose objective
and stopping rule these are. Two things make it fast on text. The model is minimised over a working
set, the coefficients in use and those that violate optimality most (Massias et al. 2018, "Celer"),
while one pass over all columns a step proves that nothing was left out. And a larger C starts from
the solution for a smaller one.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from worthit.baselines.sparse.quadratic import (
    Columns,
    Penalty,
    Point,
    add_decisions,
    minimise_model,
    project,
)

__all__ = ["descend"]

SMALLEST_SET = 500  # coefficients in a working set, at least
NEWTON_STEPS = 100
HALVINGS = 20
CURVATURE_FLOOR = 1e-8  # of one item, so that a certain answer leaves the model convex


def descend(
    columns: Columns,
    target: NDArray[np.bool_],
    cost: NDArray[np.float64],
    penalty: Penalty,
    coefficients: NDArray[np.float64],
    intercept: float,
    tolerance: float,
    random: np.random.Generator,
) -> float:
    """Minimise sum of cost * log-loss + penalty, from given coefficients, which are overwritten.

    Parameters
    ----------
    columns : Columns
        The features.
    target : numpy.ndarray of shape (n_items,)
        True for the class to recognise.
    cost : numpy.ndarray of shape (n_items,)
        C times the weight of each item.
    penalty : Penalty
        On the coefficients of scaled columns.
    coefficients : numpy.ndarray of shape (n_features,)
        Start, and result.
    intercept : float
        Start.
    tolerance : float
        Stop when the violations of optimality sum to this share of what they are at zero.
    random : numpy.random.Generator
        For the order in which coordinates are visited.

    Returns
    -------
    float
        The intercept.
    """
    margins = np.zeros(len(target))
    slopes, curvatures = _differentiate(margins, target, cost)
    gradient = np.empty(len(coefficients))
    project(columns, slopes, gradient)
    at_zero = _violations(gradient, np.zeros_like(coefficients), penalty.l1).sum()
    at_zero += _violations(slopes.sum(), np.zeros(1), penalty.intercept)[0]
    add_decisions(columns, coefficients, margins)
    margins += intercept
    loss = _log_loss(margins, target, cost)
    patience = 0.3  # how much of the model's violation one step may leave
    for _ in range(NEWTON_STEPS):
        slopes, curvatures = _differentiate(margins, target, cost)
        project(columns, slopes, gradient)
        smooth = gradient + penalty.l2 * coefficients
        violations = _violations(smooth, coefficients, penalty.l1)
        of_intercept = _violations(slopes.sum(), np.array([intercept]), penalty.intercept)[0]
        if violations.sum() + of_intercept <= tolerance * at_zero:
            break
        chosen = _working_set(coefficients, violations)
        start = Point(coefficients[chosen], intercept)
        step, change, rounds = minimise_model(
            columns,
            chosen,
            start,
            gradient[chosen],
            slopes.sum(),
            curvatures,
            penalty,
            patience,
            random,
        )
        if rounds == 1:
            patience /= 4
        promised = gradient[chosen] @ step.coefficients + slopes.sum() * step.intercept
        fraction = 1.0
        for _ in range(HALVINGS):  # Armijo's rule: until the objective falls as promised
            there = _log_loss(margins + fraction * change, target, cost)
            reached = Point(
                start.coefficients + fraction * step.coefficients,
                start.intercept + fraction * step.intercept,
            )
            growth = _size(reached, penalty) - _size(start, penalty)
            if there + growth - loss <= 0.01 * (fraction * promised + growth):
                break
            fraction /= 2
        loss, intercept = there, reached.intercept
        margins += fraction * change
        coefficients[chosen] = reached.coefficients
    return float(intercept)


def _violations(smooth: NDArray, coefficients: NDArray, l1: float) -> NDArray:
    """Return the distance of 0 from each subgradient."""
    at_zero = np.maximum(np.abs(smooth) - l1, 0.0)
    return np.where(coefficients != 0.0, np.abs(smooth + l1 * np.sign(coefficients)), at_zero)


def _differentiate(margins: NDArray, target: NDArray, cost: NDArray) -> tuple[NDArray, NDArray]:
    """Return the loss's first and second derivative at each item's margin."""
    probabilities = expit(margins)
    curvatures = cost * np.maximum(probabilities * (1.0 - probabilities), CURVATURE_FLOOR)
    return cost * (probabilities - target), curvatures


def _log_loss(margins: NDArray, target: NDArray, cost: NDArray) -> float:
    return float(cost @ np.logaddexp(0.0, np.where(target, -margins, margins)))


def _size(point: Point, penalty: Penalty) -> float:
    l1, l2 = np.abs(point.coefficients).sum(), point.coefficients @ point.coefficients
    return float(penalty.l1 * l1 + penalty.l2 / 2 * l2 + penalty.intercept * abs(point.intercept))


def _working_set(coefficients: NDArray, violations: NDArray) -> NDArray[np.int64]:
    """Return the numbers of the coefficients in use and of the worst violators, as many again."""
    limit = max(2 * int((coefficients != 0.0).sum()), SMALLEST_SET)
    urgency = np.where(coefficients != 0.0, np.inf, violations)
    candidates = np.flatnonzero(urgency > 0.0)
    if len(candidates) <= limit:
        return candidates
    worst = np.argpartition(urgency[candidates], -limit)[-limit:]
    return np.sort(candidates[worst])

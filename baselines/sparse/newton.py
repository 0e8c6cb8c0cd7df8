"""Sparse logistic regression (L1, elastic net) by proximal Newton steps on a working set.

Each step replaces the loss by its quadratic model and minimises that by coordinate descent, after
Yuan, Ho & Lin 2012 ("An improved GLMNET for L1-regularized logistic regression"), whose objective
and stopping rule these are. Two things make it fast on text. The model is minimised over a working
set, the coefficients in use and those that violate optimality most (Massias et al. 2018, "Celer"),
while one pass over all columns a step proves that nothing was left out. And a larger C starts from
the solution for a smaller one.
"""

from math import exp, fabs, log1p
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from worthit.core.compiled import kernel

__all__ = ["Columns", "Penalty", "descend"]

SMALLEST_SET = 500  # coefficients in a working set, at least
MODEL_ROUNDS = 50  # passes over the working set, at most
NEWTON_STEPS = 100
HALVINGS = 20
CURVATURE_FLOOR = 1e-8  # of one item, so that a certain answer leaves the model convex


class Columns(NamedTuple):
    """A feature matrix by columns (CSC), each to be multiplied by its scale.

    Attributes
    ----------
    starts : numpy.ndarray of shape (n_features + 1,)
    rows, values : numpy.ndarray of shape (n_non_zeros,)
    scale : numpy.ndarray of shape (n_features,)
    """

    starts: NDArray[np.int32]
    rows: NDArray[np.int32]
    values: NDArray[np.float64]
    scale: NDArray[np.float64]


class Penalty(NamedTuple):
    """l1 * |w|_1 + l2 / 2 * |w|_2^2 + intercept * |b|.

    Attributes
    ----------
    l1, l2, intercept : float
    """

    l1: float
    l2: float
    intercept: float


@kernel
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
    n_items, n_features = len(target), len(coefficients)
    slopes, curvatures = np.empty(n_items), np.empty(n_items)
    gradient, violations = np.empty(n_features), np.empty(n_features)
    margins = np.zeros(n_items)
    _differentiate(margins, target, cost, slopes, curvatures)
    _project(columns, slopes, gradient)
    at_zero = max(fabs(slopes.sum()) - penalty.intercept, 0.0)
    for j in range(n_features):
        at_zero += max(fabs(gradient[j]) - penalty.l1, 0.0)
    _add_decisions(columns, coefficients, margins)
    margins += intercept
    loss = _log_loss(margins, target, cost)
    patience = 0.3  # how much of the model's violation one step may leave
    for _ in range(NEWTON_STEPS):
        _differentiate(margins, target, cost, slopes, curvatures)
        _project(columns, slopes, gradient)
        total = _violation(slopes.sum(), intercept, penalty.intercept)
        in_use = 0
        for j in range(n_features):
            smooth = gradient[j] + penalty.l2 * coefficients[j]
            violations[j] = _violation(smooth, coefficients[j], penalty.l1)
            total += violations[j]
            in_use += coefficients[j] != 0.0
        if total <= tolerance * at_zero:
            break
        chosen = _working_set(coefficients, violations, max(2 * in_use, SMALLEST_SET))
        steps, intercept_step, change, rounds = _minimise_model(
            columns,
            chosen,
            coefficients,
            intercept,
            gradient,
            slopes,
            curvatures,
            penalty,
            patience,
            random,
        )
        if rounds == 1:
            patience /= 4
        fraction, loss = _line_search(
            margins,
            change,
            target,
            cost,
            loss,
            penalty,
            coefficients[chosen],
            steps,
            gradient[chosen],
            intercept,
            intercept_step,
            slopes.sum(),
        )
        margins += fraction * change
        intercept += fraction * intercept_step
        coefficients[chosen] += fraction * steps
    return intercept


@kernel
def _violation(smooth: float, coefficient: float, l1: float) -> float:
    """Return the distance of 0 from the subgradient."""
    if coefficient > 0:
        return fabs(smooth + l1)
    if coefficient < 0:
        return fabs(smooth - l1)
    return max(fabs(smooth) - l1, 0.0)


@kernel
def _threshold(smooth: float, coefficient: float, curvature: float, l1: float) -> float:
    """Return the minimiser of a one-dimensional quadratic with an L1 term."""
    free = coefficient - smooth / curvature
    if free > l1 / curvature:
        return free - l1 / curvature
    if free < -l1 / curvature:
        return free + l1 / curvature
    return 0.0


@kernel
def _differentiate(
    margins: NDArray, target: NDArray, cost: NDArray, slopes: NDArray, curvatures: NDArray
) -> None:
    """Fill in the loss's first and second derivative at each item's margin."""
    for i in range(len(margins)):
        probability = 1.0 / (1.0 + exp(-margins[i]))
        slopes[i] = cost[i] * (probability - target[i])
        curvatures[i] = cost[i] * max(probability * (1.0 - probability), CURVATURE_FLOOR)


@kernel
def _project(columns: Columns, slopes: NDArray, gradient: NDArray) -> None:
    """Fill in the loss's gradient by every coefficient."""
    for j in range(len(gradient)):
        total = 0.0
        for k in range(columns.starts[j], columns.starts[j + 1]):
            total += columns.values[k] * slopes[columns.rows[k]]
        gradient[j] = total * columns.scale[j]


@kernel
def _add_decisions(columns: Columns, coefficients: NDArray, margins: NDArray) -> None:
    for j in range(len(coefficients)):
        if coefficients[j] != 0.0:
            scaled = coefficients[j] * columns.scale[j]
            for k in range(columns.starts[j], columns.starts[j + 1]):
                margins[columns.rows[k]] += scaled * columns.values[k]


@kernel
def _log_loss(margins: NDArray, target: NDArray, cost: NDArray) -> float:
    total = 0.0
    for i in range(len(margins)):
        margin = margins[i] if target[i] else -margins[i]
        # Written so that neither exponential can overflow.
        total += cost[i] * (log1p(exp(-margin)) if margin > 0 else log1p(exp(margin)) - margin)
    return total


@kernel
def _working_set(coefficients: NDArray, violations: NDArray, limit: int) -> NDArray:
    """Return the numbers of coefficients in use and of the worst violators, ``limit`` in all."""
    urgency = np.where(coefficients != 0.0, np.inf, violations)
    candidates = np.flatnonzero(urgency > 0.0)
    if len(candidates) <= limit:
        return candidates
    cut = np.partition(urgency[candidates], len(candidates) - limit)[len(candidates) - limit]
    return np.flatnonzero(urgency >= cut)


@kernel
def _minimise_model(
    columns: Columns,
    chosen: NDArray,
    coefficients: NDArray,
    intercept: float,
    gradient: NDArray,
    slopes: NDArray,
    curvatures: NDArray,
    penalty: Penalty,
    patience: float,
    random: np.random.Generator,
) -> tuple[NDArray, float, NDArray, int]:
    """Minimise the quadratic model over the working set by coordinate descent.

    Returns
    -------
    tuple of steps, step of the intercept, change of the margins, rounds made
    """
    n_chosen = len(chosen)
    steps, intercept_step, change = np.zeros(n_chosen), 0.0, np.zeros(len(slopes))
    pull = np.zeros(len(slopes))  # curvature * change: how the model bends the slopes
    second = np.empty(n_chosen)
    for c in range(n_chosen):
        j, total = chosen[c], 0.0
        for k in range(columns.starts[j], columns.starts[j + 1]):
            total += columns.values[k] ** 2 * curvatures[columns.rows[k]]
        second[c] = total * columns.scale[j] ** 2 + penalty.l2 + 1e-10
    slope_of_all, curvature_of_all = slopes.sum(), curvatures.sum()
    order, n_active = np.arange(n_chosen), n_chosen
    first, margin = -1.0, np.inf
    rounds = 0
    for _ in range(MODEL_ROUNDS):
        rounds += 1
        total, worst, position = 0.0, 0.0, 0
        while position < n_active:
            other = random.integers(position, n_active)
            order[position], order[other] = order[other], order[position]
            c = order[position]
            j = chosen[c]
            smooth = 0.0
            for k in range(columns.starts[j], columns.starts[j + 1]):
                smooth += columns.values[k] * pull[columns.rows[k]]
            current = coefficients[j] + steps[c]
            smooth = gradient[j] + smooth * columns.scale[j] + penalty.l2 * current
            if current == 0.0 and fabs(smooth) < penalty.l1 - margin / len(slopes):
                n_active -= 1  # far from entering: passed over until the others have settled
                order[position], order[n_active] = order[n_active], order[position]
                continue
            violation = _violation(smooth, current, penalty.l1)
            total, worst = total + violation, max(worst, violation)
            step = _threshold(smooth, current, second[c], penalty.l1) - current
            if fabs(step) > 1e-14:
                steps[c] += step
                scaled = step * columns.scale[j]
                for k in range(columns.starts[j], columns.starts[j + 1]):
                    i = columns.rows[k]
                    change[i] += scaled * columns.values[k]
                    pull[i] += scaled * columns.values[k] * curvatures[i]
            position += 1
        smooth = slope_of_all + pull.sum()
        current = intercept + intercept_step
        step = _threshold(smooth, current, curvature_of_all, penalty.intercept) - current
        intercept_step += step
        change += step
        pull += step * curvatures
        if first < 0:
            first = total
        margin = worst
        if total <= patience * first:
            if n_active == n_chosen:
                break
            n_active, margin = n_chosen, np.inf
    return steps, intercept_step, change, rounds


@kernel
def _line_search(
    margins: NDArray,
    change: NDArray,
    target: NDArray,
    cost: NDArray,
    loss: float,
    penalty: Penalty,
    coefficients: NDArray,
    steps: NDArray,
    gradient: NDArray,
    intercept: float,
    intercept_step: float,
    slope_of_all: float,
) -> tuple[float, float]:
    """Halve the step until the objective falls as the model promised (Armijo's rule).

    Returns
    -------
    tuple of the step's fraction and the loss there
    """
    before = _size(coefficients, intercept, penalty)
    promised = _size(coefficients + steps, intercept + intercept_step, penalty) - before
    promised += np.dot(gradient, steps) + slope_of_all * intercept_step
    fraction, there = 1.0, loss
    for _ in range(HALVINGS):
        there = _log_loss(margins + fraction * change, target, cost)
        after = _size(
            coefficients + fraction * steps, intercept + fraction * intercept_step, penalty
        )
        if there + after - loss - before <= 0.01 * fraction * promised:
            break
        fraction /= 2
    return fraction, there


@kernel
def _size(coefficients: NDArray, intercept: float, penalty: Penalty) -> float:
    total = penalty.intercept * fabs(intercept)
    for value in coefficients:
        total += penalty.l1 * fabs(value) + penalty.l2 / 2 * value * value
    return total

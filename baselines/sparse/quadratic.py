"""Compiled passes over a sparse matrix by columns, for the Newton steps of sparse regression."""

from math import fabs
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from worthit.core.compiled import kernel

__all__ = ["Columns", "Penalty", "Point", "add_decisions", "minimise_model", "project"]

ROUNDS = 50  # passes over the working set, at most


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


class Point(NamedTuple):
    """Coefficients of a working set with the intercept, or a step from there.

    Attributes
    ----------
    coefficients : numpy.ndarray of shape (n_chosen,)
    intercept : float
    """

    coefficients: NDArray[np.float64]
    intercept: float


@kernel
def project(columns: Columns, slopes: NDArray, gradient: NDArray) -> None:
    """Fill in the loss's gradient by every coefficient."""
    for j in range(len(gradient)):
        total = 0.0
        for k in range(columns.starts[j], columns.starts[j + 1]):
            total += columns.values[k] * slopes[columns.rows[k]]
        gradient[j] = total * columns.scale[j]


@kernel
def add_decisions(columns: Columns, coefficients: NDArray, margins: NDArray) -> None:
    """Add every item's decision, the intercept aside, to its margin."""
    for j in range(len(coefficients)):
        if coefficients[j] != 0.0:
            scaled = coefficients[j] * columns.scale[j]
            for k in range(columns.starts[j], columns.starts[j + 1]):
                margins[columns.rows[k]] += scaled * columns.values[k]


@kernel
def _violation(smooth: float, coefficient: float, l1: float) -> float:
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
def minimise_model(
    columns: Columns,
    chosen: NDArray,
    start: Point,
    gradient: NDArray,
    slope_of_all: float,
    curvatures: NDArray,
    penalty: Penalty,
    patience: float,
    random: np.random.Generator,
) -> tuple[Point, NDArray, int]:
    """Minimise the quadratic model over the working set by coordinate descent.

    Returns
    -------
    tuple of the step, the change of the margins and the rounds made
    """
    n_chosen, n_items = len(chosen), len(curvatures)
    steps, intercept_step, change = np.zeros(n_chosen), 0.0, np.zeros(n_items)
    pull = np.zeros(n_items)  # curvature * change: how the model bends the slopes
    second = np.empty(n_chosen)
    for c in range(n_chosen):
        j, total = chosen[c], 0.0
        for k in range(columns.starts[j], columns.starts[j + 1]):
            total += columns.values[k] ** 2 * curvatures[columns.rows[k]]
        second[c] = total * columns.scale[j] ** 2 + penalty.l2 + 1e-10
    curvature_of_all = curvatures.sum()
    order, n_active = np.arange(n_chosen), n_chosen
    first, margin = -1.0, np.inf
    rounds = 0
    for _ in range(ROUNDS):
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
            current = start.coefficients[c] + steps[c]
            smooth = gradient[c] + smooth * columns.scale[j] + penalty.l2 * current
            if current == 0.0 and fabs(smooth) < penalty.l1 - margin / n_items:
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
        current = start.intercept + intercept_step
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
    return Point(steps, intercept_step), change, rounds

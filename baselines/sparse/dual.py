"""L2-penalised logistic regression by coordinate descent on its dual problem.

After Yu, Huang & Lin 2011 ("Dual coordinate descent methods for logistic regression and maximum
entropy models"), with two changes. An item's dual variable is kept as the log-odds of its share
alpha / C: at the optimum that is minus its margin, so a share says how wrong the model still is
about the item, and the solution for one C is a good start for another. And items that the model
agrees with are passed over until the others have settled.
"""

from math import exp, fabs
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from worthit.core.compiled import kernel

__all__ = ["Rows", "ascend"]

EPOCHS = 1000
NEWTON_STEPS = 20


class Rows(NamedTuple):
    """A feature matrix by rows (CSR), its columns to be multiplied by a scale.

    Attributes
    ----------
    starts : numpy.ndarray of shape (n_items + 1,)
    columns, values : numpy.ndarray of shape (n_non_zeros,)
    squared_scale : numpy.ndarray of shape (n_features,)
    """

    starts: NDArray[np.int32]
    columns: NDArray[np.int32]
    values: NDArray[np.float64]
    squared_scale: NDArray[np.float64]


@kernel
def ascend(
    rows: Rows,
    target: NDArray[np.bool_],
    cost: NDArray[np.float64],
    log_odds: NDArray[np.float64],
    coefficients: NDArray[np.float64],
    tolerance: float,
    random: np.random.Generator,
) -> float:
    """Minimise sum of cost * log-loss + (|w|^2 + b^2) / 2, from given dual variables.

    Parameters
    ----------
    rows : Rows
        The features.
    target : numpy.ndarray of shape (n_items,)
        True for the class to recognise.
    cost : numpy.ndarray of shape (n_items,)
        C times the weight of each item.
    log_odds : numpy.ndarray of shape (n_items,)
        Of alpha / cost: start, and result.
    coefficients : numpy.ndarray of shape (n_features,)
        Overwritten with the result, for columns as they are, without their scale.
    tolerance : float
        Stop when no item's share is further than this from where it belongs, between 0 and 1.
    random : numpy.random.Generator
        For the order in which items are visited.

    Returns
    -------
    float
        The intercept.
    """
    n_items = len(target)
    norms, intercept = np.ones(n_items), 0.0  # the intercept's own column is 1
    coefficients[:] = 0.0
    for i in range(n_items):
        signed = cost[i] / (1.0 + exp(-log_odds[i])) * (1.0 if target[i] else -1.0)
        intercept += signed
        for k in range(rows.starts[i], rows.starts[i + 1]):
            scaled = rows.values[k] * rows.squared_scale[rows.columns[k]]
            norms[i] += rows.values[k] * scaled
            coefficients[rows.columns[k]] += signed * scaled
    order, n_active = np.arange(n_items), n_items
    for _ in range(EPOCHS):
        worst, position, complete = 0.0, 0, n_active == n_items
        while position < n_active:
            other = random.integers(position, n_active)
            order[position], order[other] = order[other], order[position]
            i = order[position]
            sign = 1.0 if target[i] else -1.0
            margin = 0.0
            for k in range(rows.starts[i], rows.starts[i + 1]):
                margin += coefficients[rows.columns[k]] * rows.values[k]
            margin = sign * (margin + intercept)
            share = 1.0 / (1.0 + exp(-log_odds[i]))
            violation = fabs(1.0 / (1.0 + exp(margin)) - share)
            worst = max(worst, violation)
            if violation < 0.1 * tolerance:
                n_active -= 1
                order[position], order[n_active] = order[n_active], order[position]
                continue
            log_odds[i] = _settle(margin, log_odds[i], norms[i] * cost[i], 0.01 * tolerance)
            change = sign * cost[i] * (1.0 / (1.0 + exp(-log_odds[i])) - share)
            intercept += change
            for k in range(rows.starts[i], rows.starts[i + 1]):
                j = rows.columns[k]
                coefficients[j] += change * rows.values[k] * rows.squared_scale[j]
            position += 1
        if worst <= tolerance:
            if complete:
                break
            n_active = n_items
    return intercept


@kernel
def _settle(margin: float, log_odds: float, norm: float, tolerance: float) -> float:
    """Solve norm * (share(x) - share(log_odds)) + margin + x = 0 for x, safely.

    The left side rises with x, and its root lies between the present value and minus the margin:
    Newton's method, with bisection where a step leaves that bracket.
    """
    low, high = min(-margin, log_odds), max(-margin, log_odds)
    before = 1.0 / (1.0 + exp(-log_odds))
    share = before
    for _ in range(NEWTON_STEPS):
        excess = norm * (share - before) + margin + log_odds
        if fabs(excess) < tolerance * (1.0 + norm):
            break
        if excess > 0:
            high = log_odds
        else:
            low = log_odds
        log_odds -= excess / (1.0 + norm * share * (1.0 - share))
        if log_odds <= low or log_odds >= high:
            log_odds = 0.5 * (low + high)
        share = 1.0 / (1.0 + exp(-log_odds))
    return log_odds

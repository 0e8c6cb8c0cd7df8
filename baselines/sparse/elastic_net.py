"""Elastic-net logistic regression by a bounded quasi-Newton method.

Splitting the coefficients into positive and negative parts, w = u - v with u, v >= 0, makes the
L1 term linear, so L-BFGS-B minimises a smooth function under simple bounds and returns exact
zeros (Andrew & Gao 2007 discuss the split). On text features this takes seconds where
scikit-learn's saga, the only solver there for this penalty, takes half a minute.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import minimize
from scipy.special import expit

__all__ = ["fit_elastic_net"]


def fit_elastic_net(
    features: sparse.csr_array,
    target: NDArray[np.bool_],
    *,
    C: float,
    l1_ratio: float,
    weights: NDArray[np.float64] | None,
    tolerance: float,
    max_iterations: int = 500,
) -> tuple[NDArray[np.float64], float]:
    """Minimise C * weighted log-loss + l1_ratio * |w|_1 + (1 - l1_ratio) / 2 * |w|_2^2.

    This is scikit-learn's objective for ``LogisticRegression(l1_ratio=...)``; the intercept is
    not penalised.

    Parameters
    ----------
    features : scipy.sparse.csr_array of shape (n_items, n_features)
        The features.
    target : numpy.ndarray of shape (n_items,)
        True for the class to recognise.
    C : float
        Inverse strength of the penalty.
    l1_ratio : float
        From 0 (ridge) to 1 (lasso).
    weights : numpy.ndarray of shape (n_items,) or None
        Weight of each item in the loss.
    tolerance : float
        Stop when a step improves the objective by less than ``tolerance`` / 100 of itself.
    max_iterations : int
        Stop after so many steps in any case.

    Returns
    -------
    tuple of numpy.ndarray of shape (n_features,) and float
        Coefficients and intercept.
    """
    n_features = features.shape[1]
    sign = np.where(target, 1.0, -1.0)
    loss_weights = C * (np.ones(len(sign)) if weights is None else weights)
    transposed = features.T.tocsr()

    def objective(point: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        positive, negative, intercept = point[:n_features], point[n_features:-1], point[-1]
        coefficients = positive - negative
        margins = sign * (features @ coefficients + intercept)
        value = loss_weights @ np.logaddexp(0, -margins) + l1_ratio * point[:-1].sum()
        value += (1 - l1_ratio) / 2 * coefficients @ coefficients
        pull = -loss_weights * sign * expit(-margins)  # d loss / d decision, (n_items,)
        smooth = transposed @ pull + (1 - l1_ratio) * coefficients
        return float(value), np.concatenate([smooth + l1_ratio, l1_ratio - smooth, [pull.sum()]])

    bounds = np.full((2 * n_features + 1, 2), (0.0, np.inf))
    bounds[-1, 0] = -np.inf
    options = {"maxiter": max_iterations, "ftol": tolerance / 100, "gtol": 0.0}
    found = minimize(
        objective,
        np.zeros(2 * n_features + 1),
        jac=True,
        method="L-BFGS-B",
        bounds=bounds,
        options=options,
    )
    return found.x[:n_features] - found.x[n_features:-1], float(found.x[-1])

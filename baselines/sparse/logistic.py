"""One-vs-rest logistic regression on sparse features, with L1, L2 or elastic-net penalty."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import expit

from worthit.baselines.sparse.dual import Rows, ascend
from worthit.baselines.sparse.newton import descend
from worthit.baselines.sparse.quadratic import Columns, Penalty

__all__ = ["LinearModel", "Objective", "fit_logistic", "fit_path", "log_count_ratio"]


@dataclass(frozen=True)
class LinearModel:
    """Coefficients of one-vs-rest problems; a two-class task is a single problem.

    Attributes
    ----------
    coefficients : numpy.ndarray of shape (n_features, n_problems)
        A column for each class, or one for the second of two classes.
    intercepts : numpy.ndarray of shape (n_problems,)
    """

    coefficients: NDArray[np.float64]
    intercepts: NDArray[np.float64]

    def decide(self, features: sparse.csr_array) -> NDArray[np.float64]:
        """Return log-odds, shape (n_items, n_problems)."""
        return np.asarray(features @ self.coefficients) + self.intercepts

    def probabilities(self, features: sparse.csr_array) -> NDArray[np.float64]:
        """Return class probabilities, shape (n_items, n_classes).

        With three classes and more the problems' probabilities are scaled to sum to one, as
        scikit-learn does for one-vs-rest.
        """
        each = expit(self.decide(features))
        if each.shape[1] == 1:
            return np.hstack([1 - each, each])
        total = each.sum(axis=1, keepdims=True)
        even = np.full_like(each, 1 / each.shape[1])
        return np.divide(each, total, out=even, where=total > 0)


@dataclass(frozen=True)
class Objective:
    """What is minimised: C * weighted log-loss + penalty.

    Attributes
    ----------
    penalty : str
        ``"l1"``, ``"l2"`` or ``"elasticnet"``.
    l1_ratio : float
        Share of L1 in an elastic net.
    C : float
        Inverse strength of the penalty, scikit-learn's C.
    naive_bayes : bool
        Scale features by their log-count ratio before fitting (Wang & Manning 2012). The scale is
        folded into the coefficients, so the model still works on plain features.
    tolerance : float
        The solvers' stopping tolerance, see :func:`~worthit.baselines.sparse.newton.descend`. The
        dual solver of L2 stops at ten times as much, which is as accurate: it bounds the largest
        violation of any item, not their sum.
    seed : int
        For the order in which the solver visits coordinates.
    """

    penalty: str
    l1_ratio: float
    C: float
    naive_bayes: bool
    tolerance: float
    seed: int


def fit_logistic(
    features: sparse.csr_array,
    codes: NDArray[np.int64],
    n_classes: int,
    objective: Objective,
    weights: NDArray[np.float64] | None = None,
    jobs: int = 1,
) -> LinearModel:
    """Fit one problem per class (one in all for two classes).

    Parameters
    ----------
    features : scipy.sparse.csr_array of shape (n_items, n_features)
        Non-negative features.
    codes : numpy.ndarray of shape (n_items,)
        Class numbers from 0.
    n_classes : int
        Number of classes.
    objective : Objective
        What to minimise.
    weights : numpy.ndarray of shape (n_items,) or None
        Weight of each item in the loss.
    jobs : int
        Threads over the problems.

    Returns
    -------
    LinearModel
    """
    return fit_path(features, codes, n_classes, objective, [objective.C], weights, jobs)[0]


def fit_path(
    features: sparse.csr_array,
    codes: NDArray[np.int64],
    n_classes: int,
    objective: Objective,
    path: Sequence[float],
    weights: NDArray[np.float64] | None = None,
    jobs: int = 1,
) -> list[LinearModel]:
    """Fit for several values of C in ascending order, each from the solution of the one before.

    Parameters
    ----------
    path : sequence of float
        Values of C, in place of the objective's.

    Returns
    -------
    list of LinearModel
        One for each C. For the other parameters see :func:`fit_logistic`.
    """
    targets = [codes == code for code in ([1] if n_classes == 2 else range(n_classes))]
    weights = np.ones(len(codes)) if weights is None else weights
    by_column = sparse.csc_array(features) if objective.penalty != "l2" else None
    # The solvers let other threads run and all of them read the same matrix.
    run = Parallel(n_jobs=min(jobs, len(targets)), prefer="threads")
    paths = run(
        delayed(_fit_one)(features, by_column, target, objective, path, weights)
        for target in targets
    )
    return [
        LinearModel(np.column_stack(coefficients), np.array(intercepts))
        for coefficients, intercepts in (
            zip(*models, strict=True) for models in zip(*paths, strict=True)
        )
    ]


def _fit_one(
    features: sparse.csr_array,
    by_column: sparse.csc_array | None,
    target: NDArray[np.bool_],
    objective: Objective,
    path: Sequence[float],
    weights: NDArray[np.float64],
) -> list[tuple[NDArray[np.float64], float]]:
    """Fit one problem along the path: coefficients and intercept for each C."""
    if not features.shape[1]:  # nothing but empty texts: the prior is all there is to learn
        share = np.average(target, weights=weights)
        return [(np.zeros(0), float(np.log(share / (1 - share)))) for _ in path]
    scale = (
        log_count_ratio(features, target) if objective.naive_bayes else np.ones(features.shape[1])
    )
    if by_column is None:
        return _dual_path(features, target, objective, path, weights, scale)
    return _newton_path(by_column, target, objective, path, weights, scale)


def _dual_path(
    features: sparse.csr_array,
    target: NDArray[np.bool_],
    objective: Objective,
    path: Sequence[float],
    weights: NDArray[np.float64],
    scale: NDArray[np.float64],
) -> list[tuple[NDArray[np.float64], float]]:
    rows = Rows(features.indptr, features.indices, features.data, scale * scale)
    share = np.clip(np.average(target, weights=weights), 1e-3, 1 - 1e-3)
    # As wrong about every item as one who knows the class sizes only.
    log_odds = np.where(target, 1.0, -1.0) * np.log((1 - share) / share)
    random, models = np.random.default_rng(objective.seed), []
    for C in path:
        coefficients = np.zeros(features.shape[1])
        intercept = ascend(
            rows,
            target,
            C * weights,
            log_odds,
            coefficients,
            10 * objective.tolerance,
            random,
        )
        models.append((coefficients, float(intercept)))
    return models


def _newton_path(
    features: sparse.csc_array,
    target: NDArray[np.bool_],
    objective: Objective,
    path: Sequence[float],
    weights: NDArray[np.float64],
    scale: NDArray[np.float64],
) -> list[tuple[NDArray[np.float64], float]]:
    columns = Columns(features.indptr, features.indices, features.data, scale)
    # The intercept is treated as scikit-learn's solvers do: liblinear (L1) penalises it, saga not.
    penalty = Penalty(1.0, 0.0, 1.0)
    if objective.penalty == "elasticnet":
        penalty = Penalty(objective.l1_ratio, 1.0 - objective.l1_ratio, 0.0)
    rarer = min(int(target.sum()), int((~target).sum()))
    # Liblinear's rule: with few items of a class the sum of violations says less.
    tolerance = objective.tolerance * max(rarer, 1) / len(target)
    coefficients, intercept = np.zeros(features.shape[1]), 0.0
    random, models = np.random.default_rng(objective.seed), []
    for C in path:
        intercept = descend(
            columns,
            target,
            C * weights,
            penalty,
            coefficients,
            intercept,
            tolerance,
            random,
        )
        models.append((coefficients * scale, float(intercept)))
    return models


def log_count_ratio(
    features: sparse.csr_array, target: NDArray[np.bool_], smoothing: float = 1.0
) -> NDArray[np.float64]:
    """Return the naive Bayes log-count ratio of each feature.

    ln(p / |p| : q / |q|), where p and q are the smoothed sums of a feature over the items in and
    outside the class (Wang & Manning 2012, with TF-IDF in place of counts).

    Returns
    -------
    numpy.ndarray of shape (n_features,)
    """
    inside = np.asarray(features[target].sum(axis=0)).ravel() + smoothing
    outside = np.asarray(features[~target].sum(axis=0)).ravel() + smoothing
    return np.log(inside / inside.sum()) - np.log(outside / outside.sum())

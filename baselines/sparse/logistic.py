"""One-vs-rest logistic regression on sparse features, with L1, L2 or elastic-net penalty."""

import warnings
from dataclasses import dataclass

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import expit
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from worthit.baselines.sparse.elastic_net import fit_elastic_net

__all__ = ["LinearModel", "Objective", "fit_logistic", "log_count_ratio"]


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
        The solver's stopping tolerance. The dual solver of L2 stops at ten times as much, which is
        as accurate: it bounds the largest violation of any item, not the size of a gradient.
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
        Processes over the problems.

    Returns
    -------
    LinearModel
    """
    targets = [codes == code for code in ([1] if n_classes == 2 else range(n_classes))]
    # liblinear holds the interpreter lock: processes over shared memory, not threads.
    run = Parallel(n_jobs=min(jobs, len(targets)))
    fitted = run(delayed(_fit_one)(features, target, objective, weights) for target in targets)
    coefficients, intercepts = zip(*fitted, strict=True)
    return LinearModel(np.column_stack(coefficients), np.array(intercepts))


def _fit_one(
    features: sparse.csr_array,
    target: NDArray[np.bool_],
    objective: Objective,
    weights: NDArray[np.float64] | None,
) -> tuple[NDArray[np.float64], float]:
    if not features.shape[1]:  # nothing but empty texts: the prior is all there is to learn
        share = np.average(target, weights=weights)
        return np.zeros(0), float(np.log(share / (1 - share)))
    scale = np.ones(features.shape[1])
    if objective.naive_bayes:
        scale = log_count_ratio(features, target)
        features = _scale_columns(features, scale)
    if objective.penalty == "elasticnet":
        coefficients, intercept = fit_elastic_net(
            features,
            target,
            C=objective.C,
            l1_ratio=objective.l1_ratio,
            weights=weights,
            tolerance=objective.tolerance,
        )
        return coefficients * scale, intercept
    model = LogisticRegression(
        solver="liblinear",
        l1_ratio=1.0 if objective.penalty == "l1" else 0.0,
        # With far more features than items the dual problem is the small one.
        dual=objective.penalty == "l2",
        C=objective.C,
        tol=objective.tolerance * (10 if objective.penalty == "l2" else 1),
        random_state=objective.seed,
    )
    with warnings.catch_warnings():
        # A search tries settings that converge slowly; their score shows what they are worth.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(features, target, sample_weight=weights)
    return model.coef_[0] * scale, float(model.intercept_[0])


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


def _scale_columns(features: sparse.csr_array, scale: NDArray[np.float64]) -> sparse.csr_array:
    values = features.data * scale[features.indices]
    return sparse.csr_array((values, features.indices, features.indptr), shape=features.shape)

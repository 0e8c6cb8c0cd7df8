"""Probabilities from any fitted scikit-learn estimator, whatever it has to offer."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, softmax
from sklearn.model_selection import FixedThresholdClassifier, TunedThresholdClassifierCV
from sklearn.pipeline import Pipeline
from sklearn.svm import SVC, NuSVC

from worthit.core.errors import InputError

__all__ = ["probabilities"]

# Their answers are not, or not always, their most probable class.
OWN_ANSWERS = (FixedThresholdClassifier, TunedThresholdClassifierCV, SVC, NuSVC)


def probabilities(estimator: Any, inputs: Sequence[Any], classes: NDArray) -> NDArray[np.float64]:
    """Return probabilities that sum to one and are largest for the class that is answered.

    In this order: ``predict_proba``; the logistic function of ``decision_function`` for two
    classes, its softmax for more, which keep the order of margins but are no calibration; else one
    for the class that ``predict`` answers and zero for the others. An estimator that may answer
    another class than its most probable one (a tuned threshold, a class that is not
    scikit-learn's) is asked for both, and where they differ the two probabilities are exchanged.

    Parameters
    ----------
    estimator : classifier
        Fitted.
    inputs : sequence of str or of (str, str), of length n
        What to answer.
    classes : numpy.ndarray of shape (n_classes,)
        Labels, in the order of the columns wanted.

    Returns
    -------
    numpy.ndarray of shape (n, n_classes)

    Raises
    ------
    InputError
        If the answers are not finite or are about other classes.
    """
    rows = np.arange(len(inputs))
    if not hasattr(estimator, "predict_proba") and not hasattr(estimator, "decision_function"):
        chances = np.zeros((len(rows), len(classes)))
        chances[rows, _positions(estimator.predict(inputs), classes)] = 1.0
        return chances
    chances = _in_order(_chances(estimator, inputs), estimator, classes, len(rows))
    if _answers_otherwise(estimator):
        answered = _positions(estimator.predict(inputs), classes)
        likeliest = chances.argmax(axis=1)
        highest = chances[rows, likeliest].copy()
        chances[rows, likeliest] = chances[rows, answered]
        chances[rows, answered] = highest
    return chances


def _chances(estimator: Any, inputs: Sequence[Any]) -> NDArray[np.float64]:
    if hasattr(estimator, "predict_proba"):
        return np.array(estimator.predict_proba(inputs), dtype=np.float64)
    margins = np.asarray(estimator.decision_function(inputs), dtype=np.float64)
    if margins.ndim == 1 or margins.shape[1] == 1:
        second = expit(margins.reshape(-1))
        return np.column_stack([1 - second, second])
    return softmax(margins, axis=1)


def _in_order(
    chances: NDArray[np.float64], estimator: Any, classes: NDArray, n: int
) -> NDArray[np.float64]:
    """Check what came and bring its columns into the order of the classes."""
    if chances.shape != (n, len(classes)):
        raise InputError(
            f"The pipeline answered {n} items of {len(classes)} classes with an array of shape "
            f"{chances.shape}; expected a row for each item and a column for each class."
        )
    if not np.isfinite(chances).all() or (chances < 0).any():
        raise InputError(
            "The pipeline gave probabilities that are negative or not finite; mend its "
            "predict_proba or decision_function."
        )
    columns = _positions(getattr(estimator, "classes_", classes), classes)
    ordered = np.zeros_like(chances)
    ordered[:, columns] = chances
    total = ordered.sum(axis=1, keepdims=True)
    even = np.full_like(ordered, 1 / len(classes))
    return np.divide(ordered, total, out=even, where=total > 0)


def _positions(labels: Sequence[Any] | NDArray, classes: NDArray) -> NDArray[np.int64]:
    known = {label: number for number, label in enumerate(classes)}
    unknown = [label for label in labels if label not in known]
    if unknown:
        raise InputError(
            f"The pipeline answered {unknown[0]!r}, which is no label of the training data; "
            f"expected one of {', '.join(map(str, classes[:20]))}."
        )
    return np.array([known[label] for label in labels], dtype=np.int64)


def _answers_otherwise(estimator: Any) -> bool:
    last = estimator[-1] if isinstance(estimator, Pipeline) else estimator
    return isinstance(last, OWN_ANSWERS) or not type(last).__module__.startswith("sklearn.")

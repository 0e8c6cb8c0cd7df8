"""The door of ``fit``: what is wrong with data or parameters is said before anything is learned."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from worthit.core.errors import InputError

if TYPE_CHECKING:
    from worthit.neural.training.classifier import NeuralClassifier

__all__ = [
    "check_classes",
    "checked_labels",
    "class_numbers",
    "require_at_least",
    "require_auto_or_count",
    "require_one_of",
    "require_share",
]


def checked_labels(inputs: Sequence, labels: Sequence, what: str) -> np.ndarray:
    """Return the labels as an array, one for each input.

    Raises
    ------
    InputError
        If their numbers differ.
    """
    if len(inputs) != len(labels):
        raise InputError(
            f"Got {len(labels)} labels for {len(inputs)} {what} inputs; every input needs one."
        )
    return np.asarray(labels)


def check_classes(labels: np.ndarray) -> None:
    """Refuse training data with fewer than two classes."""
    classes = np.unique(labels)
    if len(classes) < 2:
        raise InputError(
            f"Got {len(labels)} training inputs of {len(classes)} class "
            f"({', '.join(map(str, classes))}); a classifier needs at least two classes."
        )


def class_numbers(inputs: Sequence, labels: Sequence, classes: np.ndarray) -> np.ndarray:
    """Turn validation labels into numbers of the classes.

    Raises
    ------
    InputError
        If there is not one for each input, or a class stands in no training input.
    """
    truth = checked_labels(inputs, labels, "validation")
    unknown = np.setdiff1d(truth, classes)
    if len(unknown):
        raise InputError(
            f"Validation has the label {str(unknown[0])!r}, which no training input has; "
            "every class must stand in the training part."
        )
    return np.asarray(np.searchsorted(classes, truth))


def require_at_least(classifier: "NeuralClassifier", name: str, least: float) -> None:
    """Refuse a parameter that is too small."""
    value = getattr(classifier, name)
    if not value >= least:
        raise InputError(f"Got {name}={value!r}; it must be at least {least}.")


def require_auto_or_count(classifier: "NeuralClassifier", name: str) -> None:
    """Refuse a parameter that is neither left to be chosen nor a number of something."""
    value = getattr(classifier, name)
    if value != "auto" and not (type(value) is int and value >= 1):
        raise InputError(f"Got {name}={value!r}; it must be 'auto' or at least 1.")


def require_share(classifier: "NeuralClassifier", name: str) -> None:
    """Refuse a share of all or more, or of less than nothing."""
    value = getattr(classifier, name)
    if not 0 <= value < 1:
        raise InputError(f"Got {name}={value!r}; it must be at least 0 and below 1.")


def require_one_of(classifier: "NeuralClassifier", name: str, choices: Sequence[str]) -> None:
    """Refuse a parameter that is not among its choices."""
    value = getattr(classifier, name)
    if value not in choices:
        raise InputError(f"Unknown {name} {value!r}; choose one of {', '.join(choices)}.")

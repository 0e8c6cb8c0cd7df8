"""The door of ``fit``: what is wrong with data or parameters is said before anything is learned."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from worthit.core.errors import InputError
from worthit.neural.training.balance import check_balance
from worthit.neural.training.device import PRECISIONS
from worthit.neural.training.scores import METRICS

if TYPE_CHECKING:
    from worthit.neural.training.classifier import NeuralClassifier

__all__ = ["check_parameters", "checked_labels", "require_at_least", "require_one_of"]


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


def check_parameters(classifier: "NeuralClassifier") -> None:
    """Refuse values that no training can work with.

    Raises
    ------
    InputError
        Naming the parameter, its value and what it may be.
    """
    for name in ("epochs", "patience", "batch_size"):
        require_at_least(classifier, name, 1)
    require_at_least(classifier, "max_length", 4)
    for name in ("weight_decay", "warmup", "label_smoothing", "seed"):
        require_at_least(classifier, name, 0)
    if not classifier.learning_rate > 0:
        raise InputError(
            f"Got learning_rate={classifier.learning_rate!r}; it must be greater than 0."
        )
    check_balance(classifier.balance)
    require_one_of(classifier, "metric", METRICS)
    require_one_of(classifier, "precision", PRECISIONS)


def require_at_least(classifier: "NeuralClassifier", name: str, least: float) -> None:
    """Refuse a parameter that is too small."""
    value = getattr(classifier, name)
    if not value >= least:
        raise InputError(f"Got {name}={value!r}; it must be at least {least}.")


def require_one_of(classifier: "NeuralClassifier", name: str, choices: Sequence[str]) -> None:
    """Refuse a parameter that is not among its choices."""
    value = getattr(classifier, name)
    if value not in choices:
        raise InputError(f"Unknown {name} {value!r}; choose one of {', '.join(choices)}.")

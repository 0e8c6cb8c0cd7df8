"""Scores on the validation part, by which the best epoch is kept."""

from collections.abc import Callable
from functools import partial

import numpy as np
from sklearn.metrics import accuracy_score, f1_score, recall_score

from worthit.core.errors import InputError

__all__ = ["METRICS", "scorer"]

METRICS = ("f1_macro", "f1_weighted", "accuracy", "recall_macro", "f1_positive", "loss")


def scorer(
    metric: str, classes: np.ndarray, positive: str | None
) -> Callable[[np.ndarray, np.ndarray], dict[str, float]]:
    """Return the function that scores predicted class numbers against true ones.

    Parameters
    ----------
    metric : str
        The score that decides; accuracy and macro F1 come along for the learning curve.
    classes : numpy.ndarray
        All labels, sorted.
    positive : str or None
        The label that ``f1_positive`` is about.

    Raises
    ------
    InputError
        If ``f1_positive`` lacks its label.
    """
    numbers = list(range(len(classes)))
    macro = {"labels": numbers, "average": "macro", "zero_division": 0}
    scores: dict[str, Callable] = {
        "accuracy": accuracy_score,
        "f1_macro": partial(f1_score, **macro),
    }
    if metric == "recall_macro":
        scores[metric] = partial(recall_score, **macro)
    elif metric == "f1_weighted":
        scores[metric] = partial(f1_score, **{**macro, "average": "weighted"})
    elif metric == "f1_positive":
        if positive not in classes:
            raise InputError(
                f"Metric 'f1_positive' got positive={positive!r}; "
                f"set it to one of {', '.join(map(str, classes))}."
            )
        number = classes.tolist().index(positive)
        scores[metric] = partial(f1_score, labels=[number], average="macro", zero_division=0)
    return lambda truth, guess: {name: float(of(truth, guess)) for name, of in scores.items()}

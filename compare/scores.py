"""Scores of one set of predictions: accuracy, F1 and the rest, counted by hand."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from worthit.compare.metrics import class_f1, metric_values, ratio
from worthit.core.errors import InputError

__all__ = ["class_counts", "encode", "score"]


def score(
    truth: Sequence[str] | np.ndarray,
    prediction: Sequence[str] | np.ndarray,
    classes: Sequence[str],
    positive: str | None = None,
) -> dict[str, Any]:
    """Score predictions against the truth.

    Parameters
    ----------
    truth, prediction : sequence of str, length n
        Labels in the same item order. An answer outside ``classes`` is simply wrong.
    classes : sequence of str, length k
        The classes that count; macro means are over all of them, also one without a test item.
    positive : str, optional
        The positive class of a two-class set; adds ``f1_positive``.

    Returns
    -------
    dict
        ``n``, ``accuracy``, ``f1_macro``, ``f1_weighted``, ``precision_macro``, ``recall_macro``,
        for a positive class ``f1_positive`` and ``positive``, and ``per_class``: precision,
        recall, F1 and support by label. Fractions of 1; nothing divided by nothing is 0.

    Raises
    ------
    InputError
        If the lengths differ, there is no item, or a true label is not among the classes.

    Examples
    --------
    >>> score(["a", "a", "b"], ["a", "b", "b"], ["a", "b"])["f1_macro"]
    0.6666666666666666
    """
    if len(truth) != len(prediction):
        raise InputError(
            f"Got {len(prediction)} predictions for {len(truth)} items; give one for each item."
        )
    if not len(truth):
        raise InputError("Got no items to score; give at least one.")
    true_codes = encode(truth, classes)
    if (true_codes < 0).any():
        stranger = truth[int(np.argmax(true_codes < 0))]
        raise InputError(f"The label {stranger!r} is not among the classes {list(classes)}.")
    hits, predicted, support = class_counts(true_codes, encode(prediction, classes), len(classes))
    place = None if positive is None else list(classes).index(positive)
    f1 = class_f1(hits, predicted, support)
    precision, recall = ratio(hits, predicted), ratio(hits, support)
    result: dict[str, Any] = {"n": len(truth)}
    for metric in ("accuracy", "f1_macro", "f1_weighted"):
        result[metric] = float(metric_values(metric, hits, predicted, support))
    result["precision_macro"] = float(precision.mean())
    result["recall_macro"] = float(recall.mean())
    if place is not None:
        result["f1_positive"] = float(f1[place])
        result["positive"] = positive
    result["per_class"] = {
        label: {
            "precision": float(precision[i]),
            "recall": float(recall[i]),
            "f1": float(f1[i]),
            "support": int(support[i]),
        }
        for i, label in enumerate(classes)
    }
    return result


def encode(labels: Sequence[str] | np.ndarray, classes: Sequence[str]) -> np.ndarray:
    """Turn labels into positions in ``classes``; -1 for a label that is not among them."""
    index = pd.Index(np.asarray(classes, dtype=object))
    return index.get_indexer(pd.Index(np.asarray(labels, dtype=object)))


def class_counts(
    truth: np.ndarray, prediction: np.ndarray, n_classes: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Count hits, answers and items per class from label codes; answer -1 belongs to no class."""
    hits = np.bincount(truth[truth == prediction], minlength=n_classes)
    predicted = np.bincount(prediction[prediction >= 0], minlength=n_classes)
    support = np.bincount(truth, minlength=n_classes)
    return hits, predicted, support

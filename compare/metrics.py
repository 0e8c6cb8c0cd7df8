"""Metrics as functions of three counts per class, for one test set or ten thousand resamples."""

import numpy as np

__all__ = ["MACRO", "METRICS", "NAMES", "class_f1", "metric_slopes", "metric_values", "ratio"]

NAMES = {
    "f1_macro": "macro F1",
    "f1_weighted": "weighted F1",
    "accuracy": "accuracy",
    "recall_macro": "macro recall",
    "f1_positive": "F1 of the positive class",
}
METRICS = tuple(NAMES)
MACRO = ("f1_macro", "recall_macro")  # every class weighs the same, so a tiny class weighs too much


def ratio(numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
    """Divide element by element; nothing divided by nothing is 0, as in scikit-learn."""
    top = np.asarray(numerator, dtype=float)
    bottom = np.asarray(denominator, dtype=float)
    shape = np.broadcast_shapes(top.shape, bottom.shape)
    return np.divide(top, bottom, out=np.zeros(shape), where=bottom > 0)


def class_f1(hits: np.ndarray, predicted: np.ndarray, support: np.ndarray) -> np.ndarray:
    """Return F1 per class, ``2 hits / (predicted + support)``, shape ``(..., k)``."""
    return ratio(2 * hits, predicted + support)


def metric_values(
    metric: str,
    hits: np.ndarray,
    predicted: np.ndarray,
    support: np.ndarray,
    positive: int | None = None,
) -> np.ndarray:
    """Compute a metric from counts.

    Parameters
    ----------
    metric : str
        One of :data:`METRICS`. Macro metrics are plain means over the classes, ``f1_weighted``
        weighs by support, ``accuracy`` is the share of right answers, ``recall_macro`` is the
        unweighted average recall (UAR).
    hits, predicted, support : numpy.ndarray of shape (..., k)
        Per class: right answers, answers, items.
    positive : int, optional
        Position of the positive class, for ``f1_positive``.

    Returns
    -------
    numpy.ndarray of shape (...)
        Values between 0 and 1.
    """
    if metric == "accuracy":
        return ratio(hits.sum(axis=-1), support.sum(axis=-1))
    if metric == "recall_macro":
        return ratio(hits, support).mean(axis=-1)
    per_class = class_f1(hits, predicted, support)
    if metric == "f1_macro":
        return per_class.mean(axis=-1)
    if metric == "f1_weighted":
        return ratio((per_class * support).sum(axis=-1), support.sum(axis=-1))
    assert metric == "f1_positive" and positive is not None
    return per_class[..., positive]


def metric_slopes(
    metric: str,
    hits: np.ndarray,
    predicted: np.ndarray,
    support: np.ndarray,
    positive: int | None = None,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Differentiate a metric by its counts; see :func:`metric_values`.

    Returns
    -------
    hits, predicted, support : numpy.ndarray of shape (..., k)
        How fast the metric grows with each count.
    """
    k, zero = hits.shape[-1], np.zeros(hits.shape)
    n = support.sum(axis=-1, keepdims=True)
    if metric == "accuracy":
        return 1 / n + zero, zero, -hits.sum(axis=-1, keepdims=True) / n**2 + zero
    if metric == "recall_macro":
        return ratio(1 + zero, support) / k, zero, -ratio(hits, support**2) / k
    f1 = class_f1(hits, predicted, support)
    by_hits, by_size = ratio(2 + zero, predicted + support), -ratio(f1, predicted + support)
    if metric == "f1_weighted":
        share = support / n
        mean = (share * f1).sum(axis=-1, keepdims=True)
        return share * by_hits, share * by_size, share * by_size + (f1 - mean) / n
    assert metric == "f1_macro" or positive is not None
    weight = np.full(k, 1 / k) if metric == "f1_macro" else np.eye(k)[positive]
    return weight * by_hits, weight * by_size, weight * by_size

"""Decision thresholds per class, tuned for a metric by sweeping over all cut-points.

An F1 is not maximised by answering the most probable class: for one class its best threshold is
half of the best F1 (Lipton, Elkan & Naryanaswamy 2014, "Optimal thresholding of classifiers to
maximize F1 measure"). Here each class k has a threshold t_k and the answer is the class with the
largest p_k / t_k; equal thresholds answer the most probable class. With two classes and thresholds
that sum to one, that answers a class when its probability is above its threshold.
"""

import numpy as np
from numpy.typing import NDArray

from worthit.compare.metrics import metric_values
from worthit.compare.scores import class_counts
from worthit.core.compiled import kernel

__all__ = ["decide", "tune_thresholds"]

SWEEPS = 20  # over the classes; three or four are usual
GAIN = 1e-10  # a smaller one is rounding
GAP = 1e-9  # a cut-point lies between two ratios that are further apart than this
TINY = 1e-300


def decide(probabilities: NDArray[np.float64], thresholds: NDArray[np.float64]) -> NDArray:
    """Answer the class with the largest ratio of probability to threshold.

    Parameters
    ----------
    probabilities : numpy.ndarray of shape (n, k)
        Calibrated ones.
    thresholds : numpy.ndarray of shape (k,)
        Above 0; their common scale changes nothing.

    Returns
    -------
    numpy.ndarray of int, shape (n,)
        Positions of classes, the first one where ratios are equal.
    """
    return (_logs(probabilities) - np.log(thresholds)).argmax(axis=1)


def tune_thresholds(
    probabilities: NDArray[np.float64],
    truth: NDArray[np.int64],
    metric: str,
    positive: int | None = None,
) -> NDArray[np.float64]:
    """Choose the thresholds that maximise a metric on given items.

    Coordinate ascent from equal thresholds: each class in turn moves its threshold to the best of
    all cut-points, the others held, until none gains. What gains nothing stays where it was, and
    among equally good cut-points the nearest is taken. With two classes the one cut is the best
    there is; with more the ascent ends in a local maximum, never below where it began.

    Parameters
    ----------
    probabilities : numpy.ndarray of shape (n, k)
        Of items that the classifier was not fitted on.
    truth : numpy.ndarray of shape (n,)
        Positions of the true classes.
    metric : str
        One of :data:`worthit.compare.metrics.METRICS`.
    positive : int or None
        Position of the positive class of two, for ``f1_positive``.

    Returns
    -------
    numpy.ndarray of shape (k,)
        Summing to one.
    """
    n_classes = probabilities.shape[1]
    logs, cuts = _logs(probabilities), np.zeros(n_classes)
    goal = _goal(metric, np.bincount(truth, minlength=n_classes), positive)
    best = _score(logs.argmax(axis=1), truth, n_classes, metric, positive)
    for _ in range(SWEEPS):
        before = best
        for label in (1,) if n_classes == 2 else range(n_classes):
            cut, value = _best_cut(logs - cuts, logs[:, label], truth, label, cuts[label], goal)
            if value > best + GAIN:
                cuts[label], best = cut, value
        if best == before:
            break
    shares = np.exp(cuts - cuts.max())
    return shares / shares.sum()


def _logs(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.log(np.maximum(probabilities, TINY))


def _score(
    answers: NDArray, truth: NDArray, n_classes: int, metric: str, positive: int | None
) -> float:
    return float(metric_values(metric, *class_counts(truth, answers, n_classes), positive))


def _best_cut(
    ratios: NDArray[np.float64],
    own: NDArray[np.float64],
    truth: NDArray[np.int64],
    label: int,
    now: float,
    goal: tuple[NDArray[np.float64], NDArray[np.float64], bool],
) -> tuple[float, float]:
    """Return the log-threshold of one class that maximises the metric, and its value."""
    ratios[:, label] = -np.inf
    rivals = ratios.argmax(axis=1)
    # The item is answered with this class if its log-threshold lies below this.
    limits = own - ratios[np.arange(len(rivals)), rivals]
    order = np.argsort(-limits, kind="stable")
    limits = limits[order]
    values = _sweep(rivals[order], truth[order], label, *goal)
    cuts = np.concatenate(
        [[limits[0] + 1], (limits[:-1] + limits[1:]) / 2, [limits[-1] - 1]]
    )  # cut j answers the first j items with the class
    possible = np.concatenate([[True], limits[:-1] - limits[1:] > GAP, [True]])
    cuts, values = cuts[possible], values[possible]
    equal = np.flatnonzero(values > values.max() - GAIN)
    chosen = equal[np.abs(cuts[equal] - now).argmin()]
    return float(cuts[chosen]), float(values[chosen])


def _goal(
    metric: str, support: NDArray[np.int64], positive: int | None
) -> tuple[NDArray[np.float64], NDArray[np.float64], bool]:
    """Write a metric as a weighted sum over classes of their F1, or of their recall."""
    n_classes, n = len(support), max(int(support.sum()), 1)
    even, shares = np.full(n_classes, 1 / n_classes), support / n
    chosen = (np.arange(n_classes) == positive).astype(float)
    weights = {
        "f1_macro": even,
        "f1_weighted": shares,
        "f1_positive": chosen,
        "accuracy": shares,  # a share of a share of its own: right answers over all items
        "recall_macro": even,
    }[metric]
    return support.astype(float), weights, metric in ("accuracy", "recall_macro")


@kernel
def _sweep(
    rivals: NDArray[np.int64],
    truth: NDArray[np.int64],
    label: int,
    support: NDArray[np.float64],
    weights: NDArray[np.float64],
    recall: bool,
) -> NDArray[np.float64]:
    """Give item after item to a class, and note the metric's value before and after each."""
    n, n_classes = len(rivals), len(support)
    hits, predicted = np.zeros(n_classes), np.zeros(n_classes)
    for i in range(n):
        predicted[rivals[i]] += 1
        hits[rivals[i]] += truth[i] == rivals[i]
    value = 0.0
    for j in range(n_classes):
        value += weights[j] * _measure(hits[j], predicted[j], support[j], recall)
    values = np.empty(n + 1)
    values[0] = value
    for i in range(n):
        rival = rivals[i]
        for j in (rival, label):
            value -= weights[j] * _measure(hits[j], predicted[j], support[j], recall)
            change = -1 if j == rival else 1
            predicted[j] += change
            hits[j] += change * (truth[i] == j)
            value += weights[j] * _measure(hits[j], predicted[j], support[j], recall)
        values[i + 1] = value
    return values


@kernel
def _measure(hits: float, predicted: float, support: float, recall: bool) -> float:
    if recall:
        return hits / support if support > 0 else 0.0
    return 2 * hits / (predicted + support) if predicted + support > 0 else 0.0

"""The L1 path: how many features a classifier needs for which cross-validated score."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from sklearn.base import clone

from worthit.core.progress import say
from worthit.experiment.folds import Fold

__all__ = ["follow_path"]

MOST_ITEMS = 20_000  # of more, one fold holds out enough to judge by


def follow_path(
    classifier: Any,
    rows: Any,
    labels: NDArray,
    folds: Sequence[Fold],
    scorer: Any,
    jobs: int,
) -> list[dict[str, Any]]:
    """Fit a path of C on inner folds and score it on what they hold out.

    Parameters
    ----------
    classifier : classifier
        With the chosen settings. One without ``fit_path`` has no path; one with it has ``path``,
        the values of C, and ``path_fields``, which hold on the path only.
    rows : indexable of length n
        Training inputs, or what the classifier's ``prepare`` made of them.
    labels : numpy.ndarray of shape (n,)
        Training labels.
    folds : sequence of (fitted rows, held-out rows)
        Those of the search; of a large training split the first one only.
    scorer : callable
        ``scorer(truth, prediction)``.
    jobs : int
        Threads over folds, or within the one.

    Returns
    -------
    list of dict
        For each ``C``: ``features`` in use and ``of`` how many, ``score``, all means over
        ``folds``.
    """
    if not hasattr(classifier, "fit_path"):
        return []
    say("following the L1 path")
    chosen = folds if len(labels) <= MOST_ITEMS else folds[:1]
    fields = classifier.path_fields | {"jobs": 1 if len(chosen) > 1 else jobs}
    candidate = clone(classifier).set_params(**fields)
    results = Parallel(n_jobs=min(jobs, len(chosen)), prefer="threads")(
        delayed(_follow)(fold, candidate, rows, labels, scorer) for fold in chosen
    )
    means = np.mean(results, axis=0)  # (C, what)
    return [
        {"C": C, "features": features, "of": of, "score": score, "folds": len(chosen)}
        for C, (features, of, score) in zip(classifier.path, means.tolist(), strict=True)
    ]


def _follow(
    fold: Fold, classifier: Any, rows: Any, labels: NDArray, scorer: Any
) -> list[tuple[int, int, float]]:
    fitted, held_out = fold
    path = clone(classifier).fit_path(rows[fitted], labels[fitted], classifier.path)
    return [
        (
            each.n_features_in_use_,
            len(each.model_.coefficients),
            scorer(labels[held_out], each.predict(rows[held_out])),
        )
        for each in path
    ]

"""Inner cross-validation folds: stratified, and grouped where rows belong together."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from worthit.core.errors import InputError
from worthit.corpus.splitting import components

__all__ = ["Fold", "make_folds", "take"]

Fold = tuple[NDArray[np.int64], NDArray[np.int64]]
# Four, so that two processes share them evenly and a hopeless trial can stop at half time.
N_FOLDS = 4


def make_folds(
    labels: NDArray, keys: Sequence, groups: NDArray | None, seed: int, n_folds: int = N_FOLDS
) -> list[Fold]:
    """Cut training rows into folds.

    Parameters
    ----------
    labels : numpy.ndarray of shape (n,)
        To stratify by.
    keys : sequence of length n
        Rows with equal keys (equal texts) stay in one fold.
    groups : numpy.ndarray of shape (n,) or None
        Rows of one group stay in one fold as well.
    seed : int
        For the shuffle.
    n_folds : int
        Wished number; fewer when the smallest class has fewer rows, at least two.

    Returns
    -------
    list of (fitted rows, held-out rows)
        Row numbers.

    Raises
    ------
    InputError
        If the groups leave a fold with one class to fit on.
    """
    _, counts = np.unique(labels, return_counts=True)
    n_folds = max(2, min(n_folds, int(counts.min())))
    together = components(keys, None if groups is None else groups.tolist())
    rows, n_sets = np.zeros((len(labels), 1)), int(together.max()) + 1
    folds: list[Fold] = []
    if n_sets == len(labels):
        plain = StratifiedKFold(n_folds, shuffle=True, random_state=seed)
        folds = list(plain.split(rows, labels))
    elif n_sets > 1:
        grouped = StratifiedGroupKFold(min(n_folds, n_sets), shuffle=True, random_state=seed)
        folds = list(grouped.split(rows, labels, together))
    if not folds or any(len(set(labels[fitted])) < 2 for fitted, _ in folds):
        raise InputError(
            "The training rows cannot be cut into folds with two classes each: a class stands in "
            "one group, or all rows belong together. Give more groups, or skip the search with "
            "--trials 0."
        )
    return folds


def take(inputs: Any, rows: NDArray[np.int64]) -> Any:
    """Return the inputs at some rows, of a list or of what a classifier prepared."""
    return [inputs[i] for i in rows] if isinstance(inputs, list) else inputs[rows]

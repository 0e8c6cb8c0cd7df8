"""Inner cross-validation folds: stratified, and grouped where rows belong together."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

__all__ = ["Fold", "make_folds"]

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
        Rows of one group stay in one fold; takes the place of ``keys``.
    seed : int
        For the shuffle.
    n_folds : int
        Wished number; fewer when the smallest class has fewer rows, at least two.

    Returns
    -------
    list of (fitted rows, held-out rows)
        Row numbers.
    """
    _, counts = np.unique(labels, return_counts=True)
    n_folds = max(2, min(n_folds, int(counts.min())))
    together = groups if groups is not None else _numbers(keys)
    rows = np.zeros((len(labels), 1))
    if len(set(together)) == len(labels):
        splitter = StratifiedKFold(n_folds, shuffle=True, random_state=seed)
        return list(splitter.split(rows, labels))
    n_folds = max(2, min(n_folds, len(set(together))))
    grouped = StratifiedGroupKFold(n_folds, shuffle=True, random_state=seed)
    return list(grouped.split(rows, labels, together))


def _numbers(keys: Sequence) -> NDArray[np.int64]:
    """Give equal keys equal numbers."""
    numbers: dict = {}
    return np.array([numbers.setdefault(key, len(numbers)) for key in keys])

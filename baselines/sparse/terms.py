"""Spells n-gram columns out as text, only for the columns asked for."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from worthit.baselines.sparse.ngrams import NgramCounts
from worthit.baselines.sparse.pieces import Pieces, decode
from worthit.baselines.sparse.trie import ID_BITS, ID_MASK
from worthit.core.compiled import kernel

__all__ = ["Terms"]


@dataclass(frozen=True, eq=False)
class Terms:
    """Names of n-gram columns.

    Attributes
    ----------
    keys, orders : numpy.ndarray of shape (n_grams,)
        See :class:`~worthit.baselines.sparse.ngrams.NgramCounts`.
    words : Pieces or None
        What the ids stand for; None for characters, whose ids are code points.
    """

    keys: NDArray[np.int64]
    orders: NDArray[np.int8]
    words: Pieces | None

    @classmethod
    def of(cls, counted: NgramCounts, words: Pieces | None = None) -> "Terms":
        """Name n-grams of words, or of characters inside padded chunks."""
        return cls(counted.keys, counted.orders, words)

    def spell(self, columns: NDArray[np.int64]) -> list[str]:
        """Return the n-grams of some columns as text, words joined by a space."""
        starts = np.concatenate([[0], np.cumsum(self.orders[columns], dtype=np.int64)])
        ids = np.empty(starts[-1], dtype=np.uint32)
        _trace(self.keys, columns, starts, ids)
        if self.words is None:
            return decode(ids, starts)
        words = [self.words.strings[i] for i in ids.tolist()]
        bounds = starts.tolist()
        return [
            words[start] if stop == start + 1 else " ".join(words[start:stop])
            for start, stop in zip(bounds, bounds[1:], strict=False)
        ]

    @cached_property
    def whole_chunk(self) -> NDArray[np.bool_]:
        """Tell which character n-grams are whole padded chunks, shape (n_grams,).

        scikit-learn's ``char_wb`` counts a chunk shorter than the range once, as it is.
        """
        if self.words is not None:
            return np.zeros(len(self.orders), dtype=bool)
        # Spaces stand only at the two ends of a chunk, so both ends make it whole.
        first, last = _first_ids(self.keys), self.keys & ID_MASK
        return (first == ord(" ")) & (last == ord(" ")) & (self.orders > 2)


@kernel
def _trace(
    keys: NDArray[np.int64],
    columns: NDArray[np.int64],
    starts: NDArray[np.int64],
    ids: NDArray[np.uint32],
) -> None:
    """Write the ids of grams, walking from each to its parent, from the last id to the first."""
    for k in range(len(columns)):
        column = columns[k]
        for i in range(starts[k + 1] - 1, starts[k] - 1, -1):
            ids[i] = keys[column] & ID_MASK
            column = (keys[column] >> ID_BITS) - 1


@kernel
def _first_ids(keys: NDArray[np.int64]) -> NDArray[np.int64]:
    first = np.empty(len(keys), dtype=np.int64)
    for column in range(len(keys)):
        parent = (keys[column] >> ID_BITS) - 1
        first[column] = keys[column] & ID_MASK if parent < 0 else first[parent]
    return first

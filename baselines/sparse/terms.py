"""Spells n-gram columns out as text, only for the columns asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from worthit.baselines.sparse.ngrams import NgramCounts

__all__ = ["Terms"]


@dataclass(frozen=True, eq=False)
class Terms:
    """Names of n-gram columns.

    Attributes
    ----------
    strings : list of str
        Words by id, or one string that holds all padded chunks.
    sequence : numpy.ndarray or None
        Word ids of all texts; None for characters, whose sequence is the string itself.
    orders, first : numpy.ndarray of shape (n_grams,)
        The n of each column and where its gram was first seen.
    """

    strings: list[str]
    sequence: NDArray[np.int64] | None
    orders: NDArray[np.int8]
    first: NDArray[np.int64]

    @classmethod
    def of_words(
        cls, strings: list[str], sequence: NDArray[np.int64], counted: NgramCounts
    ) -> "Terms":
        """Name n-grams of words."""
        return cls(strings, sequence, counted.orders, counted.first)

    @classmethod
    def of_characters(cls, padded: Sequence[str], counted: NgramCounts) -> "Terms":
        """Name n-grams of characters inside padded chunks."""
        return cls(["".join(padded)], None, counted.orders, counted.first)

    def spell(self, columns: NDArray[np.int64]) -> list[str]:
        """Return the n-grams of some columns as text, words joined by a space."""
        starts, stops = self.first[columns], self.first[columns] + self.orders[columns]
        spans = zip(starts.tolist(), stops.tolist(), strict=True)
        if self.sequence is None:
            (text,) = self.strings
            return [text[start:stop] for start, stop in spans]
        words, ids = self.strings, self.sequence
        return [
            words[ids[start]]
            if stop == start + 1
            else " ".join([words[i] for i in ids[start:stop].tolist()])
            for start, stop in spans
        ]

    @cached_property
    def whole_chunk(self) -> NDArray[np.bool_]:
        """Tell which character n-grams are whole padded chunks, shape (n_grams,).

        scikit-learn's ``char_wb`` counts a chunk shorter than the range once, as it is.
        """
        if self.sequence is not None:
            return np.zeros(len(self.orders), dtype=bool)
        data = self.strings[0].encode("utf-32-le", "surrogatepass")
        space = np.frombuffer(data, dtype="<u4") == ord(" ")
        last = self.first + self.orders - 1
        # Spaces stand only at the two ends of a chunk, so both ends make it whole.
        return space[self.first] & space[last] & (self.orders > 2)

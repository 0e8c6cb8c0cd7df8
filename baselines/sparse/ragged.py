"""Sequences of integer ids of different lengths, stored flat."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Ragged"]


@dataclass(frozen=True)
class Ragged:
    """Rows of integers in one flat array.

    Attributes
    ----------
    flat : numpy.ndarray of shape (n_ids,)
        The ids of all rows, one row after the other.
    starts : numpy.ndarray of shape (n_rows + 1,)
        Row ``i`` is ``flat[starts[i]:starts[i + 1]]``.
    """

    flat: NDArray[np.int64]
    starts: NDArray[np.int64]

    @classmethod
    def from_lengths(cls, flat: NDArray[np.int64], lengths: NDArray[np.int64]) -> "Ragged":
        """Cut a flat array into rows of the given lengths."""
        return cls(flat, np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64))

    def __len__(self) -> int:
        return len(self.starts) - 1

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Number of ids in each row, shape (n_rows,)."""
        return np.diff(self.starts)

    @property
    def rows(self) -> NDArray[np.int64]:
        """Row number of each id, shape (n_ids,)."""
        return np.repeat(np.arange(len(self)), self.lengths)

    def expand(self, other: "Ragged") -> "Ragged":
        """Replace every id by the row of ``other`` that it names.

        ``documents_of_chunks.expand(chunks_of_tokens)`` gives documents of tokens.
        """
        lengths = other.lengths[self.flat]
        first = np.repeat(other.starts[self.flat], lengths)
        within = np.arange(len(first)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        ends = np.concatenate([[0], np.cumsum(lengths)])[self.starts]
        return Ragged(other.flat[first + within], ends.astype(np.int64))

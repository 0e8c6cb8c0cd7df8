"""Sequences of integer ids of different lengths, stored flat."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from worthit.core.compiled import kernel

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

    flat: NDArray[np.int32]
    starts: NDArray[np.int64]

    @classmethod
    def from_lengths(cls, flat: NDArray[np.int32], lengths: NDArray[np.int64]) -> "Ragged":
        """Cut a flat array into rows of the given lengths."""
        return cls(flat, ends_of(lengths))

    def __len__(self) -> int:
        return len(self.starts) - 1

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Number of ids in each row, shape (n_rows,)."""
        return np.diff(self.starts)

    def expand(self, other: "Ragged") -> "Ragged":
        """Replace every id by the row of ``other`` that it names.

        ``documents_of_chunks.expand(chunks_of_tokens)`` gives documents of tokens.
        """
        return Ragged(*_expand(self.flat, self.starts, other.flat, other.starts))


def ends_of(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return where rows of these lengths start and, last, where the last one ends."""
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)


@kernel
def _expand(
    flat: NDArray[np.int32],
    starts: NDArray[np.int64],
    other: NDArray[np.int32],
    other_starts: NDArray[np.int64],
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    ends = np.zeros(len(starts), dtype=np.int64)
    for row in range(len(starts) - 1):
        ends[row + 1] = ends[row]
        for k in range(starts[row], starts[row + 1]):
            ends[row + 1] += other_starts[flat[k] + 1] - other_starts[flat[k]]
    out = np.empty(ends[-1], dtype=np.int32)
    position = 0
    for k in range(len(flat)):
        for i in range(other_starts[flat[k]], other_starts[flat[k] + 1]):
            out[position] = other[i]
            position += 1
    return out, ends

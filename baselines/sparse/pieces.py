"""Distinct strings, numbered in order of appearance, without a Python object for any of them.

Strings are runs of Unicode code points in one flat array, and a hash table of numbers finds them
again. A table grows as batches of text come in, so the texts never stand in memory all at once.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from worthit.core.compiled import kernel

__all__ = ["Pieces", "decode"]


@dataclass(frozen=True)
class Pieces:
    """Distinct strings.

    Attributes
    ----------
    characters : numpy.ndarray of shape (at least starts[n],)
        Code points of all strings, one after the other, with room for more behind them.
    starts : numpy.ndarray of shape (at least n + 1,)
        String ``i`` is ``characters[starts[i]:starts[i + 1]]``.
    slots : numpy.ndarray of shape (n_slots,)
        Hash table with linear probing, a power of two long: numbers of strings, or -1.
    n : int
        Number of strings.
    """

    characters: NDArray[np.uint32]
    starts: NDArray[np.int64]
    slots: NDArray[np.int32]
    n: int

    @classmethod
    def none(cls) -> "Pieces":
        """Return an empty table."""
        slots = np.full(1024, -1, dtype=np.int32)
        return cls(np.empty(4096, dtype=np.uint32), np.zeros(512, dtype=np.int64), slots, 0)

    def number(
        self, codes: NDArray[np.uint32], firsts: NDArray[np.int64], stops: NDArray[np.int64]
    ) -> tuple["Pieces", NDArray[np.int32]]:
        """Give strings their numbers, new ones where they are new.

        Parameters
        ----------
        codes : numpy.ndarray of shape (n_codes,)
            Code points.
        firsts, stops : numpy.ndarray of shape (n_spans,)
            The strings: ``codes[firsts[k]:stops[k]]``.

        Returns
        -------
        tuple of Pieces and numpy.ndarray of shape (n_spans,)
            The table with the new strings in it (this one is spent), and the numbers.
        """
        numbers = np.empty(len(firsts), dtype=np.int32)
        state = (self.characters, self.starts, self.slots, self.n)
        return Pieces(*_number(codes, firsts, stops, *state, numbers)), numbers

    @cached_property
    def strings(self) -> list[str]:
        """The strings in the order of their numbers."""
        return decode(self.characters[: self.starts[self.n]], self.starts[: self.n + 1])


def decode(codes: NDArray[np.uint32], starts: NDArray[np.int64]) -> list[str]:
    """Turn code points into strings, ``codes[starts[i]:starts[i + 1]]`` each."""
    text = codes.astype("<u4").tobytes().decode("utf-32-le", "surrogatepass")
    bounds = starts.tolist()
    return [text[start:stop] for start, stop in zip(bounds, bounds[1:], strict=False)]


@kernel
def _number(
    codes: NDArray[np.uint32],
    firsts: NDArray[np.int64],
    stops: NDArray[np.int64],
    characters: NDArray[np.uint32],
    starts: NDArray[np.int64],
    slots: NDArray[np.int32],
    n: int,
    numbers: NDArray[np.int32],
) -> tuple[NDArray[np.uint32], NDArray[np.int64], NDArray[np.int32], int]:
    for k in range(len(firsts)):
        first, stop = firsts[k], stops[k]
        slot = _slot(codes, first, stop, characters, starts, slots)
        if slots[slot] < 0:
            end = starts[n] + stop - first
            if end > len(characters):
                larger = np.empty(2 * end, dtype=np.uint32)
                larger[: starts[n]] = characters[: starts[n]]
                characters = larger
            for i in range(stop - first):
                characters[starts[n] + i] = codes[first + i]
            if n + 2 > len(starts):
                longer = np.empty(2 * len(starts), dtype=np.int64)
                longer[: n + 1] = starts[: n + 1]
                starts = longer
            starts[n + 1] = end
            slots[slot] = n
            numbers[k] = n
            n += 1
            if 2 * n > len(slots):
                slots = np.full(4 * len(slots), -1, dtype=np.int32)
                for j in range(n):
                    again = _slot(characters, starts[j], starts[j + 1], characters, starts, slots)
                    slots[again] = j
        else:
            numbers[k] = slots[slot]
    return characters, starts, slots, n


@kernel
def _slot(
    codes: NDArray[np.uint32],
    first: int,
    stop: int,
    characters: NDArray[np.uint32],
    starts: NDArray[np.int64],
    slots: NDArray[np.int32],
) -> np.int64:
    """Find where a string stands in the table, or the free place that it should take."""
    code = np.uint64(14695981039346656037)  # FNV-1a, over code points
    for i in range(first, stop):
        code = (code ^ np.uint64(codes[i])) * np.uint64(1099511628211)
    code ^= code >> np.uint64(29)
    slot = np.int64(code & np.uint64(len(slots) - 1))
    while slots[slot] >= 0:
        start, length = starts[slots[slot]], stop - first
        if starts[slots[slot] + 1] - start == length:
            i = 0
            while i < length and characters[start + i] == codes[first + i]:
                i += 1
            if i == length:
                break
        slot = (slot + 1) & (len(slots) - 1)
    return slot

"""Inputs as rows of token ids, what makes them, and how much of a too long one is kept."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

__all__ = ["Encoded", "Encoder", "chunks", "readable", "room_for_each"]

CHUNK = 2000  # inputs tokenised at once


@dataclass(frozen=True)
class Encoded:
    """Token ids of some inputs.

    Attributes
    ----------
    rows : list of numpy.ndarray
        One integer vector for each input, each of its own length, without padding.
    truncated : numpy.ndarray of bool, shape (n_inputs,)
        Which inputs did not fit and lost their ends; of a pair, either side's.
    """

    rows: list[np.ndarray]
    truncated: np.ndarray

    @property
    def truncated_share(self) -> float:
        """Share of the inputs that lost their ends."""
        return float(self.truncated.mean()) if len(self.truncated) else 0.0


class Encoder(Protocol):
    """Turns inputs into token ids: a vocabulary, a tokenizer."""

    def encode(self, inputs: Sequence, max_length: int) -> Encoded:
        """Return a row of at most ``max_length`` ids for each input."""

    def save(self, folder: Path) -> None:
        """Write it into a folder, without pickle."""


def chunks(inputs: Sequence) -> Iterator[list]:
    """Yield the inputs some at a time; a tokenizer's answers to all at once can take gigabytes."""
    for start in range(0, len(inputs), CHUNK):
        yield [inputs[i] for i in range(start, min(start + CHUNK, len(inputs)))]


def readable(text: str) -> str:
    """Replace lone surrogates, which tokenizers refuse; a byte of a command line can be one."""
    return text.encode("utf-8", "replace").decode()


def room_for_each(lengths: list[int], room: int) -> list[int]:
    """Say how many tokens each side keeps when together they must fit.

    The longest side is cut first, so a short hypothesis survives beside a long premise.

    Parameters
    ----------
    lengths : list of int
        Tokens of each side.
    room : int
        Tokens that all of them together may keep.

    Returns
    -------
    list of int
        Tokens kept of each side.

    Examples
    --------
    >>> room_for_each([100, 5], room=20), room_for_each([100, 50], room=20)
    ([15, 5], [10, 10])
    """
    if len(lengths) == 1:
        return [min(lengths[0], room)]
    first, second = lengths
    first = min(first, max(room - second, (room + 1) // 2))
    return [first, min(second, room - first)]

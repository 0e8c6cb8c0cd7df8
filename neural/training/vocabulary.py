"""Words as integers: a vocabulary learned from the training texts alone."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path
from zlib import crc32

import numpy as np

from worthit.core.files import read_json, write_json
from worthit.neural.training.encoded import Encoded, room_for_each
from worthit.neural.training.words import words

__all__ = [
    "PAD",
    "SEPARATOR",
    "SPECIAL",
    "START",
    "UNKNOWN",
    "Vocabulary",
    "join_sides",
    "rare_share",
    "sides",
]

SPECIAL = ("<pad>", "<unk>", "<start>", "<sep>")
PAD, UNKNOWN, START, SEPARATOR = range(4)
FILE = "vocabulary.json"


@dataclass(frozen=True)
class Vocabulary:
    """The words a network knows; a word's place is its id.

    A text becomes ``<start> w1 w2 ...``, so that an empty one is not empty for the network; a pair
    becomes ``<start> first side <sep> second side``. A word that is not known has an id beyond the
    vocabulary, from its hash: a network takes all such words for unknown, yet it can see that one
    of them stands on both sides of a pair.

    Attributes
    ----------
    known : tuple of str
        The four special tokens, then words from frequent to rare.
    pairs : bool
        Whether the inputs have two sides.
    """

    known: tuple[str, ...]
    pairs: bool = False

    @classmethod
    def learn(cls, inputs: Sequence, min_count: int, size: int) -> "Vocabulary":
        """Collect the words that occur at least ``min_count`` times, at most ``size``.

        Parameters
        ----------
        inputs : sequence of str or of (str, str)
            The texts or pairs being fitted, and no others.
        min_count : int
            A rarer word is unknown.
        size : int
            The most frequent ones are kept; equally frequent ones in alphabetical order.
        """
        counts = _count(inputs)
        frequent = (word for word, count in counts.items() if count >= min_count)
        ranked = sorted(frequent, key=lambda word: (-counts[word], word))
        return cls((*SPECIAL, *ranked[:size]), pairs=not isinstance(inputs[0], str))

    @cached_property
    def ids(self) -> dict[str, int]:
        """Map from word to id."""
        return {word: number for number, word in enumerate(self.known)}

    def __len__(self) -> int:
        return len(self.known)

    def encode(self, inputs: Sequence, max_length: int) -> Encoded:
        """Turn texts or pairs into ids, cut to ``max_length`` tokens."""
        return join_sides(
            ([self._ids_of(side) for side in sides(one)] for one in inputs), max_length
        )

    def save(self, folder: Path) -> None:
        """Write the words as JSON."""
        write_json(folder / FILE, {"pairs": self.pairs, "words": self.known})

    @classmethod
    def load(cls, folder: Path) -> "Vocabulary":
        """Read what :meth:`save` wrote."""
        record = read_json(folder / FILE)
        return cls(tuple(record["words"]), record["pairs"])

    def _ids_of(self, text: str) -> list[int]:
        ids = self.ids
        return [ids[word] if word in ids else len(ids) + _hash(word) for word in words(text)]


def rare_share(inputs: Sequence, min_count: int) -> float:
    """Estimate which share of the words of a new text a vocabulary would not know.

    By Good and Turing (Good, 1953): words seen r times in the inputs make up as much of a new text
    as words seen r + 1 times do of the inputs.

    Parameters
    ----------
    inputs : sequence of str or of (str, str)
        The texts or pairs being fitted.
    min_count : int
        The vocabulary knows what occurs at least so often.

    Examples
    --------
    >>> rare_share(["a a a b", "a c c a"], min_count=2)  # b once and c twice, of eight words
    0.375
    """
    counts = _count(inputs)
    rare = sum(count for count in counts.values() if count <= min_count)
    return rare / max(1, counts.total())


def _count(inputs: Sequence) -> Counter[str]:
    return Counter(chain.from_iterable(words(side) for one in inputs for side in sides(one)))


def join_sides(inputs: Iterable[list[list[int]]], max_length: int) -> Encoded:
    """Make one row of each input's sides, marked and cut to ``max_length`` tokens together."""
    rows, truncated = [], []
    for parts in inputs:
        rooms = room_for_each([len(part) for part in parts], max_length - len(parts))
        truncated.append(sum(rooms) < sum(map(len, parts)))
        row: list[int] = []
        for mark, part, room in zip((START, SEPARATOR), parts, rooms, strict=False):
            row += [mark, *part[:room]]
        rows.append(np.array(row, dtype=np.int32))
    return Encoded(rows, np.array(truncated, dtype=bool))


def _hash(word: str) -> int:
    """Return a number below 2**24 that is the same in every process."""
    return crc32(word.encode()) >> 8


def sides(one: str | tuple[str, str]) -> tuple[str, ...]:
    """Return the one side of a text or the two of a pair."""
    return (one,) if isinstance(one, str) else tuple(one)

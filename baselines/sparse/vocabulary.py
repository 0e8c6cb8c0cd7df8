"""The n-grams of a fitted block: as text, and as a trie that finds them among new counts."""

from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from worthit.baselines.sparse.ragged import Ragged
from worthit.baselines.sparse.terms import Terms
from worthit.baselines.sparse.trie import find_keys, plant

__all__ = ["Vocabulary"]


class Trie(NamedTuple):
    """All features and the n-grams that they begin with.

    Attributes
    ----------
    keys : numpy.ndarray of shape (n_grams,)
        See :mod:`worthit.baselines.sparse.trie`.
    slots : numpy.ndarray
        The hash table of the keys.
    features : numpy.ndarray of shape (n_grams + 1,)
        The feature number of each gram, or -1, and behind them -1 for what is not in the trie.
    """

    keys: NDArray[np.int64]
    slots: NDArray[np.int32]
    features: NDArray[np.int32]


class Vocabulary:
    """Names and positions of a block's features.

    A search fits hundreds of blocks whose names nobody reads, hence the delay.

    Parameters
    ----------
    analyzer : str
        ``"word"`` or ``"char"``.
    terms : Terms
        Spells the counted columns.
    columns : numpy.ndarray of shape (n_features,)
        Which of them became features.
    """

    def __init__(self, analyzer: str, terms: Terms, columns: NDArray[np.int64]) -> None:
        self._analyzer = analyzer
        self._spell = lambda: terms.spell(columns)

    @classmethod
    def from_strings(cls, analyzer: str, strings: list[str]) -> "Vocabulary":
        """Make a vocabulary of known n-grams, as read from a file."""
        vocabulary = cls.__new__(cls)
        vocabulary._analyzer = analyzer
        vocabulary._spell = lambda: strings
        return vocabulary

    @cached_property
    def strings(self) -> list[str]:
        """The n-grams in the order of features."""
        return self._spell()

    def find(self, terms: Terms) -> NDArray[np.int32]:
        """Return the feature number of each counted column, or -1, shape (n_grams,)."""
        if terms.words is None:  # ids of characters are the same everywhere
            ids = np.arange(0x110000, dtype=np.int32)
        else:
            strings = terms.words.strings
            known = (self._words.get(word, -1) for word in strings)
            ids = np.fromiter(known, np.int32, len(strings))
        trie = self._trie
        return trie.features[find_keys(terms.keys, trie.keys, trie.slots, ids)]

    @cached_property
    def _words(self) -> dict[str, int]:
        words: dict[str, int] = {}
        for string in self.strings:
            for word in string.split(" "):
                words.setdefault(word, len(words))
        return words

    @cached_property
    def _trie(self) -> Trie:
        if self._analyzer == "char":
            codes = "".join(self.strings).encode("utf-32-le", "surrogatepass")
            flat = np.frombuffer(codes, dtype="<u4").astype(np.int32)
            lengths = np.fromiter(map(len, self.strings), np.int64, len(self.strings))
        else:
            split = [string.split(" ") for string in self.strings]
            numbers = [self._words[word] for row in split for word in row]
            flat = np.array(numbers, dtype=np.int32)
            lengths = np.fromiter(map(len, split), np.int64, len(split))
        rows = Ragged.from_lengths(flat, lengths)
        return Trie(*plant(rows.flat, rows.starts))

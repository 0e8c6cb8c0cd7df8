"""The n-grams of a fitted block as text, spelled out only when somebody asks."""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from worthit.baselines.sparse.terms import Terms

__all__ = ["Vocabulary"]


class Vocabulary:
    """Names and positions of a block's features.

    A search fits hundreds of blocks whose names nobody reads, hence the delay.

    Parameters
    ----------
    terms : Terms
        Spells the counted columns.
    columns : numpy.ndarray of shape (n_features,)
        Which of them became features.
    """

    def __init__(self, terms: Terms, columns: NDArray[np.int64]) -> None:
        self._spell = lambda: terms.spell(columns)

    @classmethod
    def from_strings(cls, strings: list[str]) -> "Vocabulary":
        """Make a vocabulary of known n-grams, as read from a file."""
        vocabulary = cls.__new__(cls)
        vocabulary._spell = lambda: strings
        return vocabulary

    @cached_property
    def strings(self) -> list[str]:
        """The n-grams in the order of features."""
        return self._spell()

    @cached_property
    def positions(self) -> dict[str, int]:
        """The feature number of each n-gram."""
        return {term: number for number, term in enumerate(self.strings)}

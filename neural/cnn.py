"""Convolutions of several widths over words, and the strongest answer of each; from scratch."""

import re
from dataclasses import dataclass
from typing import ClassVar

from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution

from worthit.core.errors import InputError
from worthit.neural.training.checks import require_at_least
from worthit.neural.training.convolutional import ConvolutionalNetwork
from worthit.neural.training.pieces import Pieces
from worthit.neural.training.vocabulary import Vocabulary
from worthit.neural.training.word_models import WordClassifier

__all__ = ["CNN"]


@dataclass(kw_only=True, eq=False, repr=False)
class CNN(WordClassifier):
    """Parallel convolutions with the maximum over time (Kim, 2014).

    A kernel of size n looks at n words in a row, so a filter is a soft n-gram.

    Parameters
    ----------
    kernels : str
        Sizes of the parallel kernels: ``3,4,5``, also written ``3+4+5``.
    filters : int
        Filters of each size.
    """

    kinds: ClassVar[tuple[str, ...]] = ("text", "pair")

    kernels: str = "3,4,5"
    filters: int = 100

    def new_network(self, encoder: Vocabulary | Pieces, n_classes: int) -> ConvolutionalNetwork:
        """Build the network for a vocabulary."""
        return ConvolutionalNetwork(
            n_words=len(encoder),
            n_classes=n_classes,
            pairs=encoder.pairs,
            embedding=self.width_,
            kernels=self.sizes,
            filters=self.filters,
            dropout=self.dropout,
            word_dropout=self.word_dropout,
        )

    @property
    def sizes(self) -> tuple[int, ...]:
        """The kernels' sizes as numbers."""
        return tuple(map(int, re.split("[,+]", str(self.kernels))))

    def check(self) -> None:
        """Refuse kernels that are no list of sizes."""
        super().check()
        require_at_least(self, "filters", 1)
        if not re.fullmatch(r"[1-9]\d?([,+][1-9]\d?)*", str(self.kernels)):
            raise InputError(
                f"Got kernels={self.kernels!r}; expected sizes from 1 to 99, '3,4,5' or '3+4+5'."
            )

    def search_space(self) -> dict[str, BaseDistribution]:
        """Return what tuning may vary."""
        return {
            **self.token_space(),
            "learning_rate": FloatDistribution(3e-4, 5e-3, log=True),
            "batch_size": CategoricalDistribution([32, 64, 128]),
            "kernels": CategoricalDistribution(["1,2,3", "2,3,4", "3,4,5", "1,2,3,4,5"]),
            "filters": CategoricalDistribution([50, 100, 200]),
            "balance": CategoricalDistribution(["none", "weights"]),
            "dropout": FloatDistribution(0.1, 0.7),
            "word_dropout": FloatDistribution(0.0, 0.5),
        }

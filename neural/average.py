"""Averaged word vectors under a linear layer: the simple forerunner of all networks for text."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution
from torch import nn

from worthit.neural.training.pieces import Pieces
from worthit.neural.training.pooling import Pooling
from worthit.neural.training.vocabulary import PAD, Vocabulary
from worthit.neural.training.word_models import WordClassifier
from worthit.neural.training.word_vectors import WordVectors, in_second_side

__all__ = ["Average"]


@dataclass(kw_only=True, eq=False, repr=False)
class Average(WordClassifier):
    """A text is the mean of its words' vectors, learned or from a file (Joulin et al., 2017)."""

    kinds: ClassVar[tuple[str, ...]] = ("text", "pair")

    learning_rate: float = 5e-3

    def new_network(self, encoder: Vocabulary | Pieces, n_classes: int) -> nn.Module:
        """Build the network for a vocabulary."""
        vectors = WordVectors(
            len(encoder), self.width_, pairs=encoder.pairs, word_dropout=self.word_dropout
        )
        return AverageNetwork(vectors, self.width_, n_classes, self.dropout, encoder.pairs)

    def search_space(self) -> dict[str, BaseDistribution]:
        """Return what tuning may vary; vectors of a file have their width."""
        width = {"embedding": CategoricalDistribution([50, 100, 200])}
        return {
            **self.token_space(),
            "learning_rate": FloatDistribution(1e-3, 3e-2, log=True),
            "batch_size": CategoricalDistribution([32, 64, 128]),
            **(width if self.vectors == "none" else {}),
            "balance": CategoricalDistribution(["none", "weights"]),
            "dropout": FloatDistribution(0.0, 0.7),
            "word_dropout": FloatDistribution(0.0, 0.5),
        }


class AverageNetwork(nn.Module):
    """Word ids (batch, time) to logits (batch, classes) by way of a mean."""

    def __init__(
        self, vectors: WordVectors, width: int, n_classes: int, dropout: float, pairs: bool
    ) -> None:
        super().__init__()
        self.vectors = vectors
        self.pooling = Pooling("mean", width, pairs=pairs)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(self.pooling.n_outputs, n_classes)

    def forward(self, input_ids: torch.Tensor) -> torch.Tensor:
        """Compute the logits."""
        second = in_second_side(input_ids)
        pooled = self.pooling(self.vectors(input_ids), input_ids != PAD, second)
        return self.head(self.dropout(pooled))

"""The convolutional network: embedding, parallel kernels, maximum over time, a linear head."""

import torch
from torch import nn

from worthit.neural.training.pooling import Pooling
from worthit.neural.training.vocabulary import PAD
from worthit.neural.training.word_vectors import WordVectors, in_second_side

__all__ = ["ConvolutionalNetwork"]


class ConvolutionalNetwork(nn.Module):
    """Words to class logits through convolutions over time.

    Parameters
    ----------
    n_words, n_classes : int
        Size of the vocabulary, and of the output.
    pairs : bool
        Whether inputs have two sides, which are pooled apart and compared.
    embedding : int
        Width of a word's vector.
    kernels : tuple of int
        Words that the filters look at.
    filters : int
        Filters of each size.
    dropout, word_dropout : float
        Share of values, and of whole words, hidden while training.
    """

    def __init__(
        self,
        *,
        n_words: int,
        n_classes: int,
        pairs: bool,
        embedding: int,
        kernels: tuple[int, ...],
        filters: int,
        dropout: float,
        word_dropout: float,
    ) -> None:
        super().__init__()
        self.vectors = WordVectors(n_words, embedding, pairs=pairs, word_dropout=word_dropout)
        self.convolutions = nn.ModuleList(
            # Torch's padding="same" would do, but copies the input once more for even sizes.
            nn.Sequential(
                nn.ConstantPad1d(((size - 1) // 2, size // 2), 0.0),
                nn.Conv1d(embedding, filters, size),
            )
            for size in kernels
        )
        self.pooling = Pooling("max", filters * len(kernels), pairs=pairs)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(self.pooling.n_outputs, n_classes)

    def forward(self, input_ids: torch.Tensor) -> torch.Tensor:
        """Compute logits (batch, classes) from word ids (batch, time)."""
        mask = input_ids != PAD
        # Zeros stand before and after a text whether its batch is padded or not, so a window
        # that reaches over its end sees the same; windows in the padding are not pooled.
        vectors = self.vectors(input_ids) * mask.unsqueeze(-1)
        across = vectors.transpose(1, 2)  # (batch, dim, time)
        found = torch.cat([convolve(across) for convolve in self.convolutions], dim=1)
        states = found.relu().transpose(1, 2)  # (batch, time, filters of all sizes)
        pooled = self.pooling(states, mask, in_second_side(input_ids))
        return self.head(self.dropout(pooled))

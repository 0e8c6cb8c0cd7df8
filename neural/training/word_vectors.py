"""From word ids to vectors: unknown words, words hidden while training, words that sides share."""

import torch
from torch import nn

from worthit.neural.training.vocabulary import PAD, SEPARATOR, UNKNOWN

__all__ = ["WordVectors", "in_second_side", "on_both_sides"]

SPREAD = 0.1  # of fresh vectors; with torch's 1.0 they take several epochs longer to learn


class WordVectors(nn.Module):
    """An embedding that knows the vocabulary's conventions.

    Parameters
    ----------
    n_words : int
        Size of the vocabulary; ids beyond it are unknown words.
    width : int
        Length of a vector.
    pairs : bool
        Whether inputs have two sides; then a word that both have is marked by a learned vector
        added to it. A network trained from scratch on few pairs does not find that by itself.
    word_dropout : float
        Share of words taken as unknown while training.
    """

    def __init__(self, n_words: int, width: int, *, pairs: bool, word_dropout: float) -> None:
        super().__init__()
        self.n_words, self.word_dropout = n_words, word_dropout
        self.words = nn.Embedding(n_words, width, padding_idx=PAD)
        nn.init.normal_(self.words.weight, std=SPREAD)
        self.shared = nn.Embedding(2, width) if pairs else None
        if self.shared is not None:
            nn.init.normal_(self.shared.weight, std=SPREAD)

    def forward(self, input_ids: torch.Tensor) -> torch.Tensor:
        """Look up vectors: (batch, time) to (batch, time, width)."""
        unknown = input_ids >= self.n_words
        if self.training and self.word_dropout:
            dropped = torch.rand(input_ids.shape, device=input_ids.device) < self.word_dropout
            unknown |= dropped & (input_ids > SEPARATOR)
        vectors = self.words(input_ids.masked_fill(unknown, UNKNOWN))
        if self.shared is None:
            return vectors
        return vectors + self.shared(on_both_sides(input_ids).long())


def in_second_side(input_ids: torch.Tensor) -> torch.Tensor:
    """Mark what follows the separator, itself included: (batch, time) to the same, boolean."""
    return (input_ids == SEPARATOR).cumsum(dim=1) > 0


def on_both_sides(input_ids: torch.Tensor) -> torch.Tensor:
    """Mark the words that stand on both sides of their pair: (batch, time) to the same, boolean."""
    second = in_second_side(input_ids)
    opposite = second.unsqueeze(2) != second.unsqueeze(1)  # (batch, time, time)
    same = input_ids.unsqueeze(2) == input_ids.unsqueeze(1)
    return (same & opposite).any(dim=2) & (input_ids > SEPARATOR)

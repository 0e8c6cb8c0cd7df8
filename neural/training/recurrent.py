"""The recurrent network: embedding, layers in one or both directions, pooling, a small head."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

import torch
from torch import nn

from worthit.neural.training.pooling import Pooling, last, reverse_within
from worthit.neural.training.vocabulary import PAD
from worthit.neural.training.word_vectors import WordVectors, in_second_side

__all__ = ["RecurrentNetwork"]

Cell = Callable[..., nn.RNNBase]
KEPT = 0.25  # of the state of simple units, at first


class RecurrentNetwork(nn.Module):
    """Words to class logits through a recurrent cell.

    Parameters
    ----------
    cell : callable
        ``torch.nn.RNN``, ``torch.nn.GRU`` or ``torch.nn.LSTM``.
    n_words, n_classes : int
        Size of the vocabulary, and of the output.
    pairs : bool
        Whether inputs have two sides. They are read as one sequence, so that the second is read
        in the light of the first, and pooled apart, so that they can be compared.
    embedding, hidden : int
        Width of a word's vector, and of one direction's state.
    layers : int
        Recurrent layers on top of one another; those of simple units add to what they read.
    bidirectional : bool
        Read each layer's input backwards as well.
    pooling : str
        See :class:`~worthit.neural.training.pooling.Pooling`; or ``last``.
    concat_last : bool
        Put the last state beside the pooled ones.
    dropout, word_dropout : float
        Share of values, and of whole words, hidden while training.
    """

    def __init__(
        self,
        cell: Cell,
        *,
        n_words: int,
        n_classes: int,
        pairs: bool,
        embedding: int,
        hidden: int,
        layers: int,
        bidirectional: bool,
        pooling: str,
        concat_last: bool,
        dropout: float,
        word_dropout: float,
    ) -> None:
        super().__init__()
        width = hidden * (1 + bidirectional)
        self.with_last = concat_last or pooling == "last"
        # Without it four layers of simple units often learn nothing (He et al., 2016). Gated cells,
        # two deep, were no better for it on validation.
        self.adds_up = cell is nn.RNN
        self.vectors = WordVectors(n_words, embedding, pairs=pairs, word_dropout=word_dropout)
        self.layers = nn.ModuleList(
            RecurrentLayer(cell, width if layer else embedding, hidden, bidirectional)
            for layer in range(layers)
        )
        self.pooling = None if pooling == "last" else Pooling(pooling, width, pairs=pairs)
        n_pooled = self.pooling.n_outputs if self.pooling else 0
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(n_pooled + width * self.with_last, n_classes)

    def forward(self, input_ids: torch.Tensor) -> torch.Tensor:
        """Compute logits (batch, classes) from word ids (batch, time)."""
        mask = input_ids != PAD
        lengths = mask.sum(dim=1)
        first, *others = self.layers
        states, ends = first(self._hide_features(self.vectors(input_ids)), lengths)
        for layer in others:
            below = states, ends
            states, ends = layer(self._hide_features(states), lengths)
            if self.adds_up:
                states, ends = states + below[0], ends + below[1]
        summaries = [ends] if self.with_last else []
        if self.pooling is not None:
            summaries.append(self.pooling(states, mask, in_second_side(input_ids)))
        return self.head(self.dropout(torch.cat(summaries, dim=-1)))

    def _hide_features(self, states: torch.Tensor) -> torch.Tensor:
        """Drop the same features at all of a text's words (Gal and Ghahramani, 2016).

        Drawing anew for each word would take a tenth of a step for random numbers alone.
        """
        kept = self.dropout(states.new_ones(len(states), 1, states.shape[-1]))
        return states * kept  # (batch, time, dim) * (batch, 1, dim)


def remember(cell: nn.RNNBase, hidden: int) -> None:
    """Let a fresh cell begin with a memory that suits it, which takes epochs to learn otherwise.

    An LSTM's forget gates begin at 1 (Jozefowicz et al., 2015). Simple units, which cannot choose
    what they keep, begin by keeping a quarter of their state: one that is only turned (Saxe et
    al., 2014) drowns each word in all those before it, and with several layers nothing is learned.
    """
    weights = dict(cell.named_parameters())
    with torch.no_grad():
        if isinstance(cell, nn.LSTM):  # torch has two biases for each gate, which it adds up
            weights["bias_ih_l0"][hidden : 2 * hidden] = 1.0
            weights["bias_hh_l0"][hidden : 2 * hidden] = 0.0
        elif isinstance(cell, nn.RNN):
            nn.init.orthogonal_(weights["weight_hh_l0"], gain=KEPT)


def in_sound_precision(device: torch.device) -> AbstractContextManager:
    """Return the context in which cells run: on a graphics card float32 in place of bfloat16.

    There torch takes float16 for cells whatever half precision is asked for, and the gradients of
    bfloat16 are not scaled: small ones would become 0.
    """
    if device.type == "cuda" and torch.get_autocast_dtype("cuda") is torch.bfloat16:
        return torch.autocast("cuda", enabled=False)
    return nullcontext()


class RecurrentLayer(nn.Module):
    """One layer, in one direction or both."""

    def __init__(self, cell: Cell, n_inputs: int, hidden: int, bidirectional: bool) -> None:
        super().__init__()
        self.forwards = cell(n_inputs, hidden, batch_first=True)
        self.backwards = cell(n_inputs, hidden, batch_first=True) if bidirectional else None
        for direction in filter(None, (self.forwards, self.backwards)):
            remember(direction, hidden)

    def forward(
        self, states: torch.Tensor, lengths: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the states (batch, time, width) and each text's last ones (batch, width)."""
        with in_sound_precision(states.device):
            forwards = self.forwards(states)[0]
            if self.backwards is None:
                return forwards, last(forwards, lengths)
            backwards = self.backwards(reverse_within(states, lengths))[0]
        ends = torch.cat([last(forwards, lengths), last(backwards, lengths)], dim=-1)
        return torch.cat([forwards, reverse_within(backwards, lengths)], dim=-1), ends

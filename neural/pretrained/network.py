"""The network on a body: frozen layers, layers that learn, pooling, a head (or two)."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn

from worthit.neural.pretrained.like_length import in_parts
from worthit.neural.training.pooling import pool

__all__ = ["HEADS", "POOLS", "PretrainedNetwork"]

POOLS = ("cls", "mean", "max", "last4")
HEADS = ("linear", "mlp")
WIDER = 4  # times the body's width: the middle of an mlp head


class PretrainedNetwork(nn.Module):
    """Token ids to class logits through a body of BERT's build.

    Parameters
    ----------
    body : torch.nn.Module
        With ``embeddings``, ``encoder.layer`` and ``config``.
    special : dict of str to int
        Ids of ``pad`` and ``separator``.
    n_classes, n_second : int
        Outputs of the head, and of the auxiliary task's head (0 for none).
    layer : int
        The hidden layer that is read, counted from 1; those above it are cut off.
    pool : str
        ``cls``, ``mean``, ``max``, or ``last4``: the mean of the sum of the last four layers.
    head : str
        ``linear`` or ``mlp``.
    dropout : float
        Share of values hidden in the head while training.
    n_frozen : int
        First layers that do not learn, and have no dropout.
    frozen_embeddings : bool
        Whether the embeddings do not learn either.
    """

    def __init__(
        self,
        body: Any,
        special: dict[str, int],
        *,
        n_classes: int,
        n_second: int,
        layer: int,
        pool: str,
        head: str,
        dropout: float,
        n_frozen: int,
        frozen_embeddings: bool,
    ) -> None:
        super().__init__()
        self.embeddings = body.embeddings
        self.layers = body.encoder.layer[:layer]
        self.pad, self.separator = special["pad"], special["separator"]
        self.n_types = int(body.config.type_vocab_size)
        self.pool = pool
        self.summed = range(max(1, layer - 3), layer + 1) if pool == "last4" else range(0)
        self.n_frozen, self.frozen_embeddings = n_frozen, frozen_embeddings
        self.width = int(body.config.hidden_size)
        self.head = new_head(head, self.width, n_classes, dropout)
        self.second = new_head(head, self.width, n_second, dropout) if n_second else None
        self.freeze()

    @property
    def all_frozen(self) -> bool:
        """Whether nothing but the head learns."""
        return self.frozen_embeddings and self.n_frozen == len(self.layers)

    @property
    def frozen_ahead(self) -> bool:
        """Whether there is a frozen part that nothing learned comes before."""
        return self.frozen_embeddings and self.n_frozen > 0

    @property
    def ahead_width(self) -> int:
        """Length of a vector that :meth:`ahead` gives."""
        with_sum = not self.all_frozen and self.n_frozen in self.summed
        return self.width * (1 + with_sum)

    def freeze(self) -> None:
        """Say which weights learn; to be called again when layers were exchanged."""
        self.embeddings.requires_grad_(not self.frozen_embeddings)
        for number, layer in enumerate(self.layers):
            layer.requires_grad_(number >= self.n_frozen)
        self.train(self.training)

    @contextmanager
    def thawed(self) -> Iterator[None]:
        """Let everything learn for a while."""
        before = self.n_frozen, self.frozen_embeddings
        self.n_frozen, self.frozen_embeddings = 0, False
        self.freeze()
        try:
            yield
        finally:
            self.n_frozen, self.frozen_embeddings = before
            self.freeze()

    def train(self, mode: bool = True) -> "PretrainedNetwork":
        """Switch to training; what is frozen keeps answering the same, without dropout."""
        super().train(mode)
        if self.frozen_embeddings:
            self.embeddings.eval()
        for layer in self.layers[: self.n_frozen]:
            layer.eval()
        return self

    def forward(
        self,
        input_ids: torch.Tensor | None = None,
        states: torch.Tensor | None = None,
        lengths: torch.Tensor | None = None,
        pooled: torch.Tensor | None = None,
    ) -> torch.Tensor:
        """Compute logits (batch, classes); while training with an auxiliary task, its own as well.

        Parameters
        ----------
        input_ids : torch.Tensor, optional
            (batch, time). Or, in their place, what :meth:`ahead` made of them:
        states, lengths : torch.Tensor, optional
            (batch, time, width), and the number of tokens of each input.
        pooled : torch.Tensor, optional
            (batch, width), where only the head learns.
        """
        if input_ids is not None:
            mask = input_ids != self.pad
            pooled = in_parts(lambda ids, m: self.above(self.below(ids), m), input_ids, mask)
        elif pooled is None:
            assert states is not None and lengths is not None
            times = torch.arange(states.shape[1], device=states.device)
            pooled = in_parts(self.above, states, times < lengths.unsqueeze(1))
        logits = self.head(pooled)
        if self.training and self.second is not None:
            return torch.cat([logits, self.second(pooled)], dim=-1)
        return logits

    def ahead(self, input_ids: torch.Tensor) -> torch.Tensor:
        """Compute what training does not change: pooled vectors, or states of the frozen layers."""
        states = self.below(input_ids)
        return self.above(states, input_ids != self.pad) if self.all_frozen else states

    def below(self, input_ids: torch.Tensor) -> torch.Tensor:
        """Run the frozen layers: (batch, time) to (batch, time, width).

        Where frozen layers count in the sum of the last four, it is that sum beside the states:
        (batch, time, 2 * width).
        """
        states = self.embeddings(input_ids, token_type_ids=self._types(input_ids))
        return self._run(states, input_ids != self.pad, range(self.n_frozen))

    def above(self, states: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Run the other layers and pool: (batch, time, width or twice it) to (batch, width)."""
        states = self._run(states, mask, range(self.n_frozen, len(self.layers)))
        if self.pool == "cls":
            return states[:, 0]
        if self.pool == "last4":
            states = states.chunk(2, dim=-1)[1]  # the sum
        return pool(states, mask, "max" if self.pool == "max" else "mean")

    def states(self, input_ids: torch.Tensor) -> torch.Tensor:
        """Run all layers: (batch, time) to the last one's states, (batch, time, width)."""
        states = self.embeddings(input_ids, token_type_ids=self._types(input_ids))
        return self._run(states, input_ids != self.pad, range(len(self.layers)))[..., : self.width]

    def _run(self, states: torch.Tensor, mask: torch.Tensor, numbers: range) -> torch.Tensor:
        attended = None if mask.all() else mask[:, None, None, :]  # (batch, 1, 1, time)
        states, total = states[..., : self.width], states[..., self.width :]
        for number in numbers:
            states = self.layers[number](states, attended)
            if number + 1 in self.summed:
                total = total + states if total.shape[-1] else states
        return torch.cat([states, total], dim=-1) if total.shape[-1] else states

    def _types(self, input_ids: torch.Tensor) -> torch.Tensor | None:
        """Mark the second side of pairs, where the body tells sides apart."""
        if self.n_types < 2:
            return None
        separators = (input_ids == self.separator).long()
        return (separators.cumsum(dim=1) - separators).clamp(max=1)


def new_head(how: str, width: int, n_outputs: int, dropout: float) -> nn.Sequential:
    """Build a head: a linear layer, or two with a wider middle."""
    steps: list[nn.Module] = [nn.Dropout(dropout)]
    if how == "mlp":
        steps += [nn.Linear(width, WIDER * width), nn.GELU(), nn.Dropout(dropout)]
        width = WIDER * width
    return nn.Sequential(*steps, nn.Linear(width, n_outputs))

"""Bidirectional gated recurrent network over words, trained from scratch."""

from dataclasses import dataclass
from typing import ClassVar

from torch import nn

from worthit.neural.training.recurrent_models import RecurrentClassifier

__all__ = ["GRU"]


@dataclass(kw_only=True, eq=False, repr=False)
class GRU(RecurrentClassifier):
    """Gated recurrent units (Cho et al., 2014)."""

    kinds: ClassVar[tuple[str, ...]] = ("text", "pair")
    cell: ClassVar[type[nn.RNNBase]] = nn.GRU

"""Recurrent network of simple units over words, trained from scratch."""

from dataclasses import dataclass
from typing import ClassVar

from torch import nn

from worthit.neural.training.recurrent_models import RecurrentClassifier

__all__ = ["RNN"]


@dataclass(kw_only=True, eq=False, repr=False)
class RNN(RecurrentClassifier):
    """Simple recurrent units (Elman, 1990), pooled over time; the forerunner of gru and lstm."""

    kinds: ClassVar[tuple[str, ...]] = ("text", "pair")
    cell: ClassVar[type[nn.RNNBase]] = nn.RNN

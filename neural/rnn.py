"""Recurrent network of simple units over words, trained from scratch."""

from dataclasses import dataclass
from typing import ClassVar

from torch import nn

from worthit.neural.training.recurrent_models import RecurrentClassifier

__all__ = ["RNN"]


@dataclass(kw_only=True, eq=False, repr=False)
class RNN(RecurrentClassifier):
    """Simple recurrent units (Elman, 1990), pooled over time; the forerunner of gru and lstm.

    Layers above the first add to what they read (He et al., 2016), without which a stack of more
    than two learns badly or not at all.
    """

    kinds: ClassVar[tuple[str, ...]] = ("text", "pair")
    cell: ClassVar[type[nn.RNNBase]] = nn.RNN

    # The best of 2e-3, 3e-3 and 4e-3 on validation of trec and docstrings, two seeds each.
    learning_rate: float = 3e-3

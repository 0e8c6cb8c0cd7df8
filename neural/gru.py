"""Bidirectional gated recurrent network over words, trained from scratch."""

from dataclasses import dataclass
from typing import ClassVar

from torch import nn

from worthit.neural.training.recurrent_models import RecurrentClassifier

__all__ = ["GRU"]


@dataclass(kw_only=True, eq=False, repr=False)
class GRU(RecurrentClassifier):
    """Gated recurrent units (Cho et al., 2014), pooled over time.

    A pair is read as one sequence, its sides pooled apart and compared; words that both sides
    have are marked, for a network that starts from nothing cannot learn that from few pairs.
    """

    kinds: ClassVar[tuple[str, ...]] = ("text", "pair")
    cell: ClassVar[type[nn.RNNBase]] = nn.GRU

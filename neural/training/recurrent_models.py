"""What rnn, gru and lstm share: all but the cell."""

from dataclasses import dataclass
from typing import ClassVar

from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from torch import nn

from worthit.neural.training.checks import require_at_least, require_one_of
from worthit.neural.training.pieces import Pieces
from worthit.neural.training.recurrent import RecurrentNetwork
from worthit.neural.training.vocabulary import Vocabulary
from worthit.neural.training.word_models import WordClassifier

__all__ = ["RecurrentClassifier"]


POOLINGS = ("max", "mean", "attention", "max+mean", "last")


@dataclass(kw_only=True, eq=False, repr=False)
class RecurrentClassifier(WordClassifier):
    """A recurrent network over words; a subclass says which cell.

    Parameters
    ----------
    hidden : int
        Width of the state, in each direction.
    layers : int
        Recurrent layers.
    bidirectional : bool
        Read backwards as well.
    pooling : str
        ``max``, ``mean``, ``attention`` (a mean weighted by what is learned), ``max+mean`` or
        ``last``.
    concat_last : bool
        Put the last state beside the pooled ones.
    """

    cell: ClassVar[type[nn.RNNBase]]

    # On validation clearly better than half of it on small sets, and no different on large ones.
    learning_rate: float = 4e-3
    hidden: int = 128
    layers: int = 1
    bidirectional: bool = True
    pooling: str = "max+mean"
    concat_last: bool = False

    def new_network(self, encoder: Vocabulary | Pieces, n_classes: int) -> RecurrentNetwork:
        """Build the network for a vocabulary."""
        return RecurrentNetwork(
            self.cell,
            n_words=len(encoder),
            n_classes=n_classes,
            pairs=encoder.pairs,
            embedding=self.width_,
            hidden=self.hidden,
            layers=self.layers,
            bidirectional=self.bidirectional,
            pooling=self.pooling,
            concat_last=self.concat_last,
            dropout=self.dropout,
            word_dropout=self.word_dropout,
        )

    def check(self) -> None:
        """Refuse senseless sizes and unknown ways of pooling."""
        super().check()
        require_at_least(self, "hidden", 1)
        require_at_least(self, "layers", 1)
        require_one_of(self, "pooling", POOLINGS)

    def search_space(self) -> dict[str, BaseDistribution]:
        """Return what tuning may vary."""
        return {
            **self.token_space(),
            "learning_rate": FloatDistribution(5e-4, 1e-2, log=True),
            "batch_size": CategoricalDistribution([32, 64, 128]),
            "hidden": CategoricalDistribution([64, 128, 256]),
            "layers": IntDistribution(1, 2),
            "balance": CategoricalDistribution(["none", "weights"]),
            "dropout": FloatDistribution(0.1, 0.7),
            "word_dropout": FloatDistribution(0.0, 0.5),
            "pooling": CategoricalDistribution(["max", "mean", "attention", "max+mean"]),
            "concat_last": CategoricalDistribution([False, True]),
        }

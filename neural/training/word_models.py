"""What models that learn their own word vectors share: the vocabulary's hyper-parameters."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from worthit.neural.training.checks import require_at_least, require_share
from worthit.neural.training.classifier import NeuralClassifier
from worthit.neural.training.vocabulary import Vocabulary

__all__ = ["WordClassifier"]


@dataclass(kw_only=True, eq=False, repr=False)
class WordClassifier(NeuralClassifier):
    """A classifier over words, trained from scratch.

    Parameters
    ----------
    embedding : int
        Width of a word's vector.
    min_count : int
        Words seen less often in the training part are unknown.
    max_words : int
        The vocabulary keeps at most so many, the most frequent ones.
    dropout : float
        Share of values hidden while training.
    word_dropout : float
        Share of whole words hidden while training.
    """

    embedding: int = 100
    min_count: int = 2
    max_words: int = 50_000
    dropout: float = 0.5
    word_dropout: float = 0.3

    def learn_encoder(self, inputs: Sequence) -> Vocabulary:
        """Learn the vocabulary."""
        return Vocabulary.learn(inputs, self.min_count, self.max_words)

    def load_encoder(self, folder: Path) -> Vocabulary:
        """Read the vocabulary."""
        return Vocabulary.load(folder)

    def check(self) -> None:
        """Refuse senseless sizes and shares."""
        super().check()
        for name in ("embedding", "min_count", "max_words"):
            require_at_least(self, name, 1)
        require_share(self, "dropout")
        require_share(self, "word_dropout")

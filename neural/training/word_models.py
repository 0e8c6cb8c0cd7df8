"""What models that learn their own word vectors share: tokens, vocabulary, embedding."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import torch
from optuna.distributions import BaseDistribution, CategoricalDistribution

from worthit.core.errors import InputError
from worthit.core.hashing import sha256_of_file
from worthit.neural.training.batches import Examples
from worthit.neural.training.checks import (
    require_at_least,
    require_auto_or_count,
    require_one_of,
    require_share,
)
from worthit.neural.training.classifier import NeuralClassifier
from worthit.neural.training.clock import Clock
from worthit.neural.training.pieces import Pieces
from worthit.neural.training.vectors_file import read_vectors, width_of
from worthit.neural.training.vocabulary import SPECIAL, Vocabulary, rare_share

__all__ = ["WordClassifier"]

SIZES = {"words": 50_000, "bpe": 8_000}  # of the vocabulary, unless told
MOST_UNKNOWN = 0.05  # share of words; beyond it, pieces did better on validation data


@dataclass(kw_only=True, eq=False, repr=False)
class WordClassifier(NeuralClassifier):
    """A classifier over words or pieces of words, trained from scratch.

    Parameters
    ----------
    tokens : str
        ``words``, or ``bpe``: pieces of words by byte-pair encoding, learned from the training
        part; ``auto``: words, or pieces where 5 % of a new text's words would be unknown, as in
        languages with many endings and in small data.
    min_count : int
        Words, or neighbouring pieces, seen less often in the training part are not in the
        vocabulary.
    vocabulary : int or str
        Most tokens in the vocabulary, the most frequent ones; ``auto``: 50,000 words or 8,000
        pieces.
    embedding : int or str
        Width of a token's vector; ``auto``: the fourth root of the vocabulary's size.
    vectors : str
        A text file of pretrained word vectors (word2vec, fastText, GloVe), which then say how wide
        a vector is; ``none``: all start at random.
    dropout : float
        Share of values hidden while training.
    word_dropout : float
        Share of whole tokens hidden while training.
    """

    learned: ClassVar[tuple[str, ...]] = (*NeuralClassifier.learned, "tokens_", "width_")

    tokens: str = "auto"
    min_count: int = 2
    vocabulary: int | str = "auto"
    embedding: int | str = 100
    vectors: str = "none"
    dropout: float = 0.5
    word_dropout: float = 0.3

    def learn_encoder(self, inputs: Sequence) -> Vocabulary | Pieces:
        """Choose the tokens, learn the vocabulary, and with it how wide its vectors are."""
        self.tokens_ = self._choose_tokens(inputs)
        size = SIZES[self.tokens_] if self.vocabulary == "auto" else int(self.vocabulary)
        encoder = self._encoder.learn(inputs, self.min_count, size)
        if self.vectors != "none":
            self.width_ = width_of(Path(self.vectors))
        elif self.embedding == "auto":
            self.width_ = max(1, round(len(encoder) ** 0.25))
        else:
            self.width_ = int(self.embedding)
        return encoder

    def _choose_tokens(self, inputs: Sequence) -> str:
        if self.tokens != "auto":
            return self.tokens
        if self.vectors != "none":
            return "words"
        return "bpe" if rare_share(inputs, self.min_count) > MOST_UNKNOWN else "words"

    def choices(self) -> dict[str, Any]:
        """Return what the fit took for each field that can be left as ``auto``."""
        return super().choices() | {
            "tokens": self.tokens_,
            "vocabulary": len(self.encoder_),
            "embedding": self.width_,
        }

    def load_encoder(self, folder: Path) -> Vocabulary | Pieces:
        """Read the vocabulary."""
        return self._encoder.load(folder)

    def begin(
        self, training: Examples, validation: Examples | None, folder: Path, clock: Clock
    ) -> tuple[Examples, Examples | None]:
        """Take the vectors of the file, where it has a word; the others stay random."""
        if self.tokens == "auto" and self.vectors == "none":
            self.notes_.append(
                "Reads pieces of words, since too many of a new text's words would be unknown."
                if self.tokens_ == "bpe"
                else "Reads whole words, since few of a new text's words would be unknown."
            )
        if self.vectors != "none":
            self._take_vectors()
        return training, validation

    def _take_vectors(self) -> None:
        path, known = Path(self.vectors), self.encoder_.known[len(SPECIAL) :]
        numbers, vectors = read_vectors(path, {w: len(SPECIAL) + n for n, w in enumerate(known)})
        with torch.no_grad():
            network: Any = self.network_
            weight = network.vectors.words.weight
            weight *= float(vectors.std()) / float(weight.std())  # of one size with the file's
            weight[torch.from_numpy(numbers)] = torch.from_numpy(vectors)
        self.notes_.append(
            f"{len(numbers):,} of the {len(known):,} words of the vocabulary "
            f"({100 * len(numbers) / len(known):.1f} %) start from the vectors of {path.name}; the "
            "others start at random."
        )

    def identity(self) -> dict[str, Any]:
        """Return the parameters, with the content of the file of vectors in place of its path."""
        path = Path(self.vectors)
        named = self.vectors != "none" and path.is_file()
        return self.get_params() | ({"vectors": sha256_of_file(path)} if named else {})

    @property
    def pretrained(self) -> bool:
        """Whether the vectors were learned on other texts."""
        return self.vectors != "none"

    def check(self) -> None:
        """Refuse senseless sizes and shares, and vectors that no token could have."""
        super().check()
        require_at_least(self, "min_count", 1)
        for name in ("embedding", "vocabulary"):
            require_auto_or_count(self, name)
        require_one_of(self, "tokens", ("auto", *SIZES))
        require_share(self, "dropout")
        require_share(self, "word_dropout")
        if self.vectors != "none":
            if self.tokens == "bpe":
                raise InputError(
                    f"Got tokens={self.tokens!r} with vectors={self.vectors!r}, which are of whole "
                    "words; leave one of them out."
                )
            width_of(Path(self.vectors))

    def token_space(self) -> dict[str, BaseDistribution]:
        """Return how tuning may vary what is read; vectors of a file are of words."""
        return (
            {"tokens": CategoricalDistribution(["auto", *SIZES])} if self.vectors == "none" else {}
        )

    @property
    def _encoder(self) -> type[Vocabulary] | type[Pieces]:
        return Vocabulary if self.tokens_ == "words" else Pieces

"""Byte pairs as tokens: words in pieces, merged from bytes by what is frequent in training."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from tokenizers import Tokenizer, decoders, normalizers, pre_tokenizers
from tokenizers.models import BPE
from tokenizers.trainers import BpeTrainer

from worthit.core.files import read_json, write_atomic, write_json
from worthit.neural.training.encoded import Encoded, chunks, readable
from worthit.neural.training.vocabulary import SPECIAL, join_sides, sides

__all__ = ["Pieces"]

FILE, KIND = "tokenizer.json", "pieces.json"


class Pieces:
    """Byte-pair encoding (Sennrich et al., 2016) of lower-cased texts, over bytes.

    Rows look as those of :class:`~worthit.neural.training.vocabulary.Vocabulary`, but no text has
    unknown parts: in the worst case it is spelt in bytes. The ids of the pieces follow those of the
    special tokens, which the tokenizer itself does not know: a text cannot imitate them.

    Parameters
    ----------
    tokenizer : tokenizers.Tokenizer
        Trained.
    pairs : bool
        Whether the inputs have two sides.
    """

    def __init__(self, tokenizer: Tokenizer, pairs: bool) -> None:
        self.tokenizer = tokenizer
        self.pairs = pairs

    @classmethod
    def learn(cls, inputs: Sequence, min_count: int, size: int) -> "Pieces":
        """Merge the most frequent neighbours until there are ``size`` pieces.

        Parameters
        ----------
        inputs : sequence of str or of (str, str)
            The texts or pairs being fitted, and no others.
        min_count : int
            Neighbours that meet less often are not merged.
        size : int
            Pieces wished for; the 256 bytes are there in any case.
        """
        tokenizer = Tokenizer(BPE())
        tokenizer.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Lowercase()])
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
        tokenizer.decoder = decoders.ByteLevel()
        trainer = BpeTrainer(
            vocab_size=size,
            min_frequency=min_count,
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        )
        texts = (readable(side) for one in inputs for side in sides(one))
        tokenizer.train_from_iterator(texts, trainer)
        return cls(tokenizer, pairs=not isinstance(inputs[0], str))

    def __len__(self) -> int:
        return len(SPECIAL) + self.tokenizer.get_vocab_size()

    def encode(self, inputs: Sequence, max_length: int) -> Encoded:
        """Turn texts or pairs into ids, cut to ``max_length`` tokens."""
        pieces = self._pieces(inputs)
        n_sides = 1 + self.pairs
        return join_sides(([next(pieces) for _ in range(n_sides)] for _ in inputs), max_length)

    def _pieces(self, inputs: Sequence) -> Iterator[list[int]]:
        """Yield the ids of each side, uncut."""
        for some in chunks(inputs):
            texts = [readable(side) for one in some for side in sides(one)]
            for each in self.tokenizer.encode_batch_fast(texts):
                yield [len(SPECIAL) + number for number in each.ids]

    def save(self, folder: Path) -> None:
        """Write the tokenizer as JSON."""
        write_atomic(folder / FILE, self.tokenizer.to_str())
        write_json(folder / KIND, {"pairs": self.pairs})

    @classmethod
    def load(cls, folder: Path) -> "Pieces":
        """Read what :meth:`save` wrote."""
        tokenizer = Tokenizer.from_str((folder / FILE).read_text(encoding="utf-8"))
        return cls(tokenizer, read_json(folder / KIND)["pairs"])

"""Sub-word tokens: a checkpoint's own tokenizer, or byte-level BPE of the training texts."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import Tokenizer
from tokenizers.models import BPE
from tokenizers.normalizers import NFC, Lowercase
from tokenizers.normalizers import Sequence as Steps
from tokenizers.pre_tokenizers import ByteLevel
from tokenizers.processors import TemplateProcessing
from tokenizers.trainers import BpeTrainer

from worthit.core.errors import InputError
from worthit.core.files import read_json, write_json
from worthit.neural.training.encoded import Encoded, chunks, readable
from worthit.neural.training.vocabulary import sides

__all__ = ["ARCHITECTURES", "Subwords", "learn_bpe"]

ARCHITECTURES = ("bert", "roberta", "xlm-roberta", "camembert")  # that any model here reads
TOKENIZER, SHAPE = "tokenizer.json", "body.json"
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")


@dataclass(frozen=True)
class Subwords:
    """A tokenizer, and the shape of the body that reads its tokens.

    Attributes
    ----------
    tokenizer : tokenizers.Tokenizer
        Puts the special tokens around a text, or around and between the sides of a pair.
    special : dict of str to int
        Ids of ``pad``, ``separator`` and ``mask``.
    shape : dict
        The body's configuration, as in ``config.json``.
    source : pathlib.Path or None
        Folder of the pretrained weights; None for a new body, and for one that was fitted.
    """

    tokenizer: Tokenizer
    special: dict[str, int]
    shape: dict[str, Any]
    source: Path | None = None

    def __post_init__(self) -> None:
        self.tokenizer.no_padding()
        # A text that happens to contain "[SEP]" has no separator there.
        self.tokenizer.encode_special_tokens = True

    def encode(self, inputs: Sequence, max_length: int) -> Encoded:
        """Turn texts or pairs into ids; of a pair the longer side is cut first."""
        self.tokenizer.enable_truncation(max_length, strategy="longest_first")
        rows, truncated = [], []
        for some in chunks(inputs):
            for one in self.tokenizer.encode_batch_fast([_given(each) for each in some]):
                rows.append(np.array(one.ids, dtype=np.int32))
                truncated.append(bool(one.overflowing))
        return Encoded(rows, np.array(truncated, dtype=bool))

    def save(self, folder: Path) -> None:
        """Write the tokenizer and the body's shape, as JSON."""
        self.tokenizer.no_truncation()
        self.tokenizer.save(str(folder / TOKENIZER))
        write_json(folder / SHAPE, {"special": self.special, "shape": self.shape})

    @classmethod
    def load(cls, folder: Path) -> "Subwords":
        """Read what :meth:`save` wrote.

        Raises
        ------
        InputError
            If the body is of no architecture that a model here reads.
        """
        stored = read_json(folder / SHAPE)
        architecture = stored["shape"].get("model_type")
        if architecture not in ARCHITECTURES:  # a run can come from anywhere
            raise InputError(
                f"The body in {str(folder / SHAPE)!r} is of the architecture {architecture!r}; "
                f"expected one of {', '.join(ARCHITECTURES)}: copy the run again from where it was "
                "made."
            )
        tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
        return cls(tokenizer, stored["special"], stored["shape"])


def learn_bpe(inputs: Sequence, n_tokens: int) -> Tokenizer:
    """Learn byte-level BPE (Sennrich et al., 2016) over lower-cased texts.

    Unlike WordPiece and Unigram training it gives the same tokens every time.

    Parameters
    ----------
    inputs : sequence of str or of (str, str)
        The texts or pairs being fitted, and no others.
    n_tokens : int
        Size of the vocabulary, at most; 256 bytes and 5 special tokens are always in it.
    """
    tokenizer = Tokenizer(BPE(unk_token="[UNK]"))
    tokenizer.normalizer = Steps([NFC(), Lowercase()])
    tokenizer.pre_tokenizer = ByteLevel(add_prefix_space=True)
    trainer = BpeTrainer(
        vocab_size=n_tokens,
        min_frequency=2,
        special_tokens=list(SPECIAL),
        initial_alphabet=sorted(ByteLevel.alphabet()),
        show_progress=False,
    )
    texts = (readable(side) for one in inputs for side in sides(one))
    tokenizer.train_from_iterator(texts, trainer)
    first, last = ("[CLS]", SPECIAL.index("[CLS]")), ("[SEP]", SPECIAL.index("[SEP]"))
    tokenizer.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[first, last]
    )
    return tokenizer


def _given(one: str | tuple[str, str]) -> str | tuple[str, ...]:
    """Return an input in the form that the tokenizer takes."""
    texts = tuple(map(readable, sides(one)))
    return texts if len(texts) == 2 else texts[0]

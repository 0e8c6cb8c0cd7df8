"""What a search varies of bert and roberta: what changes something, and what can be trained."""

from typing import TYPE_CHECKING

from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution

from worthit.core.errors import InputError, MissingExtraError
from worthit.neural.pretrained.modes import new_heads
from worthit.neural.pretrained.shape import all_frozen, check_parts, layers_and_heads

if TYPE_CHECKING:
    from worthit.neural.pretrained.classifier import PretrainedClassifier

__all__ = ["search_space"]

WIDTHS = (64, 128, 256)
DEPTHS = (1, 2, 4)


def search_space(classifier: "PretrainedClassifier") -> dict[str, BaseDistribution]:
    """Return the fields to vary: of a body that is given its rate, of a new one its shape."""
    of_the_body = _rate(classifier) if classifier.pretrained else _shape(classifier)
    return {
        "learning_rate": FloatDistribution(2e-4, 3e-3, log=True),
        **of_the_body,
        "batch_size": CategoricalDistribution([16, 32, 64]),
        "pool": CategoricalDistribution(["mean", "cls", "max", "last4"]),
        "head": CategoricalDistribution(["linear", "mlp"]),
        "balance": CategoricalDistribution(["none", "weights"]),
        "dropout": FloatDistribution(0.0, 0.5),
        "label_smoothing": FloatDistribution(0.0, 0.2),
    }


def _rate(classifier: "PretrainedClassifier") -> dict[str, BaseDistribution]:
    if not _learns(classifier):
        return {}
    return {"body_rate": FloatDistribution(0.02, 0.5, log=True)}


def _learns(classifier: "PretrainedClassifier") -> bool:
    """Tell whether a given body learns.

    It is looked for only where its number of layers decides, as with ``freeze=6``: a search space
    can be asked for before there is a checkpoint, which might have to be fetched.
    """
    if classifier.adapt:  # in which the whole body takes part
        return True
    if classifier.transfer == "head":
        return False
    if not classifier.freeze_embeddings or classifier.freeze in (0, "embeddings"):
        return True
    try:
        return not all_frozen(classifier, layers_and_heads(classifier)[0])
    except (InputError, MissingExtraError):  # a fit says what is wrong
        return True


def _shape(classifier: "PretrainedClassifier") -> dict[str, BaseDistribution]:
    """Leave out shapes without the layers and heads that other fields name, such as layer=2."""
    heads = new_heads(classifier.hidden)
    tried = {
        "hidden": [n for n in WIDTHS if _fits(classifier, classifier.layers, new_heads(n))],
        "layers": [n for n in DEPTHS if _fits(classifier, n, heads)],
    }
    return {name: CategoricalDistribution(values) for name, values in tried.items() if values}


def _fits(classifier: "PretrainedClassifier", n_layers: int, n_heads: int) -> bool:
    try:
        check_parts(classifier, n_layers, n_heads)
    except InputError:
        return False
    return True

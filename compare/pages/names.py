"""What models, metrics and classes are called in sentences."""

from typing import Any

from worthit.compare.metrics import NAMES
from worthit.compare.pages.markdown import code, emphasis, text

__all__ = [
    "LANGUAGES", "PRETRAINED_FAMILIES", "always", "checkpoint_name", "description",
    "from_scratch", "frozen", "metric_name", "model_name", "on_word_vectors",
    "plain_metric_name", "subject", "title_name",
]  # fmt: skip

# Names that promise a pretrained body; a network of that shape from scratch is another thing.
PRETRAINED_FAMILIES = ("bert", "roberta", "hubert", "biencoder")
PACKAGED = "the packaged "
LANGUAGES = {"en": "English", "ru": "Russian", "fa": "Persian"}


def metric_name(metric: str, positive: str | None = None) -> str:
    """Name a metric in a sentence; F1 of the positive class names the class."""
    if metric == "f1_positive" and positive is not None:
        return f"F1 of {emphasis(positive, 40)}"
    return NAMES[metric]


def plain_metric_name(metric: str, positive: str | None = None) -> str:
    """Name a metric in a picture."""
    return f"F1 of {positive}" if metric == "f1_positive" and positive else NAMES[metric]


def model_name(model: str) -> str:
    """Name a model, as code."""
    return code(model, 60)


def from_scratch(model: dict[str, Any]) -> bool:
    """Tell whether a model carries a pretrained family's name without its pretraining."""
    return model.get("pretrained") is False and model["model"] in PRETRAINED_FAMILIES


def frozen(model: dict[str, Any]) -> bool:
    """Tell whether a pretrained body answers as it did before it saw this data."""
    params = model.get("params") or {}
    changed = params.get("adapt") or params.get("prune_heads")
    return not changed and (not model.get("curve") or params.get("transfer") == "head")


def subject(model: dict[str, Any]) -> str:
    """Name a model in a verdict, which never names a pretrained family for one from scratch."""
    return "the network trained from scratch" if from_scratch(model) else model_name(model["model"])


def description(model: dict[str, Any]) -> str:
    """Say in a clause what a model is; nothing where that is not known."""
    family = model.get("family")
    if zero_shot(model):
        return zero_shot(model, before="a ")
    if family == "neural" and on_word_vectors(model):
        return "a network on pretrained word vectors"
    if family == "neural" and model.get("pretrained"):
        name = checkpoint_name(model)
        which = f"the pretrained {name}" if name else "a pretrained network"
        # A body that is fine-tuned has epochs; one that only reads has none.
        return which + (", frozen" if frozen(model) else ", fine-tuned")
    return {
        "neural": "a network trained from scratch",
        "linear": "a linear model on weighted n-grams",
        "pipeline": "a scikit-learn pipeline of the user's own",
        "floor": "always the commonest class",
    }.get(family or "", "")


def on_word_vectors(model: dict[str, Any]) -> bool:
    """Tell whether nothing but the vectors of words was learned on other texts."""
    return bool(model.get("pretrained")) and model["params"].get("vectors", "none") != "none"


def checkpoint_name(model: dict[str, Any]) -> str:
    """Name a model's checkpoint in a clause; nothing where there is none, or it is not known."""
    name = (model.get("checkpoint") or {}).get("name") or ""
    if name.startswith(PACKAGED):  # what is in brackets is the package
        name = name.removeprefix(PACKAGED).partition(" (")[0]
    return text(name.removeprefix("the folder "), 40) if name else ""


def title_name(model: dict[str, Any]) -> str:
    """Name a model in a heading."""
    shown = text(model["model"], 60)
    return f"{shown} (from scratch)" if from_scratch(model) else shown


def always(label: str) -> str:
    """Name the majority floor."""
    return f"always {emphasis(label, 40)}"


def zero_shot(model: dict[str, Any], before: str = "") -> str:
    """Say, after some words, that a model is the zero-shot floor; say nothing of any other."""
    if model["model"] != "zeroshot" or model.get("family") != "floor":
        return ""
    return f"{before}zero-shot floor: learns nothing from the training texts"

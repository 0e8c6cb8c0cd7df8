"""A fitted network as a folder: JSON for parameters, safetensors for weights, no pickle."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from safetensors.torch import load_model, save_model
from torch import nn

from worthit.core.errors import InputError
from worthit.core.files import read_json, write_json

if TYPE_CHECKING:
    from worthit.neural.pretrained.encoder import EncoderClassifier
    from worthit.neural.training.classifier import NeuralClassifier

__all__ = ["load", "save", "save_weights"]

Classifier = TypeVar("Classifier", "NeuralClassifier", "EncoderClassifier")
PARAMS, WEIGHTS = "params.json", "model.safetensors"


def save(classifier: "NeuralClassifier | EncoderClassifier", folder: Path) -> None:
    """Write a fitted classifier; the folder is made if missing."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    classifier.encoder_.save(folder)
    save_weights(classifier.network_, folder / WEIGHTS)
    record = {
        "model": classifier.name,
        "params": classifier.get_params(),
        "classes": classifier.classes_,
        "learned": {name: getattr(classifier, name) for name in classifier.learned},
    }
    write_json(folder / PARAMS, record)


def save_weights(network: nn.Module, path: Path, about: dict[str, str] | None = None) -> None:
    """Write a network's weights whole or not at all, without a second copy of them in memory."""
    part = path.with_name(f".{path.name}.part")
    save_model(network, str(part), metadata=about)
    with part.open("rb+") as file:
        os.fsync(file.fileno())
    os.replace(part, path)


def load(cls: type[Classifier], folder: Path) -> Classifier:
    """Read what :func:`save` wrote.

    Raises
    ------
    InputError
        If the folder holds another model.
    """
    record = read_json(Path(folder) / PARAMS)
    classifier = cls(**record["params"])
    if record["model"] != classifier.name:
        raise InputError(
            f"{folder} holds the model {record['model']!r}, not {classifier.name!r}; "
            "load it with its own class."
        )
    classifier.classes_ = np.array(record["classes"])
    for name, value in record["learned"].items():
        setattr(classifier, name, value)
    classifier.encoder_ = classifier.load_encoder(Path(folder))
    classifier.network_ = classifier.new_network(classifier.encoder_, len(classifier.classes_))
    load_model(classifier.network_, Path(folder) / WEIGHTS)
    return classifier

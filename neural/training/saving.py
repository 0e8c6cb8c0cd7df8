"""A fitted network as a folder: JSON for parameters, safetensors for weights, no pickle."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from safetensors.torch import load_file, save_file
from torch import nn

from worthit.core.errors import InputError
from worthit.core.files import read_json, write_json

if TYPE_CHECKING:
    from worthit.neural.pretrained.encoder import EncoderClassifier
    from worthit.neural.training.classifier import NeuralClassifier

__all__ = ["load", "load_weights", "save", "save_weights"]

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
    """Write a network's weights whole or not at all.

    On a graphics card the weights of a recurrent cell are slices of one buffer. safetensors' own
    ``save_model`` and ``load_model`` take them for shared weights and refuse them.
    """
    part = path.with_name(f".{path.name}.part")
    weights = {name: values.cpu().contiguous() for name, values in network.state_dict().items()}
    save_file(weights, part, metadata=about)
    with part.open("rb+") as file:
        os.fsync(file.fileno())
    os.replace(part, path)


def load_weights(network: nn.Module, path: Path, *, learned_alone: bool = False) -> None:
    """Give a network the weights of a file.

    Parameters
    ----------
    network : torch.nn.Module
        Whose weights are overwritten, wherever they are.
    path : pathlib.Path
        A safetensors file.
    learned_alone : bool
        Whether those that do not learn may be missing.

    Raises
    ------
    InputError
        If the file is of another network.
    """
    missing, unknown = network.load_state_dict(load_file(path), strict=False)
    if learned_alone:
        frozen = {name for name, one in network.named_parameters() if not one.requires_grad}
        missing = [name for name in missing if name not in frozen]
    if missing or unknown:
        raise InputError(
            f"{path} holds the weights of another network: {(missing + unknown)[0]!r} is in one of "
            "them alone. It was written by another version; train again with --fresh."
        )


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
    load_weights(classifier.network_, Path(folder) / WEIGHTS)
    return classifier

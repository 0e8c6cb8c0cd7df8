"""What a checkpoint's folder must hold, looked at before any data is encoded for it."""

from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open

from worthit.core.errors import InputError
from worthit.core.files import read_json

__all__ = ["CONFIG", "ENDINGS", "check_config", "check_files", "is_whole", "reason_of"]

CONFIG = "config.json"
TOKENIZERS = ("tokenizer.json", "vocab.txt", "vocab.json", "sentencepiece.bpe.model")
WEIGHTS = ("model.safetensors", "model.safetensors.index.json")  # the names transformers looks for
ENDINGS = (".json", ".txt", ".model", ".safetensors")  # config, tokenizer, weights
SIZES = ("num_hidden_layers", "hidden_size", "num_attention_heads")
DEFAULTED = ("vocab_size", "intermediate_size", "max_position_embeddings", "type_vocab_size")


def is_whole(folder: Path) -> bool:
    """Tell whether all is there: other tools fetch a tokenizer alone, or were interrupted.

    Raises
    ------
    InputError
        If an index of weights cannot be read.
    """
    return (
        (folder / CONFIG).is_file()
        and any((folder / name).is_file() for name in TOKENIZERS)
        and any(folder.glob("*.safetensors"))
        and not _missing_parts(folder)
    )


def check_files(folder: Path, shown: str) -> dict[str, Any]:
    """Refuse a folder without configuration or weights, or whose files are damaged.

    Of the weights only the headers are read, which tell how long each file must be.

    Parameters
    ----------
    folder : pathlib.Path
        The checkpoint.
    shown : str
        What the user called it.

    Returns
    -------
    dict
        Its configuration.

    Raises
    ------
    InputError
        If a file lacks, or cannot be read.
    """
    config = _read_config(folder, shown)
    weights = sorted(folder.glob("*.safetensors"))
    if not weights:
        raise InputError(
            f"The checkpoint {shown!r} has no weights in safetensors, and pickled ones (.bin) are "
            "never loaded, for they can run code; choose a revision that has them, such as "
            "NAME@refs/pr/1, or convert it where you trust it."
        )
    if missing := _missing_parts(folder):
        raise InputError(
            f"The checkpoint {shown!r} lacks {missing[0]}, which its index of weights names; copy "
            "all files of the folder."
        )
    named = config.get("transformers_weights")  # a configuration can name another file
    if not named and not any((folder / name).is_file() for name in WEIGHTS):
        raise InputError(
            f"The checkpoint {shown!r} has weights in {weights[0].name}, but they are looked for "
            f"in {WEIGHTS[0]}; give the file that name if it holds all of them, or save the "
            "checkpoint anew with save_pretrained."
        )
    for path in weights:
        _check_header(path, shown)
    return config


def check_config(config: dict[str, Any], shown: str) -> None:
    """Refuse a configuration without sizes, and kinds of body that would be computed wrongly.

    Raises
    ------
    InputError
        With the key that is the reason.
    """
    # Others may lack, then they are transformers' defaults.
    for name in (*SIZES, *(name for name in DEFAULTED if name in config)):
        size = config.get(name)
        if type(size) is not int or size < 1:
            raise InputError(
                f"The {CONFIG} of the checkpoint {shown!r} has {name}={size!r}, where a number "
                "from 1 is expected; copy the file again from where the checkpoint comes from."
            )
    # As a decoder it would see what follows a token in inputs that are padded, and in no others.
    if config.get("is_decoder"):
        raise InputError(
            f"The checkpoint {shown!r} is a decoder (is_decoder in its {CONFIG}), whose tokens see "
            "only those before them; name an encoder."
        )
    # transformers knows the others no more, and would leave them out without a word.
    if (positions := config.get("position_embedding_type") or "absolute") != "absolute":
        raise InputError(
            f"The checkpoint {shown!r} has position_embedding_type={positions!r} in its {CONFIG}, "
            "which cannot be computed; name one with 'absolute' positions."
        )
    if config.get("quantization_config"):
        raise InputError(
            f"The checkpoint {shown!r} is quantised (quantization_config in its {CONFIG}), which "
            "cannot be trained here; name the one that it was made from."
        )


def reason_of(error: Exception) -> str:
    """Return an error's kind and the first line of what it says, for a sentence."""
    lines = str(error).strip().splitlines()
    return ": ".join([type(error).__name__, *(line.rstrip(".") for line in lines[:1])])


def _read_config(folder: Path, shown: str) -> dict[str, Any]:
    if not (folder / CONFIG).is_file():
        raise InputError(
            f"The checkpoint {shown!r} has no {CONFIG}; name a folder that save_pretrained wrote."
        )
    try:
        config = read_json(folder / CONFIG)
    except ValueError as error:  # no JSON, or no UTF-8
        raise InputError(
            f"The {CONFIG} of the checkpoint {shown!r} cannot be read ({reason_of(error)}); it may "
            "be cut off: copy or download it again."
        ) from error
    if not isinstance(config, dict):
        raise InputError(
            f"The {CONFIG} of the checkpoint {shown!r} is no JSON object; name a folder that "
            "save_pretrained wrote."
        )
    return config


def _missing_parts(folder: Path) -> list[str]:
    """Name the weights that an index lists and that are not there."""
    parts: set[str] = set()
    for index in folder.glob("*.safetensors.index.json"):
        try:
            parts.update(map(str, read_json(index)["weight_map"].values()))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise InputError(
                f"The index of weights {str(index)!r} cannot be read ({reason_of(error)}); it may "
                "be cut off: copy or download it again."
            ) from error
    return sorted(part for part in parts if not (folder / part).is_file())


def _check_header(path: Path, shown: str) -> None:
    try:
        with safe_open(str(path), framework="pt"):
            pass
    except (SafetensorError, OSError) as error:
        raise InputError(
            f"The weights {path.name} of the checkpoint {shown!r} cannot be read "
            f"({reason_of(error)}); the file may be cut off, or git-lfs's pointer to it: copy or "
            "download it again."
        ) from error

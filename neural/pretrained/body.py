"""Bodies of BERT's build, from a checkpoint or new; imported by ``fit`` and ``load`` alone."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import nn
from transformers import AutoConfig, AutoModel, AutoTokenizer
from transformers.utils import logging

from worthit.core.errors import InputError
from worthit.neural.pretrained.checkpoint import Checkpoint
from worthit.neural.pretrained.dropout import ATTENTION, Dropout
from worthit.neural.pretrained.folder import reason_of
from worthit.neural.pretrained.modes import new_heads
from worthit.neural.pretrained.subwords import Subwords, learn_bpe
from worthit.neural.training.memory import is_out_of_memory

__all__ = ["new_body", "new_subwords", "read_subwords"]

BUFFERS = (".position_ids", ".token_type_ids")  # old checkpoints keep them; they are no weights

logging.disable_progress_bar()  # loading takes no time worth a bar


def read_subwords(checkpoint: Checkpoint) -> Subwords:
    """Read a checkpoint's tokenizer and shape; its own code, if it has any, is never run."""
    folder = checkpoint.folder
    with _said("config.json", folder, "name a folder that save_pretrained wrote"):
        shape = AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    needs = "the folder needs tokenizer.json, or vocab.txt and tokenizer_config.json"
    with _said("tokenizer", folder, needs):
        tokenizer = AutoTokenizer.from_pretrained(
            folder, local_files_only=True, trust_remote_code=False
        )
        special = {
            "pad": tokenizer.pad_token_id,
            "separator": tokenizer.sep_token_id,
            "mask": tokenizer.mask_token_id,
        }
        backend = tokenizer.backend_tokenizer
    return Subwords(backend, special, shape.to_dict(), folder)


def new_subwords(
    inputs: Any, architecture: str, *, n_tokens: int, max_length: int, hidden: int, layers: int
) -> Subwords:
    """Learn tokens from the inputs being fitted, for a small body of the given sizes."""
    tokenizer = learn_bpe(inputs, n_tokens)
    special = {"pad": 0, "separator": 3, "mask": 4}
    shape = AutoConfig.for_model(
        architecture,
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=hidden,
        num_hidden_layers=layers,
        num_attention_heads=new_heads(hidden),
        intermediate_size=4 * hidden,
        max_position_embeddings=max_length + 1,
        type_vocab_size=2,
        pad_token_id=special["pad"],
    )
    return Subwords(tokenizer, special, shape.to_dict())


def new_body(subwords: Subwords) -> nn.Module:
    """Build the body for some tokens, with the pretrained weights where there are any."""
    options: dict[str, Any] = {
        "add_pooling_layer": False,
        "attn_implementation": ATTENTION,
        "trust_remote_code": False,
        "dtype": torch.float32,
    }
    if subwords.source is None:
        shape = dict(subwords.shape)
        config = AutoConfig.for_model(shape.pop("model_type"), **shape)
        body = AutoModel.from_config(config, **options)
    else:
        folder = Path(subwords.source)
        with _said("weights", folder, "save it anew with save_pretrained"):
            body, found = AutoModel.from_pretrained(
                folder,
                use_safetensors=True,
                local_files_only=True,
                output_loading_info=True,
                ignore_mismatched_sizes=True,  # to say below which; the error does not
                **options,
            )
        _check_loaded(found, folder)
    Dropout.put_into(body)
    return body


def _check_loaded(found: dict[str, Any], folder: Path) -> None:
    """Refuse weights that are not those of the body that config.json describes."""
    if different := sorted(found["mismatched_keys"]):
        name, there, expected = different[0]
        raise InputError(
            f"The checkpoint {str(folder)!r} has other sizes than its config.json says: "
            f"{name!r} is {_size(there)} and should be {_size(expected)} (there are "
            f"{len(different)} such weights); copy both files from the same place."
        )
    if missing := sorted(found["missing_keys"]):
        raise InputError(
            f"The checkpoint {str(folder)!r} lacks weights of the body that its config.json "
            f"describes, such as {missing[0]!r} (there are {len(missing)}); save it anew with "
            "save_pretrained, as one of transformers' own classes."
        )
    # Heads of other tasks are left out, as they should be; parts of the body change its answers.
    unknown = [name for name in sorted(found["unexpected_keys"]) if _of_body(name)]
    if unknown:
        raise InputError(
            f"The checkpoint {str(folder)!r} has weights in its body that the body which its "
            f"config.json describes has no place for, such as {unknown[0]!r} (there are "
            f"{len(unknown)}); name a checkpoint of the plain architecture, with its config.json."
        )


def _of_body(name: str) -> bool:
    own = any(part in name for part in ("encoder.layer.", "embeddings."))
    return own and not name.endswith(BUFFERS)


def _size(shape: Sequence[int]) -> str:
    return " x ".join(map(str, shape))


@contextmanager
def _said(what: str, folder: Path, needed: str) -> Iterator[None]:
    """Say in a sentence what transformers raises, which is of many kinds, over a checkpoint."""
    try:
        yield
    except Exception as error:
        # Neither is the checkpoint's fault: less memory may do, and the disk is told of elsewhere.
        if is_out_of_memory(error) or (isinstance(error, OSError) and error.errno):
            raise
        raise InputError(
            f"The {what} of the checkpoint {str(folder)!r} cannot be read ({reason_of(error)}); "
            f"{needed}."
        ) from error

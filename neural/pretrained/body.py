"""Bodies of BERT's build, from a checkpoint or new; imported by ``fit`` and ``load`` alone."""

from pathlib import Path
from typing import Any

import torch
from torch import nn
from transformers import AutoConfig, AutoModel, AutoTokenizer
from transformers.utils import logging

from worthit.core.errors import InputError
from worthit.neural.pretrained.checkpoint import Checkpoint
from worthit.neural.pretrained.dropout import ATTENTION, Dropout
from worthit.neural.pretrained.modes import new_heads
from worthit.neural.pretrained.subwords import Subwords, learn_bpe

__all__ = ["new_body", "new_subwords", "read_subwords"]

logging.disable_progress_bar()  # loading takes no time worth a bar


def read_subwords(checkpoint: Checkpoint) -> Subwords:
    """Read a checkpoint's tokenizer and shape; its own code, if it has any, is never run."""
    folder = checkpoint.folder
    try:
        tokenizer = AutoTokenizer.from_pretrained(
            folder, local_files_only=True, trust_remote_code=False
        )
        special = {
            "pad": tokenizer.pad_token_id,
            "separator": tokenizer.sep_token_id,
            "mask": tokenizer.mask_token_id,
        }
        backend = tokenizer.backend_tokenizer
    except (OSError, ValueError, AttributeError, ImportError) as error:
        reason = str(error).strip().splitlines()[0]
        raise InputError(
            f"The tokenizer of the checkpoint {str(folder)!r} cannot be read ({reason}); the "
            "folder needs tokenizer.json, or vocab.txt and tokenizer_config.json."
        ) from error
    shape = AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
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
    options: dict[str, Any] = {"add_pooling_layer": False, "attn_implementation": ATTENTION}
    if subwords.source is None:
        shape = dict(subwords.shape)
        config = AutoConfig.for_model(shape.pop("model_type"), **shape)
        body = AutoModel.from_config(config, dtype=torch.float32, **options)
    else:
        body, found = AutoModel.from_pretrained(
            Path(subwords.source),
            dtype=torch.float32,
            use_safetensors=True,
            local_files_only=True,
            trust_remote_code=False,
            output_loading_info=True,
            **options,
        )
        if missing := sorted(found["missing_keys"]):
            raise InputError(
                f"The checkpoint {str(subwords.source)!r} lacks weights of the body that "
                f"its config.json describes, such as {missing[0]!r} (there are {len(missing)}); "
                "save it anew with save_pretrained, as one of transformers' own classes."
            )
    Dropout.put_into(body)
    return body

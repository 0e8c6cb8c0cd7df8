"""A checkpoint as transformers writes it, small enough for tests, and what is trained from it."""

import numpy as np
import torch
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.normalizers import Lowercase
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.processors import TemplateProcessing
from transformers import AutoConfig, AutoModel, AutoModelForMaskedLM, PreTrainedTokenizerFast

from worthit.neural.bert import BERT
from worthit.neural.pretrained.network import PretrainedNetwork

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
WORDS = "goal match team coach bank share profit price moon star comet orbit the of and sport money"
N_LAYERS = 4


def write_checkpoint(folder, architecture="bert", masked=False, seed=0):
    vocabulary = {word: number for number, word in enumerate([*SPECIAL, *WORDS.split()])}
    tokenizer = Tokenizer(WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer, tokenizer.pre_tokenizer = Lowercase(), Whitespace()
    tokenizer.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    tokenizer.enable_padding(length=32)  # as the packaged MiniLM's has it
    named = dict(zip(("pad_token", "unk_token", "cls_token", "sep_token", "mask_token"), SPECIAL))  # noqa: B905
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, **named).save_pretrained(folder)
    config = AutoConfig.for_model(
        architecture,
        vocab_size=len(vocabulary),
        hidden_size=16,
        num_hidden_layers=N_LAYERS,
        num_attention_heads=4,
        intermediate_size=32,
        max_position_embeddings=300,
        type_vocab_size=2,
        pad_token_id=0,
        initializer_range=0.3,
    )
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        build = AutoModelForMaskedLM if masked else AutoModel
        build.from_config(config).save_pretrained(folder)
    return folder


def scarce(monkeypatch, most):
    """Let a frozen part run out of memory on more than so many inputs."""
    ahead = PretrainedNetwork.ahead

    def failing(self, input_ids):
        if len(input_ids) > most:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return ahead(self, input_ids)

    monkeypatch.setattr(PretrainedNetwork, "ahead", failing)


TOPICS = {
    "a": "goal match team coach",
    "b": "bank share profit price",
    "c": "moon star comet orbit",
}


def toy(n, seed, pairs=False):
    generator = np.random.default_rng(seed)
    labels = [str(label) for label in generator.choice(list(TOPICS), n)]
    sizes = generator.integers(1, 9, n)
    texts = [
        " ".join(generator.choice([*TOPICS[label].split(), "the", "of"], size))
        for label, size in zip(labels, sizes, strict=True)
    ]
    return [("the", text) for text in texts] if pairs else texts, labels


TRAINING, VALIDATION, (TEST, _) = toy(64, 0), toy(24, 1), toy(40, 2)


def new(tiny, kind=BERT, **values):
    small = {"checkpoint": tiny, "batch_size": 8, "epochs": 2, "learning_rate": 0.01}
    return kind(**(small | values))


def fit(tiny, training=TRAINING, validation=VALIDATION, workspace=None, time_limit=None, **values):
    given = {"workspace": workspace, "time_limit": time_limit}
    return new(tiny, **values).fit(*training, validation, **given)

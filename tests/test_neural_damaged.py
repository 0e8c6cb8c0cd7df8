"""Checkpoints that are damaged or of a kind not computed here are refused in a sentence."""

import json
import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModel

from worthit.core.errors import InputError
from worthit.neural.bert import BERT
from worthit.neural.embedding import Embedding
from worthit.neural.pretrained.body import new_body, new_subwords, read_subwords
from worthit.neural.pretrained.checkpoint import find_checkpoint
from worthit.neural.pretrained.subwords import Subwords
from worthit.neural.zeroshot import ZeroShot
from worthit.tests.tiny_checkpoint import TEST, fit

POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:abc\nsize 5\n"
GONE = object()


@pytest.fixture
def folder(tiny, tmp_path):
    return Path(shutil.copytree(tiny, tmp_path / "copy"))


def configure(folder, **values):
    config = json.loads((folder / "config.json").read_text()) | values
    kept = {name: value for name, value in config.items() if value is not GONE}
    (folder / "config.json").write_text(json.dumps(kept))


def add_weights(folder, **weights):
    path = folder / "model.safetensors"
    save_file(load_file(path) | weights, path, metadata={"format": "pt"})


def body_of(folder):
    return new_body(read_subwords(find_checkpoint(str(folder), None, ("bert",))))


def cut(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@pytest.mark.parametrize("kind", [BERT, Embedding, ZeroShot])
def test_weights_that_were_cut_are_refused_before_anything_is_encoded(folder, kind):
    cut(folder / "model.safetensors")
    with pytest.raises(InputError, match=r"The weights model.safetensors of .*may be cut off"):
        kind(checkpoint=str(folder)).check()


@pytest.mark.parametrize("content", [POINTER, ""])
def test_a_file_in_place_of_the_weights_is_refused(folder, content):
    (folder / "model.safetensors").write_text(content)
    with pytest.raises(InputError, match=r"The weights model.safetensors of .* cannot be read"):
        BERT(checkpoint=str(folder)).check()


def test_weights_of_another_name_are_refused_with_the_name_that_is_looked_for(folder):
    (folder / "model.safetensors").rename(folder / "model.fp16.safetensors")
    with pytest.raises(InputError, match=r"weights in model.fp16.safetensors, but they are looked"):
        BERT(checkpoint=str(folder)).check()
    configure(folder, transformers_weights="model.fp16.safetensors")
    assert body_of(folder).config.hidden_size == 16


@pytest.mark.parametrize("content", ['{"weight_map":', "{}", "[]"])
def test_a_damaged_index_of_weights_is_refused(folder, content):
    (folder / "model.safetensors.index.json").write_text(content)
    with pytest.raises(InputError, match=r"The index of weights .* cannot be read"):
        BERT(checkpoint=str(folder)).check()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b'{"a":', "The config.json of the checkpoint .* cannot be read"),
        (b"\xff\xfe", "The config.json of the checkpoint .* cannot be read"),
        (b"[]", "is no JSON object"),
    ],
)
def test_a_damaged_configuration_is_refused(folder, content, sentence):
    (folder / "config.json").write_bytes(content)
    with pytest.raises(InputError, match=sentence):
        BERT(checkpoint=str(folder)).check()


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"num_hidden_layers": GONE}, "has num_hidden_layers=None, where a number from 1"),
        ({"hidden_size": "wide"}, "has hidden_size='wide', where a number from 1"),
        ({"num_attention_heads": 0}, "has num_attention_heads=0, where a number from 1"),
        ({"max_position_embeddings": None}, "has max_position_embeddings=None"),
        ({"is_decoder": True}, "is a decoder .* name an encoder"),
        ({"position_embedding_type": "relative_key_query"}, "name one with 'absolute' positions"),
        ({"quantization_config": {"load_in_8bit": True}}, "is quantised"),
        ({"model_type": "gpt2", "num_hidden_layers": GONE}, "of the architecture 'gpt2'"),
    ],
)
def test_a_configuration_that_is_not_computed_here_is_refused(folder, values, sentence):
    configure(folder, **values)
    with pytest.raises(InputError, match=sentence):
        BERT(checkpoint=str(folder)).check()


def test_a_configuration_may_name_the_usual_positions_and_leave_out_defaults(folder):
    configure(
        folder, position_embedding_type="absolute", type_vocab_size=GONE, quantization_config=None
    )
    assert body_of(folder).config.type_vocab_size == 2


def test_weights_of_other_sizes_than_the_configuration_says_are_named(folder):
    configure(folder, intermediate_size=64)
    with pytest.raises(
        InputError, match=r"'encoder.layer.0.* is 32.* and should be 64.*\(there are"
    ):
        body_of(folder)


def test_whatever_else_transformers_raises_is_said_in_a_sentence(folder):
    configure(folder, num_attention_heads=3)
    with pytest.raises(InputError, match=r"The weights of the checkpoint .* \(ValueError: The hid"):
        body_of(folder)
    configure(folder, hidden_act=7)
    with pytest.raises(InputError, match=r"The config.json of the checkpoint .* cannot be read"):
        body_of(folder)


@pytest.mark.parametrize("content", ['{"a":', '{"model": {"type": "none"}}'])
def test_a_damaged_tokenizer_is_refused(folder, content):
    (folder / "tokenizer.json").write_text(content)
    with pytest.raises(InputError, match=r"The tokenizer of .* the folder needs tokenizer.json"):
        body_of(folder)


@pytest.mark.parametrize(
    "error", [torch.OutOfMemoryError("out of memory"), OSError(28, "No space left on device")]
)
def test_lack_of_memory_or_space_is_not_said_to_be_the_checkpoints_fault(
    folder, error, monkeypatch
):
    def failing(*_, **__):
        raise error

    monkeypatch.setattr(AutoModel, "from_pretrained", failing)
    with pytest.raises(type(error), match=str(error.args[-1])):
        body_of(folder)


@pytest.mark.parametrize(
    "name",
    ["encoder.layer.0.attention.self.distance_embedding.weight", "bert.embeddings.scale.weight"],
)
def test_weights_of_the_body_that_would_be_left_out_are_refused(folder, name):
    add_weights(folder, **{name: torch.ones(3, 4)})
    with pytest.raises(InputError, match=r"has no place for, such as .*there are 1"):
        body_of(folder)


def test_heads_and_stored_positions_of_a_checkpoint_are_left_out(folder):
    add_weights(
        folder,
        **{
            "embeddings.position_ids": torch.arange(300)[None],
            "cls.predictions.bias": torch.ones(21),
            "classifier.weight": torch.ones(2, 16),
        },
    )
    assert body_of(folder).config.hidden_size == 16


def test_a_stored_body_of_a_foreign_architecture_is_refused(tmp_path):
    sizes = {"n_tokens": 300, "max_length": 16, "hidden": 16, "layers": 1}
    new_subwords(["some words"], "bert", **sizes).save(tmp_path)
    stored = json.loads((tmp_path / "body.json").read_text())
    stored["shape"]["model_type"] = "aimv2_text_model"
    (tmp_path / "body.json").write_text(json.dumps(stored))
    with pytest.raises(InputError, match="architecture 'aimv2_text_model'; expected one of bert"):
        Subwords.load(tmp_path)


def test_code_that_a_stored_body_names_is_not_even_asked_about(tiny, tmp_path, monkeypatch):
    monkeypatch.setattr("builtins.input", lambda *_: pytest.fail("asked"))
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "own.py").write_text("raise SystemExit('this ran')")
    fit(tiny, epochs=1, transfer="head").save(tmp_path / "model")
    path = tmp_path / "model" / "body.json"
    stored = json.loads(path.read_text())
    stored["shape"]["auto_map"] = {"AutoModel": f"{tmp_path / 'theirs'}--own.Model"}
    path.write_text(json.dumps(stored))
    assert BERT.load(tmp_path / "model").predict(TEST).shape == (40,)
    foreign = dict(stored["shape"], model_type="aimv2_text_model")
    with pytest.raises(ValueError, match="trust_remote_code"):
        new_body(Subwords(Subwords.load(tmp_path / "model").tokenizer, stored["special"], foreign))


@pytest.mark.parametrize("template", ["a {name} {}", "{} }", "{ {}", "{0} {}"])
def test_other_braces_in_a_template_stand_for_themselves(tiny, template):
    model = ZeroShot(checkpoint=tiny, template=template).fit(["x", "y"], ["goal", "moon"])
    assert list(model.predict([template.replace("{}", "moon")])) == ["moon"]

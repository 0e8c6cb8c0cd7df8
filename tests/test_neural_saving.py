"""Weights are written and read as they are, wherever they lie and whichever type they had."""

import json
import shutil

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from worthit.core.errors import InputError
from worthit.neural.bert import BERT
from worthit.neural.embedding import Embedding
from worthit.neural.training.saving import load_weights, save_weights
from worthit.tests.tiny_checkpoint import TEST, TRAINING, VALIDATION, fit


def as_on_a_card(cell):
    """Lay out a cell's weights as cuDNN does: slices of one buffer, one after the other."""
    weights = list(cell.parameters())
    buffer = torch.cat([one.detach().flatten() for one in weights])
    start = 0
    with torch.no_grad():
        for one in weights:
            one.set_(buffer[start : start + one.numel()].view_as(one))
            start += one.numel()


def test_weights_that_are_slices_of_one_buffer_are_written_and_read(tmp_path):
    first, second = torch.nn.GRU(3, 4), torch.nn.GRU(3, 4)
    expected = {name: weights.clone() for name, weights in first.state_dict().items()}
    as_on_a_card(first)
    as_on_a_card(second)
    save_weights(first, tmp_path / "weights.safetensors")
    load_weights(second, tmp_path / "weights.safetensors")
    for name, weights in second.state_dict().items():
        assert torch.equal(weights, expected[name])


def test_weights_of_another_network_are_refused(tmp_path):
    path = tmp_path / "weights.safetensors"
    network = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.Linear(2, 2))
    save_weights(network[:1], path)
    with pytest.raises(InputError, match=r"weights of another network: '1\.weight' is in one"):
        load_weights(network, path, learned_alone=True)
    network[1].requires_grad_(False)
    load_weights(network, path, learned_alone=True)
    with pytest.raises(InputError, match="another network"):
        load_weights(network, path)
    with pytest.raises(InputError, match="another network"):
        load_weights(torch.nn.Linear(2, 2), path)


@pytest.mark.parametrize("kind", [BERT, Embedding])
def test_checkpoint_in_half_precision_answers_the_same_when_loaded(tiny, tmp_path, kind):
    half = tmp_path / "half"
    shutil.copytree(tiny, half)
    weights = load_file(half / "model.safetensors")
    save_file({name: one.half() for name, one in weights.items()}, half / "model.safetensors",
              metadata={"format": "pt"})  # fmt: skip
    config = json.loads((half / "config.json").read_text())
    (half / "config.json").write_text(json.dumps(config | {"dtype": "float16"}))
    given = {} if kind is Embedding else {"epochs": 1, "learning_rate": 0.01}
    model = kind(checkpoint=str(half), **given).fit(*TRAINING, VALIDATION)
    model.save(tmp_path / "model")
    loaded = kind.load(tmp_path / "model")
    assert {one.dtype for one in loaded.network_.parameters()} == {torch.float32}
    np.testing.assert_array_equal(loaded.predict_proba(TEST), model.predict_proba(TEST))


@pytest.mark.parametrize("damage", ["names", "layers"])
def test_checkpoint_without_the_weights_that_it_describes_is_refused(tiny, tmp_path, damage):
    folder = tmp_path / "wrapped"
    shutil.copytree(tiny, folder)
    if damage == "names":
        weights = load_file(folder / "model.safetensors")
        renamed = {f"wrapped.{name}": one for name, one in weights.items()}
        save_file(renamed, folder / "model.safetensors", metadata={"format": "pt"})
    else:
        config = json.loads((folder / "config.json").read_text())
        (folder / "config.json").write_text(json.dumps(config | {"num_hidden_layers": 6}))
    with pytest.raises(InputError, match=r"lacks weights of the body .* such as '"):
        fit(str(folder))
    with pytest.raises(InputError, match="lacks weights of the body"):
        Embedding(checkpoint=str(folder)).fit(*TRAINING, VALIDATION)

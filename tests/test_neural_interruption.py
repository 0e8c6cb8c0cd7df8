"""Training that ends early: interrupted and taken up again, or out of time."""

import json
import shutil
import time

import numpy as np
import pytest
import torch

from worthit.neural.gru import GRU
from worthit.neural.training import watch
from worthit.neural.training.clock import Clock
from worthit.neural.training.recurrent import RecurrentNetwork
from worthit.tests.small_fit import (
    SMALL,
    TEST,
    TRAINING,
    VALIDATION,
    WORDS,
    PowerCut,
    cut_after,
    fit,
    interrupted_in_the_second_epoch,
    timeless,
)


def assert_same(one, other):
    np.testing.assert_array_equal(one.predict_proba(TEST), other.predict_proba(TEST))
    assert timeless(one.history_) == timeless(other.history_)
    assert (one.best_epoch_, one.stopped_) == (other.best_epoch_, other.stopped_)


@pytest.mark.parametrize("n_batches", [3, 12, 28])  # in the first, second and last epoch of 8
@pytest.mark.parametrize("validation", [VALIDATION, None], ids=["validated", "unvalidated"])
def test_interrupted_training_goes_on_to_the_same_end(tmp_path, monkeypatch, n_batches, validation):
    whole = fit(validation=validation, patience=9)
    with monkeypatch.context() as patch, pytest.raises(PowerCut):
        cut_after(patch, n_batches)
        fit(tmp_path, validation=validation, patience=9)
    with monkeypatch.context() as patch:
        cut_after(patch, 32 - n_batches // 8 * 8)  # finished epochs are not done again
        resumed = fit(tmp_path, validation=validation, patience=9)
    assert_same(resumed, whole)


@pytest.mark.parametrize("n_batches", [3, 12, 28])
@pytest.mark.parametrize("validation", [VALIDATION, None], ids=["validated", "unvalidated"])
def test_long_epoch_goes_on_from_its_last_checkpoint(tmp_path, monkeypatch, n_batches, validation):
    values = {"validation": validation, "patience": 9, "word_dropout": 0.3, "dropout": 0.3}
    whole = fit(**values)
    monkeypatch.setattr(watch, "BETWEEN", 0.0)  # a checkpoint after each step
    with monkeypatch.context() as patch, pytest.raises(PowerCut):
        cut_after(patch, n_batches)
        fit(tmp_path, **values)
    cut_after(monkeypatch, 32 - n_batches)  # no step is done again
    assert_same(fit(tmp_path, **values), whole)


def test_seconds_of_an_epoch_count_those_before_an_interruption(tmp_path, monkeypatch):
    monkeypatch.setattr(watch, "BETWEEN", 0.0)
    with monkeypatch.context() as patch, pytest.raises(PowerCut):
        cut_after(patch, 12)
        fit(tmp_path, patience=9)
    (told,) = tmp_path.glob("checkpoint-12/process_0.json")
    known = json.loads(told.read_text())
    known["epoch"]["seconds"] += 1000
    told.write_text(json.dumps(known))
    seconds = [epoch["seconds"] for epoch in fit(tmp_path, patience=9).history_]
    assert [each > 1000 for each in seconds] == [False, True, False, False]


def test_checkpoint_cut_off_while_it_was_written_is_passed_over(tmp_path):
    whole = fit(tmp_path, patience=9)
    newest = max(tmp_path.glob("checkpoint-*"), key=lambda path: int(path.name.split("-")[1]))
    state = newest / "trainer_state.json"
    state.write_text(state.read_text()[:100])
    np.testing.assert_array_equal(
        fit(tmp_path, patience=9).predict_proba(TEST), whole.predict_proba(TEST)
    )


def test_finished_training_is_not_repeated(tmp_path, monkeypatch):
    stopped_early = fit(tmp_path, epochs=40, learning_rate=0.05, patience=1)
    cut_after(monkeypatch, 0)
    again = fit(tmp_path, epochs=40, learning_rate=0.05, patience=1)
    np.testing.assert_array_equal(again.predict_proba(TEST), stopped_early.predict_proba(TEST))
    assert again.stopped_ == stopped_early.stopped_


def test_moved_workspace_still_knows_its_best_epoch(tmp_path):
    whole = fit(tmp_path / "here", patience=9, learning_rate=0.05)
    shutil.move(tmp_path / "here", tmp_path / "there")
    again = fit(tmp_path / "there", patience=9, learning_rate=0.05)
    np.testing.assert_array_equal(again.predict_proba(TEST), whole.predict_proba(TEST))


def test_checkpoints_of_another_fit_are_not_taken_up(tmp_path, capfd):
    fit(tmp_path, seed=1)
    assert "forgotten" not in capfd.readouterr().err
    other = fit(tmp_path, seed=2)
    assert "An unfinished fit of other data, settings or versions is" in capfd.readouterr().err
    np.testing.assert_array_equal(other.predict_proba(TEST), fit(seed=2).predict_proba(TEST))


def test_fit_goes_on_with_another_build_of_torch_but_with_no_other_version(tmp_path, monkeypatch):
    fit(tmp_path, patience=9)
    number = torch.__version__.partition("+")[0]
    cut_after(monkeypatch, 0)
    monkeypatch.setattr(torch, "__version__", f"{number}+another")
    fit(tmp_path, patience=9)  # there is nothing left to do
    monkeypatch.setattr(torch, "__version__", f"{number}.1")
    with pytest.raises(PowerCut):
        fit(tmp_path, patience=9)


def test_checkpoint_of_a_card_whose_loss_was_scaled_goes_on_anywhere(tmp_path):
    whole, checkpoint = interrupted_in_the_second_epoch(tmp_path)
    torch.save({"scale": 1024.0, "_growth_tracker": 0}, checkpoint / "scaler.pt")
    resumed = fit(tmp_path, patience=9)
    np.testing.assert_array_equal(resumed.predict_proba(TEST), whole.predict_proba(TEST))


def test_interrupt_leaves_at_once(monkeypatch):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(RecurrentNetwork, "forward", interrupt)
    with pytest.raises(KeyboardInterrupt):
        fit()


def test_time_limit_ends_training_with_the_best_model_so_far():
    began = time.monotonic()
    model = fit(epochs=10_000, patience=10_000, time_limit=1.0)
    assert time.monotonic() - began < 120
    assert model.stopped_.startswith("the time limit was reached after ")
    assert model.stopped_.endswith(" of 10000 epochs")
    assert model.best_epoch_ <= model.history_[-1]["epoch"] < 10_000
    assert set(model.predict(TEST)) <= set(WORDS)


def test_time_that_is_over_at_once_still_leaves_a_model():
    model = fit(time_limit=0)
    assert model.history_[-1]["epoch"] == 1 / 8
    assert model.predict_proba(TEST).shape == (40, 3)


def test_time_goes_on_counting_after_an_interruption(tmp_path, monkeypatch):
    with monkeypatch.context() as patch, pytest.raises(PowerCut):
        cut_after(patch, 20)  # in the third epoch of 8 batches each
        fit(tmp_path, patience=9)
    (tmp_path / "clock.json").write_text('{"seconds": 3000}')
    cut_after(monkeypatch, 0)  # what is left of the time allows no step
    resumed = fit(tmp_path, time_limit=2999, patience=9)
    assert resumed.stopped_ == "the time limit was reached after 2 of 4 epochs"
    assert [epoch["epoch"] for epoch in resumed.history_] == [1, 2]
    assert resumed.fit_seconds_ > 3000


def test_clock_of_another_fit_is_not_taken_up(tmp_path):
    fit(tmp_path, seed=1, epochs=1)
    (tmp_path / "clock.json").write_text('{"seconds": 3000}')
    assert fit(tmp_path, seed=2, epochs=1, time_limit=600).fit_seconds_ < 600


@pytest.mark.parametrize("n_steps", [3, 11, 21])  # in three epochs of 8 batches each
@pytest.mark.parametrize("validation", [VALIDATION, None], ids=["validated", "unvalidated"])
def test_broken_off_training_goes_on_with_more_time_as_if_it_had_not_been(
    tmp_path, monkeypatch, n_steps, validation
):
    values = {"validation": validation, "patience": 9, "word_dropout": 0.3, "dropout": 0.3}
    whole = fit(**values)
    with monkeypatch.context() as patch:
        asked = iter(range(1, 1000))  # after each step
        patch.setattr(Clock, "over", property(lambda _: next(asked) >= n_steps))
        short = fit(tmp_path, time_limit=600, **values)
    assert short.stopped_ == f"the time limit was reached after {round(n_steps / 8, 2)} of 4 epochs"
    assert short.history_[-1]["epoch"] == n_steps / 8
    cut_after(monkeypatch, 32 - n_steps)  # no step is done again
    resumed = fit(tmp_path, time_limit=1200, **values)
    assert_same(resumed, whole)


@pytest.mark.parametrize("values", [{"patience": 9}, {"patience": 1, "learning_rate": 1e-9}])
def test_broken_off_training_that_was_killed_then_is_not_scored_again(
    tmp_path, monkeypatch, values
):
    with monkeypatch.context() as patch:
        asked = iter(range(1, 1000))  # after each step
        patch.setattr(Clock, "over", property(lambda _: next(asked) >= 11))
        short = fit(tmp_path, time_limit=600, **values)
    (tmp_path / "clock.json").write_text('{"seconds": 600}')
    cut_after(monkeypatch, 0)
    assert_same(fit(tmp_path, time_limit=600, **values), short)


def test_search_that_gives_up_an_interrupted_epoch_makes_no_step_more(tmp_path, monkeypatch):
    monkeypatch.setattr(watch, "BETWEEN", 0.0)
    with monkeypatch.context() as patch, pytest.raises(PowerCut):
        cut_after(patch, 12)
        fit(tmp_path, patience=9)
    cut_after(monkeypatch, 0)
    model = GRU(**SMALL, patience=9)
    model.fit(*TRAINING, VALIDATION, workspace=tmp_path, hopeless=lambda _: True)
    assert model.best_epoch_ == 1
    assert model.stopped_ == "the search gave it up after 1.5 epochs"


def test_time_that_ends_with_the_last_step_broke_nothing_off(monkeypatch):
    asked = iter(range(1, 1000))  # after each step
    monkeypatch.setattr(Clock, "over", property(lambda _: next(asked) >= 32))
    assert fit(time_limit=600, patience=9).stopped_ == "all 4 epochs were done"

"""Adapting a body to the task's own texts, and learning a second task beside the first."""

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from worthit.core.errors import InputError
from worthit.neural.pretrained.adaptation import mask_tokens
from worthit.neural.training import saving, watch
from worthit.neural.training.clock import Clock
from worthit.tests.tiny_checkpoint import TEST, TRAINING, VALIDATION, fit, new


def test_masking_chooses_15_percent_and_hides_most_of_them():
    torch.manual_seed(0)
    ids = torch.full((400, 100), 7)
    maskable = torch.ones_like(ids, dtype=torch.bool)
    maskable[:, 0] = False
    shown, truth = mask_tokens(ids, maskable, mask=4, n_tokens=1000)
    chosen = truth != -100
    assert not chosen[:, 0].any()
    assert (truth[chosen] == 7).all()
    assert (shown[~chosen] == 7).all()
    assert abs(chosen[:, 1:].float().mean() - 0.15) < 0.01
    assert abs((shown[chosen] == 4).float().mean() - 0.8) < 0.02
    assert abs((shown[chosen] == 7).float().mean() - 0.1) < 0.02


def test_adapting_changes_the_body_even_where_it_is_frozen_afterwards(masked, tmp_path):
    plain, adapted = (fit(masked, transfer="head", adapt=epochs) for epochs in (0, 1))
    weights = [model.network_.layers[0].output.dense.weight for model in (plain, adapted)]
    assert not torch.equal(*weights)
    assert not any(w.requires_grad for w in adapted.network_.layers.parameters())
    assert "adapted by 1 epoch of" in " ".join(adapted.notes_)
    again = fit(masked, transfer="head", adapt=1, workspace=tmp_path)
    np.testing.assert_array_equal(again.predict_proba(TEST), adapted.predict_proba(TEST))
    assert not (tmp_path / "adapt").exists()


@pytest.mark.parametrize(("between", "n_left"), [(300.0, 8), (0.0, 4)], ids=["epochs", "steps"])
def test_interrupted_adaptation_goes_on_to_the_same_end(
    masked, tmp_path, monkeypatch, between, n_left
):
    from worthit.neural.pretrained.adaptation import MaskedLanguageNetwork

    values = {"adapt": 2, "transfer": "head", "dropout": 0.3}
    whole = fit(masked, **values)
    monkeypatch.setattr(watch, "BETWEEN", between)  # seconds between two checkpoints
    forward, count = MaskedLanguageNetwork.forward, 0

    def failing(self, *given, **named):
        nonlocal count
        count += 1
        if count == 13:  # of 16 batches, 8 in an epoch
            raise KeyboardInterrupt
        return forward(self, *given, **named)

    monkeypatch.setattr(MaskedLanguageNetwork, "forward", failing)
    with pytest.raises(KeyboardInterrupt):
        fit(masked, workspace=tmp_path, **values)
    resumed = fit(masked, workspace=tmp_path, **values)
    assert count == 13 + n_left
    np.testing.assert_array_equal(resumed.predict_proba(TEST), whole.predict_proba(TEST))


@pytest.mark.parametrize("lacking", [None, "cls.predictions.transform.LayerNorm.beta"])
def test_head_that_guesses_tokens_is_taken_over_whole_or_not_at_all(masked, tmp_path, lacking):
    from worthit.neural.pretrained.adaptation import STORED, MaskedLanguageNetwork

    network = fit(masked, epochs=1).network_
    stored = load_file(Path(masked) / "model.safetensors")
    stored = {name: 1 + weights for name, weights in stored.items()}  # biases are 0 in both
    for new_name, old in (("weight", "gamma"), ("bias", "beta")):  # as BERT's first version has it
        stored[f"cls.predictions.transform.LayerNorm.{old}"] = torch.full((16,), 2.0)
        del stored[f"cls.predictions.transform.LayerNorm.{new_name}"]
    if lacking:
        del stored[lacking]
    save_file(stored, tmp_path / "model.safetensors")
    guessing = MaskedLanguageNetwork(network, network.embeddings.word_embeddings.num_embeddings, 4)
    before = {name: guessing.get_parameter(name).clone() for name in STORED}
    assert guessing.read_head(tmp_path) == (lacking is None)
    for name, weights in before.items():
        assert torch.equal(guessing.get_parameter(name), weights) == (lacking is not None)


def test_checkpoint_without_a_head_that_guesses_tokens_is_told(tiny, masked):
    told = "The checkpoint has no head that guesses tokens; a new one learned with the body."
    assert told in fit(tiny, epochs=1, adapt=1).notes_
    assert told not in fit(masked, epochs=1, adapt=1).notes_


def test_adapted_body_cut_off_while_it_was_written_is_not_taken_up(masked, tmp_path, monkeypatch):
    values = {"adapt": 1, "transfer": "head"}
    save_file = saving.save_file

    def killed(tensors, path, *more, **named):
        save_file(tensors, path, *more, **named)
        if "adapted" in Path(path).name:
            Path(path).write_bytes(Path(path).read_bytes()[:1000])
            raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(saving, "save_file", killed)
        fit(masked, workspace=tmp_path, **values)
    resumed = fit(masked, workspace=tmp_path, **values)
    np.testing.assert_array_equal(
        resumed.predict_proba(TEST), fit(masked, **values).predict_proba(TEST)
    )


def test_adaptation_whose_time_was_over_says_so_and_goes_on_when_there_is_more(masked, tmp_path):
    model = new(masked, adapt=5, learning_rate=0.001)
    model.fit(*TRAINING, VALIDATION, workspace=tmp_path, time_limit=0)
    told = "adapted for {} of masked-language modelling on the 64 training inputs: the time was"
    assert told.format("0.125 of 5 epochs") in " ".join(model.notes_)
    assert not (tmp_path / "adapted.safetensors").exists()
    again = new(masked, adapt=5, learning_rate=0.001)
    again.fit(*TRAINING, VALIDATION, workspace=tmp_path, time_limit=0)
    assert again.notes_ == model.notes_  # what time there was is over: not one step more
    np.testing.assert_array_equal(again.predict_proba(TEST), model.predict_proba(TEST))
    whole = model.fit(*TRAINING, VALIDATION, workspace=tmp_path)
    assert "adapted by 5 epochs of" in " ".join(whole.notes_)
    assert [epoch["epoch"] for epoch in whole.history_] == [1, 2]  # on the body adapted in full
    assert (tmp_path / "adapted.safetensors").exists()


def test_adaptation_that_was_broken_off_ends_as_if_it_had_not_been(masked, tmp_path, monkeypatch):
    values = {"adapt": 3, "transfer": "head", "prune_heads": 0.25, "dropout": 0.3}
    whole = fit(masked, **values)
    with monkeypatch.context() as patch:
        asked = iter(range(1, 1000))  # after each step
        patch.setattr(Clock, "over", property(lambda _: next(asked) >= 11))  # of 8 in an epoch
        short = fit(masked, workspace=tmp_path, time_limit=600, **values)
    assert "adapted for 1.38 of 3 epochs" in " ".join(short.notes_)
    assert list(tmp_path.glob("pruned_heads.json"))
    resumed = fit(masked, workspace=tmp_path, time_limit=900, **values)
    assert "adapted by 3 epochs" in " ".join(resumed.notes_)
    np.testing.assert_array_equal(resumed.predict_proba(TEST), whole.predict_proba(TEST))


def test_second_task_is_learned_beside_the_first():
    inputs, labels = TRAINING
    second = ["x" if label == "a" else "y" for label in labels]
    second[0], second[1] = "", None
    model = new("scratch", auxiliary="mood", epochs=6, hidden=32, learning_rate=0.002)
    model.fit(inputs, labels, VALIDATION, auxiliary=second)
    assert model.second_classes_ == ["x", "y"]
    ids = model.collate(model.encoder_.encode(inputs, 32).rows)["input_ids"]
    network = model.network_.train()
    with torch.no_grad():
        guess = network(ids)[:, 3:].argmax(dim=1)
    assert (
        np.mean([s == model.second_classes_[g] for s, g in zip(second, guess, strict=True)]) > 0.8
    )
    assert model.predict_proba(TEST).shape == (40, 3)
    with pytest.raises(InputError, match="Got auxiliary='mood' and none labels"):
        model.fit(inputs, labels)
    with pytest.raises(InputError, match="has 1 labels; a second task needs at least two"):
        model.fit(inputs, labels, auxiliary=["x"] * 64)


def test_checkpoints_of_a_fit_with_another_second_task_are_not_taken_up(tiny, tmp_path):
    def learn(second, workspace=None):
        model = new(tiny, auxiliary="mood", epochs=1, transfer="head")
        model.fit(*TRAINING, VALIDATION, auxiliary=second, workspace=workspace)
        return model.network_.second[-1].weight.detach().cpu()

    one, other = ["x", "y"] * 32, ["y", "x"] * 32
    first = learn(one, tmp_path)
    assert torch.equal(learn(one, tmp_path), first)
    assert torch.equal(learn(other, tmp_path), learn(other))
    assert not torch.equal(learn(other), first)

"""Training as a whole: the learning curve, the best epoch, balance, and what is refused."""

import json
import random

import numpy as np
import pytest
import torch

from worthit.core.errors import InputError
from worthit.neural.gru import GRU
from worthit.tests.small_fit import SMALL, TEST, TRAINING, VALIDATION, WORDS, fit, toy


def test_history_is_a_learning_curve():
    model = fit(patience=9)
    assert [epoch["epoch"] for epoch in model.history_] == [1, 2, 3, 4]
    assert set(model.history_[0]) == {
        "epoch",
        "train_loss",
        "validation_loss",
        "validation_accuracy",
        "validation_f1_macro",
        "seconds",
    }
    assert model.history_[-1]["train_loss"] < model.history_[0]["train_loss"]
    assert all(epoch["seconds"] > 0 for epoch in model.history_)
    assert model.stopped_ == "all 4 epochs were done"
    assert model.truncated_share_ == 0
    assert model.n_parameters_ == sum(w.numel() for w in model.network_.parameters())
    assert model.device_.split(":")[0] in {"cpu", "cuda", "mps"}


def test_best_epoch_is_kept_and_training_stops_after_patience():
    model = fit(epochs=40, learning_rate=0.05, patience=2)
    scores = [epoch["validation_f1_macro"] for epoch in model.history_]
    assert model.best_epoch_ == 1 + scores.index(max(scores))
    assert len(scores) == model.best_epoch_ + 2
    assert model.stopped_ == "validation f1_macro had not improved for 2 epochs"
    accuracy = np.mean(model.predict(VALIDATION[0]) == np.array(VALIDATION[1]))
    assert accuracy == model.history_[model.best_epoch_ - 1]["validation_accuracy"]


@pytest.mark.parametrize("metric", ["accuracy", "f1_weighted", "recall_macro", "f1_positive"])
def test_any_metric_can_choose_the_epoch(metric):
    model = fit(metric=metric, positive="c" if metric == "f1_positive" else None, epochs=2)
    scores = [epoch[f"validation_{metric}"] for epoch in model.history_]
    assert model.best_epoch_ == 1 + scores.index(max(scores))


def test_lowest_loss_can_choose_the_epoch():
    model = fit(metric="loss", learning_rate=0.1, epochs=12, patience=3)
    losses = [epoch["validation_loss"] for epoch in model.history_]
    assert model.best_epoch_ == 1 + losses.index(min(losses)) < len(losses)


def test_without_validation_all_epochs_are_done():
    model = fit(validation=None, patience=1)
    assert [set(epoch) for epoch in model.history_] == [{"epoch", "train_loss", "seconds"}] * 4
    assert model.best_epoch_ == 4


def test_nothing_is_said_on_standard_output(capfd, monkeypatch):
    monkeypatch.setattr("worthit.core.progress.DELAY", 0.0)
    fit(epochs=2)
    captured = capfd.readouterr()
    assert captured.out == ""
    assert "training gru" in captured.err
    assert "arn" not in captured.err


def test_quiet_fit_says_nothing_at_all(capfd, monkeypatch):
    monkeypatch.setenv("WORTHIT_QUIET", "1")
    fit(epochs=2).predict(TEST)
    assert capfd.readouterr() == ("", "")


def test_random_states_of_the_caller_are_left_alone():
    random.seed(5), torch.manual_seed(5)
    expected = random.random(), torch.rand(1).item()
    random.seed(5), torch.manual_seed(5)
    fit(epochs=1)
    assert (random.random(), torch.rand(1).item()) == expected


def test_other_seed_gives_another_model():
    assert not np.array_equal(fit(seed=1).predict_proba(TEST), fit(seed=2).predict_proba(TEST))


@pytest.mark.parametrize("balance", ["weights", "oversample", "undersample"])
def test_balance_helps_the_rare_class(balance):
    training = toy(80, share=(0.9, 0.05, 0.05))
    plain, balanced = (
        GRU(**SMALL | {"balance": how, "epochs": 3}).fit(*training) for how in ("none", balance)
    )
    rare = [text for text, label in zip(*toy(60, seed=3), strict=True) if label != "a"]
    share = [model.predict_proba(rare)[:, 0].mean() for model in (plain, balanced)]
    assert share[1] < share[0] - 0.1


def test_weighted_loss_is_the_mean_over_rows_of_what_their_classes_weigh():
    still = {"dropout": 0.0, "word_dropout": 0.0, "precision": "fp32", "learning_rate": 1e-12}
    inputs, labels = [*TRAINING[0]], [*TRAINING[1]]
    model = GRU(**SMALL | still | {"epochs": 1, "batch_size": 16, "balance": "weights"})
    model.fit(inputs, labels)
    chances = model.predict_proba(inputs)  # of the weights it began with
    losses = [
        -np.log(row[list(WORDS).index(label)]) for row, label in zip(chances, labels, strict=True)
    ]
    weights = [64 / (3 * labels.count(label)) for label in labels]
    assert model.history_[0]["train_loss"] == pytest.approx(np.mean(np.multiply(weights, losses)))
    assert abs(np.mean(np.multiply(weights, losses)) - np.mean(losses)) > 1e-4


def test_bf16_trains_where_it_is_asked_for():
    model = fit(precision="bf16")
    assert "forward" not in vars(model.network_)  # as it was before training
    np.testing.assert_allclose(model.predict_proba(TEST).sum(axis=1), 1, rtol=1e-9)


def test_labels_of_other_types_come_back_as_they_were():
    inputs, labels = TRAINING
    numbers = [ord(label) for label in labels]
    assert set(GRU(**SMALL).fit(inputs, numbers).predict(TEST)) <= {97, 98, 99}


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"balance": "smote"}, "Got balance='smote', which mixes feature vectors"),
        ({"balance": "some"}, "Unknown balance 'some'; choose one of none, weights"),
        ({"metric": "bleu"}, "Unknown metric 'bleu'; choose one of f1_macro"),
        ({"metric": "f1_positive"}, "set it to one of a, b, c"),
        ({"precision": "fp8"}, "Unknown precision 'fp8'; choose one of auto, fp32, bf16, fp16."),
        ({"pooling": "sum"}, "Unknown pooling 'sum'; choose one of max, mean"),
        ({"epochs": 0}, "Got epochs=0; it must be 'auto' or at least 1."),
        ({"hidden": 0}, "Got hidden=0; it must be at least 1."),
        ({"dropout": 1.0}, "Got dropout=1.0; it must be at least 0 and below 1."),
        ({"learning_rate": 0}, "Got learning_rate=0; it must be above 0."),
    ],
)
def test_senseless_parameters_are_refused_in_a_sentence(values, sentence):
    with pytest.raises(InputError, match=sentence.replace("(", r"\(")):
        fit(**values)


def test_senseless_data_are_refused_in_a_sentence():
    with pytest.raises(InputError, match="Got 1 labels for 2 training inputs"):
        GRU().fit(["x", "y"], ["a"])
    with pytest.raises(InputError, match="needs at least two classes"):
        GRU().fit(["x", "y"], ["a", "a"])
    with pytest.raises(InputError, match="Validation has the label 'z'"):
        fit(validation=(["x"], ["z"]))


@pytest.mark.parametrize("positive", [None, "z"])
def test_a_positive_label_that_is_none_is_refused_before_anything_is_learned(positive, monkeypatch):
    monkeypatch.setattr(GRU, "learn_encoder", None)
    with pytest.raises(InputError, match="set it to one of a, b, c"):
        fit(metric="f1_positive", positive=positive)


def test_divergence_is_said_in_a_sentence():
    with pytest.raises(InputError, match="Training diverged with learning_rate=1e.38"):
        fit(learning_rate=1e38)


def test_another_models_folder_is_refused(tmp_path):
    fit(epochs=1).save(tmp_path)
    record = json.loads((tmp_path / "params.json").read_text())
    (tmp_path / "params.json").write_text(json.dumps(record | {"model": "lstm"}))
    with pytest.raises(InputError, match="holds the model 'lstm', not 'gru'"):
        GRU.load(tmp_path)


def test_learned_facts_are_saved(tmp_path):
    model = fit(epochs=2)
    model.save(tmp_path)
    loaded = GRU.load(tmp_path)
    assert loaded.history_ == model.history_
    assert (loaded.best_epoch_, loaded.stopped_) == (model.best_epoch_, model.stopped_)


def test_precision_is_ours_whatever_accelerate_was_told(monkeypatch):
    expected = fit(precision="fp32", epochs=1).history_[0]["train_loss"]
    monkeypatch.setenv("ACCELERATE_MIXED_PRECISION", "bf16")
    assert fit(precision="fp32", epochs=1).history_[0]["train_loss"] == expected

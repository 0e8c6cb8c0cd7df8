"""Training as a whole: the learning curve, the best epoch, interruption, time limit, balance."""

import json
import random
import shutil
import time

import numpy as np
import pytest
import torch

from worthit.core.errors import InputError
from worthit.neural.gru import GRU
from worthit.neural.training.memory import RowsAtOnce, is_out_of_memory
from worthit.neural.training.recurrent import RecurrentNetwork

WORDS = {"a": "goal match team coach", "b": "bank share profit price", "c": "moon star comet orbit"}
SMALL = {"epochs": 4, "batch_size": 8, "hidden": 8, "embedding": 8, "learning_rate": 0.01}


def toy(n=64, seed=0, share=(0.5, 0.3, 0.2)):
    generator = np.random.default_rng(seed)
    labels = [str(label) for label in generator.choice(list(WORDS), n, p=share)]
    sizes = generator.integers(1, 9, n)
    texts = [
        " ".join(generator.choice([*WORDS[label].split(), "the", "of", "goal"], size))
        for label, size in zip(labels, sizes, strict=True)
    ]
    return texts, labels


TRAINING, VALIDATION, TEST = toy(), toy(24, seed=1), toy(40, seed=2)[0]


def fit(workspace=None, time_limit=None, validation=VALIDATION, **values):
    model = GRU(**(SMALL | values))
    return model.fit(*TRAINING, validation, workspace=workspace, time_limit=time_limit)


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


class _PowerCut(BaseException):
    """Comes out of training unannounced, as Ctrl-C does."""


def cut_after(monkeypatch, n_batches):
    forward = RecurrentNetwork.forward
    count = 0

    def failing(self, input_ids):
        nonlocal count
        count += self.training
        if count > n_batches:
            raise _PowerCut
        return forward(self, input_ids)

    monkeypatch.setattr(RecurrentNetwork, "forward", failing)


@pytest.mark.parametrize("n_batches", [3, 12, 28])  # in the first, second and last epoch of 8
@pytest.mark.parametrize("validation", [VALIDATION, None], ids=["validated", "unvalidated"])
def test_interrupted_training_goes_on_to_the_same_end(tmp_path, monkeypatch, n_batches, validation):
    whole = fit(validation=validation, patience=9)
    with monkeypatch.context() as patch, pytest.raises(_PowerCut):
        cut_after(patch, n_batches)
        fit(tmp_path, validation=validation, patience=9)
    with monkeypatch.context() as patch:
        cut_after(patch, 32 - n_batches // 8 * 8)  # finished epochs are not done again
        resumed = fit(tmp_path, validation=validation, patience=9)
    np.testing.assert_array_equal(resumed.predict_proba(TEST), whole.predict_proba(TEST))
    assert timeless(resumed.history_) == timeless(whole.history_)
    assert (resumed.best_epoch_, resumed.stopped_) == (whole.best_epoch_, whole.stopped_)


def timeless(history):
    return [{key: value for key, value in epoch.items() if key != "seconds"} for epoch in history]


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
    with pytest.raises(_PowerCut):
        fit(tmp_path, patience=9)


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


def test_interrupt_leaves_at_once(monkeypatch):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(RecurrentNetwork, "forward", interrupt)
    with pytest.raises(KeyboardInterrupt):
        fit()


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


def scarce(monkeypatch, most):
    """Let the network run out of memory on more than so many rows."""
    forward = RecurrentNetwork.forward
    sizes = []

    def failing(self, input_ids):
        if len(input_ids) > most:
            raise torch.OutOfMemoryError("CUDA out of memory")
        if self.training:
            sizes.append(len(input_ids))
        return forward(self, input_ids)

    monkeypatch.setattr(RecurrentNetwork, "forward", failing)
    return sizes


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
            raise _PowerCut
        logits = forward(self, input_ids)
        if input_ids.numel() > 56:  # the longest batches alone
            raise torch.OutOfMemoryError("CUDA out of memory")
        return logits

    monkeypatch.setattr(RecurrentNetwork, "forward", failing)
    left, values = 10_000, {"patience": 9, "dropout": 0.3, "tokens": "words"}
    whole = fit(**values)
    assert "at most 4 were taken" in " ".join(whole.notes_)
    left = 20  # in the second epoch: 8 batches, in up to two parts
    with pytest.raises(_PowerCut):
        fit(tmp_path, **values)
    left = 10_000
    resumed, again = fit(tmp_path, **values), fit(tmp_path, **values)
    assert resumed.notes_ == again.notes_ == whole.notes_
    assert timeless(resumed.history_) == timeless(whole.history_)
    np.testing.assert_array_equal(resumed.predict_proba(TEST), whole.predict_proba(TEST))


def interrupted_in_the_second_epoch(tmp_path):
    """Leave what a fit had written when it was interrupted, and return its whole outcome."""
    whole = fit(tmp_path, patience=9)
    first, *later = sorted(tmp_path.glob("checkpoint-*"), key=lambda one: int(one.name[11:]))
    for checkpoint in later:
        shutil.rmtree(checkpoint)
    return whole, first


def test_checkpoint_of_a_card_whose_loss_was_scaled_goes_on_anywhere(tmp_path):
    whole, checkpoint = interrupted_in_the_second_epoch(tmp_path)
    torch.save({"scale": 1024.0, "_growth_tracker": 0}, checkpoint / "scaler.pt")
    resumed = fit(tmp_path, patience=9)
    np.testing.assert_array_equal(resumed.predict_proba(TEST), whole.predict_proba(TEST))


@pytest.mark.parametrize("where", ["cpu", "NVIDIA T4"])
def test_how_many_rows_fit_holds_for_the_device_that_had_so_little_memory(tmp_path, where):
    whole, checkpoint = interrupted_in_the_second_epoch(tmp_path)
    told = {"device": where, "training": 2, "scoring": None}
    (checkpoint / "rows_at_once_0.json").write_text(json.dumps(told))
    resumed = fit(tmp_path, patience=9)
    assert ("at most 2 were taken" in " ".join(resumed.notes_)) == (where == "cpu")
    np.testing.assert_allclose(resumed.predict_proba(TEST), whole.predict_proba(TEST), atol=1e-4)


def test_precision_is_ours_whatever_accelerate_was_told(monkeypatch):
    expected = fit(precision="fp32", epochs=1).history_[0]["train_loss"]
    monkeypatch.setenv("ACCELERATE_MIXED_PRECISION", "bf16")
    assert fit(precision="fp32", epochs=1).history_[0]["train_loss"] == expected


def test_memory_that_lacks_for_one_row_is_said_in_a_sentence(monkeypatch):
    scarce(monkeypatch, most=0)
    with pytest.raises(InputError, match="Out of memory while training on a single input; lower"):
        fit()


def test_time_goes_on_counting_after_an_interruption(tmp_path, monkeypatch):
    with monkeypatch.context() as patch, pytest.raises(_PowerCut):
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

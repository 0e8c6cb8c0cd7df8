"""Models on the vectors of a frozen encoder: embedding and zeroshot."""

import time

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, f1_score

from worthit.core.errors import InputError, TimeLimitError
from worthit.core.files import write_json
from worthit.corpus import load
from worthit.experiment.outer import follow_over_folds
from worthit.experiment.protocol import follow_protocol
from worthit.experiment.spec import Spec
from worthit.experiment.tuning import search
from worthit.neural.embedding import STRENGTHS, Embedding
from worthit.neural.pretrained import room
from worthit.neural.pretrained.network import PretrainedNetwork
from worthit.neural.zeroshot import ZeroShot
from worthit.tests.tiny_checkpoint import TEST, TRAINING, VALIDATION, scarce, toy, write_checkpoint

TOLD = "Memory did not suffice for answering on whole batches: fewer inputs were taken at a time."


def test_embedding_is_a_regression_on_the_mean_of_states(tiny):
    model = Embedding(checkpoint=tiny, C=10.0).fit(*TRAINING)
    vectors = model.vectors(TRAINING[0])
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-5)
    expected = LogisticRegression(C=10.0, max_iter=1000).fit(vectors, TRAINING[1])
    test = model.vectors(TEST)
    np.testing.assert_allclose(model.predict_proba(TEST), expected.predict_proba(test), atol=1e-5)
    assert model.notes_[-1] == "C of the regression is 10, as given."
    assert model.pretrained


@pytest.mark.parametrize("metric", ["f1_macro", "accuracy"])
def test_validation_chooses_the_regressions_strength_and_nothing_else(tiny, metric):
    flipped = [{"a": "b", "b": "a"}.get(label, label) for label in VALIDATION[1]]
    model = Embedding(checkpoint=tiny, metric=metric).fit(*TRAINING, (VALIDATION[0], flipped))
    train, asked = (model.vectors(inputs) for inputs in (TRAINING[0], VALIDATION[0]))
    scores = []
    for strength in STRENGTHS:
        regression = LogisticRegression(C=strength, max_iter=1000).fit(train, TRAINING[1])
        guess = regression.predict(asked)
        by = {
            "accuracy": accuracy_score(flipped, guess),
            "f1_macro": f1_score(flipped, guess, average="macro"),
        }
        scores.append(by[metric])
    assert model.C_ == STRENGTHS[scores.index(max(scores))]
    assert model.notes_[-1] == (
        f"C of the regression is {model.C_:g}, chosen on validation among 9 values."
    )
    given = Embedding(checkpoint=tiny, C=model.C_).fit(*TRAINING)
    np.testing.assert_array_equal(given.predict_proba(TEST), model.predict_proba(TEST))
    alone = Embedding(checkpoint=tiny).fit(*TRAINING)
    assert alone.C_ != model.C_  # the labels of validation are turned against train
    assert alone.notes_[-1].endswith(", chosen by cross-validation among 9 values.")


def test_embedding_refuses_a_class_that_only_validation_has(tiny):
    with pytest.raises(InputError, match="Validation has the label 'd'"):
        Embedding(checkpoint=tiny).fit(*TRAINING, (["goal"], ["d"]))


@pytest.mark.parametrize(
    ("values", "validation", "sentence"),
    [
        ({}, (["goal"], ["d"]), "Validation has the label 'd'"),
        ({}, (["goal"], ["a", "b"]), "Got 2 labels for 1 validation inputs"),
        ({"metric": "f1_positive"}, VALIDATION, "set it to one of a, b, c"),
        ({"metric": "f1_positive", "positive": "z"}, None, "set it to one of a, b, c"),
    ],
)
def test_wrong_labels_are_refused_before_anything_is_embedded(
    tiny, monkeypatch, values, validation, sentence
):
    monkeypatch.setattr(PretrainedNetwork, "ahead", None)
    with pytest.raises(InputError, match=sentence):
        Embedding(checkpoint=tiny, **values).fit(*TRAINING, validation)


def test_zero_shot_answers_the_name_that_is_nearest(tiny):
    named = {"0": "match", "1": "bank"}
    names = ";".join(f"{label}={name}" for label, name in named.items())
    model = ZeroShot(checkpoint=tiny, names=names).fit(["x", "y"], ["0", "1"])
    assert list(model.predict(["match", "bank"])) == ["0", "1"]
    assert list(ZeroShot(checkpoint=tiny).fit(["x"] * 2, ["goal", "moon"]).predict(["moon"])) == [
        "moon"
    ]
    with pytest.raises(InputError, match="expected LABEL=NAME;LABEL=NAME"):
        ZeroShot(checkpoint=tiny, names="match").check()
    with pytest.raises(InputError, match="it needs one '{}' for the name"):
        ZeroShot(checkpoint=tiny, template="about").check()
    with pytest.raises(InputError, match="no class is called '2'; there are 0, 1"):
        ZeroShot(checkpoint=tiny, names="2=match").fit(["x", "y"], ["0", "1"])


@pytest.mark.parametrize("kind", [Embedding, ZeroShot])
def test_scarce_memory_is_remembered_and_noted_once(tiny, tmp_path, monkeypatch, capfd, kind):
    plenty = kind(checkpoint=tiny).fit(*TRAINING, VALIDATION)
    expected = plenty.predict_proba(TEST)
    assert TOLD not in plenty.notes_
    plenty.save(tmp_path)
    scarce(monkeypatch, most=2)
    little = kind(checkpoint=tiny).fit(*TRAINING, VALIDATION)
    assert little.notes_.count(TOLD) == 1

    def answers(model):
        np.testing.assert_allclose(model.predict_proba(TEST), expected, atol=1e-5)
        assert "Out of memory while answering" in capfd.readouterr().err
        model.predict(TEST)
        assert "Out of memory" not in capfd.readouterr().err
        assert model.notes_.count(TOLD) == 1

    answers(little)
    answers(kind.load(tmp_path))
    answers(plenty)
    assert plenty.fit(*TRAINING).notes_.count(TOLD) == 1


def test_loaded_encoders_do_not_take_each_others_vectors(tiny, tmp_path):
    other = write_checkpoint(tmp_path / "other", seed=1)
    prepared = Embedding().prepare(TEST)
    for number, checkpoint in enumerate((tiny, str(other))):
        model = Embedding(checkpoint=checkpoint, C=1.0).fit(*TRAINING)
        model.save(tmp_path / str(number))
        loaded = Embedding.load(tmp_path / str(number))
        np.testing.assert_array_equal(loaded.predict_proba(prepared), model.predict_proba(TEST))


def test_vectors_of_prepared_inputs_lie_in_memory_once(tiny):
    model = Embedding(checkpoint=tiny, C=1.0).fit(*TRAINING)
    prepared = model.prepare(TRAINING[0])
    known = model.vectors(prepared)
    assert np.shares_memory(model.vectors(prepared), known)
    np.testing.assert_array_equal(model.vectors(TRAINING[0]), known)


def test_vectors_too_large_for_memory_answer_the_same_from_a_file(tiny, tmp_path, monkeypatch):
    expected = Embedding(checkpoint=tiny).fit(*TRAINING, VALIDATION).predict_proba(TEST)
    monkeypatch.setattr(room, "IN_MEMORY", 0)
    model = Embedding(checkpoint=tiny).fit(*TRAINING, VALIDATION, workspace=tmp_path)
    answers = model.predict_proba(TEST)
    np.testing.assert_array_equal(answers, expected)
    assert type(answers) is np.ndarray


@pytest.fixture(scope="module")
def notes(tmp_path_factory):
    path = tmp_path_factory.mktemp("data") / "notes.csv"
    texts, labels = toy(120, 3)
    rows = [
        f"{text} {i},{label}" for i, (text, label) in enumerate(zip(texts, labels, strict=True))
    ]
    path.write_text("\n".join(["text,label", *rows]) + "\n")
    return load(path)


@pytest.fixture
def passed(monkeypatch):
    """List how many inputs pass the body at a time, which takes a hundredth of a second."""
    ahead, passed = PretrainedNetwork.ahead, []

    def counting(self, input_ids):
        time.sleep(0.01)
        passed.append(len(input_ids))
        return ahead(self, input_ids)

    monkeypatch.setattr(PretrainedNetwork, "ahead", counting)
    return passed


@pytest.mark.parametrize("trials", [0, 2, 5])
@pytest.mark.parametrize("folds", [0, 2])
def test_a_run_passes_each_input_through_the_body_once_searched_or_not(
    notes, tiny, tmp_path, passed, trials, folds
):
    settings = {"checkpoint": tiny, "pool": "mean"}
    asked = Spec(model="embedding", settings=settings, trials=trials, outer_folds=folds)
    follow = follow_over_folds if folds else follow_protocol
    outcome, material = follow(notes, asked, tmp_path, 1, None)
    n_items = sum(len(split) for split in notes.splits.values())
    assert sum(passed) == n_items * (folds or 1)  # each fold has all of them
    assert bool(outcome.found) == bool(trials)
    answers = outcome.classifier.predict_proba(material.validation)
    np.testing.assert_array_equal(outcome.on_validation, answers)


def test_a_fit_after_a_search_is_billed_the_vectors_that_a_trial_left_it(
    notes, tiny, tmp_path, passed
):
    settings = {"checkpoint": tiny, "pool": "mean", "batch_size": 4}
    asked = Spec(model="embedding", settings=settings, trials=2)
    (tmp_path / "fit").mkdir()
    interrupted = 1000.0  # seconds that this fit has had before; no search spent them
    write_json(tmp_path / "fit" / "clock.json", {"seconds": interrupted})
    outcome, _ = follow_protocol(notes, asked, tmp_path, 1, None)
    seconds, train, held_out = outcome.seconds, notes.train, notes.validation
    frozen = 0.01 * (len(train) + len(held_out)) / 4  # there are as many batches at least
    shared = seconds["search_seconds"] - seconds["tune_seconds"]
    assert frozen <= shared < interrupted
    assert seconds["tune_seconds"] > 0
    assert seconds["fit_seconds"] > interrupted + shared
    plain = Embedding(**settings).set_params(**outcome.found.params)
    plain.fit(train.inputs, train.labels, (held_out.inputs, held_out.labels))
    answers = plain.predict_proba(notes.test.inputs)
    np.testing.assert_array_equal(outcome.on_test, answers)
    assert plain.shared_seconds_ == 0


def test_time_that_is_over_while_inputs_are_embedded_is_said(tiny):
    sentence = "had answered 4 of 64 inputs, and it needs them all; give a longer --time-limit"
    small = {"checkpoint": tiny, "batch_size": 4}
    with pytest.raises(TimeLimitError, match=sentence):
        Embedding(**small).fit(*TRAINING, VALIDATION, time_limit=0)
    Embedding(**small).fit(*TRAINING, VALIDATION, time_limit=600)
    with pytest.raises(TimeLimitError, match="had answered 1 of 3 inputs"):
        ZeroShot(checkpoint=tiny, batch_size=1).fit(*TRAINING, time_limit=0)


def test_search_ends_with_what_it_has_when_the_encoder_runs_out_of_time(tiny, tmp_path):
    class Slow(Embedding):
        """Its second trial comes too late."""

        def fit(self, inputs, labels, validation=None, *, time_limit=None, **_):
            late = self.pool != "mean" or self.balance != "none"
            return super().fit(inputs, labels, validation, time_limit=0 if late else time_limit)

        def check(self):
            time.sleep(0.6)

    model = Slow(checkpoint=tiny, batch_size=4)
    inputs, labels = TRAINING[0] + VALIDATION[0], np.array(TRAINING[1] + VALIDATION[1])
    found = search(
        model, inputs, labels, [(np.arange(64), np.arange(64, 88))], accuracy_score,
        trials=5, time_limit=1.0, seed=0, jobs=1, storage=tmp_path / "log",
    )  # fmt: skip
    assert found.params == {"pool": "mean", "balance": "none"}
    assert found.record["stopped"] == "the time limit of 1 s was reached, with 4 of 5 trials left"


def test_search_goes_on_without_what_memory_does_not_suffice_for(tiny, tmp_path, monkeypatch):
    ahead = PretrainedNetwork.ahead

    def failing(self, input_ids):
        if self.pool != "mean":
            raise torch.OutOfMemoryError("CUDA out of memory")
        return ahead(self, input_ids)

    monkeypatch.setattr(PretrainedNetwork, "ahead", failing)
    inputs, labels = TRAINING[0] + VALIDATION[0], np.array(TRAINING[1] + VALIDATION[1])
    found = search(
        Embedding(checkpoint=tiny), inputs, labels, [(np.arange(64), np.arange(64, 88))],
        accuracy_score, trials=6, time_limit=None, seed=0, jobs=1, storage=tmp_path / "log",
    )  # fmt: skip
    assert {trial["params"]["pool"] for trial in found.record["trials"]} == {"mean"}
    failed = found.record["failed"]
    assert len(failed) + len(found.record["trials"]) == 6
    assert failed and all("answering on a single input" in trial["why"] for trial in failed)


def test_an_interrupted_embedding_goes_on_where_it_was(tiny, tmp_path, monkeypatch):
    model = Embedding(checkpoint=tiny, batch_size=8)
    expected = model.fit(*TRAINING, VALIDATION).predict_proba(TEST)
    monkeypatch.setattr(room, "BETWEEN", 0.0)
    ahead, passed = PretrainedNetwork.ahead, []

    def interrupted(self, input_ids):
        if len(passed) == 3:
            passed.append(0)
            raise KeyboardInterrupt
        passed.append(len(input_ids))
        return ahead(self, input_ids)

    monkeypatch.setattr(PretrainedNetwork, "ahead", interrupted)
    with pytest.raises(KeyboardInterrupt):
        model.fit(*TRAINING, VALIDATION, workspace=tmp_path / "fit")
    model.fit(*TRAINING, VALIDATION, workspace=tmp_path / "fit")
    assert sum(passed) == 64 + 24
    np.testing.assert_allclose(model.predict_proba(TEST), expected, atol=1e-6)

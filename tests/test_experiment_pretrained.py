"""Pretrained models under the protocol: searched, with a second task, floors, known by content."""

import shutil
import time
from dataclasses import replace
from functools import wraps
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from worthit.compare.run import Run
from worthit.core.errors import InputError, TimeLimitError
from worthit.core.files import read_json, write_json
from worthit.corpus import load
from worthit.experiment import tuning
from worthit.experiment.comparison import run_all
from worthit.experiment.outer import follow_over_folds
from worthit.experiment.place import Place
from worthit.experiment.prediction import predict
from worthit.experiment.protocol import Outcome, _time_left, start
from worthit.experiment.running import check, make
from worthit.experiment.settings import parse_settings
from worthit.experiment.spec import Spec
from worthit.experiment.tuning import Search
from worthit.neural.embedding import Embedding
from worthit.neural.pretrained.network import PretrainedNetwork
from worthit.tests.tiny_checkpoint import scarce

WORDS = {"sport": "goal match team coach", "money": "bank share profit price"}


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    generator = np.random.default_rng(0)
    rows = ["text,label,mood"]
    for number in range(120):
        label = ("sport", "money")[number % 2]
        told = " ".join(generator.choice(WORDS[label].split(), 4))
        rows.append(f"{told} {number},{label},{'good' if 'goal' in told else 'bad'}")
    path = tmp_path_factory.mktemp("data") / "notes.csv"
    path.write_text("\n".join(rows) + "\n")
    return load(path)


def spec(tiny, model="bert", **given):
    values = given.pop("settings", {})
    small = {"batch_size": 8} | ({"epochs": 2} if model == "bert" else {})
    return Spec(model=model, settings={"checkpoint": tiny} | small | values, **given)


def place(folder):
    return Place(runs=folder / "runs", reports=folder / "reports")


def test_searched_run_has_its_notes_and_answers_later(dataset, tiny, tmp_path):
    asked = spec(tiny, trials=2, settings={"transfer": "head", "auxiliary": "mood"})
    run = make(dataset, asked, place(tmp_path))
    record = run.record
    assert record["pretrained"]
    assert record["cost"]["trials"] == 2
    assert len(record["curve"]) == 2
    assert any(f"SHA-256 {record['checkpoint']['sha256']}." in note for note in record["notes"])
    assert any("2 classes of 'mood' from 86 of 86 training inputs" in n for n in record["notes"])
    answers = predict(run, ["goal match", "bank price"])
    assert list(answers.columns) == ["prediction", "p_money", "p_sport"]


@pytest.mark.parametrize("model", ["bert", "embedding", "zeroshot"])
@pytest.mark.parametrize("folds", [0, 2])
def test_runs_keep_which_items_were_cut(tiny, tmp_path, model, folds):
    path = tmp_path / "notes.csv"
    texts = {f"goal match {i}{' team' * (i % 3)}": ("sport", "money")[i % 2] for i in range(60)}
    path.write_text("text,label\n" + "".join(f"{t},{label}\n" for t, label in texts.items()))
    asked = spec(tiny, model, outer_folds=folds, settings={"max_length": 6})  # two of them marks
    run = make(load(path), asked, place(tmp_path))
    run = Run.read(run.folder)
    words = run.items["text"].str.split().str.len()
    assert run.truncated.tolist() == (words > 4).tolist()
    assert set(words) == {3, 4, 5}
    assert len(words) == (60 if folds else 12)


def test_answers_of_an_older_versions_fold_leave_open_what_was_cut(dataset, tiny, tmp_path):
    asked, work = spec(tiny, "embedding", outer_folds=2), tmp_path / "work"
    assert follow_over_folds(dataset, asked, work, 1, None)[0].truncated.tolist() == [False] * 120
    done = work / "fold-1" / "answers.json"
    older = read_json(done)
    del older["truncated"]
    write_json(done, older)
    assert follow_over_folds(dataset, asked, work, 1, None)[0].truncated is None


@pytest.mark.parametrize("model", ["embedding", "zeroshot"])
def test_models_without_epochs_run_as_well(dataset, tiny, tmp_path, model):
    run = make(dataset, spec(tiny, model), place(tmp_path))
    assert run.record["curve"] == []
    assert run.record["family"] == ("floor" if model == "zeroshot" else "neural")
    assert run.record["scores"]["test"]["n"] == 24
    assert run.record["checkpoint"]["architecture"] == "bert"


@pytest.mark.parametrize("model", ["embedding", "zeroshot"])
def test_run_says_that_memory_lacked_and_answers_later(dataset, tiny, tmp_path, monkeypatch, model):
    plenty = make(dataset, spec(tiny, model), place(tmp_path / "plenty"))
    scarce(monkeypatch, most=2)
    little = make(dataset, spec(tiny, model), place(tmp_path / "little"))
    told = {run.folder: Run.read(run.folder).record["notes"] for run in (plenty, little)}
    assert not any("Memory" in note for note in told[plenty.folder])
    assert sum("Memory did not suffice" in note for note in told[little.folder]) == 1
    texts = ["goal match", "bank price", "coach"]
    pd.testing.assert_frame_equal(predict(little, texts), predict(plenty, texts), atol=1e-5)


def test_second_task_needs_its_column(dataset, tiny):
    check(dataset, spec(tiny, settings={"auxiliary": "mood"}))
    with pytest.raises(InputError, match="Got auxiliary='moods', but .* there are 'mood'"):
        check(dataset, spec(tiny, settings={"auxiliary": "moods"}))


@pytest.mark.parametrize(
    ("model", "settings", "sentence"),
    [
        ("bert", {"auxiliary": "same"}, "The auxiliary column 'same' has 1 labels; a second task"),
        ("bert", {"metric": "f1_positive", "positive": "x"}, "set it to one of money, sport"),
        ("embedding", {"metric": "f1_positive", "positive": "x"}, "one of money, sport"),
        ("zeroshot", {"names": "1=sport"}, "no class is called '1'; there are money, sport"),
    ],
)
def test_what_does_not_go_with_the_labels_is_refused_before_any_run(
    dataset, tiny, tmp_path, model, settings, sentence
):
    train = replace(dataset.train, extra=dataset.train.extra.assign(same="x"))
    asked = [Spec(model="majority"), spec(tiny, model, settings=settings)]
    with pytest.raises(InputError, match=sentence):
        run_all(replace(dataset, train=train), asked, place(tmp_path))
    assert not (tmp_path / "runs").exists()


def test_run_is_known_by_the_checkpoint_and_not_by_where_it_lies(dataset, tiny, tmp_path):
    shutil.copytree(tiny, tmp_path / "moved")
    keys = {
        spec(folder).key(dataset, start(dataset, spec(folder), jobs=1))
        for folder in (tiny, str(tmp_path / "moved"))
    }
    assert len(keys) == 1


def test_fields_are_read_from_the_command_line():
    words = ["prune_heads=[[1,2],[3,1]]", "layer=-2", "checkpoint=my/folder", "freeze=3"]
    words += ["transfer=last:2", "freeze_embeddings=false"]
    expected = {"prune_heads": [[1, 2], [3, 1]], "layer": -2, "checkpoint": "my/folder"}
    expected |= {"freeze": 3, "transfer": "last:2", "freeze_embeddings": False}
    assert parse_settings(words, ["bert"]) == {"bert": expected}
    assert parse_settings(["freeze=embeddings"], ["bert"]) == {"bert": {"freeze": "embeddings"}}
    assert parse_settings(["prune_heads=0.3"], ["bert"]) == {"bert": {"prune_heads": 0.3}}


def test_fit_after_a_search_gets_what_is_left_of_the_time(dataset, tiny, tmp_path, monkeypatch):
    limits, fit = [], Embedding.fit

    def watched(self, *given, time_limit=None, **named):
        limits.append(time_limit)
        return fit(self, *given, time_limit=time_limit, **named)

    monkeypatch.setattr(Embedding, "fit", watched)
    run = make(dataset, spec(tiny, "embedding", trials=2, time_limit=600.0), place(tmp_path))
    assert len(limits) == 3
    assert limits[2] == pytest.approx(600 - run.record["cost"]["search_seconds"])


def test_fit_after_a_search_that_took_all_the_time_gets_twice_its_longest_trial():
    trials = [{"worker": w, "seconds": s} for w, s in ((0, 10.0), (1, 25.0), (0, 45.0), (1, 50.0))]
    found = Search({}, 0.5, {"trials": trials[:3], "failed": trials[3:]})
    outcome = Outcome(None, found, seconds={"tune_seconds": 50.0})
    asked = {"model": "bert", "trials": 4}
    assert _time_left(outcome, Spec(**asked, time_limit=100.0)) == 2 * (45 - 10)
    assert _time_left(outcome, Spec(**asked, time_limit=48.0)) == 48
    assert _time_left(outcome, Spec(**asked, time_limit=200.0)) == 150
    assert _time_left(outcome, Spec(**asked)) is None


def test_an_embedding_out_of_time_goes_on_with_a_longer_limit(dataset, tiny, tmp_path, monkeypatch):
    ahead, fit, passed, fitted = PretrainedNetwork.ahead, Embedding.fit, [], []

    def counting(self, input_ids):
        passed.append(len(input_ids))
        return ahead(self, input_ids)

    @wraps(fit)
    def watched(self, *given, **named):
        fitted.append(fit(self, *given, **named))
        assert sum(passed) == len(dataset.train) + len(dataset.validation)  # each input once
        return fitted[0]

    monkeypatch.setattr(PretrainedNetwork, "ahead", counting)
    monkeypatch.setattr(Embedding, "fit", watched)
    sentence = r"give a longer --time-limit \(for all of it: it goes on from there\), or fewer"
    for _ in range(2):
        with pytest.raises(TimeLimitError, match=sentence):
            make(dataset, spec(tiny, "embedding", time_limit=1e-9), place(tmp_path))
        assert sum(passed) == 8  # the first batch, and no further one of the same limit
    run = make(dataset, spec(tiny, "embedding", time_limit=600.0), place(tmp_path))
    assert len(fitted) == 1
    assert run.record["time_limit"] == 600
    assert [each.name for each in run.folder.parent.glob("embedding-*")] == [run.folder.name]
    assert not (run.folder / "work").exists()


def test_a_kept_trial_is_billed_the_frozen_part_that_another_one_ran(
    dataset, tiny, tmp_path, monkeypatch
):
    ahead, train_trial, passed, trials = PretrainedNetwork.ahead, tuning.train_trial, [], []

    def slow(self, input_ids):
        time.sleep(0.2)
        passed.append(len(input_ids))
        return ahead(self, input_ids)

    def better_each_time(*given):
        trials.append(train_trial(*given))
        return replace(trials[-1], score=float(len(trials)))

    monkeypatch.setattr(PretrainedNetwork, "ahead", slow)
    monkeypatch.setattr(tuning, "train_trial", better_each_time)
    asked = spec(tiny, trials=3, settings={"transfer": "head", "pool": "mean", "batch_size": 8})
    run = make(dataset, asked, place(tmp_path))
    cost, frozen = run.record["cost"], 0.2 * len(passed)
    assert run.record["tuning"]["best"] == 2
    assert sum(passed) == len(dataset.train) + len(dataset.validation)  # by the first trial alone
    assert cost["fit_seconds"] > frozen > 1
    assert cost["search_seconds"] >= run.record["tuning"]["trials"][-1]["seconds"]
    assert cost["tune_seconds"] + cost["fit_seconds"] == pytest.approx(
        cost["search_seconds"], abs=0.5
    )
    assert cost["tune_seconds"] > 0


@pytest.mark.parametrize(("language", "told"), [("ru", True), ("en", False), ("none", False)])
def test_a_body_of_another_language_is_told_of_before_it_trains(
    dataset, tiny, tmp_path, monkeypatch, capfd, language, told
):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("worthit.experiment.running.follow_protocol", interrupted)
    monkeypatch.setattr("worthit.neural.pretrained.checkpoint._packaged", lambda: Path(tiny))
    monkeypatch.setattr("worthit.neural.pretrained.checkpoint.version", lambda _: "1")
    given = replace(dataset, language=language)
    for settings in ({}, {"checkpoint": str(tiny)}):
        with pytest.raises(KeyboardInterrupt):
            make(given, Spec(model="embedding", settings=settings), place(tmp_path))
        said = "these texts are another language (ru); name one with" in capfd.readouterr().err
        assert said is (told and not settings)

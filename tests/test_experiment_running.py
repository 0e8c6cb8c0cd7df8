"""Runs in the store: made once, found again, resumed, never torn."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

from worthit.compare.run import Run
from worthit.core.errors import InputError
from worthit.corpus import load
from worthit.corpus.outer import outer_folds, pooled
from worthit.experiment import cost, entrance
from worthit.experiment.comparison import run_all
from worthit.experiment.place import Place
from worthit.experiment.prediction import gather_inputs, predict
from worthit.experiment.protocol import follow_protocol, start
from worthit.experiment.running import find_run, make
from worthit.experiment.settings import parse_settings
from worthit.experiment.spec import Spec, decisive
from worthit.experiment.specs import make_specs
from worthit.experiment.store import Store
from worthit.experiment.stored import choose_runs, with_looks


@pytest.fixture(scope="module")
def reviews(tmp_path_factory):
    """A small, learnable two-class set as one CSV file."""
    rng = np.random.default_rng(0)
    words = {"good": ["great", "fine", "lovely"], "bad": ["awful", "poor", "dull"]}
    rows = ["text,label"]
    for i in range(120):
        label = "good" if i % 3 else "bad"
        rows.append(f"a {rng.choice(words[label])} film number {i},{label}")
    path = tmp_path_factory.mktemp("data") / "reviews.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return load(path)


@pytest.fixture
def place(tmp_path):
    return Place(runs=tmp_path / "runs", reports=tmp_path / "reports")


def test_a_run_is_written_whole_and_found_again(reviews, place):
    spec = Spec(model="tfidf")
    assert find_run(reviews, spec, place) is None
    made = make(reviews, spec, place)
    again = make(reviews, spec, place)
    assert again.record == json.loads((made.folder / "run.json").read_text(encoding="utf-8"))
    assert again.record["looks"] == 1
    assert not (made.folder / "work").exists()
    assert set(made.predictions.index) == set(reviews.test.ids)
    assert made.record["scores"]["test"]["n"] == len(reviews.test)
    assert made.record["dataset"]["split_sha256"] == reviews.split_sha256


def test_run_json_has_the_documented_shape(reviews, place):
    record = make(reviews, Spec(model="tfidf", trials=2), place).record
    assert set(record["cost"]) >= {
        "tune_seconds", "fit_seconds", "predict_seconds", "ms_per_item", "ms_per_item_batched",
        "peak_memory_mb", "model_bytes", "parameters", "trials", "trials_pruned",
        "best_validation", "device", "threads",
    }  # fmt: skip
    test = record["scores"]["test"]
    assert set(test) >= {"n", "accuracy", "f1_macro", "f1_weighted", "recall_macro", "f1_positive"}
    assert set(test["per_class"]["good"]) == {"precision", "recall", "f1", "support"}
    assert record["dataset"]["sizes"]["test"] == test["n"]
    assert [step["step"] for step in record["ladder"]] == [
        "default", "penalty", "balanced", "untuned", "tuned",
    ]  # fmt: skip
    assert record["scores"]["validation"]["n"] == len(reviews.validation)
    assert 0 < record["cost"]["peak_memory_mb"] < 10_000


def test_fresh_makes_a_run_again_and_counts_the_look(reviews, place):
    spec = Spec(model="majority")
    make(reviews, spec, place)
    fresh = Place(runs=place.runs, reports=place.reports, fresh=True)
    assert make(reviews, spec, fresh).record["looks"] == 2


def test_report_tells_the_looks_at_its_time_and_not_those_of_its_runs(reviews, place):
    options = {"models": ["majority", "nbsvm"], "trials": 0, "place": place}
    first = entrance.compare(reviews, **options)
    make(reviews, Spec(model="majority", seed=7), place)
    store = Store(place.runs, reviews.name)
    with (store.folder / "test-looks.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"run": "broken')
    looks = [[m["looks"] for m in first.numbers["models"].values()]]
    where = {"runs": place.runs, "reports": place.reports}
    again = entrance.report(reviews.name, baseline=first.numbers["baseline"], **where)
    looks.append([m["looks"] for m in again.numbers["models"].values()])
    assert looks == [[2, 2], [3, 3]]
    (page,) = (place.reports / reviews.name).glob("*-vs-*.md")
    assert "looked at 3 times so far" in page.read_text(encoding="utf-8")


def test_runs_that_were_copied_keep_their_looks(reviews, place, tmp_path):
    run = make(reviews, Spec(model="majority"), place)
    (told,) = with_looks(tmp_path / "elsewhere", reviews.name, [run])
    assert told.record["looks"] == run.record["looks"] == 1


def test_the_key_depends_on_what_determines_a_run_and_on_nothing_else(reviews):
    def key(dataset=reviews, **changes):
        spec = Spec(**({"model": "tfidf", "trials": 3} | changes))
        return spec.key(dataset, start(dataset, spec, jobs=1))

    assert key() == key()
    spec = Spec(model="tfidf", trials=3)
    assert spec.key(reviews, start(reviews, spec, jobs=7)) == key()
    # A field that a search leaves alone is another budget than one that happens to be the default.
    others = [
        key(trials=4), key(seed=1), key(metric="accuracy"), key(settings={"C": 1.0}),
        key(settings={"C": 3.0}), key(time_limit=5.0), key(outer_folds=3), key(model="majority"),
        key(dataset=replace(reviews, train=reviews.validation, validation=reviews.train)),
    ]  # fmt: skip
    assert len({key(), *others}) == len(others) + 1


def test_a_time_limit_is_no_part_of_the_key_where_it_changes_no_outcome(reviews):
    def limited(model, **more):
        keys = set()
        for limit in (None, 60.0):
            spec = Spec(model=model, time_limit=limit, **more)
            keys.add(spec.key(reviews, start(reviews, spec, jobs=1)))
        return len(keys) == 2

    assert not limited("embedding")
    assert not limited("zeroshot")
    assert limited("embedding", trials=2)
    assert limited("bert", settings={"transfer": "head"})
    assert limited("gru")
    assert limited("tfidf")  # as in runs that are there


def test_epochs_left_to_be_chosen_count_as_what_they_come_to(reviews):
    spec = Spec(model="gru")
    fields = decisive(reviews, start(reviews, spec, jobs=1))
    assert (fields["epochs"], fields["patience"]) == (50, 5)  # of little data
    told = replace(spec, settings={"epochs": 50})
    assert decisive(reviews, start(reviews, told, jobs=1)) == fields


def test_a_killed_run_leaves_no_run_and_the_next_one_finishes(reviews, place, monkeypatch):
    monkeypatch.setattr(Run, "write", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    spec = Spec(model="tfidf", trials=2)
    with pytest.raises(OSError, match="disk full"):
        make(reviews, spec, place)
    assert find_run(reviews, spec, place) is None
    monkeypatch.undo()
    assert make(reviews, spec, place).record["cost"]["trials"] == 2


def test_a_copied_run_folder_is_as_good_as_one_made_here(reviews, place, tmp_path):
    spec = Spec(model="tfidf")
    made = make(reviews, spec, place)
    elsewhere = Place(runs=tmp_path / "home", reports=place.reports)
    shutil.copytree(made.folder, tmp_path / "home" / reviews.name / made.folder.name)
    assert find_run(reviews, spec, elsewhere).record == made.record
    texts = ["a great film", "an awful one"]
    copied = predict(tmp_path / "home" / reviews.name / made.folder.name, texts)
    assert list(copied["prediction"]) == ["good", "bad"]
    np.testing.assert_allclose(copied[["p_bad", "p_good"]].sum(axis=1), 1)


def test_seeds_do_not_change_the_split(reviews, place):
    first = make(reviews, Spec(model="majority", seed=0), place)
    second = make(reviews, Spec(model="majority", seed=1), place)
    assert list(first.predictions.index) == list(second.predictions.index)


def test_reports_take_the_newest_run_of_each_model_and_common_seeds(reviews, place):
    for spec in (
        Spec(model="tfidf", seed=0), Spec(model="majority", seed=0), Spec(model="majority", seed=1)
    ):  # fmt: skip
        make(reviews, spec, place)
    chosen = choose_runs(place.runs, reviews.name, None)
    assert sorted((run.model, run.seed) for run in chosen) == [("majority", 0), ("tfidf", 0)]
    with pytest.raises(InputError, match="No finished run of 'gru'"):
        choose_runs(place.runs, reviews.name, ["gru"])
    with pytest.raises(InputError, match="there are runs of reviews"):
        choose_runs(place.runs, "unknown", None)


def test_a_second_process_waits_for_the_first(tmp_path, capfd):
    store = Store(tmp_path, "set")
    folder = store.path("tfidf", "abc")
    with store.claimed(folder, fresh=False):
        # The same lock object may be taken twice by one process; another one may not.
        from filelock import FileLock, Timeout

        other = FileLock(store.folder / ".locks" / "tfidf-abc.lock", is_singleton=False)
        with pytest.raises(Timeout):
            other.acquire(timeout=0)


def test_settings_are_read_by_the_fields_types():
    found = parse_settings(["C=2", "tfidf.lowercase=false", "balance=none"], ["tfidf", "majority"])
    assert found == {
        "tfidf": {"C": 2.0, "lowercase": False, "balance": "none"},
        "majority": {"balance": "none"},
    }


def test_none_is_none_where_a_field_can_be_it_and_else_a_word():
    words = ["prune_heads=none", "checkpoint=None", "auxiliary= NONE", "embedding.C=none"]
    assert parse_settings(words, ["bert", "embedding"]) == {
        "bert": {"prune_heads": None, "checkpoint": None, "auxiliary": None},
        "embedding": {"checkpoint": None, "C": None},
    }
    words = ["vectors=none", "balance=none", "positive=null", "embedding=none"]
    expected = {"vectors": "none", "balance": "none", "positive": "null", "embedding": "none"}
    assert parse_settings(words, ["gru"]) == {"gru": expected}
    with pytest.raises(InputError, match="'dropout=none'; expected a value like 0.1, not str"):
        parse_settings(["dropout=none"], ["bert"])


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("hiden=3", "no model that runs has a field 'hiden'"),
        ("gru.hidden=3", "'gru' does not run"),
        ("C", "expected FIELD=VALUE"),
        ("C=many", "expected a value like 3.0"),
        ("seed=3", "no model that runs has a field 'seed'"),
    ],
)
def test_settings_that_no_model_has_are_refused(word, sentence):
    with pytest.raises(InputError, match=sentence):
        parse_settings([word], ["tfidf"])


def test_a_baseline_gets_thirty_trials_and_a_network_none_unless_told():
    options = {"time_limit": None, "metric": "f1_macro", "balance": "auto", "penalty": "l1"}
    specs = make_specs(["tfidf", "gru"], {}, trials=None, seeds=[0], **options)
    assert [spec.trials for spec in specs] == [30, 0]
    assert specs[0].settings == {"penalty": "l1"}
    assert specs[1].settings == {}
    both = make_specs(["tfidf", "gru"], {}, trials=5, seeds=[0, 1], **options)
    assert [spec.trials for spec in both] == [5, 5, 5, 5]


def test_new_inputs_must_be_of_the_runs_kind(reviews, place):
    run = make(reviews, Spec(model="majority"), place)
    with pytest.raises(InputError, match="Got neither texts and --file"):
        gather_inputs(run, [], None, text=None, pair=None)
    ids, inputs = gather_inputs(run, ["one", "two"], None, text=None, pair=None)
    assert (ids, inputs) == (["1", "2"], ["one", "two"])


def test_a_file_is_read_by_the_columns_of_training(place, tmp_path):
    rows = [f"other,{word} film {i},{label}" for i in range(20)
            for word, label in (("great", "good"), ("poor", "bad"))]  # fmt: skip
    path = tmp_path / "extra.csv"
    path.write_text("\n".join(["text,body,label", *rows]) + "\n", encoding="utf-8")
    run = make(load(path, text="body"), Spec(model="tfidf"), place)
    ids, inputs = gather_inputs(run, [], path, text=None, pair=None)
    assert (ids[0], inputs[0]) == ("1", "great film 0")


def test_nothing_is_told_of_the_whole_of_a_run_that_was_interrupted(reviews, place, monkeypatch):
    assert make(reviews, Spec(model="majority"), place).record["cost"]["wall_seconds"] > 0

    def resumed(*given):
        outcome, material = follow_protocol(*given)
        outcome.seconds["fit_seconds"] = 3600.0  # most of it in a process that is gone
        return outcome, material

    monkeypatch.setattr("worthit.experiment.running.follow_protocol", resumed)
    cost = make(reviews, Spec(model="majority", seed=1), place).record["cost"]
    assert (cost["wall_seconds"], cost["processor_seconds"]) == (None, None)


def test_outer_folds_answer_every_item_once_and_resume(reviews, place, monkeypatch):
    spec = Spec(model="tfidf", trials=1, outer_folds=3)
    run = make(reviews, spec, place)
    everything = {item for split in reviews.splits.values() for item in split.ids}
    assert set(run.predictions.index) == everything
    assert run.record["scores"]["test"]["n"] == len(everything) == 120
    assert run.record["outer_folds"] == 3
    assert run.record["scores"]["test_without_leaked"] is None
    folds = outer_folds(reviews, 3, seed=0)
    assert set(run.nearly_leaked) == pooled(reviews, folds).near_leaked != set()
    assert run.record["scores"]["test"]["accuracy"] > 0.9
    # Seeds of training do not move the folds; the split's seed does.
    other = make(reviews, Spec(model="majority", seed=5, outer_folds=3), place)
    moved = make(reviews, Spec(model="majority", outer_folds=3, outer_seed=1), place)
    assert list(other.predictions.index) == list(run.predictions.index)
    assert list(moved.predictions.index) != list(run.predictions.index)


def test_outer_folds_keep_equal_texts_together_and_every_class_in_each(reviews):
    folds = outer_folds(reviews, 4, seed=0)
    tests = [set(fold.test.ids) for fold in folds]
    assert sum(map(len, tests)) == len(set.union(*tests)) == 120
    assert all(set(fold.test.labels) == {"good", "bad"} for fold in folds)
    for fold in folds:
        assert not set(fold.test.keys) & set(fold.train.keys + fold.validation.keys)
    with pytest.raises(InputError, match="Got 1 outer folds"):
        outer_folds(reviews, 1, seed=0)


def test_reports_leave_out_runs_on_other_data_of_the_same_name(reviews, place, tmp_path):
    make(reviews, Spec(model="majority"), place)
    rows = [f"{text} once more,{label}" for text, label in zip(
        (t for split in reviews.splits.values() for t in split.inputs),
        (x for split in reviews.splits.values() for x in split.labels),
        strict=True,
    )]  # fmt: skip
    path = tmp_path / "reviews.csv"
    path.write_text("\n".join(["text,label", *rows]) + "\n", encoding="utf-8")
    edited = load(path)
    assert edited.name == reviews.name
    made = make(edited, Spec(model="tfidf"), place)
    assert made.record["looks"] == 1
    assert [run.model for run in choose_runs(place.runs, reviews.name, None)] == ["tfidf"]


def test_everything_is_checked_before_the_first_run(reviews, place):
    specs = [Spec(model="tfidf"), Spec(model="gru", settings={"balance": "smote"})]
    with pytest.raises(InputError, match="smote"):
        run_all(reviews, specs, place)
    assert not list(place.runs.glob("*/*/run.json"))


def test_a_network_is_searched_as_it_is_fitted(reviews, place):
    settings = {"epochs": 2, "hidden": 8, "embedding": 8}
    run = make(reviews, Spec(model="gru", settings=settings, trials=2), place)
    best = run.record["tuning"]["trials"][run.record["tuning"]["best"]]
    assert run.record["scores"]["validation"]["f1_macro"] == pytest.approx(best["score"])


@pytest.mark.parametrize("trials", [0, 1])
def test_a_run_tells_what_became_of_what_was_left_to_be_chosen(reviews, place, trials):
    settings = {"hidden": 2, "embedding": "auto", "precision": "fp32", "tokens": "words"}
    run = make(reviews, Spec(model="gru", settings=settings, trials=trials), place)
    auto = run.record["auto"]
    assert set(auto) == {"epochs", "patience", "vocabulary", "embedding"}
    assert auto["epochs"] >= max(epoch["epoch"] for epoch in run.record["curve"])
    assert auto["embedding"] == round(auto["vocabulary"] ** 0.25)
    assert make(reviews, Spec(model="majority"), place).record["auto"] == {}


def test_training_that_was_a_trial_is_billed_once(reviews, place):
    settings = {"epochs": 2, "hidden": 8, "embedding": 8}
    run = make(reviews, Spec(model="gru", settings=settings, trials=2), place)
    cost, trials = run.record["cost"], run.record["tuning"]["trials"]
    assert cost["fit_seconds"] > 0
    assert cost["tune_seconds"] + cost["fit_seconds"] <= cost["wall_seconds"]
    assert cost["tune_seconds"] + cost["fit_seconds"] >= trials[-1]["seconds"]
    assert cost["search_seconds"] >= trials[-1]["seconds"]


def test_options_are_for_models_that_follow_them():
    options = {"trials": 0, "time_limit": None, "metric": "accuracy", "penalty": "auto"}
    options |= {"seeds": [0], "balance": "weights"}
    made = make_specs(["tfidf", "gru", "zeroshot", "majority"], {}, **options)
    assert [spec.settings.get("balance") for spec in made] == ["weights", "weights", None, None]
    with pytest.raises(InputError, match="zeroshot has no balance to choose"):
        make_specs(["zeroshot"], {}, **options)


def test_of_answering_times_the_fastest_of_each_item_counts(monkeypatch):
    now, asked = [0.0], []

    def answer(items):
        asked.append(items[0])
        slow = 1.0 if len(asked) in (4, 5, 6) else 0.0  # other work on the machine
        now[0] += 0.001 * items[0] + slow

    monkeypatch.setattr(cost.time, "perf_counter", lambda: now[0])
    assert cost.ms_per_item(answer, [1, 2, 3], limit=10.0) == pytest.approx(2.0)
    assert len(asked) == 1 + 5 * 3
    asked.clear()
    assert cost.ms_per_item(answer, [1, 2, 3], limit=1.0) == pytest.approx(2.0, rel=0.6)
    assert len(asked) < 1 + 5 * 3

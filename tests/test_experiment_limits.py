"""Time limits of trainings: what they did not change is found, what they broke off goes on."""

from dataclasses import replace

import numpy as np
import pytest

from worthit.compare.report import Report
from worthit.core.files import read_json, write_json
from worthit.corpus import load
from worthit.experiment.place import Place
from worthit.experiment.running import find_run, make
from worthit.experiment.spec import Spec
from worthit.experiment.terminal import scores, verdicts
from worthit.neural.training.clock import Clock

SMALL = {"epochs": 3, "hidden": 4, "embedding": 4, "batch_size": 16, "tokens": "words"}
SPEC = Spec(model="gru", settings=SMALL)


@pytest.fixture(scope="module")
def moods(tmp_path_factory):
    words = {"good": "great fine lovely", "bad": "awful poor dull"}
    lines = [f"{n} {words[label]} film,{label}" for n in range(60) for label in words]
    path = tmp_path_factory.mktemp("data") / "moods.csv"
    path.write_text("\n".join(["text,label", *lines]), encoding="utf-8")
    return load(path)


@pytest.fixture
def place(tmp_path):
    return Place(runs=tmp_path / "runs", reports=tmp_path / "reports")


def broken_off(moods, place, limit, n_steps):
    """Make a run whose time is over after so many steps."""
    asked = iter(range(1, 1000))  # after each step
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Clock, "over", property(lambda _: next(asked) >= n_steps))
        return make(moods, replace(SPEC, time_limit=limit), place)


def test_training_that_was_broken_off_goes_on_with_more_time(moods, place, tmp_path, capfd):
    short = broken_off(moods, place, 50.0, n_steps=9)  # of 6 in an epoch
    assert short.record["stopped"] == "the time limit was reached after 1.5 of 3 epochs"
    assert (short.folder / "work" / "fit").is_dir()
    assert find_run(moods, replace(SPEC, time_limit=50.0), place).folder == short.folder
    assert find_run(moods, replace(SPEC, time_limit=100.0), place) is None
    assert find_run(moods, SPEC, place) is None
    again = make(moods, replace(SPEC, time_limit=100.0), place)
    assert "gru: going on from where a limit of 50 s ended its training" in capfd.readouterr().err
    whole = make(moods, SPEC, Place(runs=tmp_path / "others", reports=place.reports))
    np.testing.assert_array_equal(again.predictions, whole.predictions)
    assert [row["epoch"] for row in again.record["curve"]] == [1, 2, 3]
    assert again.record["cost"]["fit_seconds"] > 0
    assert not (short.folder / "work" / "fit").exists() and not (again.folder / "work").exists()


def test_of_several_trainings_that_were_broken_off_the_longest_goes_on(moods, place, capfd):
    longest = broken_off(moods, place, 60.0, n_steps=9)
    assert (longest.folder / "work" / "fit" / "checkpoint-9").is_dir()
    broken_off(moods, place, 50.0, n_steps=2)
    capfd.readouterr()
    make(moods, replace(SPEC, time_limit=70.0), place)
    assert "a limit of 60 s" in capfd.readouterr().err


def test_a_run_that_ended_in_time_is_that_of_any_longer_limit(moods, place):
    run = make(moods, replace(SPEC, time_limit=600.0), place)
    for limit in (None, 900.0, 300.0):
        assert find_run(moods, replace(SPEC, time_limit=limit), place).folder == run.folder
    too_short = replace(SPEC, time_limit=run.record["cost"]["fit_seconds"] / 2)
    assert find_run(moods, too_short, place) is None
    for other in (replace(SPEC, seed=1), replace(SPEC, trials=2), replace(SPEC, outer_folds=3)):
        assert find_run(moods, other, place) is None


def test_a_search_stays_a_matter_of_its_limit(moods, place):
    run = make(moods, replace(SPEC, trials=1, time_limit=600.0), place)
    assert run.record["without_limit"] is None
    assert find_run(moods, replace(SPEC, trials=1), place) is None


def test_reader_is_told_that_training_was_broken_off(moods, place):
    baseline = make(moods, Spec(model="majority"), place)
    run = broken_off(moods, place, 50.0, n_steps=9)
    told = "the time limit was reached after 1.5 of 3 epochs. With a longer --time-limit, or none,"
    assert any(told in str(line) for line in scores(run))
    report = Report.from_runs([baseline, run])
    assert f"gru: Training ended early: {told}" in str(verdicts(report)[-1])
    report.write(place.reports)
    warning = "Training of `gru` was broken off by the time limit, so this is about that much"
    alarm = "the time limit was reached after 1.5 of 3 epochs. With a longer `--time-limit` it goes"
    pairing = (place.reports / "majority-vs-gru.md").read_text(encoding="utf-8")
    index = (place.reports / "README.md").read_text(encoding="utf-8")
    model = (place.reports / "gru.md").read_text(encoding="utf-8")
    assert warning in pairing and warning in index
    assert alarm in pairing and alarm in model
    assert "broken off" not in (place.reports / "majority.md").read_text(encoding="utf-8")


def test_a_run_of_before_is_taken_as_it_is(moods, place):
    run = broken_off(moods, place, 50.0, n_steps=9)
    record = read_json(run.folder / "run.json")
    del record["without_limit"]
    write_json(run.folder / "run.json", record)
    assert find_run(moods, replace(SPEC, time_limit=50.0), place)
    make(moods, SPEC, place)
    assert (run.folder / "work").is_dir()  # not taken

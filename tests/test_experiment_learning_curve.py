"""compare --learning-curve: which parts of the data, which runs, and what is made again."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from worthit.core.errors import InputError
from worthit.core.files import read_json
from worthit.corpus import load
from worthit.corpus.sizing import nested_parts
from worthit.experiment import comparison, entrance, learning_curve
from worthit.experiment.learning_curve import SHARES
from worthit.experiment.place import Place
from worthit.experiment.running import find_run, make

WORDS = {"good": ["lovely", "great", "fine"], "bad": ["awful", "dull", "poor"]}


@pytest.fixture(scope="module")
def reviews(tmp_path_factory):
    rng = np.random.default_rng(0)
    rows = [
        {
            "text": f"a {rng.choice(WORDS[m])} film about {rng.integers(90)} things {i}",
            "label": m,
            "group": f"critic {rng.integers(200)}",
        }
        for i in range(400)
        for m in WORDS
    ]
    path = tmp_path_factory.mktemp("data") / "reviews.csv"
    pd.DataFrame(rows).to_csv(path, index=False)
    return load(str(path))


@pytest.fixture
def made(monkeypatch):
    """List the runs that are made, here in this process; those that are there are only read."""
    made = []

    def in_this_process(dataset, spec, place):
        if run := find_run(dataset, spec, place):
            return run
        made.append((spec.model, len(dataset.train) + len(dataset.validation), spec.trials))
        return make(dataset, spec, place)

    monkeypatch.setattr(learning_curve, "make_isolated", in_this_process)
    monkeypatch.setattr(comparison, "make_isolated", in_this_process)
    return made


@pytest.fixture
def place(tmp_path):
    return Place(runs=tmp_path / "runs", reports=tmp_path / "reports", jobs=1)


def test_parts_are_nested_stratified_and_keep_groups_together(reviews):
    parts = [*nested_parts(reviews, SHARES, 0), reviews]
    assert len(parts) == 5
    n = len(reviews.train)
    for share, part, larger in zip(SHARES, parts, parts[1:], strict=False):
        assert len(part.train) == pytest.approx(share * n, rel=0.15)  # groups are whole
        for split in ("train", "validation"):
            own, others = set(part.splits[split].ids), set(larger.splits[split].ids)
            assert own < others
            left = [g for i, g in zip(larger.splits[split].ids, larger.splits[split].groups,
                                      strict=True) if i not in own]  # fmt: skip
            assert not set(left) & set(part.splits[split].groups)
        good, good_of_all = (np.mean(each.train.labels == "good") for each in (part, reviews))
        assert good == pytest.approx(good_of_all, abs=0.03)
        assert list(part.test.ids) == list(reviews.test.ids)
        assert (part.sha256, part.test_sha256) == (reviews.sha256, reviews.test_sha256)
    assert len({part.split_sha256 for part in parts}) == 5


def test_parts_are_fixed_by_the_splits_seed(reviews):
    ids = [[part.split_sha256 for part in nested_parts(reviews, SHARES, s)] for s in (0, 0, 1)]
    assert ids[0] == ids[1] and ids[0] != ids[2]


def test_parts_with_too_few_items_are_left_out(reviews, capsys):
    small = nested_parts(reviews, SHARES, 0)[1]  # an eighth: 72 training items of two classes
    assert len(nested_parts(small, SHARES, 0)) == 1
    assert "0.25 of the training items and less are too few" in capsys.readouterr().err


def test_every_model_runs_at_every_size_once_and_a_repeat_trains_nothing(reviews, place, made):
    options = {"models": ["tfidf", "majority"], "trials": 1, "learning_curve": True}
    report = entrance.compare(reviews, **options, place=place)
    sizes = [point["n"] for point in report.numbers["curve"]["points"]]
    order = [sizes[-1], *sizes[:-1]]
    assert made == [(m, n, t) for n in order for m, t in (("tfidf", 1), ("majority", 0))]
    again = entrance.compare(reviews, **options, place=place)
    assert len(made) == 10
    assert again.numbers["curve"] == report.numbers["curve"]
    index = (place.reports / "reviews" / "README.md").read_text(encoding="utf-8")
    assert "## How much data" in index and "`tfidf` 1 trial." in index
    # Ten looks at one test set: two models at five sizes.
    assert report.numbers["curve"]["looks"] == 10


def test_an_interrupted_curve_goes_on(reviews, place, made, monkeypatch):
    options = {"models": ["tfidf", "majority"], "trials": 0, "learning_curve": True}
    whole = learning_curve.make_isolated

    def stop_at_third(dataset, spec, where):
        if len(made) == 5:
            raise KeyboardInterrupt
        return whole(dataset, spec, where)

    monkeypatch.setattr(learning_curve, "make_isolated", stop_at_third)
    with pytest.raises(KeyboardInterrupt):
        entrance.compare(reviews, **options, place=place)
    monkeypatch.setattr(learning_curve, "make_isolated", whole)
    entrance.compare(reviews, **options, place=place)
    assert len(made) == len(set(made)) == 10


def test_the_report_is_rendered_again_with_its_curve_and_a_wish(reviews, place, made):
    options = {"models": ["tfidf", "majority"], "trials": 0}
    first = entrance.compare(reviews, **options, learning_curve=True, place=place)
    where = {"runs": place.runs, "reports": place.reports}
    again = entrance.report("reviews", wish=0.5, baseline=first.numbers["baseline"], **where)
    assert again.numbers["curve"]["points"] == first.numbers["curve"]["points"]
    assert (again.numbers["curve"]["wish"], again.numbers["curve"]["wish_told"]) == (0.5, True)
    # The parts' runs do not stand for their models.
    assert again.numbers["dataset"]["sizes"] == first.numbers["dataset"]["sizes"]
    stored = read_json(place.reports / "reviews" / "report.json")
    assert stored["curve"]["wish"] == 0.5
    assert len(made) == 10


def test_other_settings_have_a_curve_of_their_own(reviews, place, made):
    options = {"models": ["tfidf", "majority"], "trials": 0}
    entrance.compare(reviews, **options, learning_curve=True, place=place)
    entrance.compare(reviews, **options, settings={"tfidf": {"C": 9.0}}, place=place)
    where = {"runs": place.runs, "reports": place.reports}
    assert entrance.report("reviews", **where).numbers["curve"] is None


def test_senseless_wishes_are_refused_before_anything_is_run(reviews, place, made):
    models = ["tfidf", "majority"]
    with pytest.raises(InputError, match="Got --wish 92 without a learning curve to read it from"):
        entrance.compare(reviews, models=models, wish=0.92, place=place)
    with pytest.raises(InputError, match="--learning-curve with --outer-folds 3; a curve needs"):
        entrance.compare(reviews, models=models, learning_curve=True, outer_folds=3, place=place)
    assert made == []
    tiny = replace(reviews, train=reviews.train.take(np.arange(len(reviews.train)) < 30))
    with pytest.raises(InputError, match="training items, too few for a learning curve"):
        entrance.compare(tiny, models=models, trials=0, learning_curve=True, place=place)

"""The command ablate: which runs it makes, what it refuses, what it says."""

import numpy as np
import pandas as pd
import pytest

from worthit.core.errors import InputError
from worthit.corpus import load
from worthit.experiment import ablation
from worthit.experiment.ablation import ablate, parse_changes
from worthit.experiment.place import Place
from worthit.experiment.running import make
from worthit.experiment.stored import choose_runs

WORDS = {"good": ["lovely", "great", "fine"], "bad": ["awful", "dull", "poor"]}


@pytest.fixture(scope="module")
def reviews(tmp_path_factory):
    rng = np.random.default_rng(0)
    rows = [
        {"text": f"a {rng.choice(WORDS[m])} film about {rng.integers(50)} things {i}", "label": m}
        for i in range(100)
        for m in WORDS
    ]
    path = tmp_path_factory.mktemp("data") / "reviews.csv"
    pd.DataFrame(rows).to_csv(path, index=False)
    return load(str(path))


@pytest.fixture
def made(monkeypatch):
    """List the specs of the runs that are made, here in this process."""
    specs = []

    def in_this_process(dataset, spec, place):
        specs.append((spec, len(dataset.train)))
        return make(dataset, spec, place)

    monkeypatch.setattr(ablation, "make_isolated", in_this_process)
    return specs


@pytest.fixture
def place(tmp_path):
    return Place(runs=tmp_path / "runs", reports=tmp_path / "reports", jobs=1)


def test_one_thing_changes_at_a_time(reviews, place, made):
    found = ablate(
        reviews, "tfidf", vary=["C=1,3", "penalty=l1", "data.size=80"],
        settings={"min_df": 1}, place=place,
    )  # fmt: skip
    assert [(spec.settings, size) for spec, size in made] == [
        ({"min_df": 1}, 144),
        ({"min_df": 1, "C": 1.0}, 144),
        ({"min_df": 1, "penalty": "l1"}, 144),
        ({"min_df": 1}, 80),
    ]
    assert all(spec.trials == 0 for spec, _ in made)
    page = (place.reports / "reviews" / "tfidf-ablation.md").read_text(encoding="utf-8")
    assert "This test set has been looked at 4 times so far." in page
    told = [(row["field"], row["value"], row["is_base"]) for row in found["changes"]]
    assert told == [  # C is 3 anyway
        ("C", "1", False), ("C", "3", True), ("penalty", "l1", False), ("data.size", "80", False),
    ]  # fmt: skip
    assert len(found["runs"]) == 4
    assert found["report"] == (place.reports / "reviews/tfidf-ablation.md").as_posix()
    assert (place.reports / "reviews/tfidf-ablation.md").exists()


def test_runs_are_not_made_twice_and_do_not_stand_for_their_model(reviews, place, made):
    ablate(reviews, "tfidf", vary=["C=1"], place=place)
    ablate(reviews, "tfidf", vary=["C=1,9"], place=place)
    runs = list(place.runs.glob("*/*/run.json"))
    assert len(runs) == 3
    (chosen,) = choose_runs(place.runs, "reviews", None)
    assert chosen.record["params"]["C"] == 3.0


def test_another_model_is_a_change_as_well(reviews, place, made):
    settings = {"hidden": 4, "epochs": 1, "embedding": 4}
    found = ablate(reviews, "rnn", vary=["model=gru"], settings=settings, seeds=2, place=place)
    assert [(spec.model, spec.seed) for spec, _ in made] == [
        ("rnn", 0), ("rnn", 1), ("gru", 0), ("gru", 1),
    ]  # fmt: skip
    assert made[2][0].settings == settings
    assert found["seeds"] == [0, 1]
    assert (place.reports / "reviews/figures/rnn-ablation-curves.png").exists()


def test_everything_is_checked_before_anything_is_run(reviews, place, made):
    with pytest.raises(InputError, match="Unknown pooling 'some'"):
        ablate(reviews, "gru", vary=["hidden=4", "pooling=some"], place=place)
    with pytest.raises(InputError, match="Got data.size=9999, but reviews has 144 training items"):
        ablate(reviews, "tfidf", vary=["data.size=9999"], place=place)
    with pytest.raises(InputError, match="Unknown model 'gruu'"):
        ablate(reviews, "gru", vary=["model=gruu"], place=place)
    assert made == []


@pytest.mark.parametrize(
    ("vary", "sentence"),
    [
        ([], "Nothing to vary; give --vary FIELD=VALUE,VALUE"),
        (["layers"], "Got --vary 'layers'; expected FIELD=VALUE,VALUE"),
        (["leyers=1"], "gru has no field 'leyers'; choose one of"),
        (["layers=two"], "Got --vary 'layers=two'; expected a value like 1, not str 'two'."),
        (["layers=1", "layers=2"], "Got --vary for 'layers' twice"),
        (["data.size=many"], "expected numbers of training items"),
        (["layers=1+hiden=2"], "gru has no field 'hiden'; choose one of"),
        (["layers=1+layers=2"], "which sets 'layers' twice in one change"),
    ],
)
def test_senseless_changes_are_refused_in_a_sentence(vary, sentence):
    with pytest.raises(InputError, match=sentence):
        parse_changes(vary, "gru")


def test_values_are_read_by_the_fields_types():
    changes = parse_changes(["embedding=auto,50", "pooling=max+mean"], "gru")
    assert [change.values for change in changes] == [
        {"embedding": "auto"}, {"embedding": 50}, {"pooling": "max+mean"},
    ]  # fmt: skip
    kernels = parse_changes(["kernels=3,3+4"], "cnn")
    assert [change.values["kernels"] for change in kernels] == ["3", "3+4"]


def test_a_change_may_set_another_field_along_with_it(reviews, place, made):
    one, other = parse_changes(["pooling=max+mean+layers=2,mean+hidden=4+dropout=0"], "gru")
    assert (one.text, one.values) == ("max+mean+layers=2", {"pooling": "max+mean", "layers": 2})
    assert other.values == {"pooling": "mean", "hidden": 4, "dropout": 0.0}
    settings = {"hidden": 4, "epochs": 1, "embedding": 4}
    vary = ["model=gru,gru+learning_rate=0.003", "data.size=80+hidden=2"]
    found = ablate(reviews, "rnn", vary=vary, settings=settings, place=place)
    assert [(spec.model, spec.settings.get("learning_rate"), size) for spec, size in made] == [
        ("rnn", None, 144), ("gru", None, 144), ("gru", 0.003, 144), ("rnn", None, 80),
    ]  # fmt: skip
    assert [row["instead_of"] for row in found["changes"]] == [
        {"model": "rnn"}, {"model": "rnn", "learning_rate": 0.003}, {"data.size": 144, "hidden": 4},
    ]  # fmt: skip
    assert [row["besides"] for row in found["changes"]] == [
        {"learning_rate": {"base": 0.003, "change": 0.004}}, {}, {},
    ]  # fmt: skip
    page = (place.reports / "reviews" / "rnn-ablation.md").read_text(encoding="utf-8")
    assert (
        "Also changed, by the model's own defaults: `model=gru`: `learning_rate=0.004` (the base "
        "0.003)."
    ) in page
    assert "| `data.size=80+hidden=2`" in page and "| `144`, `4` " in page


def test_commas_within_brackets_belong_to_a_value():
    changes = parse_changes(["prune_heads=[[1,2],[3,1]], 0.3,[[2,1]]"], "bert")
    read = [change.values["prune_heads"] for change in changes]
    assert read == [[[1, 2], [3, 1]], 0.3, [[2, 1]]]
    assert [change.text for change in changes] == ["[[1,2],[3,1]]", "0.3", "[[2,1]]"]


@pytest.mark.parametrize("change", ["batch_size=0", "epochs=some", "patience=0"])
def test_senseless_epochs_are_refused_before_they_are_counted(reviews, place, change):
    with pytest.raises(InputError, match=f"Got {change.partition('=')[0]}="):
        ablate(reviews, "gru", vary=[change], place=place)

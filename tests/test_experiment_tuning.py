"""The search: reproducible, resumable, honest about what it stopped."""

import numpy as np
import pytest
from sklearn.metrics import f1_score

from worthit.baselines.tfidf import TfidfClassifier
from worthit.core.errors import InputError
from worthit.experiment import tuning
from worthit.experiment.folds import make_folds
from worthit.experiment.proposals import propose
from worthit.experiment.tuning import search

RNG = np.random.default_rng(0)
SIGNS = {"good": ["great", "fine", "lovely"], "bad": ["awful", "poor", "dull"]}
LABELS = np.array(["good", "bad"] * 40, dtype=object)
TEXTS = [f"a {RNG.choice(SIGNS[label])} film {RNG.integers(9)}" for label in LABELS]
FOLDS = make_folds(LABELS, TEXTS, None, seed=0)


def macro_f1(truth, prediction):
    return f1_score(truth, prediction, average="macro")


def run(storage, trials=4, classifier=None, **options):
    classifier = classifier or TfidfClassifier()
    settings = {"fixed": (), "time_limit": None, "seed": 0, "jobs": 1} | options
    rows = classifier.prepare(TEXTS)
    return search(
        classifier, rows, LABELS, FOLDS, macro_f1, trials=trials, storage=storage, **settings
    )


def params(found):
    return [trial["params"] for trial in found.record["trials"]]


def test_trial_0_is_the_untuned_default(tmp_path):
    found = run(tmp_path / "search.log", trials=1)
    defaults = TfidfClassifier().get_params()
    assert params(found)[0] == {name: defaults[name] for name in TfidfClassifier().search_space()}


def test_same_seed_draws_the_same_trials_and_another_seed_others(tmp_path):
    first, second = run(tmp_path / "a.log", trials=30), run(tmp_path / "b.log", trials=30)
    assert params(first) == params(second)
    other = params(run(tmp_path / "c.log", trials=30, seed=1))
    n_starts = 1 + len(TfidfClassifier.starts)
    assert other[:n_starts] == params(first)[:n_starts]
    assert other[-1] != params(first)[-1]


def test_neighbours_of_a_new_best_are_tried_before_the_sampler_is_asked(tmp_path):
    classifier = TfidfClassifier()
    space = {name: classifier.search_space()[name] for name in ("analyzer", "C")}
    default = {"analyzer": "both", "C": 3.0}
    assert propose(classifier, space, [], None) == default
    starts = [{"analyzer": start.get("analyzer", "both"), "C": 10.0} for start in classifier.starts]
    tried = [default, *starts]
    best = {"analyzer": "char", "C": 10.0}
    neighbours = []
    while (point := propose(classifier, space, [*tried, *neighbours], best)) is not None:
        neighbours.append(point)
    near = [30, 10 / 3, 10 * 3**0.5, 10 / 3**0.5]
    assert neighbours == [best | {"C": pytest.approx(value)} for value in near]
    edge = best | {"C": 100.0}
    assert propose(classifier, space, [*tried, edge], edge) == best | {"C": pytest.approx(100 / 3)}


@pytest.mark.parametrize("moment", [1, 6])  # calls: in the first trial, and in a later one
def test_a_search_that_was_killed_goes_on_as_if_nothing_had_happened(tmp_path, monkeypatch, moment):
    whole = run(tmp_path / "whole.log", trials=5)
    calls = iter(range(100))
    score_fold = tuning.score_fold

    def killed(*args):
        if next(calls) == moment:
            raise KeyboardInterrupt
        return score_fold(*args)

    monkeypatch.setattr(tuning, "score_fold", killed)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "killed.log", trials=5)
    monkeypatch.undo()
    resumed = run(tmp_path / "killed.log", trials=5)
    assert params(resumed) == params(whole)
    assert resumed.params == whole.params


def test_a_finished_search_scores_nothing_again(tmp_path, monkeypatch):
    first = run(tmp_path / "search.log")
    monkeypatch.setattr(tuning, "score_fold", None)
    assert run(tmp_path / "search.log").params == first.params


def test_fixed_fields_are_left_alone(tmp_path):
    classifier = TfidfClassifier(penalty="l1")
    found = run(tmp_path / "search.log", classifier=classifier, fixed=("penalty",))
    assert all("penalty" not in trial for trial in params(found))
    assert found.record["fixed"] == {"penalty": "l1"}


def test_a_time_limit_ends_the_search_after_the_trial_it_falls_in(tmp_path):
    found = run(tmp_path / "search.log", trials=50, time_limit=1e-6)
    assert len(found.record["trials"]) == 1
    assert "time limit" in found.record["stopped"]


def test_a_hopeless_trial_is_stopped_after_its_first_folds(tmp_path):
    class Worse(TfidfClassifier):
        """Good as it comes, useless with anything the search draws."""

        def predict(self, inputs):
            good = self.C == TfidfClassifier().C
            return super().predict(inputs) if good else np.repeat(self.classes_[:1], len(inputs))

    found = run(tmp_path / "search.log", classifier=Worse(), trials=3)
    states = [trial["state"] for trial in found.record["trials"]]
    assert states == ["complete", "pruned", "pruned"]
    assert [len(trial["folds"]) for trial in found.record["trials"]] == [len(FOLDS), 2, 2]
    assert found.n_pruned == 2
    assert found.params["C"] == TfidfClassifier().C


def test_the_best_value_at_the_end_of_its_range_is_named(tmp_path):
    found = run(tmp_path / "search.log", classifier=TfidfClassifier(C=100.0), trials=1)
    assert found.record["at_edge"] == ["C"]
    assert found.record["bounds"]["C"] == {"low": 0.3, "high": 100.0, "log": True}
    assert "analyzer" not in found.record["bounds"]


def test_folds_keep_equal_texts_and_groups_together():
    labels = np.array(["a", "b"] * 20, dtype=object)
    texts = [f"text {i // 4}" for i in range(40)]
    for fitted, held_out in make_folds(labels, texts, None, seed=0):
        assert not {texts[i] for i in fitted} & {texts[i] for i in held_out}
    groups = np.repeat([f"g{i}" for i in range(8)], 5)
    different = [str(i) for i in range(38)] + ["37", "0"]  # the ends are equal texts
    folds = make_folds(labels, different, groups, seed=0)
    for fitted, held_out in folds:
        assert not set(groups[fitted]) & set(groups[held_out])
        assert not {different[i] for i in fitted} & {different[i] for i in held_out}
    assert sorted(np.concatenate([held_out for _, held_out in folds])) == list(range(40))


def test_a_class_in_one_group_cannot_be_cross_validated():
    labels = np.array(["a"] * 5 + ["b"] * 5, dtype=object)
    with pytest.raises(InputError, match="a class stands in one group"):
        make_folds(labels, [str(i) for i in range(10)], labels, seed=0)

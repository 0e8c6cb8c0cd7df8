"""What explains a run: importances beside chance, the L1 path, the gains of the ladder."""

import numpy as np
import optuna
import pytest
from optuna.distributions import CategoricalDistribution, FloatDistribution

from worthit.baselines.nbsvm import NbsvmClassifier
from worthit.baselines.tfidf import TfidfClassifier
from worthit.compare.gain import gain
from worthit.compare.scores import score
from worthit.experiment.folds import make_folds
from worthit.experiment.importances import importances
from worthit.experiment.path import follow_path

optuna.logging.set_verbosity(optuna.logging.ERROR)
SPACE = {
    "C": FloatDistribution(0.1, 100.0, log=True),
    "idle": CategoricalDistribution(["a", "b", "c"]),
}


def trials(n, score_of):
    random = np.random.default_rng(0)
    drawn = [
        {"C": float(np.exp(random.uniform(np.log(0.1), np.log(100)))),
         "idle": str(random.choice(["a", "b", "c"]))}
        for _ in range(n)
    ]  # fmt: skip
    scores = [score_of(point["C"]) for point in drawn]
    # Every second trial was stopped early; its later folds would have told another story.
    return [
        {"params": point, "folds": [s, s] if i % 2 else [s, s, 0.0, 0.0]}
        for i, (point, s) in enumerate(zip(drawn, scores, strict=True))
    ]


def test_the_parameter_that_makes_the_score_is_clear_of_chance_and_an_idle_one_is_not():
    found = importances(trials(40, np.log), SPACE, seed=0)
    assert (found["n"], found["folds"]) == (40, 2)
    first, second = found["shares"]
    assert (first["parameter"], second["parameter"]) == ("C", "idle")
    assert first["share"] > 0.9 > first["by_chance"]
    assert second["share"] < second["by_chance"]
    assert importances(trials(40, np.log), SPACE, seed=0) == found


def test_a_logarithmic_parameter_weighs_evenly_over_its_logarithm():
    # Half of its range by logarithm is the lower 3 % of it: it must count as half.
    (first, _) = importances(trials(60, lambda C: float(C > 10**0.5)), SPACE, seed=0)["shares"]
    assert first["parameter"] == "C" and first["share"] > 0.9


@pytest.mark.parametrize(("n", "score_of"), [(19, np.log), (30, lambda C: 0.5)])
def test_too_few_trials_or_equal_scores_have_no_importances(n, score_of):
    assert importances(trials(n, score_of), SPACE, seed=0) is None


RANDOM = np.random.default_rng(1)
LABELS = np.array(["good", "bad", "odd"] * 30, dtype=object)
WORDS = {"good": ["great", "fine"], "bad": ["awful", "poor"], "odd": ["weird", "strange"]}
TEXTS = [
    f"a {RANDOM.choice(WORDS[label])} film {RANDOM.integers(30)} seen {RANDOM.integers(30)}"
    for label in LABELS
]


def test_path_equals_l1_models_fitted_one_by_one():
    classifier = TfidfClassifier(tolerance=1e-6, naive_bayes=False, balance="none")
    rows = classifier.prepare(TEXTS)
    path = classifier.fit_path(rows, LABELS, (0.3, 3.0))
    for C, fitted in zip((0.3, 3.0), path, strict=True):
        alone = TfidfClassifier(
            tolerance=1e-6, naive_bayes=False, balance="none", penalty="l1", C=C
        ).fit(TEXTS, LABELS)
        assert fitted.get_params() == alone.get_params()
        np.testing.assert_allclose(
            fitted.predict_proba(TEXTS), alone.predict_proba(TEXTS), atol=1e-4
        )
    assert classifier.penalty == "l2"  # what was chosen is left alone
    assert path[0].n_features_in_use_ < path[1].n_features_in_use_


def test_path_is_scored_on_what_the_folds_hold_out():
    classifier = TfidfClassifier(analyzer="word")
    folds = make_folds(LABELS, TEXTS, None, seed=0)
    rows = classifier.prepare(TEXTS)
    seen = []

    def scorer(truth, prediction):
        seen.append(len(truth))
        return float(np.mean(truth == prediction))

    path = follow_path(classifier, rows, LABELS, folds, scorer, jobs=1)
    assert [step["C"] for step in path] == list(TfidfClassifier.path)
    assert seen == [len(asked) for _, asked in folds for _ in path]
    assert path[-1]["score"] > 0.9 and path[0]["features"] < path[-1]["features"] <= path[0]["of"]
    assert {step["folds"] for step in path} == {len(folds)}


def test_a_classifier_without_the_hook_has_no_path():
    assert follow_path(NbsvmClassifier(), None, LABELS, [], None, 1) == []


def test_gain_is_the_difference_of_scores_inside_its_interval():
    truth = np.array(["a", "b"] * 100, dtype=object)
    before = np.where(np.arange(200) % 5 == 0, "a", truth)
    after = np.where(np.arange(200) % 20 == 0, "b", truth)
    found = gain(truth, before, after, None, ("a", "b"), "f1_macro")
    scores = [score(truth, each, ("a", "b"))["f1_macro"] for each in (before, after)]
    assert found["difference"] == pytest.approx(scores[1] - scores[0])
    assert found["low"] < found["difference"] < found["high"]
    same = gain(truth, before, before, None, ("a", "b"), "accuracy")
    assert same["low"] < same["difference"] == 0 < same["high"]  # not known to within nothing


def test_gain_on_few_groups_or_a_tiny_class_has_no_interval():
    truth = np.array(["a"] * 60 + ["b"] * 40, dtype=object)
    groups = np.array([f"g{i % 5}" for i in range(100)], dtype=object)
    assert gain(truth, truth, truth, groups, ("a", "b"), "accuracy")["low"] is None
    singles = np.array([f"g{i}" for i in range(100)], dtype=object)
    assert gain(truth, truth, truth, singles, ("a", "b"), "accuracy")["low"] is not None
    truth[5:60] = "b"
    assert gain(truth, truth, truth, None, ("a", "b"), "f1_macro")["low"] is None

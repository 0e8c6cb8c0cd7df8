"""Thresholds, Platt scaling, and that both are learned from train alone."""

import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit, logit
from sklearn.calibration import CalibratedClassifierCV, _SigmoidCalibration
from sklearn.datasets import make_classification
from sklearn.frozen import FrozenEstimator
from sklearn.metrics import f1_score
from sklearn.naive_bayes import GaussianNB

from worthit.compare.metrics import METRICS, metric_values
from worthit.compare.scores import class_counts
from worthit.corpus import load
from worthit.experiment.decision import learn_decision
from worthit.experiment.folds import make_folds
from worthit.experiment.place import Place
from worthit.experiment.platt import Platt, fit_sigmoid
from worthit.experiment.protocol import start
from worthit.experiment.running import make
from worthit.experiment.scoring import Scorer
from worthit.experiment.spec import Spec
from worthit.experiment.thresholds import decide, tune_thresholds


def drawn(seed, n, k):
    """Draw skewed classes with informative, calibrated probabilities."""
    rng = np.random.default_rng(seed)
    probabilities = rng.dirichlet(1 / np.arange(1, k + 1), size=n)
    truth = (rng.random((n, 1)) > probabilities.cumsum(axis=1)).sum(axis=1)
    return probabilities, np.minimum(truth, k - 1)


def value(metric, truth, answers, k, positive=None):
    return float(metric_values(metric, *class_counts(truth, answers, k), positive))


def two(positive):
    positive = np.array(positive)
    return np.column_stack([1 - positive, positive])


# Thresholds


def test_threshold_of_two_classes_by_hand():
    probabilities = two([0.45, 0.4, 0.3, 0.2, 0.1])
    truth = np.array([1, 1, 0, 1, 0])
    thresholds = tune_thresholds(probabilities, truth, "f1_positive", positive=1)
    # F1 is 2/4, 4/5, 4/6, 6/7, 6/8 with the first 1 to 5 items: the cut lies between the log-odds
    # of 0.2 and 0.1.
    assert thresholds[1] == pytest.approx(expit((logit(0.2) + logit(0.1)) / 2))
    assert thresholds.sum() == pytest.approx(1)
    assert list(decide(probabilities, thresholds)) == [1, 1, 1, 1, 0]


def test_thresholds_of_three_classes_by_hand():
    probabilities = np.array([[0.6, 0.3, 0.1], [0.7, 0.2, 0.1], [0.6, 0.1, 0.3], [0.8, 0.1, 0.1]])
    truth = np.array([1, 0, 2, 0])
    thresholds = tune_thresholds(probabilities, truth, "accuracy")
    assert list(decide(probabilities, thresholds)) == [1, 0, 2, 0]
    # Class 0 stands to the next one as 2, 3.5, 2 and 8 to 1: cut between 2 and 3.5, in the middle
    # of their logarithms. Then all answers are right, and the other two stay as they were.
    assert thresholds == pytest.approx(np.array([7**0.5, 1, 1]) / (7**0.5 + 2))


def test_nothing_moves_where_nothing_can_be_gained():
    probabilities = np.eye(3)[[0, 1, 2, 1]] * 0.7 + 0.1
    thresholds = tune_thresholds(probabilities, np.array([0, 1, 2, 1]), "f1_macro")
    assert thresholds == pytest.approx(np.full(3, 1 / 3))


def test_best_threshold_for_f1_is_half_of_the_best_f1():
    rng = np.random.default_rng(3)
    positive = rng.beta(0.6, 2, size=200_000)
    truth = (rng.random(len(positive)) < positive).astype(int)
    thresholds = tune_thresholds(two(positive), truth, "f1_positive", positive=1)
    best = f1_score(truth, decide(two(positive), thresholds))
    assert thresholds[1] == pytest.approx(best / 2, abs=0.02)


def test_the_cut_of_two_classes_is_the_best_there_is():
    rng = np.random.default_rng(5)
    for metric in METRICS:
        probabilities, truth = drawn(rng.integers(1000), 60, 2)
        thresholds = tune_thresholds(probabilities, truth, metric, positive=0)
        reached = value(metric, truth, decide(probabilities, thresholds), 2, 0)
        cuts = np.concatenate([probabilities[:, 1] - 1e-9, [1.0]])
        every = [
            value(metric, truth, (probabilities[:, 1] > cut).astype(int), 2, 0) for cut in cuts
        ]
        assert reached == pytest.approx(max(every))


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 2**32 - 1), st.integers(1, 80), st.integers(2, 6), st.sampled_from(METRICS),
    st.booleans(),
)  # fmt: skip
def test_thresholds_never_lower_the_score_they_were_tuned_for(seed, n, k, metric, rounded):
    k = 2 if metric == "f1_positive" else k
    probabilities, truth = drawn(seed, n, k)
    if rounded:  # ties, and probabilities of 0
        probabilities = np.round(probabilities, 1)
    thresholds = tune_thresholds(probabilities, truth, metric, positive=1)
    before = value(metric, truth, probabilities.argmax(axis=1), k, 1)
    after = value(metric, truth, decide(probabilities, thresholds), k, 1)
    assert after >= before - 1e-12
    assert (thresholds > 0).all() and thresholds.sum() == pytest.approx(1)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 80), st.integers(2, 6))
def test_order_of_rows_changes_no_threshold(seed, n, k):
    probabilities, truth = drawn(seed, n, k)
    order = np.random.default_rng(seed).permutation(n)
    thresholds = tune_thresholds(probabilities, truth, "f1_macro")
    again = tune_thresholds(probabilities[order], truth[order], "f1_macro")
    assert again == pytest.approx(thresholds)


def test_many_items_and_classes_are_tuned_in_time():
    probabilities, truth = drawn(0, 20_000, 20)
    tune_thresholds(probabilities[:50], truth[:50], "f1_macro")  # compiled once
    start = time.process_time()
    tune_thresholds(probabilities, truth, "f1_macro")
    assert time.process_time() - start < 5  # under 1 s on a free machine


# Platt scaling


@pytest.mark.parametrize("share", [0.5, 0.05])
def test_sigmoid_is_that_of_scikit_learn(share):
    rng = np.random.default_rng(0)
    positive = rng.random(500) < share
    odds = rng.normal(loc=2 * positive, scale=1.5)
    theirs = _SigmoidCalibration().fit(odds, positive)
    slope, intercept = fit_sigmoid(odds, positive)
    # Theirs stops at a gradient a thousand times larger.
    assert expit(slope * odds + intercept) == pytest.approx(theirs.predict(odds), abs=1e-3)


def test_targets_are_smoothed():
    odds = np.array([-1.0] * 3 + [1.0] * 5)
    slope, intercept = fit_sigmoid(odds, odds > 0)
    # Separable: at its optimum the sigmoid hits both targets, 1 / (3 + 2) and (5 + 1) / (5 + 2).
    assert expit(intercept - slope) == pytest.approx(1 / 5)
    assert expit(intercept + slope) == pytest.approx(6 / 7)


def test_sigmoid_of_one_class_or_one_value_is_finite():
    assert np.isfinite(fit_sigmoid(np.linspace(-2, 2, 9), np.zeros(9, dtype=bool))).all()
    slope, intercept = fit_sigmoid(np.full(10, 3.0), np.arange(10) < 4)
    assert expit(3 * slope + intercept) == pytest.approx(0.4, abs=0.05)


def test_sigmoid_undoes_a_known_distortion():
    probabilities, truth = drawn(1, 50_000, 2)
    distorted = expit(2.5 * logit(np.clip(probabilities[:, 1], 1e-6, 1 - 1e-6)) + 1)
    platt = Platt.fit(two(distorted), truth)
    assert platt.slopes[0] == pytest.approx(1 / 2.5, rel=0.05)
    assert platt.intercepts[0] == pytest.approx(-1 / 2.5, abs=0.05)


def test_calibrated_probabilities_are_those_of_scikit_learn():
    inputs, labels = make_classification(
        600, n_informative=6, n_classes=3, random_state=0, shuffle=True
    )
    bayes = GaussianNB().fit(inputs[:300], labels[:300])

    class LogOdds(GaussianNB):
        def decision_function(self, rows):
            return logit(np.clip(self.predict_proba(rows), 1e-12, 1 - 1e-12))

    frozen = FrozenEstimator(LogOdds().fit(inputs[:300], labels[:300]))
    theirs = CalibratedClassifierCV(frozen, method="sigmoid", ensemble=False, cv=3)
    theirs.fit(inputs[300:], labels[300:])
    ours = Platt.fit(bayes.predict_proba(inputs[300:]), labels[300:])
    answers = ours.calibrate(bayes.predict_proba(inputs))
    assert answers.sum(axis=1) == pytest.approx(1)
    assert answers == pytest.approx(theirs.predict_proba(inputs), abs=2e-3)


def test_probabilities_of_0_and_1_are_calibrated_as_well():
    sure = np.eye(3)[[0, 1, 2, 0, 1, 2]]
    answers = Platt.fit(sure, np.array([0, 1, 2, 0, 1, 0])).calibrate(sure)
    assert np.isfinite(answers).all()
    assert answers.sum(axis=1) == pytest.approx(1)


# Both, in a run


@pytest.fixture(scope="module")
def reviews(tmp_path_factory):
    """A small three-class set, skewed and noisy."""
    rng = np.random.default_rng(0)
    words = {"good": "great fine lovely", "bad": "awful poor dull", "odd": "strange weird eerie"}
    rows = ["text,label"]
    for i in range(300):
        label = rng.choice(list(words), p=[0.6, 0.3, 0.1])
        said = label if rng.random() < 0.8 else rng.choice(list(words))
        rows.append(f"a {rng.choice(words[said].split())} film number {i},{label}")
    path = tmp_path_factory.mktemp("data") / "reviews.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return load(path)


def learned(dataset, prepared=True):
    spec, train = Spec(model="tfidf", trials=2), dataset.train
    classifier = start(dataset, spec, jobs=1)
    folds = make_folds(train.labels, train.keys, train.groups, 0)
    rows = classifier.prepare(train.inputs) if prepared else list(train.inputs)
    return learn_decision(
        classifier, rows, train.labels, folds, Scorer.of(dataset, "f1_macro"), jobs=1
    )


def test_prepared_rows_and_texts_teach_the_same(reviews):
    one, other = learned(reviews), learned(reviews, prepared=False)
    assert one.thresholds == pytest.approx(other.thresholds)
    assert one.out_of_fold == pytest.approx(other.out_of_fold)


def test_run_holds_both_and_keeps_the_plain_answers(reviews, tmp_path):
    place = Place(runs=tmp_path / "runs", reports=tmp_path / "reports")
    record = make(reviews, Spec(model="tfidf", trials=2), place).record
    decision, cost = record["decision"], record["cost"]
    assert set(decision["thresholds"]) == set(reviews.classes)
    assert sum(decision["thresholds"].values()) == pytest.approx(1)
    assert decision["test"]["plain"] == record["scores"]["test"]
    assert decision["test"]["thresholds"]["n"] == len(reviews.test)
    assert decision["out_of_fold"]["n"] == len(reviews.train)
    assert set(decision["brier"]) == set(decision["ece"]) == {"plain", "calibrated"}
    assert 0 < cost["decision_seconds"] < cost["tune_seconds"] < cost["wall_seconds"]


def test_no_search_or_several_test_folds_have_none(reviews, tmp_path):
    place = Place(runs=tmp_path / "runs", reports=tmp_path / "reports")
    for spec in (Spec(model="tfidf"), Spec(model="majority", trials=2),
                 Spec(model="tfidf", trials=1, outer_folds=2)):  # fmt: skip
        run = make(reviews, spec, place)
        assert run.record["decision"] is None
        assert "decision_seconds" not in run.record["cost"]


def test_labels_of_test_and_validation_choose_nothing(reviews, tmp_path):
    def turned(split):
        return replace(split, labels=np.roll(split.labels, 1))

    other = replace(reviews, test=turned(reviews.test), validation=turned(reviews.validation))
    decisions = [
        make(each, Spec(model="tfidf", trials=2), Place(runs=tmp_path / name, reports=tmp_path))
        .record["decision"]
        for name, each in (("one", reviews), ("other", other))
    ]  # fmt: skip
    for name in ("calibration", "thresholds", "out_of_fold"):
        assert decisions[0][name] == decisions[1][name]
    assert decisions[0]["test"] != decisions[1]["test"]


def test_random_labels_are_not_said_to_gain_from_thresholds(reviews):
    labels = np.random.default_rng(2).permutation(reviews.train.labels)
    decision = learned(replace(reviews, train=replace(reviews.train, labels=labels)))
    assert decision.out_of_fold["better"] < decision.out_of_fold["folds"]

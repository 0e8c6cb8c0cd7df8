"""Scores: hand-computed cases, scikit-learn, and properties."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as oracle

from worthit.compare.metrics import metric_values
from worthit.compare.scores import class_counts, score

LABELS = ["a", "b", "c", "d"]
pairs = st.lists(
    st.tuples(st.sampled_from(LABELS[:3]), st.sampled_from(LABELS)), min_size=1, max_size=60
)


def test_hand_computed_case():
    truth = ["a", "a", "a", "b", "b", "c"]
    answer = ["a", "a", "b", "b", "c", "a"]
    scores = score(truth, answer, ["a", "b", "c"])
    assert scores["n"] == 6
    assert scores["accuracy"] == pytest.approx(3 / 6)
    assert scores["per_class"]["a"] == pytest.approx(
        {"precision": 2 / 3, "recall": 2 / 3, "f1": 2 / 3, "support": 3}
    )
    assert scores["per_class"]["b"]["f1"] == pytest.approx(1 / 2)
    assert scores["per_class"]["c"] == {"precision": 0, "recall": 0, "f1": 0, "support": 1}
    assert scores["f1_macro"] == pytest.approx((2 / 3 + 1 / 2) / 3)
    assert scores["f1_weighted"] == pytest.approx((3 * 2 / 3 + 2 * 1 / 2) / 6)
    assert scores["recall_macro"] == pytest.approx((2 / 3 + 1 / 2) / 3)


def test_published_binary_figures():
    # 293 hits, 98 false alarms, 74 misses of 1,906: P 0.749, R 0.798, F1 0.773, accuracy 0.910.
    truth = ["1"] * 367 + ["0"] * 1539
    answer = ["1"] * 293 + ["0"] * 74 + ["1"] * 98 + ["0"] * 1441
    scores = score(truth, answer, ["0", "1"], positive="1")
    positive = scores["per_class"]["1"]
    shown = [round(v, 3) for v in (positive["precision"], positive["recall"], positive["f1"])]
    assert shown == [0.749, 0.798, 0.773]
    assert round(scores["accuracy"], 3) == 0.910
    assert scores["f1_positive"] == positive["f1"]
    assert scores["positive"] == "1"


@settings(max_examples=80, deadline=None)
@given(pairs)
def test_agrees_with_scikit_learn(items):
    truth, answer = map(list, zip(*items, strict=True))
    scores = score(truth, answer, LABELS)
    known = {"labels": LABELS, "zero_division": 0}
    assert scores["accuracy"] == pytest.approx(oracle.accuracy_score(truth, answer))
    for average in ("macro", "weighted"):
        expected = oracle.f1_score(truth, answer, average=average, **known)
        assert scores[f"f1_{average}"] == pytest.approx(expected)
    expected = oracle.precision_recall_fscore_support(truth, answer, **known)
    for i, label in enumerate(LABELS):
        row = scores["per_class"][label]
        shown = [row["precision"], row["recall"], row["f1"], row["support"]]
        assert shown == pytest.approx([column[i] for column in expected])
    macro = oracle.precision_recall_fscore_support(truth, answer, average="macro", **known)
    assert scores["precision_macro"] == pytest.approx(macro[0])
    assert scores["recall_macro"] == pytest.approx(macro[1])


@settings(max_examples=40, deadline=None)
@given(pairs, st.integers(0, 1000))
def test_order_of_items_changes_nothing(items, seed):
    shuffled = [items[i] for i in np.random.default_rng(seed).permutation(len(items))]
    one, other = (score(*map(list, zip(*x, strict=True)), LABELS) for x in (items, shuffled))
    assert one == other


@settings(max_examples=40, deadline=None)
@given(pairs)
def test_swapping_truth_and_answer_swaps_precision_and_recall(items):
    truth, answer = map(list, zip(*items, strict=True))
    one, other = score(truth, answer, LABELS), score(answer, truth, LABELS)
    for label in LABELS:
        assert one["per_class"][label]["precision"] == other["per_class"][label]["recall"]
        assert one["per_class"][label]["f1"] == pytest.approx(other["per_class"][label]["f1"])


def test_perfect_answers_score_one():
    scores = score(LABELS, LABELS, LABELS)
    assert scores["accuracy"] == scores["f1_macro"] == scores["f1_weighted"] == 1


def test_answer_outside_the_classes_is_wrong_and_nothing_more():
    scores = score(["a", "b"], ["a", "dunno"], ["a", "b"])
    assert scores["accuracy"] == 0.5
    assert scores["per_class"]["a"]["precision"] == 1


def test_metrics_work_on_many_resamples_at_once():
    rng = np.random.default_rng(0)
    truth, answer = rng.integers(0, 3, 50), rng.integers(0, 3, 50)
    counts = class_counts(truth, answer, 3)
    stacked = [np.stack([each, each]) for each in counts]
    for metric in ("accuracy", "f1_macro", "f1_weighted", "recall_macro"):
        values = metric_values(metric, *stacked)
        assert values.shape == (2,)
        assert values[0] == metric_values(metric, *counts)


@pytest.mark.parametrize(
    ("truth", "answer", "message"),
    [
        (["a"], ["a", "b"], "Got 2 predictions for 1 items"),
        ([], [], "Got no items to score"),
        (["z"], ["a"], "'z' is not among the classes"),
    ],
)
def test_refuses_what_cannot_be_scored(truth, answer, message):
    with pytest.raises(ValueError, match=message):
        score(truth, answer, ["a", "b"])

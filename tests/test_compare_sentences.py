"""Sentences of the verdict: what they state follows from the numbers beside them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worthit.compare.pages.phrases import adjusted_p, looks_sentence, p_value, percent, share
from worthit.compare.pages.verdict import verdict_block
from worthit.compare.report import Report
from worthit.compare.significance import holm
from worthit.tests.reports_factory import NEWS, judged, two_models
from worthit.tests.runs_factory import answers, make_run, truths, tuning


def said(**changed):
    """Write the verdict of a pairing with some of its numbers changed."""
    report, _ = judged(two_models(300, NEWS, 0.86, 0.80))
    pairing = report.numbers["pairings"][0] | changed
    return verdict_block(report.numbers, pairing)


def rows(*intervals, support=200):
    """Lay out classes with differences in F1 and their intervals."""
    return [
        {
            "label": f"class {place}",
            "support": support,
            "few": support < 30,
            "difference": value,
            "low": low,
            "high": high,
        }
        for place, (value, low, high) in enumerate(intervals)
    ]


def test_a_clear_loss_is_told_by_its_interval():
    clear = {"reason": "baseline better", "difference": -0.014, "low": -0.027, "high": -0.001}
    weak = said(**clear, minimum_detectable=0.016)
    assert "the whole interval lies below 0." in weak and "large enough" not in weak
    strong = said(**clear, minimum_detectable=0.0123)
    assert "below 0, and the test set is large enough to show a difference of 1.23" in strong


@pytest.mark.parametrize(
    ("classes", "sentence"),
    [
        # The largest difference is inside the noise, so another one is named.
        (
            rows((0.09, -0.01, 0.2), (0.03, 0.01, 0.05), (0.02, 0.01, 0.03), (0.01, -0.1, 0.1)),
            "`gru` is clearly ahead on 2 of 4 classes; the largest clear difference is that of "
            "*class 1* (+3.00 F1).",
        ),
        (
            rows((0.03, 0.01, 0.05), (-0.06, -0.08, -0.04), (-0.04, -0.1, 0.1)),
            "`gru` is clearly ahead on 1, `tfidf` on 1 of 3 classes; the largest clear difference "
            "is that of *class 1* (-6.00 F1).",
        ),
        (
            rows((-0.03, -0.05, -0.01), (-0.06, -0.08, -0.04)),
            "`tfidf` is ahead on every class; the largest clear difference is that of *class 1*",
        ),
        (
            rows((-0.03, -0.05, -0.01), (-0.06, -0.08, -0.04)) + rows((0.5, None, None), support=4),
            "`tfidf` is ahead on every class with enough items; the largest clear",
        ),
        (
            rows((0.03, -0.02, 0.08), (-0.01, -0.05, 0.03)),
            "No class shows a clear difference; the largest is that of *class 0* (+3.00 F1).",
        ),
        (
            rows((0.3, 0.1, 0.5), support=12) + rows((0.03, 0.01, 0.05), (0.01, -0.1, 0.1)),
            "the largest clear difference is that of *class 0* (+3.00 F1).",
        ),
    ],
)
def test_classes_are_counted_by_their_intervals(classes, sentence):
    assert sentence in said(classes=classes)


def test_a_gain_that_may_lie_below_the_margin_is_said_to():
    gain = {"reason": "gain", "difference": 0.0121, "high": 0.0177, "margin": 0.01}
    sentence = "would change this. A true gain below the margin of 1 point is not ruled out."
    assert sentence in said(**gain, low=0.0068)
    assert "not ruled out" not in said(**gain, low=0.01)


def test_lines_of_the_verdict_end_where_they_end_in_the_source():
    *lines, last = said().splitlines()
    assert len(lines) > 2 and all(line.endswith("  ") for line in lines)
    assert last == last.rstrip()


def test_several_looks_at_a_test_set_are_told_with_what_follows():
    follows = "Intervals and p do not allow for that"
    assert f"looked at 29 times so far. {follows}: they are" in looks_sentence(29)
    assert looks_sentence(1) == " This test set has been looked at once so far."
    assert looks_sentence(None) == looks_sentence(0) == ""


@pytest.mark.parametrize(
    ("p", "n_tests", "draws", "shown"),
    [
        (8 / 2001, 8, 2000, "p at most 0.0040"),
        (4 / 10_001, 4, 10_000, "p at most 0.0004"),
        (9 / 2001, 8, 2000, "p = 0.0045"),  # one draw was as large
        (1 / 10_001, 1, 10_000, "p < 0.0001"),
        (8 / 2001, 8, None, "p = 0.0040"),  # an old report
        (0.3, 8, 2000, "p = 0.3000"),
    ],
)
def test_a_p_that_no_draw_contradicts_is_shown_as_a_bound(p, n_tests, draws, shown):
    assert adjusted_p(p, n_tests, draws) == shown


@given(st.lists(st.integers(0, 50), min_size=1, max_size=30))
def test_only_p_values_that_hang_on_tests_at_their_floor_are_bounds(as_large):
    # Of Holm's family, those without any draw as large, and those that come after them in order.
    raw = [(1 + each) / 2001 for each in as_large]
    lower = holm([0.0 if not each else p for each, p in zip(as_large, raw, strict=True)])
    for p, exact in zip(holm(raw), lower, strict=True):
        bound = adjusted_p(p, len(raw), 2000)
        assert bound == (p_value(p) if p == exact else f"p at most {p:.4f}")


@pytest.mark.parametrize(
    ("fraction", "as_share", "as_percent"),
    [
        (0, "0.0 %", "0.0 %"),
        (0.00049, "under 0.1 %", "under 0.1 %"),
        (0.0005, "0.1 %", "0.1 %"),
        (0.0251, "2.5 %", "2.5 %"),
        (0.9994, "99.9 %", "99.9 %"),
        (0.9997, "over 99.9 %", "100.0 %"),
        (1, "100.0 %", "100.0 %"),
    ],
)
def test_percent_has_one_decimal_and_a_little_is_not_nothing(fraction, as_share, as_percent):
    assert (share(fraction), percent(fraction)) == (as_share, as_percent)


def test_another_metric_than_the_tuned_one_is_told_with_its_verdict():
    shares = {"neutral": 60, "anger": 30, "fear": 0.1}
    truth = truths(600, shares)
    runs = [
        make_run("tfidf", truth, answers(truth, 0.7, 1), tuning=tuning(), metric="f1_macro"),
        make_run("gru", truth, answers(truth, 0.9, 2), metric="accuracy"),
    ]
    report, page = judged(runs, metric="accuracy")
    fear = int((truth == "fear").sum())
    sentence = (
        "Tuned for macro F1, judged by accuracy (`tfidf`): by macro F1 the verdict would be "
        f"cannot tell (*fear* has only {fear} test item{'s' * (fear > 1)})."
    )
    rule = next(line for line in page.splitlines() if line.startswith("**The rule.**"))
    assert rule.endswith(sentence) and f"- {sentence}" in page
    runs[1].record["metric"] = "f1_weighted"
    runs[0].record["metric"] = "accuracy"
    (pairing,) = Report.from_runs(runs, metric="accuracy").numbers["pairings"]
    (by_weighted,) = Report.from_runs(runs, metric="f1_weighted").numbers["pairings"]
    told = pairing["by_tuned"]
    assert told["models"] == ["gru"] and told["metric"] == "f1_weighted"
    for name in ("difference", "low", "high", "verdict"):
        assert told[name] == by_weighted[name]


def test_one_metric_throughout_and_a_model_that_none_has_shaped_are_not_told():
    assert judged(two_models(300, NEWS, 0.8, 0.8))[0].numbers["pairings"][0]["by_tuned"] is None
    untuned = two_models(300, NEWS, 0.8, 0.8)
    untuned[1].record.update(curve=[], best_epoch=None)
    untuned[0].record["cost"]["trials"] = 0
    report, page = judged(untuned, metric="accuracy")
    assert report.numbers["pairings"][0]["by_tuned"] is None and "Tuned for" not in page

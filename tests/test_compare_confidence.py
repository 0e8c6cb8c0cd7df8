"""Coverage at a wished precision, bins, and the section; score against speed on the index."""

from dataclasses import replace

import numpy as np
import pytest

from worthit.compare.confidence import confidence_numbers, coverage_at
from worthit.compare.figures.pareto import pareto_figure
from worthit.compare.figures.reliability import reliability_figure
from worthit.compare.front import pareto_front
from worthit.compare.pages.confidence import confidence_section
from worthit.compare.pages.index import index_page
from worthit.compare.report import Report
from worthit.tests.runs_factory import GRU_COST, TFIDF_COST, answers, make_run, truths

SURE = np.array([0.95, 0.9, 0.9, 0.8, 0.7, 0.6])
RIGHT = np.array([1, 1, 0, 1, 0, 1], dtype=bool)


@pytest.mark.parametrize(
    ("precision", "limit", "share", "reached"),
    [
        (1.0, 0.95, 1 / 6, 1.0),
        (0.75, 0.8, 4 / 6, 0.75),  # both at 0.9 or none: the first alone would be too hopeful
        (0.6, 0.6, 1.0, 4 / 6),
    ],
)
def test_limit_answers_as_much_as_the_precision_allows(precision, limit, share, reached):
    found = coverage_at(precision, SURE, RIGHT, SURE, RIGHT, least=1)
    assert (found["limit"], found["share"], found["reached"]) == pytest.approx(
        (limit, share, reached)
    )


def test_precision_out_of_reach_is_said():
    found = coverage_at(0.9, SURE, ~RIGHT, SURE, RIGHT, least=1)
    assert found == {"limit": None, "share": 0.0, "reached": None}


def test_limit_comes_from_validation_alone():
    kept = coverage_at(0.75, SURE, RIGHT, SURE / 2, ~RIGHT, least=1)
    assert (kept["limit"], kept["share"], kept["reached"]) == (0.8, 0.0, None)


def two_runs(n=1000):
    truth = truths(n, {"a": 2, "b": 1, "c": 1})
    return [
        make_run("tfidf", truth, answers(truth, 0.80, 1), cost=dict(TFIDF_COST)),
        make_run("gru", truth, answers(truth, 0.86, 2), cost=dict(GRU_COST)),
    ]


def test_numbers_describe_the_probabilities():
    run = two_runs()[0]
    found = confidence_numbers(run, ["a", "b", "c"])
    tops = run.predictions.filter(like="p_").max(axis=1)
    assert found["mean_top"] == pytest.approx(tops.mean())
    assert sum(part["n"] for part in found["bins"]) == 1000
    assert [part["top"] for part in found["bins"]] == sorted(p["top"] for p in found["bins"])
    assert [row["precision"] for row in found["coverage"]] == [0.9, 0.95, 0.99]


def test_section_tells_calibration_and_coverage():
    numbers = Report.from_runs(two_runs()).numbers
    section = confidence_section(numbers, numbers["pairings"][0])
    assert "calibration error, points" in section
    assert "answered at a precision of 95 %" in section
    assert "The probabilities of `tfidf` are too high for some items and too low for" in section
    assert reliability_figure(numbers, numbers["pairings"][0]).startswith(b"\x89PNG")


def told(**known):
    """Write the section of two models of which the same is known."""
    confidence = {
        "n": 500, "brier": 0.08, "ece": 0.0208, "ece_noise": 0.019, "mean_top": 0.9713,
        "away_noise": 0.014, "accuracy": 0.952, "bins": [{}] * 10, "coverage": None,
    } | known  # fmt: skip
    models = {name: {"model": name, "confidence": confidence} for name in ("tfidf", "gru")}
    pairing = {"baseline": "tfidf", "model": "gru", "slug": "tfidf-vs-gru", "n_seeds": [1, 1]}
    return confidence_section({"models": models}, pairing)


def test_an_error_in_one_direction_is_called_by_it():
    assert "`gru` is over-confident by 1.93 points on average." in told()
    assert "`gru` is too modest by 1.80 points on average." in told(mean_top=0.934)
    both = (
        "The probabilities of `gru` are too high for some items and too low for others, by 2.08 "
        "points on average."
    )
    assert both in told(mean_top=0.960)
    assert both in told(away_noise=0.02)


def test_an_error_that_chance_alone_would_make_is_no_error():
    few = told(n=100, ece=0.04, ece_noise=0.05, away_noise=0.04)
    assert "can be believed as far as 100 items can tell" in few
    assert "up to 5.00." in few
    assert "believed" not in told(n=100_000, ece=0.015, ece_noise=0.002)


def test_a_precision_that_was_not_reached_is_said_and_so_are_the_bins():
    row = {"precision": 0.99, "limit": 0.8, "share": 0.253}
    section = told(coverage=[row | {"reached": 0.9016}])
    assert (
        "`gru` answers 25.3 % of the 500 test items by itself, but reaches only 90.16 on them."
    ) in section
    assert "by itself." in told(coverage=[row | {"reached": 0.9916}])
    assert "over 10 bins of equally many items" in section


def test_nearly_all_items_are_never_shown_as_all():
    row = {"precision": 0.9, "limit": 0.3, "reached": 0.9143}
    nearly = told(coverage=[row | {"share": 0.9997}])
    assert "over 99.9 % (reached: 91.43)" in nearly and "100.0 %" not in nearly
    assert "`gru` answers over 99.9 % of the 500 test items by itself." in nearly
    assert "| 100.0 % (reached: 91.43)" in told(coverage=[row | {"share": 1.0}])


def test_the_stated_error_is_that_of_the_bins_in_the_picture():
    run = two_runs()[0]
    found = confidence_numbers(run, ["a", "b", "c"])
    by_hand = sum(part["n"] * abs(part["top"] - part["right"]) for part in found["bins"])
    assert found["ece"] == pytest.approx(by_hand / 1000)


def test_missing_probabilities_take_one_line():
    bare = [replace(run, predictions=run.predictions[["truth", "prediction"]])
            for run in two_runs()]  # fmt: skip
    numbers = Report.from_runs(bare).numbers
    section = confidence_section(numbers, numbers["pairings"][0])
    assert section.splitlines()[2] == (
        "Not known: 'tfidf' gives no probabilities of the test split."
    )
    old = {"models": {name: {"model": name} for name in ("tfidf", "gru")}}
    assert confidence_section(old, {"baseline": "tfidf", "model": "gru"}) == ""


def model(ms, score):
    return {"cost": {"ms_per_item": ms}, "scores": {"f1_macro": score}}


def test_front_holds_the_best_at_each_speed():
    models = {
        "slow and best": model(50, 0.9), "fast": model(1, 0.7), "beaten": model(5, 0.65),
        "middle": model(3, 0.8), "unknown": model(None, 0.99), "equal": model(4, 0.8),
    }  # fmt: skip
    front = pareto_front({"models": models, "metric": "f1_macro"})
    assert front == ["fast", "middle", "slow and best"]


def test_index_shows_score_against_speed_where_times_are_known():
    numbers = Report.from_runs(two_runs()).numbers
    assert "From `tfidf` to `gru`, each model is slower" in index_page(numbers)
    assert pareto_figure(numbers).startswith(b"\x89PNG")
    runs = two_runs()
    runs[1].record["cost"] = {}
    assert "Score against speed" not in index_page(Report.from_runs(runs).numbers)


def test_a_limit_rests_on_enough_validation_items():
    seen, was_right = np.linspace(1, 0, 200), np.arange(200) < 60  # the surest 60 are right
    assert coverage_at(0.9, seen, was_right, seen, was_right)["share"] == pytest.approx(66 / 200)
    few = np.arange(200) < 40  # 40 of the surest 44 are too few to go by
    assert coverage_at(0.9, seen, few, seen, few)["limit"] is None
    assert coverage_at(0.9, seen, few, seen, few, least=44)["share"] == pytest.approx(44 / 200)

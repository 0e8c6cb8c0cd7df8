"""What is called clear where there are several seeds: never by p alone."""

import numpy as np
import pytest

from worthit.compare.ablation import Arm, ablation_numbers
from worthit.compare.pages.ablation import ablation_page
from worthit.compare.pages.index import index_page
from worthit.compare.pairing import measure
from worthit.compare.report import Report
from worthit.tests.reports_factory import COMMAND, judged
from worthit.tests.runs_factory import make_run, truths

TRUTH = truths(2000, {"a": 1, "b": 1})
WRONG = np.where(TRUTH == "a", "b", "a")


def seeds(name, accuracies, first=0):
    """Runs whose accuracy differs from seed to seed far more than by the noise of the items."""
    rng = np.random.default_rng(first)
    hard = rng.random(len(TRUTH))
    runs = []
    for seed, accuracy in enumerate(accuracies):
        right = hard + rng.normal(scale=0.02, size=len(TRUTH)) < accuracy
        runs.append(make_run(name, TRUTH, np.where(right, TRUTH, WRONG), seed=seed))
    return runs


STEADY = seeds("tfidf", [0.80, 0.80, 0.80])
UNSTEADY = seeds("gru", [0.74, 0.80, 0.92])  # 2 points better on the mean
BETTER = seeds("cnn", [0.86, 0.87, 0.88])


def test_spread_over_seeds_keeps_a_small_p_from_being_clear():
    measured = measure(STEADY, UNSTEADY, "accuracy")
    low, high = measured.interval
    assert measured.p < 0.001 and low < 0 < high


@pytest.mark.parametrize(("model", "level"), [(UNSTEADY, True), (BETTER, False)])
def test_the_best_set_holds_what_the_interval_cannot_tell_apart(model, level):
    numbers = Report.from_runs([*STEADY, *model], metric="accuracy", command=COMMAND).numbers
    best = model[0].model
    assert numbers["best_set_p"]["tfidf"] < 0.001
    assert numbers["best_set"] == ([best, "tfidf"] if level else [best])
    page = index_page(numbers)
    assert ("cannot be told apart on this test set" in page) is level
    assert ("and every other model is clearly below it" in page) is not level


def test_models_that_no_pairing_is_about_are_held_against_the_best_alike():
    runs = [*STEADY, *seeds("nb", [0.82] * 3, first=1), *UNSTEADY]
    for run in runs[3:6]:
        run.record["family"] = "linear"
    numbers = Report.from_runs(runs, baseline="tfidf", metric="accuracy", command=COMMAND).numbers
    best, other = numbers["ranking"][:2]
    assert {best, other} == {"gru", "nb"}  # not paired with one another
    assert other in numbers["best_set"]


def test_an_ablation_calls_nothing_clear_by_p_alone():
    arms = [Arm("layers", "2", UNSTEADY), Arm("layers", "3", BETTER)]
    numbers = ablation_numbers(STEADY, arms, "accuracy", COMMAND)
    assert all(row["holm_p"] < 0.001 for row in numbers["changes"])
    page = ablation_page(numbers)
    assert "better `layers=3`; the other one is not clear." in page
    assert "takes the trained models as given, where the interval covers seeds as well" in page
    alone = ablation_numbers(STEADY[:1], [Arm("layers", "3", BETTER[:1])], "accuracy", COMMAND)
    assert "as given" not in ablation_page(alone)


def test_the_page_says_what_p_does_not_know():
    told = "This p takes the trained models as given; the interval covers the seeds as well."
    assert told in judged([*STEADY, *UNSTEADY])[1]
    assert told not in judged([STEADY[0], UNSTEADY[0]])[1]

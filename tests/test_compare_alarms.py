"""Alarms: when each is raised, and what it says."""

import numpy as np
import pytest

from worthit.compare.alarms import model_alarms, pairing_alarms
from worthit.compare.pages.alarms import alarm_sentence
from worthit.compare.pages.verdict import verdict_block
from worthit.compare.report import Report
from worthit.tests.reports_factory import NEWS, judged, two_models
from worthit.tests.runs_factory import TFIDF_COST, answers, make_run, truths


def model(**cost):
    """Return a model's numbers with other costs."""
    report, _ = judged(two_models(400, NEWS, 0.80, 0.86))
    numbers = report.numbers["models"]["tfidf"]
    return {**numbers, "cost": {**numbers["cost"], **cost}}


def kinds(alarms):
    return [alarm["kind"] for alarm in alarms]


@pytest.mark.parametrize(
    ("trials", "pruned", "raised"), [(30, 25, False), (30, 26, True), (3, 1, True), (0, 0, False)]
)
def test_a_search_of_few_whole_trials_is_none(trials, pruned, raised):
    alarms = model_alarms(model(trials=trials, trials_pruned=pruned))
    assert ("few trials" in kinds(alarms)) is raised


def test_few_trials_are_told_with_what_a_search_is():
    (alarm,) = [
        a for a in model_alarms(model(trials=3, trials_pruned=1)) if a["kind"] == "few trials"
    ]
    assert alarm_sentence(alarm) == (
        "The search of `tfidf` had 3 trials, of which 2 went to the end: it has hardly left its "
        "default. `--trials 30` is a search."
    )


@pytest.mark.parametrize(
    ("cost", "raised"),
    [
        ({"wall_seconds": 100.0, "processor_seconds": 69.0}, True),
        ({"wall_seconds": 100.0, "processor_seconds": 71.0}, False),
        ({"wall_seconds": 19.0, "processor_seconds": 5.0}, False),
        ({"wall_seconds": 100.0, "processor_seconds": 5.0, "device": "cuda"}, False),
        ({"wall_seconds": None, "processor_seconds": None}, False),
    ],
)
def test_times_of_a_busy_machine_are_doubted(cost, raised):
    assert ("other work" in kinds(model_alarms(model(**cost)))) is raised


@pytest.mark.parametrize(
    ("losses", "told"),
    [
        ((0.4, 0.3, 0.35), ", though its validation loss was lowest after epoch 2."),
        ((0.4, 0.3, 0.3), ", though its validation loss was lowest after epoch 2."),
        ((0.4, 0.3, 0.2), "."),
        ((0.4, float("nan"), 0.3), "."),
        ((None, None, None), "."),
    ],
)
def test_a_last_best_epoch_is_told_with_a_validation_loss_that_says_otherwise(losses, told):
    curve = [{"epoch": i, "validation_loss": loss} for i, loss in enumerate(losses, start=1)]
    alarms = model_alarms({**model(), "curve": curve, "best_epoch": 3})
    (alarm,) = [each for each in alarms if each["kind"] == "still improving"]
    sentence = "The last epoch of `tfidf` was its best (3); training longer might score higher"
    assert alarm_sentence(alarm) == sentence + told
    del alarm["lowest_loss"]  # as in an old report
    assert alarm_sentence(alarm) == f"{sentence}."


def decided(plain, thresholds, better, on_test):
    return {
        "metric": "f1_macro",
        "out_of_fold": {
            "n": 100, "folds": 4, "plain": plain, "thresholds": thresholds, "better": better
        },
        "test": {"thresholds": {"f1_macro": on_test}},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("thresholds", "better", "raised"), [(0.75, 4, True), (0.75, 3, False), (0.705, 4, False)]
)
def test_thresholds_that_pay_out_of_fold_are_told_with_the_difference_they_make(
    thresholds, better, raised
):
    report, _ = judged(two_models(400, NEWS, 0.80, 0.86))
    pairing = report.numbers["pairings"][0]
    one, other = (report.numbers["models"][name] for name in ("tfidf", "gru"))
    score = other["scores"]["f1_macro"]
    one = {**one, "decision": decided(0.70, thresholds, better, score - 0.002)}
    alarms = [a for a in pairing_alarms(one, other, pairing) if a["kind"] == "thresholds"]
    assert bool(alarms) is raised
    if raised:
        assert alarms[0]["difference"] == pytest.approx(0.002)
        assert "on test is +0.20 instead of" in alarm_sentence(alarms[0])
        page = verdict_block(report.numbers, {**pairing, "alarms": alarms})
        assert "With learned thresholds where they pay, the difference is +0.20, not" in page


def test_metrics_that_say_the_opposite_are_named_in_the_verdict():
    truth = truths(2000, {"a": 9, "b": 1})
    # One finds every b and takes many a for one; the other finds none.
    eager = np.where((truth == "b") | (np.arange(2000) % 4 == 0), "b", "a").astype(object)
    runs = [make_run("tfidf", truth, eager), make_run("gru", truth, np.full(2000, "a", object))]
    report = Report.from_runs(runs)
    told = verdict_block(report.numbers, report.numbers["pairings"][0])
    assert "It is the other way round by weighted F1 (+" in told
    assert "accuracy (+" in told and "which metric counts decides this" in told
    better = make_run("gru", truth, answers(truth, 0.99, 1))
    same = Report.from_runs([runs[0], better])
    assert "other way round" not in verdict_block(same.numbers, same.numbers["pairings"][0])


def test_guessing_is_the_higher_floor_where_classes_are_rare():
    truth = truths(5000, {"a": 4, "b": 1})
    run = make_run("tfidf", truth, np.full(5000, "a", object), cost=TFIDF_COST)
    floor = Report.from_runs([run, make_run("gru", truth, truth)]).numbers["floor"]
    lots = np.random.default_rng(0).choice(truth, size=(200, 5000))
    f1 = [
        np.mean([2 * ((t == k) & (truth == k)).sum() / ((t == k).sum() + (truth == k).sum())
                 for k in "ab"])
        for t in lots
    ]  # fmt: skip
    assert floor["guess"]["f1_macro"] == pytest.approx(np.mean(f1), abs=0.002)
    assert floor["guess"]["f1_macro"] > floor["scores"]["f1_macro"]
    assert floor["guess"]["accuracy"] == pytest.approx(np.mean(lots == truth), abs=0.002)


@pytest.mark.parametrize(
    ("language", "checkpoint", "told"),
    [("ru", None, "Russian"), ("fa", None, "Persian"), ("xx", None, "xx"), ("en", None, ""),
     ("none", None, ""), (None, None, ""), ("ru", "DeepPavlov/rubert", "")],
)  # fmt: skip
def test_a_body_of_another_language_that_nobody_chose_is_doubted(language, checkpoint, told):
    more = {"preprocessing": {"language": language}, "params": {"checkpoint": checkpoint}}
    found = model_alarms(model() | more | {"checkpoint": {"sha256": "9b19" * 16}})
    said = [alarm_sentence(alarm) for alarm in found if alarm["kind"] == "other language"]
    start = "`tfidf` starts from a checkpoint that has read English, and the texts are"
    assert bool(said) == bool(told) == any(f"{start} {told}:" in line for line in said)

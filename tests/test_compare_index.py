"""The index: what to use and why, on which data, at what cost."""

import copy
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from worthit.compare.figures.pareto import _title
from worthit.compare.front import pareto_front
from worthit.compare.pages.alarms import alarm_sentence
from worthit.compare.pages.difference import cost_phrase
from worthit.compare.pages.index import index_page
from worthit.compare.pages.scores import cost_rows, glance_section
from worthit.compare.pages.verdict import verdict_block
from worthit.compare.report import Report
from worthit.compare.run import read_prediction_files
from worthit.compare.verdict import Limits
from worthit.tests.reports_factory import NEWS, judged, two_models, write_predictions
from worthit.tests.runs_factory import GRU_COST, answers, make_run, truths


def test_fastest_model_is_best_only_where_it_is_alone_at_the_top():
    report, _ = judged(two_models(2000, NEWS, 0.86, 0.80))
    for best_set, page, picture in (
        (["tfidf"], "is both the best and the fastest.", "is both best and fastest"),
        (["tfidf", "gru"], *["is {}fastest; no other is clearly better"] * 2),
        (None, *["is {}fastest; no other that was timed scores higher"] * 2),
    ):
        numbers = report.numbers | {"best_set": best_set}
        assert f"`tfidf` {page.format('the ')}" in index_page(numbers)
        assert _title(numbers, ["tfidf"]) == f"tfidf {picture.format('')}"


def test_where_models_are_beaten_it_is_not_said_that_every_step_costs_time():
    numbers = several({"tfidf": (0.80, 1), "gru": (0.90, 3), "lstm": (0.74, 2)})
    numbers["models"]["twin"] = copy.deepcopy(numbers["models"]["tfidf"])
    numbers["models"]["twin"]["cost"]["ms_per_item"] = 1.5
    front = pareto_front(numbers)
    assert front == ["tfidf", "gru"]
    assert _title(numbers, front) == "tfidf is fastest; a higher score takes longer"
    assert (
        "Of `tfidf` and `gru`, each is the best at its speed; every other that was timed scores no "
        "higher than one that is no slower."
    ) in index_page(numbers)


@given(st.lists(st.tuples(st.sampled_from([1.0, 2.0, 3.0]), st.sampled_from([0.5, 0.6, 0.7]))))
def test_sentences_about_the_front_hold_for_any_scores_and_times(drawn):
    models = {
        f"model {i}": {"cost": {"ms_per_item": ms}, "scores": {"accuracy": score}}
        for i, (ms, score) in enumerate(drawn)
    }
    front = pareto_front({"models": models, "metric": "accuracy"})
    found = dict(zip(models, drawn, strict=True))
    for name, (ms, score) in found.items():
        # Filled: no other as fast scores higher. Open: another that is no slower does as well.
        better = [other for other, (its, its_score) in found.items()
                  if other != name and its <= ms and its_score >= score]  # fmt: skip
        assert all(found[other][1] == score for other in better) if name in front else better
        # A higher score than that of the fastest takes longer.
        assert ms > found[front[0]][0] or score <= found[front[0]][1]


def test_training_is_told_with_its_tuning():
    baseline = {"fit_seconds": 2.0, "tune_seconds": 48.0, "ms_per_item": 1.0}
    model = {"fit_seconds": 86.0, "tune_seconds": 0.0, "ms_per_item": 2.0}
    assert cost_phrase(baseline, model) == (
        "takes 43 times as long to train (1.7 times with searches counted) and 2.0 times as "
        "long to answer"
    )
    untuned = baseline | {"tune_seconds": 0.0}
    assert cost_phrase(untuned, model).startswith("takes 43 times as long to train and")
    rows = cost_rows(baseline, model)
    assert ["tuning and training", "50 s", "86 s", "", "1.7 times"] in rows
    assert "tuning and training" not in [row[0] for row in cost_rows(untuned, model)]
    assert "tuning and training" not in [row[0] for row in cost_rows(baseline, {})]


def test_seeds_are_shown_at_a_glance_where_they_are_known():
    numbers = several({"tfidf": (0.80, 1), "gru": (0.74, 3)})
    pairing, gru = numbers["pairings"][0], numbers["models"]["gru"]
    for seeds, cells in (([0], ["1", "1"]), ([0, 1, 2], ["1", "3"]), ([None], ["1", "unknown"])):
        gru["seeds"] = seeds
        rows = [line.split() for line in glance_section(numbers, pairing).splitlines()]
        (row,) = [row for row in rows if "seeds" in row]
        assert [cell for cell in row if cell != "|"] == ["seeds", *cells]
    numbers["models"]["tfidf"]["seeds"] = [None]
    assert "seeds" not in glance_section(numbers, pairing)


@pytest.mark.parametrize(
    ("training", "tuning", "answering", "told"),
    [
        (2.7, 5.3, 0.086, "takes 2.7 times as long to train (4.0 times with searches counted) but "
         "answers 12 times as fast"),
        (0.25, 0.25, 0.5, "trains 4.0 times as fast (4.0 times with searches counted) and answers "
         "2.0 times as fast"),
        (0.25, 7.75, 3.0, "trains 4.0 times as fast (4.0 times as long with searches counted) but "
         "takes 3.0 times as long to answer"),
        (2.0, 0.0, 0.7, "takes 2.0 times as long to train (1.0 times with searches counted) and "
         "0.7 times as long to answer"),
        (None, None, 0.5, "answers 2.0 times as fast"),
        (1.0, 1.0, None, "takes as long to train (1.0 times with searches counted)"),
        (None, None, 0.0, ""),
    ],
)  # fmt: skip
def test_what_takes_much_less_time_is_told_as_a_speed(training, tuning, answering, told):
    baseline = {"fit_seconds": 1.0, "tune_seconds": 1.0, "ms_per_item": 1.0}
    model = {"fit_seconds": training, "tune_seconds": tuning, "ms_per_item": answering}
    assert cost_phrase(baseline, model) == told


def test_training_column_of_the_index_holds_the_tuning():
    report, _ = judged(two_models(300, NEWS, 0.80, 0.86))
    page = re.sub(" +", " ", index_page(report.numbers))
    assert "| 17 s (3 min 21 s with tuning) |" in page and "| 86 s |" in page


def block(numbers):
    return [line.strip("> ") for line in index_page(numbers).splitlines() if line.startswith(">")]


DATA = (
    "The data: 20,000 English texts of 4 classes; 16,000 to train, 2,000 to validate, 2,000 to "
    "test. The baseline `tfidf` is a linear model on weighted n-grams, tuned in 30 trials. `gru` "
    "was trained with default settings, one seed."
)


@pytest.mark.parametrize(
    ("n", "accuracy", "advice", "verdict"),
    [
        (2000, 0.86, "**Use `gru`.** `gru` (a network trained from scratch) scores ", "Worth it."),
        (2000, 0.80, "**Stay with `tfidf` for now.** `gru` (a network", "Cannot tell: "),
        (2000, 0.74, "**Use `tfidf`.** `gru` (a ", "Not worth it: the baseline is better."),
    ],
)
def test_one_pairing_is_answered_in_one_line_and_the_data_in_another(n, accuracy, advice, verdict):
    report, _ = judged(two_models(n, NEWS, 0.80, accuracy))
    answer, data = block(report.numbers)
    assert answer.startswith(advice) and verdict in answer and "95 % interval" in answer
    assert "takes 5.0 times as long to train (2.3 times as fast with searches counted)" in answer
    assert data == DATA


def several(accuracies, **options):
    truth = truths(2000, NEWS)
    runs = [
        make_run(name, truth, answers(truth, accuracy, seed), cost=dict(GRU_COST, ms_per_item=ms))
        for seed, (name, (accuracy, ms)) in enumerate(accuracies.items())
    ]
    return Report.from_runs(runs, **options).numbers


def test_of_several_that_are_worth_it_the_best_or_the_fastest_of_equals_is_advised():
    clear = several({"tfidf": (0.74, 1), "gru": (0.80, 3), "lstm": (0.90, 4)})
    assert [p["verdict"] for p in clear["pairings"]] == ["worth it"] * 2
    assert block(clear)[0] == (
        "**Use `lstm`.** Of the 2 models that are worth it, it scores highest."
    )
    assert len(block(clear)) == 4
    one = several({"tfidf": (0.80, 1), "gru": (0.74, 3), "lstm": (0.90, 4)})
    assert block(one)[0] == "**Use `lstm`.** Only this one is worth it."
    none = several({"tfidf": (0.80, 1), "gru": (0.74, 3), "lstm": (0.75, 4)})
    assert block(none)[0] == "**Use `tfidf`.** None of the other 2 is worth it."
    level = several({"tfidf": (0.74, 1), "gru": (0.90, 3), "lstm": (0.901, 4)})
    fast, slow = level["best_set"], level["ranking"][0]
    assert sorted(fast) == ["gru", "lstm"] and slow == "lstm"
    assert block(level)[0] == (
        "**Use `gru`.** It cannot be told apart from `lstm`, also worth it; of these it answers "
        "fastest."
    )


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, "`gru` and `lstm` were trained with default settings, one seed each."),
        (
            {"gru": {"cost": {"trials": 20}}},
            "`gru` was tuned in 20 trials, one seed. `lstm` was trained with default settings, one "
            "seed.",
        ),
        (
            {"gru": {"settings": {"hidden": 256}}, "lstm": {"settings": None}},
            "`gru` was trained without a search, with `hidden` set by hand, one seed. `lstm` was "
            "trained without a search, one seed.",
        ),
        (
            {"gru": {"seeds": [0, 1, 2]}, "lstm": {"seeds": [0, 1, 2]}},
            "`gru` and `lstm` were trained with default settings, 3 seeds each.",
        ),
        ({"gru": {"family": "pipeline"}, "lstm": {"cost": {}}}, ""),
        ({"gru": {"seeds": [None]}, "lstm": {"family": None}}, ""),
    ],
)
def test_index_says_how_the_networks_were_tuned_and_with_how_many_seeds(changes, told):
    numbers = several({"tfidf": (0.80, 1), "gru": (0.74, 3), "lstm": (0.75, 4)})
    for name, change in changes.items():
        numbers["models"][name] |= change
    assert block(numbers)[-1].endswith(f"is a linear model on weighted n-grams. {told}".strip())


def test_broken_limit_and_a_network_without_pretraining_are_told_as_such():
    numbers = several({"tfidf": (0.74, 1), "bert": (0.90, 3)}, limits=Limits(max_ms=2))
    answer, _ = block(numbers)
    assert answer.startswith("**Use `tfidf`.** `bert` (a network trained from scratch) scores")
    assert answer.endswith("Not worth it: it takes 3.00 ms to answer where 2.00 ms are allowed.")
    free = several({"tfidf": (0.74, 1), "bert": (0.90, 3)})
    assert block(free)[0].startswith("**Use `bert` from scratch.**")


def test_predictions_alone_are_answered_without_what_is_not_known(tmp_path):
    truth = truths(1000, NEWS)
    runs = read_prediction_files(write_predictions(tmp_path, truth, {"svm": 0.7, "llm": 0.8}))
    answer, data = block(Report.from_runs(runs).numbers)
    assert answer.startswith("**Use `llm`.** `llm` scores **") and answer.endswith(". Worth it.")
    assert data == "The data: 1,000 test items of 4 classes."


def test_a_better_baseline_without_a_pairing_is_pointed_out():
    def runs(nbsvm):
        truth = truths(2000, NEWS)
        shown = {"tfidf": 0.74, "gru": 0.70, "nbsvm": nbsvm}
        return [
            make_run(
                name,
                truth,
                answers(truth, accuracy, seed),
                family="neural" if name == "gru" else "linear",
            )
            for seed, (name, accuracy) in enumerate(shown.items())
        ]

    told = (
        "The highest score is that of `nbsvm`, which was not paired; `--baseline nbsvm` pairs the "
        "others with it."
    )
    assert block(Report.from_runs(runs(0.9)).numbers)[1] == told
    assert told not in block(Report.from_runs(runs(0.741)).numbers)


def test_a_model_below_the_floor_is_doubted_by_the_metric_that_decides():
    truth = truths(2000, {"a": 9, "b": 1})
    # Every b is found, and every fourth a taken for one: macro F1 is above the floor.
    of_b = np.where((truth == "b") | (np.arange(2000) % 4 == 0), "b", "a").astype(object)
    runs = [make_run("tfidf", truth, truth), make_run("gru", truth, of_b)]
    for metric, doubted in (("f1_macro", False), ("accuracy", True)):
        report = Report.from_runs(runs, metric=metric)
        pairing = report.numbers["pairings"][0]
        sentences = [alarm_sentence(alarm) for alarm in pairing["alarms"]]
        below = [each for each in sentences if "below the majority floor" in each]
        assert len(below) == 1
        assert ("by macro F1, which decides here, it is above" in below[0]) is not doubted
        warned = any("Mend `gru` before" in line for line in block(report.numbers))
        assert warned is doubted
        assert ("Mend `gru` before" in verdict_block(report.numbers, pairing)) is doubted

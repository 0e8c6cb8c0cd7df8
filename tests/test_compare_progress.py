"""How a search went, in numbers and in a sentence."""

import pytest

from worthit.compare.model import search_progress
from worthit.compare.pages.alarms import alarm_sentence
from worthit.compare.pages.progress import progress_sentence


def searched(*trials):
    tuning = {
        "trials": [
            {"number": number, "state": state, "score": score, "seconds": seconds}
            for number, (state, score, seconds) in enumerate(trials)
        ]
    }
    progress = search_progress(tuning)
    return {
        "tuning": tuning, "progress": progress, "search_metric": "f1_macro", "dataset": {},
    }  # fmt: skip


def test_best_so_far_and_time_never_fall_though_workers_have_clocks_of_their_own():
    model = searched(
        ("complete", 0.5, 4.0), ("complete", 0.7, 9.0), ("pruned", 0.9, 9.5), ("complete", 0.6, 2.0)
    )
    assert model["progress"] == [
        {"trial": 1, "seconds": 4.0, "best": 0.5},
        {"trial": 2, "seconds": 9.0, "best": 0.7},
        {"trial": 4, "seconds": 9.0, "best": 0.7},
    ]


def test_half_of_the_gain_is_there_after_the_first_trial_that_reaches_it():
    model = searched(
        ("complete", 0.80, 3.0), ("complete", 0.83, 6.0), ("complete", 0.82, 7.0),
        ("complete", 0.86, 12.0), ("pruned", 0.1, 13.0),
    )  # fmt: skip
    assert progress_sentence(model) == (
        "5 trials bought 6.00 points of macro F1 over trial 1, the untuned default; half of it was "
        "there after trial 2 (6 s), all after 4 (12 s)."
    )


@pytest.mark.parametrize(
    ("second", "sentence"),
    [
        (0.79, "None of 2 trials did better than trial 1, the untuned default."),
        (0.9, "the untuned default; trial 2 (5 s) brought all of it at once."),
    ],
)
def test_a_search_that_found_nothing_or_all_at_once_says_so(second, sentence):
    model = searched(("complete", 0.8, 3.0), ("complete", second, 5.0))
    assert progress_sentence(model).endswith(sentence)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (99.0, "99, lies at the upper end of what was searched, 0.3 to 100; a larger one might"),
        (0.3, "0.3, lies at the lower end of what was searched, 0.3 to 100; a smaller one might"),
    ],
)
def test_an_edge_names_value_bounds_and_what_to_try(value, said):
    alarm = {"kind": "edge", "model": "tfidf", "field": "C", "value": value}
    sentence = alarm_sentence(alarm | {"low": 0.3, "high": 100.0, "log": True})
    assert said in sentence
    assert sentence.endswith("Try `--set C=300`." if value > 1 else "Try `--set C=0.1`.")
    linear = alarm_sentence(alarm | {"low": 0.3, "high": 100.0, "log": False})
    assert "--set" not in linear  # how far beyond is not known

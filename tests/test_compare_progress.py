"""How a search went, in numbers and in a sentence."""

import pytest

from worthit.compare.model import search_progress
from worthit.compare.pages.alarms import alarm_sentence
from worthit.compare.pages.progress import both_searched, progress_sentence, progress_table
from worthit.compare.pages.search import search_section


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


def test_the_table_shows_every_trial_that_the_sentence_names():
    scores = [0.80, 0.79, 0.81, 0.81, 0.86, 0.85, 0.90, 0.89]
    model = searched(*(("complete", score, 3.0 * i) for i, score in enumerate(scores, start=1)))
    head, _, _, best = progress_table(model).splitlines()
    assert [cell.strip() for cell in head.split("|")[2:-1]] == ["1", "3", "5", "7"]
    assert [cell.strip() for cell in best.split("|")[2:-1]] == ["80.00", "81.00", "86.00", "90.00"]
    assert "after trial 5 (15 s), all after 7 (21 s)" in progress_sentence(model)


def test_of_many_rises_the_largest_are_shown_and_those_that_are_named():
    rises = [0.001 if i % 2 else 0.01 for i in range(1, 30)]
    scores = [0.5 + sum(rises[:i]) for i in range(30)]
    model = searched(*(("complete", score, None) for score in scores))
    shown = {int(n) for n in progress_table(model).splitlines()[0].split("|")[2:-1]}
    named = progress_sentence(model).partition("after trial ")[2]
    half, whole = (int(part.split(" ")[-1].rstrip(".,")) for part in named.split(", all"))
    assert len(shown) == 8 and {1, half, whole} <= shown


def test_trials_stopped_early_were_not_judged_on_all_folds():
    model = searched(("complete", 0.8, 3.0), ("pruned", 0.7, 5.0))
    model["tuning"]["folds"] = 4
    model |= {"params": {"C": 1.0}, "cost": {"trials": 2, "trials_pruned": 1}, "slug": "tfidf"}
    assert "2 trials, 1 of them stopped early, each judged on up to 4 folds of train; best" in (
        search_section(model)
    )
    model["cost"]["trials_pruned"] = 0
    assert "2 trials, each judged on 4 folds of train; best" in search_section(model)


def test_trials_that_failed_are_told_with_the_first_reason():
    model = searched(("complete", 0.8, 3.0), ("complete", 0.7, 5.0))
    model |= {"params": {"C": 1.0}, "cost": {"trials": 2}, "slug": "gru"}
    assert "failed" not in search_section(model)
    model["tuning"]["failed"] = [{"why": "Training diverged."}]
    said = "1 other trial failed and is not counted. It said: Training diverged."
    assert said in search_section(model)
    model["tuning"]["failed"] += [{"why": "Out of memory."}]
    said = "2 other trials failed and are not counted. The first said: Training diverged."
    assert said in search_section(model)


@pytest.mark.parametrize(
    ("second", "sentence"),
    [
        (0.79, "The search kept trial 1, the untuned default: none of 2 trials did better."),
        (None, "The search kept trial 1, the untuned default: none of 2 trials did better."),
        (0.9, "the untuned default; trial 2 (5 s) brought all of it at once."),
    ],
)
def test_a_search_that_found_nothing_or_all_at_once_says_so(second, sentence):
    state = "complete" if second else "pruned"
    model = searched(("complete", 0.8, 3.0), (state, second, 5.0))
    assert progress_sentence(model).endswith(sentence)
    model |= {"params": {"C": 1.0}, "cost": {"trials": 2}, "slug": "tfidf"}
    assert progress_sentence(model) in search_section(model)
    assert both_searched([model, model])


def test_a_search_of_one_trial_says_that_it_made_no_other():
    model = searched(("complete", 0.8, 3.0))
    assert progress_sentence(model) == (
        "The search kept trial 1, the untuned default: it made no other."
    )
    assert not both_searched([model, model])


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

"""The section on fairness: what each side was given, and no more than applies to it."""

import re

import pytest

from worthit.compare.pages.fairness import parameters, unsearched
from worthit.compare.pages.model import model_page
from worthit.tests.reports_factory import NEWS, judged
from worthit.tests.runs_factory import (
    GRU_COST,
    TFIDF_COST,
    answers,
    decision,
    make_run,
    truths,
    tuning,
)


def section(baseline=0.80, **record):
    """Write the section of a tuned baseline and a network with some entries of its own."""
    truth = truths(600, {"fine": 3, "toxic": 1} if "decision" in record else NEWS)
    learned = record.pop("decision", None)
    runs = [
        make_run("tfidf", truth, answers(truth, baseline, 1), tuning=tuning()),
        make_run("gru", truth, answers(truth, 0.70, 2), **record),
    ]
    if learned:
        plain = runs[0].predictions["prediction"].to_numpy()
        runs[0].record["decision"] = decision(truth, plain, plain)
        runs[0].record["cost"]["decision_seconds"] = 4.0
    page = judged(runs)[1].partition("## Was it fair?")[2].partition("## Where they differ")[0]
    return re.sub(" +", " ", page)


def test_thresholds_are_in_the_table_and_not_in_the_search_time():
    page = section(decision=True)
    assert "| thresholds, calibration | learned in 4 s, not used here | - |" in page
    assert "| search time | 3 min 00 s | - |" in page
    assert "thresholds" not in section() and "| search time | 3 min 04 s | - |" in section()


def test_trials_that_failed_are_in_the_table_where_there_are_any():
    searched = tuning(4) | {"failed": [{"why": "Training diverged.", "params": {}}] * 2}
    assert "| failed besides | - | 2 |" in section(tuning=searched)
    assert "failed besides" not in section(tuning=tuning(4))


def test_pages_agree_on_the_time_of_a_search_whose_network_was_kept():
    truth = truths(400, NEWS)
    searched = TFIDF_COST | {"search_seconds": 184.0}  # all of it is tuning
    kept = GRU_COST | {"tune_seconds": 766.0, "search_seconds": 790.4, "trials": 30}
    runs = [
        make_run("tfidf", truth, answers(truth, 0.8, 1), tuning=tuning(), cost=searched),
        make_run("gru", truth, answers(truth, 0.8, 2), tuning=tuning(), cost=kept),
    ]
    report, pairing = judged(runs)
    pages = [re.sub(" +", " ", pairing)]
    pages += [re.sub(" +", " ", model_page(each)) for each in report.numbers["models"].values()]
    assert "| search time | 3 min 04 s | 13 min 10 s |" in pages[0]
    assert "30 trials in 3 min 04 s, 11 of them" in pages[1]
    assert "30 trials in 13 min 10 s, each judged" in pages[2]
    assert "| tuning | 12 min 46 s |" in pages[2]
    told = (
        "Tuning `gru` leaves out the 24 s of training the network that the search kept: they count "
        "as training."
    )
    assert [told in page for page in pages] == [True, False, True]
    assert not any("Tuning `tfidf` leaves out" in page for page in pages)


def test_only_a_network_with_epochs_needs_validation_to_stop():
    page = section()
    assert "`gru` is fitted on train alone, because it needs validation" in page
    assert "Is it broken? Look at its learning curve, its learning rate and" in page
    frozen = section(curve=[], best_epoch=None)
    assert "`gru` is fitted on train alone." in frozen and "learning curve" not in frozen
    assert "Is it broken? Look at its settings and its preprocessing" in frozen


def test_a_checkpoint_hides_the_shape_of_a_new_body():
    shape = {"hidden": 128, "layers": 2, "n_tokens": 8000, "dropout": 0.1}
    shown = parameters({"checkpoint": "name@1", **shape})
    assert shown == "`checkpoint = name@1`, `dropout = 0.1`"
    assert parameters({"checkpoint": None, **shape}) == "`dropout = 0.1`"  # named in the table
    assert "`hidden = 128`, `layers = 2`" in parameters({"checkpoint": "scratch", **shape})
    assert "`hidden = 128`, `layers = 2`" in parameters(shape)


def test_what_became_of_auto_stands_beside_it():
    params = {"epochs": "auto", "tokens": "auto", "hidden": 128}
    shown = parameters(params, {"epochs": 8, "tokens": "bpe"})
    assert shown == "`epochs = auto (8)`, `tokens = auto (bpe)`, `hidden = 128`"
    assert parameters(params, None) == "`epochs = auto`, `tokens = auto`, `hidden = 128`"
    page = section(
        params={"tokens": "auto", "patience": "auto"},
        auto={"tokens": "words", "patience": 2},
        tuning=tuning() | {"space": {"tokens": "auto, words or bpe"}},
    )
    assert "`gru`: `tokens = auto (words)`, `patience = auto (2)`. Searched: `tokens`" in page
    truth = truths(600, NEWS)
    record = {"params": params, "auto": {"epochs": 8, "tokens": "bpe"}}
    record["tuning"] = tuning() | {"space": {"tokens": "auto, words or bpe"}}
    runs = [make_run(name, truth, answers(truth, 0.7, 1), **record) for name in ("tfidf", "gru")]
    page = re.sub(" +", " ", model_page(judged(runs)[0].numbers["models"]["gru"]))
    assert "| `tokens` | `auto (bpe)` |" in page
    assert "Not searched: `epochs = auto (8)`, `hidden = 128`." in page


@pytest.mark.parametrize(
    ("model", "told"),
    [
        ({}, "No search."),  # an old run, of which nothing is known
        ({"settings": {}}, "No search: these are the defaults."),
        (
            {"settings": {"hidden": 512, "vec|tors": "`a`"}},
            "No search; set by hand: `hidden = 512`, `` vec|tors = `a` ``; the rest are the "
            "defaults.",
        ),
        (
            {"settings": {}, "family": "pipeline"},
            "No search: the pipeline is as its function builds it.",
        ),
        (
            {"settings": {"svm__C": 2.0}, "family": "pipeline"},
            "No search; set by hand: `svm__C = 2`; the rest is as its function builds it.",
        ),
    ],
)
def test_what_was_set_by_hand_is_no_default(model, told):
    assert unsearched(model) == told


def _pages(settings):
    """Write the pairing of a searched baseline with a network of these settings, and its page."""
    truth = truths(400, NEWS)
    runs = [make_run("tfidf", truth, answers(truth, 0.8, 1), tuning=tuning())]
    runs.append(make_run("gru", truth, answers(truth, 0.8, 2), settings=settings))
    report, page = judged(runs)
    return page, model_page(report.numbers["models"]["gru"])


def test_pages_tell_settings_from_defaults():
    for settings, search, alarm in (
        ({}, "No search: these are the defaults.", "`gru` was not (good defaults); `--trials`"),
        ({"hidden": 512}, "set by hand: `hidden = 512`;", "`gru` was not (`hidden` set by hand);"),
        (None, "No search.", "`gru` was not; `--trials`"),
    ):
        for page in _pages(settings):
            assert search in page
            assert "these are the defaults" not in page or settings == {}
        assert alarm in _pages(settings)[0]

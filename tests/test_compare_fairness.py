"""The section on fairness: what each side was given, and no more than applies to it."""

import re

import pytest

from worthit.compare.pages.fairness import parameters, unsearched
from worthit.compare.pages.model import model_page
from worthit.tests.reports_factory import NEWS, judged
from worthit.tests.runs_factory import answers, decision, make_run, truths, tuning


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

"""The section on fairness: what each side was given, and no more than applies to it."""

import re

from worthit.compare.pages.fairness import parameters
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
    for checkpoint in (None, "name@1"):
        shown = parameters({"checkpoint": checkpoint, **shape})
        assert shown == f"`checkpoint = {checkpoint}`, `dropout = 0.1`"
    assert "`hidden = 128`, `layers = 2`" in parameters({"checkpoint": "scratch", **shape})
    assert "`hidden = 128`, `layers = 2`" in parameters(shape)

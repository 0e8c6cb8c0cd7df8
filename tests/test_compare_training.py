"""The ladder of a model page: its weights, its gains, and why a gain has no interval."""

import numpy as np
import pytest

from worthit.compare.gain import gain
from worthit.compare.pages.training import ladder_section

REFUSAL = {"kind": "class", "label": "ABBR", "have": 9, "need": 10}


def ladder(**known):
    """Climb two steps, the second 5.2 points of macro F1 above the first."""
    test = {f"{name}_macro": 0.8 for name in ("precision", "recall", "f1")} | {"accuracy": 0.8}
    steps = [{"step": name, "test": test, "features": 343_382} for name in ("default", "tuned")]
    steps[1]["gain"] = {
        "metric": "f1_macro",
        "difference": 0.052,
        "low": None,
        "high": None,
    } | known
    return ladder_section({"ladder": steps, "dataset": {}, "search_metric": "f1_macro"})


def test_a_gain_without_an_interval_says_why_and_promises_none():
    section = ladder(refusal=REFUSAL)
    assert (
        "The step *tuned* bought most: +5.20 macro F1 on this test set, without an interval for "
        "macro F1: *ABBR* has only 9 test items."
    ) in section
    assert "95 % interval" not in section
    assert "without an interval for macro F1." in ladder()  # as older runs have it


def test_a_gain_with_an_interval_shows_it():
    section = ladder(low=0.01, high=0.09)
    assert "+5.20 (+1.00 to +9.00) macro F1 on this test set." in section
    assert "with its paired 95 % interval" in section


def test_coefficients_are_not_called_features():
    assert "weights in use" in ladder()
    assert "features" not in ladder()


@pytest.mark.parametrize(("rare", "refusal"), [(9, REFUSAL | {"label": "rare"}), (10, None)])
def test_a_gain_records_why_it_has_no_interval(rare, refusal):
    truth = np.array(["rare"] * rare + ["common"] * 200, dtype=object)
    always = np.full(len(truth), "common", dtype=object)
    found = gain(truth, always, truth, None, ("common", "rare"), "f1_macro")
    assert found["refusal"] == refusal
    assert (found["low"] is None) == (refusal is not None)

"""The section about thresholds and calibration: what it says of gains, and of many classes."""

import numpy as np
import pytest

from worthit.compare.pages.decision import decision_section
from worthit.compare.scores import score
from worthit.tests.runs_factory import decision, truths


def section(content, positive=None, seeds=(0,)):
    return decision_section(
        {"decision": content, "cost": {}, "dataset": {"positive": positive}, "seeds": list(seeds)}
    )


def two_classes(gain, better):
    truth = truths(200, {"fine": 3, "toxic": 1})
    content = decision(truth, truth, truth)
    out_of_fold = content["out_of_fold"]
    changed = {"thresholds": out_of_fold["plain"] + gain, "better": better}
    return {**content, "out_of_fold": out_of_fold | changed}


@pytest.mark.parametrize(
    ("gain", "better", "said"),
    [
        (0.01, 4, "Thresholds paid on out-of-fold data (+1.00 macro F1, higher in 4 of 4 folds)"),
        (0.01, 3, "Thresholds gained too little on out-of-fold data to be sure (+1.00"),
        (0.0, 2, "Thresholds did not pay on out-of-fold data (0.00 macro F1, higher in 2 of 4"),
        (-0.01, 0, "Thresholds did not pay on out-of-fold data (-1.00"),
    ],
)
def test_thresholds_paid_only_if_every_fold_says_so(gain, better, said):
    page = section(two_classes(gain, better), "toxic")
    assert said in page
    assert "on the 200 test items they make a difference of 0.00." in page


def test_threshold_named_is_that_of_the_positive_class():
    content = two_classes(0.01, 4)
    assert "*toxic* is answered from a calibrated probability of 0.375" in section(content)
    assert "*fine* is answered from a calibrated probability of 0.625" in section(content, "fine")


def test_the_metric_of_the_run_comes_first_and_stands_once():
    content = two_classes(0.01, 4) | {"metric": "f1_positive"}
    page = section(content, "toxic")
    assert page.count("| test F1 of *toxic*") == 1
    assert page.index("test F1 of *toxic*") < page.index("test macro F1")


def test_many_classes_show_the_thresholds_furthest_from_equal():
    classes = [f"class {i:02d}" for i in range(25)]
    truth = np.array(classes, dtype=object)
    thresholds = np.ones(25)
    thresholds[:20] = 2.0 ** np.arange(1, 21)
    content = two_classes(0.01, 4) | {
        "thresholds": dict(zip(classes, thresholds / thresholds.sum(), strict=True)),
        "test": {name: score(truth, truth, classes) for name in ("plain", "thresholds")},
    }
    page = section(content, seeds=(0, 1))
    assert "all equal would be 0.040, those furthest from it are: *class" in page
    assert page.count("*class ") == 20
    assert "test F1 of" not in page
    assert "the first seed's" in page


def test_run_without_a_search_has_no_section():
    assert section(None) == ""

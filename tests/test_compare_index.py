"""The index: what to use and why, on which data, at what cost."""

import re

from worthit.compare.figures.pareto import _one
from worthit.compare.pages.index import index_page
from worthit.compare.pages.scores import cost_rows
from worthit.compare.pages.verdict import cost_phrase
from worthit.tests.reports_factory import NEWS, judged, two_models


def test_fastest_model_is_best_only_where_it_is_alone_at_the_top():
    report, _ = judged(two_models(2000, NEWS, 0.86, 0.80))
    for best_set, page, picture in (
        (["tfidf"], "is both the best and the fastest.", "is both best and fastest"),
        (["tfidf", "gru"], *["is {}fastest; no other is clearly better"] * 2),
        (None, "is the fastest; no other that was", "is fastest; no other scores higher"),
    ):
        numbers = report.numbers | {"best_set": best_set}
        assert f"`tfidf` {page.format('the ')}" in index_page(numbers)
        assert _one(numbers, "tfidf") == f"tfidf {picture.format('')}"


def test_training_is_told_with_its_tuning():
    baseline = {"fit_seconds": 2.0, "tune_seconds": 48.0, "ms_per_item": 1.0}
    model = {"fit_seconds": 86.0, "tune_seconds": 0.0, "ms_per_item": 2.0}
    assert cost_phrase(baseline, model) == (
        "takes 43 times as long to train (1.7 times with tuning) and 2.0 times as long to answer"
    )
    untuned = baseline | {"tune_seconds": 0.0}
    assert cost_phrase(untuned, model).startswith("takes 43 times as long to train and")
    rows = cost_rows(baseline, model)
    assert ["tuning and training", "50 s", "86 s", "", "1.7 times"] in rows
    assert "tuning and training" not in [row[0] for row in cost_rows(untuned, model)]
    assert "tuning and training" not in [row[0] for row in cost_rows(baseline, {})]


def test_training_column_of_the_index_holds_the_tuning():
    report, _ = judged(two_models(300, NEWS, 0.80, 0.86))
    page = re.sub(" +", " ", index_page(report.numbers))
    assert "| 17 s (3 min 21 s with tuning) |" in page and "| 86 s |" in page

"""Prices: totals by hand, and the volume at which a model pays off."""

import pytest

from worthit.compare.pages.cost import cost_section
from worthit.compare.prices import prices

CHEAP = {"tune_seconds": 1800.0, "fit_seconds": 1800.0, "ms_per_item_batched": 0.36}
DEAR = {"tune_seconds": 0.0, "fit_seconds": 7200.0, "ms_per_item_batched": 3.6}


def test_totals_are_training_and_answers():
    found = prices(CHEAP, DEAR, 0.02, 3.0)
    assert found["training"] == [3.0, 6.0]
    assert found["per_million"] == pytest.approx([0.3, 3.0])
    at = {row["answers"]: row for row in found["volumes"]}[1_000_000]
    assert (at["baseline"], at["model"]) == pytest.approx((3.3, 9.0))
    assert at["per_right"] == pytest.approx(5.7 / 20_000)
    assert found["per_right"] == pytest.approx(2.7e-6 / 0.02)


def test_dearer_in_both_never_becomes_the_cheaper_one():
    found = prices(CHEAP, DEAR, 0.02, 3.0)
    assert (found["break_even"], found["cheaper"]) == (None, "baseline")
    assert prices(DEAR, CHEAP, 0.0, 3.0)["cheaper"] == "model"


@pytest.mark.parametrize("turned", [False, True])
def test_break_even_is_where_both_cost_the_same(turned):
    quick = DEAR | {"ms_per_item_batched": 0.18}  # dearer to train, cheaper to answer
    sides = (quick, CHEAP) if turned else (CHEAP, quick)
    found = prices(*sides, 0.0, 1.0)
    n = found["break_even"]
    parts = (found["training"], found["per_million"])
    totals = [fit + n * each / 1e6 for fit, each in zip(*parts, strict=True)]
    assert totals[0] == pytest.approx(totals[1])
    assert found["cheaper"] == ("baseline" if turned else "model")


def test_no_right_answers_can_be_bought_from_a_model_that_is_not_right_more_often():
    found = prices(CHEAP, DEAR, -0.01, 3.0)
    assert found["per_right"] is None
    assert {row["per_right"] for row in found["volumes"]} == {None}


@pytest.mark.parametrize(("cost", "price"), [({}, 3.0), (CHEAP, None), ({"fit_seconds": 1.0}, 3.0)])
def test_nothing_is_said_without_a_price_or_a_time(cost, price):
    assert prices(CHEAP, cost, 0.01, price) is None


def test_the_page_says_when_it_pays():
    pairing = {
        "baseline": "tfidf", "model": "gru", "metric": "f1_macro", "difference": 0.0,
        "low": -0.02, "high": 0.0, "extra_cost": {}, "prices": prices(CHEAP, DEAR, 0.02, 3.0),
    }  # fmt: skip
    models = {"tfidf": {"model": "tfidf", "cost": CHEAP}, "gru": {"model": "gru", "cost": DEAR}}
    page = cost_section({"models": models, "dataset": {}, "limits": {}}, pairing)
    assert "`tfidf` is the cheaper one at any number of answers." in page
    assert "pays off where one more right answer is worth more than 0.000135." in page

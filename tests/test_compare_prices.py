"""Prices: totals by hand, and the volume at which a model pays off."""

import pytest

from worthit.compare.pages.cost import cost_section
from worthit.compare.pages.index import index_page
from worthit.compare.pages.money import money, price_sentence
from worthit.compare.prices import per_million, prices
from worthit.compare.verdict import Limits
from worthit.tests.reports_factory import NEWS, judged, two_models

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


@pytest.mark.parametrize(
    ("price", "shown"),
    [(None, "-"), (0.0, "0"), (0.000001234, "0.00000123"), (0.05033, "0.0503"), (7.0, "7"),
     (12345.6, "12,300")],
)  # fmt: skip
def test_money_has_three_digits_and_no_exponent(price, shown):
    assert money(price) == shown


def test_a_sentence_of_the_verdict_tells_the_money_of_both_sides():
    told = price_sentence(prices(CHEAP, DEAR, 0.02, 3.0), "`tfidf`", "`gru`")
    assert told == (
        "At 3 an hour a million answers of `gru` cost 3 against 0.3, tuning and training 6 against "
        "3; `tfidf` is the cheaper one at any number of answers, and each further right answer "
        "costs 0.000135."
    )
    quick = DEAR | {"ms_per_item_batched": 0.18}  # 1 more to train, 0.05 less for a million
    told = price_sentence(prices(CHEAP, quick, 0.0, 1.0), "`tfidf`", "`gru`")
    assert told.endswith("; from 20,000,000 answers on `gru` is the cheaper one.")
    assert price_sentence(None, "`tfidf`", "`gru`") == ""


def test_a_stated_price_enters_the_verdict_the_rule_and_the_index():
    runs = two_models(800, NEWS, 0.80, 0.86)
    report, page = judged(runs, limits=Limits(price_per_hour=0.9))
    verdict, rest = page.split("![", 1)
    assert "> At 0.9 an hour a million answers of `gru` cost 0.045 against 0.07" in verdict
    assert "No limits were stated" in rest and "A price of 0.9 an hour was stated" in rest
    assert "; at 0.9 an hour a million answers of it cost 0.045" in index_page(report.numbers)
    _, plain = judged(runs)
    assert "an hour" not in plain.split("![", 1)[0]
    for run in runs:
        run.record["cost"] = {}
    _, unknown = judged(runs, limits=Limits(price_per_hour=0.9))
    assert "but not every time is known: nothing is priced." in unknown


def test_a_price_limit_that_is_broken_decides():
    runs = two_models(3000, NEWS, 0.80, 0.86)
    for allowed, verdict in ((0.05, "worth it"), (0.04, "not worth it")):
        limits = Limits(price_per_hour=0.9, max_price=allowed)
        report, page = judged(runs, limits=limits)
        assert report.numbers["pairings"][0]["verdict"] == verdict
        assert f"The reader's limits: `--max-price` {allowed}." in page
    assert "Not worth it: a million answers cost 0.045 where 0.04 are allowed." in page


def test_the_price_of_a_million_answers_is_that_of_batches_where_they_were_timed():
    assert per_million({"ms_per_item": 7.2, "ms_per_item_batched": 3.6}, 2.0) == pytest.approx(2.0)
    assert per_million({"ms_per_item": 7.2}, 2.0) == pytest.approx(4.0)
    assert per_million({}, 2.0) is per_million({"ms_per_item": 7.2}, None) is None


def test_a_price_limit_needs_the_price_of_the_machine():
    with pytest.raises(ValueError, match="give --price-per-hour as well"):
        Limits(max_price=1.0)

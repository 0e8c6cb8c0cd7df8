"""Almost stochastic order against hand computation and brute force; several seeds on the page."""

import numpy as np
import pytest

from worthit.compare.pages.pairing import pairing_page
from worthit.compare.report import Report
from worthit.compare.stochastic_order import order_bound, violation
from worthit.tests.runs_factory import answers, make_run, truths


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ([3, 4, 5], [1, 2, 3], 0.0),
        ([1, 2, 3], [3, 4, 5], 1.0),
        ([1, 2, 3], [3, 2, 1], 0.5),
        ([1, 4], [2, 3], 0.5),
        ([1, 5], [2, 3], 0.2),  # half below by 1, half above by 2: 1 / (1 + 4)
        ([0, 2], [1], 0.5),
        ([0, 2, 2, 2], [1], 0.25),
    ],
)
def test_violation_is_as_computed_by_hand(first, second, expected):
    assert violation(first, second) == pytest.approx(expected)


def test_violation_agrees_with_fine_quantiles_and_its_mirror():
    rng = np.random.default_rng(0)
    first, second = rng.normal(0.1, 1, size=7), rng.normal(size=5)
    t = (np.arange(35_000) + 0.5) / 35_000
    gaps = np.sort(first)[(t * 7).astype(int)] - np.sort(second)[(t * 5).astype(int)]
    brute = (gaps**2)[gaps < 0].sum() / (gaps**2).sum()
    assert violation(first, second) == pytest.approx(brute, rel=1e-3)
    assert violation(second, first) == pytest.approx(1 - violation(first, second))


def test_clearly_better_seeds_are_almost_stochastically_better_and_equal_ones_are_not():
    rng = np.random.default_rng(1)
    low, high = rng.normal(0.80, 0.01, size=5), rng.normal(0.85, 0.01, size=5)
    assert order_bound(high, low) < 0.2
    assert order_bound(low, high) == 1
    same = rng.normal(0.80, 0.01, size=(2, 5))
    assert max(order_bound(*same), order_bound(*same[::-1])) > 0.5


def test_a_false_order_is_claimed_seldom():
    rng = np.random.default_rng(2)
    claims = [order_bound(*rng.normal(size=(2, 5))) < 0.2 for _ in range(100)]
    assert np.mean(claims) < 0.15


def seeds(model, truth, accuracy, n):
    return [
        make_run(model, truth, answers(truth, accuracy + 0.004 * seed, 10 + seed), seed=seed)
        for seed in range(n)
    ]


def test_order_is_on_the_page_from_five_seeds_of_both_up():
    truth = truths(600, {"a": 1, "b": 1})
    five = [*seeds("tfidf", truth, 0.80, 5), *seeds("gru", truth, 0.86, 5)]
    report = Report.from_runs(five)
    page = pairing_page(report.numbers, report.numbers["pairings"][0])
    assert "`gru` is almost stochastically better over the seeds" in page
    fewer = Report.from_runs(five[:-1])
    assert fewer.numbers["pairings"][0]["order"] is None

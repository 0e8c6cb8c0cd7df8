"""The rule: every branch, its borders, and the reader's limits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worthit.compare.verdict import (
    CANNOT_TELL,
    NOT_WORTH_IT,
    WORTH_IT,
    Limits,
    is_clear,
    judge,
)

LIMITS = Limits(max_ms=5, max_train_minutes=10)


@pytest.mark.parametrize(
    ("difference", "low", "high", "p", "verdict", "reason"),
    [
        (0.02, 0.01, 0.03, 0.001, WORTH_IT, "gain"),
        (0.01, 0.001, 0.02, 0.049, WORTH_IT, "gain"),
        (0.02, 0.01, 0.03, 0.05, CANNOT_TELL, "holm"),
        (0.009, 0.001, 0.02, 0.001, CANNOT_TELL, "below the margin"),
        (0.02, 0.0, 0.04, 0.001, CANNOT_TELL, "noise"),
        (0.0, -0.02, 0.02, 1.0, CANNOT_TELL, "noise"),
        (0.005, -0.005, 0.01, 0.3, CANNOT_TELL, "noise"),
        (-0.02, -0.03, -0.01, 0.001, NOT_WORTH_IT, "baseline better"),
        # The interval and the test may disagree at the border: then it is not said to be better.
        (-0.02, -0.03, -0.001, 0.06, NOT_WORTH_IT, "no gain"),
        (0.002, -0.004, 0.008, 0.6, NOT_WORTH_IT, "tie"),
        (0.005, 0.002, 0.008, 0.001, NOT_WORTH_IT, "tie"),
        (-0.01, -0.03, 0.005, 0.3, NOT_WORTH_IT, "too small a gain"),
        (0.5, None, None, 0.0001, CANNOT_TELL, "no interval"),
    ],
)
def test_the_rule(difference, low, high, p, verdict, reason):
    said = judge(difference, low, high, p, 0.01)
    assert (said.verdict, said.reason) == (verdict, reason)


@pytest.mark.parametrize(
    ("low", "high", "p", "clear"),
    [
        (0.001, 0.02, 0.049, True),
        (-0.02, -0.001, 0.001, True),
        (0.001, 0.02, 0.05, False),
        (-0.001, 0.02, 0.001, False),  # the spread over seeds, which p does not know
        (0.0, 0.02, 0.001, False),
        (None, None, 0.001, False),
    ],
)
def test_clear_needs_interval_and_test(low, high, p, clear):
    assert is_clear(low, high, p) is clear


def test_broken_limit_decides_by_itself():
    checks = LIMITS.check({"ms_per_item": 6, "fit_seconds": 60})
    said = judge(0.2, 0.1, 0.3, 0.0001, 0.01, checks)
    assert (said.verdict, said.reason, said.broken) == (NOT_WORTH_IT, "limit", ("max_ms",))


def test_both_limits_can_be_broken():
    checks = LIMITS.check({"ms_per_item": 6, "fit_seconds": 601})
    assert judge(0.2, 0.1, 0.3, 0.0001, 0.01, checks).broken == ("max_ms", "max_train_minutes")


def test_kept_limits_change_nothing():
    checks = LIMITS.check({"ms_per_item": 5, "fit_seconds": 600})
    assert judge(0.2, 0.1, 0.3, 0.0001, 0.01, checks).verdict == WORTH_IT


def test_unknown_cost_keeps_a_gain_from_being_worth_it():
    checks = LIMITS.check({})
    assert judge(0.2, 0.1, 0.3, 0.0001, 0.01, checks).reason == "limit unknown"
    assert judge(-0.2, -0.3, -0.1, 0.0001, 0.01, checks).reason == "baseline better"


def test_unstated_limits_are_not_checked():
    assert Limits().check({"ms_per_item": 1e9}) == ()


@pytest.mark.parametrize("name", ["max_ms", "max_train_minutes", "price_per_hour", "max_price"])
@pytest.mark.parametrize("value", [0, -1, float("nan")])
def test_limits_are_above_zero(name, value):
    with pytest.raises(ValueError, match="give a number above 0"):
        Limits(**{name: value})


numbers = st.floats(-0.2, 0.2)


@given(numbers, st.floats(0, 0.1), st.floats(0, 0.1), st.floats(0, 1), st.floats(0.001, 0.05))
def test_the_rule_as_the_protocol_words_it(difference, below, above, p, margin):
    low, high = difference - below, difference + above
    said = judge(difference, low, high, p, margin).verdict
    worth = low > 0 and difference >= margin and p < 0.05
    not_worth = high < margin
    assert not (worth and not_worth)
    assert said == (WORTH_IT if worth else NOT_WORTH_IT if not_worth else CANNOT_TELL)

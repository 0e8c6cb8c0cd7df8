"""Brier score and calibration error, by hand and by properties."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import brier_score_loss

from worthit.compare.calibration import brier, expected_calibration_error, noise_of_calibration


def drawn(seed, n=300, k=4, sharpness=1.0):
    """Draw probabilities, and truths that come true with them raised to ``sharpness``."""
    rng = np.random.default_rng(seed)
    probabilities = rng.dirichlet(np.ones(k), size=n)
    real = probabilities**sharpness / (probabilities**sharpness).sum(axis=1, keepdims=True)
    truth = (rng.random((n, 1)) > real.cumsum(axis=1)).sum(axis=1)
    return probabilities, np.minimum(truth, k - 1)


def test_brier_by_hand():
    probabilities = np.array([[0.7, 0.2, 0.1], [0.1, 0.6, 0.3]])
    # (0.09 + 0.04 + 0.01 + 0.01 + 0.36 + 0.49) / 2
    assert brier(probabilities, np.array([0, 2])) == pytest.approx(0.5)


def test_brier_of_two_classes_is_twice_that_of_one():
    probabilities, truth = drawn(1, k=2)
    assert brier(probabilities, truth) == pytest.approx(
        2 * brier_score_loss(truth, probabilities[:, 1])
    )


def test_sure_and_right_is_0_and_sure_and_wrong_is_2():
    sure, truth = np.eye(3), np.arange(3)
    assert (brier(sure, truth), expected_calibration_error(sure, truth)) == (0, 0)
    assert (brier(sure, truth - 1 + 3 * (truth == 0)), brier(sure, (truth + 1) % 3)) == (2, 2)
    assert expected_calibration_error(sure, (truth + 1) % 3) == 1


def test_calibration_error_by_hand():
    top = np.array([0.5, 0.6, 0.8, 0.9])
    probabilities = np.column_stack([top, 1 - top])
    truth = np.array([1, 0, 0, 0])
    # Two bins: |(0.5 + 0.6) - 1| / 4 + |(0.8 + 0.9) - 2| / 4
    assert expected_calibration_error(probabilities, truth, n_bins=2) == pytest.approx(0.1)
    # One bin: surpluses cancel, |2.8 - 3| / 4
    assert expected_calibration_error(probabilities, truth, n_bins=1) == pytest.approx(0.05)


def test_equal_probabilities_share_what_is_right_among_them():
    probabilities = np.tile([0.75, 0.25], (8, 1))
    truth = np.array([0] * 6 + [1] * 2)
    assert expected_calibration_error(probabilities, truth, n_bins=4) == pytest.approx(0)


def test_true_probabilities_are_calibrated_and_sharpened_ones_are_not():
    honest, truth = drawn(0, n=40_000)
    assert expected_calibration_error(honest, truth) < 0.015
    boasting = honest**3 / (honest**3).sum(axis=1, keepdims=True)
    assert expected_calibration_error(boasting, truth) > 0.1
    assert brier(honest, truth) < brier(boasting, truth)


@pytest.mark.parametrize("n", [300, 3000])
def test_one_calibrated_model_in_twenty_errs_by_more_than_chance_is_said_to(n):
    beyond = []
    for seed in range(400):
        honest, truth = drawn(seed, n=n)
        top = honest.max(axis=1)
        error, away = noise_of_calibration(top)
        right = honest.argmax(axis=1) == truth
        beyond.append(
            (expected_calibration_error(honest, truth) > error, abs((top - right).mean()) > away)
        )
    assert np.mean(beyond, axis=0) == pytest.approx([0.05, 0.05], abs=0.03)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 60), st.integers(2, 5), st.integers(1, 20))
def test_bounds_and_order_of_rows(seed, n, k, n_bins):
    probabilities, truth = drawn(seed, n, k)
    probabilities = np.round(probabilities, 1)  # with ties
    error = expected_calibration_error(probabilities, truth, n_bins)
    assert 0 <= error <= 1
    order = np.random.default_rng(seed).permutation(n)
    assert expected_calibration_error(probabilities[order], truth[order], n_bins) == pytest.approx(
        error
    )
    assert brier(probabilities[order], truth[order]) == pytest.approx(brier(probabilities, truth))

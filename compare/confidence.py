"""How far a model's probabilities can be believed, and how much it can answer at a precision."""

from typing import Any

import numpy as np

from worthit.compare.calibration import (
    N_BINS,
    brier,
    expected_calibration_error,
    noise_of_calibration,
)
from worthit.compare.probabilities import sure_together
from worthit.compare.run import Run

__all__ = ["LEAST_SEEN", "confidence_numbers", "coverage_at"]

PRECISIONS = (0.90, 0.95, 0.99)
LEAST_SEEN = 50


def confidence_numbers(run: Run, classes: list[str]) -> dict[str, Any]:
    """Collect calibration and coverage of one run on test.

    Returns
    -------
    dict
        ``brier``, ``ece``, ``ece_noise`` and ``away_noise`` (how far chance alone takes a
        calibrated model), ``bins`` of the reliability picture, ``coverage`` at each precision, with
        the limits chosen on validation; or ``missing``: why there is nothing.
    """
    test = sure_together([run], classes)
    if isinstance(test, str):
        return {"missing": test}
    probabilities = test.probabilities[0]
    top, right = probabilities.max(axis=1), test.answers[0] == test.truth
    validation = sure_together([run], classes, "validation")
    ece_noise, away_noise = noise_of_calibration(top)
    numbers = {
        "n": len(top),
        "brier": brier(probabilities, test.truth),
        "ece": expected_calibration_error(probabilities, test.truth),
        "ece_noise": ece_noise,
        "away_noise": away_noise,
        "mean_top": float(top.mean()),
        "accuracy": float(right.mean()),
        "bins": _bins(top, right),
        "coverage": None,
    }
    if not isinstance(validation, str):
        seen = validation.probabilities[0].max(axis=1)
        was_right = validation.answers[0] == validation.truth
        numbers["coverage"] = [
            {"precision": wished, **coverage_at(wished, seen, was_right, top, right)}
            for wished in PRECISIONS
        ]
    return numbers


def coverage_at(
    precision: float,
    seen: np.ndarray,
    was_right: np.ndarray,
    top: np.ndarray,
    right: np.ndarray,
    least: int = LEAST_SEEN,
) -> dict[str, Any]:
    """Answer only where sure enough: the limit is chosen on validation, and kept on test.

    Parameters
    ----------
    precision : float
        The wished share of right answers among those given.
    seen, was_right : numpy.ndarray of shape (m,)
        Top probability and whether it was right, on validation.
    top, right : numpy.ndarray of shape (n,)
        The same on test.
    least : int
        Items that must be answered on validation: a precision over fewer is luck.

    Returns
    -------
    dict
        ``limit``, None where no limit reaches the precision on validation; ``share`` of the test
        items answered; ``reached``: the precision there.

    Examples
    --------
    >>> sure, hit = np.array([0.9, 0.8, 0.6]), np.array([True, True, False])
    >>> coverage_at(0.9, sure, hit, sure, hit, least=1)["limit"]
    0.8
    """
    order = np.argsort(-seen, kind="stable")
    good = np.cumsum(was_right[order]) / np.arange(1, len(order) + 1) >= precision
    levels = seen[order]
    good[: least - 1] = False
    good[:-1] &= levels[1:] < levels[:-1]  # items of one probability are answered together
    if not good.any():
        return {"limit": None, "share": 0.0, "reached": None}
    limit = float(levels[np.flatnonzero(good)[-1]])
    answered = top >= limit
    return {
        "limit": limit,
        "share": float(answered.mean()),
        "reached": float(right[answered].mean()) if answered.any() else None,
    }


def _bins(top: np.ndarray, right: np.ndarray) -> list[dict[str, Any]]:
    """Cut the items into parts of equal size by their top probability."""
    parts = np.array_split(np.argsort(top, kind="stable"), min(N_BINS, len(top)))
    return [
        {"n": len(part), "top": float(top[part].mean()), "right": float(right[part].mean())}
        for part in parts
    ]

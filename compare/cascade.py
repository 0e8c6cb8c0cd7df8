"""A cascade: the baseline answers what it is sure of, the rest is sent on to the model."""

from typing import Any

import numpy as np
from scipy import stats

from worthit.compare.probabilities import Sure
from worthit.compare.yardstick import Yardstick

__all__ = ["cascade_numbers"]

SHARES = tuple(round(0.05 * step, 2) for step in range(21))
ROUNDING = 1e-12  # losses that differ by less are one


def cascade_numbers(
    test: Sure, on_test: Yardstick, validation: Sure, on_validation: Yardstick, margin: float
) -> dict[str, Any]:
    """Draw the curve over shares sent on, and judge the limit that validation chooses.

    Parameters
    ----------
    test, validation : Sure
        Probabilities of the baseline and of the model.
    on_test, on_validation : Yardstick
        Score answers there.
    margin : float
        The difference that matters to the reader, as a fraction; half of it may be lost.

    Returns
    -------
    dict
        ``curve``, ``threshold``, ``validation_score``, ``validation_best``, the ``share`` sent on,
        and what :meth:`~worthit.compare.yardstick.Yardstick.compare` tells.
    """
    top = test.probabilities[0].max(axis=1)
    order = np.argsort(top, kind="stable")
    curve = [
        {"share": share, "score": on_test.score(_sent(test, order[: round(share * len(order))]))}
        for share in SHARES
    ]
    threshold, score, best = _threshold(validation, on_validation, margin)
    chosen = np.flatnonzero(top < threshold)
    return {
        "curve": curve,
        "threshold": threshold,
        "validation_score": score,
        "validation_best": best,
        "share": len(chosen) / len(order),
        **on_test.compare(_sent(test, chosen)),
    }


def _sent(sure: Sure, items: np.ndarray) -> np.ndarray:
    answers = sure.answers[0].copy()
    answers[items] = sure.answers[1][items]
    return answers


def _threshold(validation: Sure, yardstick: Yardstick, margin: float) -> tuple[float, float, float]:
    """Choose below which probability to send an item on: the fewest items that do as well as any.

    As well: what is lost against the best limit, with the upper end of its 95 % interval, lies
    within half the margin (a test of non-inferiority). The curve is flat where both models are
    good, and its highest point there is chance.

    Returns
    -------
    threshold, score, best : float
        The limit, its score on validation, and the best score there of any limit.
    """
    top = validation.probabilities[0].max(axis=1)
    limits = [0.0, *np.quantile(top, SHARES[1:-1]), 1.1]  # above 1 everything is sent
    answers = [_sent(validation, np.flatnonzero(top < limit)) for limit in limits]
    scores = [yardstick.score(each) for each in answers]
    best = int(np.argmax(scores))  # of equally good ones, fewest are sent

    def most_lost(place: int) -> float:
        error = yardstick.error(answers[place], answers[best])
        return scores[best] - scores[place] + stats.norm.ppf(0.975) * error

    within = (place for place in range(best) if most_lost(place) <= margin / 2 + ROUNDING)
    chosen = next(within, best)
    return float(limits[chosen]), scores[chosen], scores[best]

"""Yardstick: one metric over the truths of one split, for any answers to its items."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from worthit.compare.alignment import Aligned
from worthit.compare.bootstrap import bootstrap, interval
from worthit.compare.influence import influences, standard_errors
from worthit.compare.metrics import metric_values
from worthit.compare.refusal import refusal_of
from worthit.compare.scores import class_counts
from worthit.compare.units import units_of

__all__ = ["Yardstick"]

SIDES = ([0], [1])
RESAMPLES = 2000  # six intervals beside the main one: ends good to a tenth of their width


@dataclass(frozen=True, eq=False)
class Yardstick:
    """One metric over the truths of one split.

    Attributes
    ----------
    aligned : Aligned
        The split's truths and groups, and the answers of the baseline and of the model.
    metric : str
        The chosen metric.
    positive : int or None
        Position of the positive class.
    """

    aligned: Aligned
    metric: str
    positive: int | None

    def score(self, answers: np.ndarray) -> float:
        """Score answers, shape (n,)."""
        counts = class_counts(self.aligned.truth, answers, len(self.aligned.classes))
        return float(metric_values(self.metric, *counts, self.positive))

    def error(self, one: np.ndarray, other: np.ndarray) -> float:
        """Return the standard error of the difference between two lists of answers.

        One unit tells nothing of it: it is then infinite.
        """
        units = units_of(replace(self.aligned, answers=np.stack([one, other])))
        if units.total < 2:
            return np.inf
        sides = np.array([-1.0, 1.0])
        influence = influences(units, units.observed(), sides, self.metric, self.positive)
        return float(standard_errors(units, units.weights[None], influence)[0])

    def compare(self, answers: np.ndarray) -> dict[str, Any]:
        """Score answers, and tell their difference from either model with its interval."""
        result: dict[str, Any] = {"score": self.score(answers)}
        for place, side in enumerate(("baseline", "model")):
            pair = replace(self.aligned, answers=np.stack([self.aligned.answers[place], answers]))
            samples, _ = bootstrap(
                units_of(pair), SIDES, self.metric, self.positive, n_resamples=RESAMPLES
            )
            refusal = refusal_of(pair, self.metric, self.positive, SIDES)
            low, high = (None, None) if refusal else interval(samples)
            result[f"against_{side}"] = {"difference": samples.observed, "low": low, "high": high}
        return result

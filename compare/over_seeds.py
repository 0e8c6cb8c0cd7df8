"""What several seeds of a pairing say: mean and deviation of each side, and how many seeds won."""

from collections.abc import Sequence
from typing import Any

import numpy as np

__all__ = ["over_seeds"]


def over_seeds(baseline: Sequence[float], model: Sequence[float]) -> dict[str, Any] | None:
    """Describe the scores of the seeds of two models.

    A seed of one model has nothing to do with the same seed of another, so each seed of the model
    is held against the baseline's mean. An equal score does not beat it.

    Parameters
    ----------
    baseline, model : sequence of float
        One score for each seed.

    Returns
    -------
    dict or None
        ``mean`` and ``deviation`` (of a sample: n - 1; None for one seed) of either side;
        ``won``, the model's seeds above the baseline's mean, and ``share``, of all its seeds.
        None if neither side has several.

    Examples
    --------
    >>> found = over_seeds([0.5], [0.4, 0.6, 0.8])
    >>> found["won"], round(found["share"], 2), round(found["model"]["deviation"], 2)
    (2, 0.67, 0.2)
    """
    if max(len(baseline), len(model)) < 2:
        return None
    won = int(np.sum(np.asarray(model) > np.mean(baseline)))
    return {
        "baseline": _described(baseline),
        "model": _described(model),
        "won": won,
        "share": won / len(model),
    }


def _described(scores: Sequence[float]) -> dict[str, float | None]:
    deviation = float(np.std(scores, ddof=1)) if len(scores) > 1 else None
    return {"mean": float(np.mean(scores)), "deviation": deviation}

"""Which parameters of a search mattered: fANOVA, beside what it finds in shuffled scores."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import optuna
from numpy.typing import NDArray
from optuna.distributions import BaseDistribution, FloatDistribution
from optuna.importance import FanovaImportanceEvaluator
from optuna.trial import create_trial

__all__ = ["MIN_TRIALS", "importances"]

MIN_TRIALS = 20  # below it a forest finds nothing but noise
N_TREES = 16
SHUFFLES = 9  # the largest of them is passed by chance once in ten times


def importances(
    trials: Sequence[Mapping[str, Any]], space: Mapping[str, BaseDistribution], seed: int
) -> dict[str, Any] | None:
    """Estimate the share of the scores' variation that each parameter explains alone.

    Functional ANOVA of a random forest over the trials (Hutter et al. 2014, "An efficient approach
    for assessing hyperparameter importance"). Trials that were stopped early count as well, or
    hardly any would be left: a trial's score is its mean over the folds that all trials did. A
    forest explains shuffled scores too, so their shares are returned beside the real ones.

    Parameters
    ----------
    trials : sequence of mapping
        ``params`` and ``folds`` of each; see ``tuning`` in run.json.
    space : mapping of str to distribution
        What was searched.
    seed : int
        Of forest and shuffles.

    Returns
    -------
    dict or None
        ``n`` trials, ``folds`` they share, and ``shares``: for each parameter ``share`` and
        ``by_chance``, the largest share in nine shuffles, largest share first. None for fewer than
        20 trials or equal scores.
    """
    if len(trials) < MIN_TRIALS:
        return None
    n_folds = min(len(trial["folds"]) for trial in trials)
    scores = np.array([np.mean(trial["folds"][:n_folds]) for trial in trials])
    if np.ptp(scores) == 0:
        return None
    points = [trial["params"] for trial in trials]
    random = np.random.default_rng(seed)
    found = _shares(points, scores, space, seed)
    shuffled = [_shares(points, random.permutation(scores), space, seed) for _ in range(SHUFFLES)]
    by_chance = {name: max(each.get(name, 0.0) for each in shuffled) for name in found}
    shares = [
        {"parameter": name, "share": share, "by_chance": by_chance[name]}
        for name, share in sorted(found.items(), key=lambda item: -item[1])
    ]
    return {"n": len(trials), "folds": n_folds, "shares": shares}


def _shares(
    points: Sequence[dict[str, Any]],
    scores: NDArray[np.float64],
    space: Mapping[str, BaseDistribution],
    seed: int,
) -> dict[str, float]:
    # What is searched logarithmically must weigh so as well, which the evaluator would not do.
    logarithmic = {name for name, each in space.items() if getattr(each, "log", False)}
    even = {name: _even(each) if name in logarithmic else each for name, each in space.items()}
    study = optuna.create_study(direction="maximize")
    for point, score in zip(points, scores, strict=True):
        params = {k: float(np.log(v)) if k in logarithmic else v for k, v in point.items()}
        study.add_trial(create_trial(params=params, distributions=even, value=float(score)))
    evaluator = FanovaImportanceEvaluator(n_trees=N_TREES, seed=seed)
    return {name: float(share) for name, share in evaluator.evaluate(study).items()}


def _even(distribution: Any) -> FloatDistribution:
    # A value at an end must not fall outside by rounding.
    low, high = float(np.log(distribution.low)), float(np.log(distribution.high))
    return FloatDistribution(low - 1e-9, high + 1e-9)

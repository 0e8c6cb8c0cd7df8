"""What run.json tells of a search: the space, its trials, and those that came to nothing."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution
from optuna.trial import FrozenTrial

__all__ = ["FAILED", "scored", "told_of_space", "told_of_trials"]

FAILED = "failed"  # where a trial keeps why nothing could be trained


def scored(trials: Sequence[FrozenTrial]) -> list[FrozenTrial]:
    """Leave out the trials that failed: those without a score of their own."""
    return [trial for trial in trials if FAILED not in trial.user_attrs]


def told_of_space(space: dict[str, BaseDistribution], chosen: dict[str, Any]) -> dict[str, Any]:
    """Describe a space, and say where the chosen values lie at its edge."""
    return {
        "space": {name: _describe(distribution) for name, distribution in space.items()},
        "bounds": {name: _bounds(each) for name, each in space.items() if _is_range(each)},
        "at_edge": _at_edge(chosen, space),
    }


def told_of_trials(finished: Sequence[FrozenTrial], best: FrozenTrial) -> dict[str, Any]:
    """List the finished trials in the order of their slots, those that failed by themselves."""
    with_score = scored(finished)
    workers = list(dict.fromkeys(trial.user_attrs["worker"] for trial in finished))

    def told(trial: FrozenTrial) -> dict[str, Any]:
        attributes = trial.user_attrs
        return {
            "worker": workers.index(attributes["worker"]),
            "seconds": attributes["seconds"],
            "params": trial.params,
        }

    return {
        "best": with_score.index(best),
        "workers": len(workers),
        # Not optuna's numbers: a trial that a killed search left behind has taken one.
        "trials": [
            {"number": n, **told(trial), **_score(trial)} for n, trial in enumerate(with_score)
        ],
        "failed": [
            {**told(trial), "why": trial.user_attrs[FAILED]}
            for trial in finished
            if FAILED in trial.user_attrs
        ],
    }


def _score(trial: FrozenTrial) -> dict[str, Any]:
    folds = trial.user_attrs["folds"]
    return {"state": trial.state.name.lower(), "score": float(np.mean(folds)), "folds": folds}


def _is_range(distribution: BaseDistribution) -> bool:
    return not isinstance(distribution, CategoricalDistribution)


def _bounds(distribution: Any) -> dict[str, Any]:
    return {"low": distribution.low, "high": distribution.high, "log": distribution.log}


def _describe(distribution: BaseDistribution) -> str:
    if isinstance(distribution, CategoricalDistribution):
        return ", ".join(
            f"{choice:g}" if isinstance(choice, float) else str(choice)
            for choice in distribution.choices
        )
    bounds = _bounds(distribution)
    return f"{bounds['low']:g} to {bounds['high']:g}{' (logarithmic)' if bounds['log'] else ''}"


def _at_edge(params: dict[str, Any], space: dict[str, BaseDistribution]) -> list[str]:
    """Name the continuous fields whose best value lies within 2 % of an end of its range.

    A range of a few whole numbers is a list of choices, whose ends are as good as the others.
    """
    edges = []
    for name, distribution in space.items():
        if isinstance(distribution, FloatDistribution):
            scale = np.log if distribution.log else float
            low, high, value = (
                scale(distribution.low),
                scale(distribution.high),
                scale(params[name]),
            )
            if min(value - low, high - value) < 0.02 * (high - low):
                edges.append(name)
    return edges

"""The point of a trial: a killed trial's, a proposal, or what a freshly seeded sampler draws."""

import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from optuna.samplers import BaseSampler, PartialFixedSampler, TPESampler
from optuna.trial import FrozenTrial, Trial, TrialState

from worthit.experiment.proposals import propose

__all__ = ["draw"]

LIVE = (TrialState.COMPLETE, TrialState.PRUNED, TrialState.RUNNING)
RANDOM_TRIALS = 8  # before the sampler starts to learn


def draw(
    trial: Trial,
    slot: int,
    seed: int,
    classifier: Any,
    space: Mapping[str, BaseDistribution],
    best: FrozenTrial | None,
) -> None:
    """Give a trial a value for each field of the space.

    Parameters
    ----------
    trial : optuna.trial.Trial
        Without values yet.
    slot : int
        Its slot. If a trial in this slot was killed, its point is tried again.
    seed : int
        Of the search.
    classifier : classifier
        For what it proposes; see :func:`~worthit.experiment.proposals.propose`.
    space : mapping of str to distribution
        The fields being searched.
    best : optuna.trial.FrozenTrial or None
        The best trial so far.
    """
    trials = trial.study.get_trials(deepcopy=False)
    killed = [
        other.params
        for other in trials
        if other.state == TrialState.FAIL and other.user_attrs.get("slot") == slot
    ]
    if killed:
        point: dict[str, Any] | None = killed[-1]
    else:
        tried = [other.params for other in trials if other.state in LIVE]
        point = propose(classifier, space, tried, best.params if best else None)
    trial.study.sampler = _sampler(seed, slot, point)
    for name, distribution in space.items():
        _suggest(trial, name, distribution)


def _sampler(seed: int, slot: int, point: dict[str, Any] | None) -> BaseSampler:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # both are marked experimental
        tpe = TPESampler(
            seed=int(np.random.SeedSequence([seed, slot]).generate_state(1)[0]),
            multivariate=True,
            constant_liar=True,
            n_startup_trials=RANDOM_TRIALS,
        )
        return PartialFixedSampler(point, tpe) if point else tpe


def _suggest(trial: Trial, name: str, distribution: BaseDistribution) -> None:
    if isinstance(distribution, CategoricalDistribution):
        trial.suggest_categorical(name, distribution.choices)
    elif isinstance(distribution, IntDistribution):
        trial.suggest_int(
            name, distribution.low, distribution.high, step=distribution.step, log=distribution.log
        )
    elif isinstance(distribution, FloatDistribution):
        trial.suggest_float(
            name, distribution.low, distribution.high, step=distribution.step, log=distribution.log
        )

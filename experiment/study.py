"""The Optuna study behind a search: where it is kept, what it has finished, who draws next."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import optuna
from optuna.storages import BaseStorage, JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import FrozenTrial, TrialState

__all__ = [
    "best_folds",
    "best_params",
    "finished",
    "forget_interrupted",
    "open_study",
    "sampler",
    "tried",
]

FINISHED = (TrialState.COMPLETE, TrialState.PRUNED)
RANDOM_TRIALS = 8  # before the sampler starts to learn


def open_study(storage: str | Path, name: str, fresh: bool) -> optuna.Study:
    """Open a study, or make it."""
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    backend: BaseStorage | str
    if isinstance(storage, Path):
        storage.parent.mkdir(parents=True, exist_ok=True)
        backend = JournalStorage(JournalFileBackend(str(storage)))
    elif storage.startswith("journal:"):
        backend = JournalStorage(JournalFileBackend(storage.removeprefix("journal:")))
    else:
        backend = storage
    if fresh and name in optuna.get_all_study_names(backend):
        optuna.delete_study(study_name=name, storage=backend)
    return optuna.create_study(
        storage=backend, study_name=name, direction="maximize", load_if_exists=True
    )


def forget_interrupted(study: optuna.Study, own: bool) -> None:
    """Close the trial of a killed search; the same point is drawn again.

    In a shared database a running trial may be another machine's.
    """
    if own:
        for trial in study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
            study.tell(trial.number, state=TrialState.FAIL)


def sampler(seed: int, n_done: int) -> optuna.samplers.TPESampler:
    """Make the sampler for the trial after so many."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # 'multivariate' is marked experimental
        return optuna.samplers.TPESampler(
            seed=int(np.random.SeedSequence([seed, n_done]).generate_state(1)[0]),
            multivariate=True,
            constant_liar=True,
            n_startup_trials=RANDOM_TRIALS,
        )


def finished(study: optuna.Study) -> list[FrozenTrial]:
    """List the trials that were told a score, pruned ones included."""
    return study.get_trials(deepcopy=False, states=FINISHED)


def best_folds(study: optuna.Study) -> list[float] | None:
    """Return the best trial's score on each fold, if a trial is complete."""
    complete = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    return study.best_trial.user_attrs["folds"] if complete else None


def tried(study: optuna.Study) -> list[dict[str, Any]]:
    """List the points of all trials that are done, running or waiting to be taken up."""
    states = (*FINISHED, TrialState.RUNNING, TrialState.WAITING)
    trials = study.get_trials(deepcopy=False, states=states)
    return [trial.params or trial.system_attrs.get("fixed_params", {}) for trial in trials]


def best_params(study: optuna.Study) -> dict[str, Any] | None:
    """Return the best trial's point, if a trial is complete."""
    complete = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    return study.best_trial.params if complete else None

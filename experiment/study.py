"""The Optuna study behind a search: slots of one trial each, filled by any number of workers.

A trial takes the lowest slot that no finished or running trial has, and trials take their slots
and their points in the order of their numbers, which the storage gives out. So a slot is never
filled twice, slot 0 is the untuned default whoever comes first, and no two workers draw alike: the
seed of a draw is the search's seed and the slot. The slot of a trial whose worker was killed
becomes free again, and who takes it takes the killed trial's point along.
"""

import secrets
import time
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import optuna
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from optuna.exceptions import UpdateFinishedTrialError
from optuna.trial import FrozenTrial, Trial, TrialState

from worthit.core.files import write_atomic
from worthit.core.progress import say
from worthit.experiment import heartbeat
from worthit.experiment.heartbeat import Watch, beating
from worthit.experiment.proposals import propose
from worthit.experiment.storage import open_storage

__all__ = ["Slots", "new_worker", "open_slots", "worker_of"]

FINISHED = (TrialState.COMPLETE, TrialState.PRUNED)
RANDOM_TRIALS = 8  # before the sampler starts to learn
POLL = 0.2  # seconds between two looks at what other workers do


def open_slots(
    storage: str | Path, name: str, n: int, seed: int, worker: str, fresh: bool = False
) -> "Slots":
    """Open the slots of a search, or make them, and free those that an earlier process left.

    Parameters
    ----------
    storage : str or pathlib.Path
        See :func:`~worthit.experiment.storage.open_storage`.
    name : str
        The study's.
    n : int
        Number of slots.
    seed : int
        Of the sampler.
    worker : str
        Says whose trials are whose. A process that goes on for a killed one has its name.
    fresh : bool
        Forget what the study holds, unless other workers are busy with it.

    Returns
    -------
    Slots
    """
    shared, backend = isinstance(storage, str), open_storage(storage)
    if fresh and name in optuna.get_all_study_names(backend):
        old = optuna.load_study(study_name=name, storage=backend)
        if shared and _is_busy(old):
            say("Other workers are busy with this search; joining them, in spite of --fresh.")
        else:
            optuna.delete_study(study_name=name, storage=backend)
    study = optuna.create_study(
        storage=backend, study_name=name, direction="maximize", load_if_exists=True
    )
    for trial in _running(study):
        if not shared or trial.user_attrs.get("worker") == worker:
            _close(study, trial.number)
    return Slots(study, n, seed, worker, shared)


def new_worker() -> str:
    """Return a name that no other worker has, and that says nothing of the machine."""
    return secrets.token_hex(4)


def worker_of(work: Path) -> str:
    """Return the name of the worker of a folder, kept there so that a repeated command has it.

    Parameters
    ----------
    work : pathlib.Path
        Held against other processes, so that whoever had the name before is dead.
    """
    path = work / "worker"
    if not path.exists():
        write_atomic(path, new_worker())
    return path.read_text(encoding="utf-8")


@dataclass
class Slots:
    """The slots of a search, as one worker sees them.

    Attributes
    ----------
    study : optuna.Study
        Keeps the trials.
    n : int
        Number of slots.
    seed : int
        Of the sampler.
    worker : str
        This worker's name.
    shared : bool
        Whether there may be others.
    """

    study: optuna.Study
    n: int
    seed: int
    worker: str
    shared: bool
    watch: Watch = field(init=False)
    _said_waiting: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        self.watch = Watch(self.study)

    def finished(self, own: bool = False) -> list[FrozenTrial]:
        """List the trials that were told a score, in the order of their slots."""
        trials = [
            trial
            for trial in self.study.get_trials(deepcopy=False, states=FINISHED)
            if "slot" in trial.user_attrs
            and (not own or not self.shared or trial.user_attrs["worker"] == self.worker)
        ]
        return sorted(trials, key=lambda trial: trial.user_attrs["slot"])

    def best(self) -> FrozenTrial | None:
        """Return the complete trial with the best score, of equals the first."""
        complete = [trial for trial in self.finished() if trial.state == TrialState.COMPLETE]
        return max(complete, key=lambda trial: trial.value or 0.0, default=None)

    @contextmanager
    def next_trial(
        self, classifier: Any, space: Mapping[str, BaseDistribution]
    ) -> Iterator[Trial | None]:
        """Take the lowest free slot, with a point to try.

        Parameters
        ----------
        classifier : classifier
            For what it proposes; see :func:`~worthit.experiment.proposals.propose`.
        space : mapping of str to distribution
            The fields being searched.

        Yields
        ------
        optuna.trial.Trial or None
            None if other workers have the last slots. A trial that was not told a score at the
            end gives its slot back.
        """
        if self.shared:
            self.watch.close_silent()
        if self._free_slot() is None:
            yield None
            return
        self.study.sampler = optuna.samplers.RandomSampler()  # asked for nothing yet
        trial = self.study.ask()
        with beating(trial) if self.shared else nullcontext():
            try:
                yield trial if self._settle(trial, classifier, space) else None
            except BaseException:
                _close(self.study, trial.number)
                raise

    def tell(self, trial: Trial, scores: list[float], seconds: float, pruned: bool) -> None:
        """Store what a trial scored on its folds.

        A trial that was silent for too long, on a machine that slept, has been closed and given
        to another worker; what it scored is dropped, so that no slot is filled twice.
        """
        score = float(np.mean(scores))
        try:
            trial.set_user_attr("folds", scores)
            trial.set_user_attr("seconds", seconds)
            if pruned:
                trial.report(score, len(scores))
                self.study.tell(trial, state=TrialState.PRUNED)
            else:
                self.study.tell(trial, score)
        except (UpdateFinishedTrialError, ValueError):
            if not self._closed(trial):
                raise
            say("A trial took so long to answer that another worker was given it.")

    def wait(self) -> None:
        """Wait a moment for other workers, and free the slots of those that have died."""
        n = len(self._filled())
        if n and not self._said_waiting:
            say(
                f"Waiting for other workers to finish {n} trial{'s' * (n != 1)}; one that is "
                f"silent for {heartbeat.GRACE} s is given to the next worker."
            )
            self._said_waiting = True
        time.sleep(POLL)
        self.watch.close_silent()

    def wait_for_running(self) -> None:
        """Wait until the trials that other workers have now are done, so that all see them."""
        pending = self._filled()
        while pending & self._filled():
            self.wait()

    def _filled(self) -> set[int]:
        return {t.number for t in _running(self.study) if "slot" in t.user_attrs}

    def _settle(self, trial: Trial, classifier: Any, space: Mapping[str, BaseDistribution]) -> bool:
        """Give a trial its slot and its point; False if there is no slot for it."""
        try:
            trial.set_user_attr("worker", self.worker)
            self._await_turn(trial)
            slot = self._free_slot()
            if slot is None:
                _close(self.study, trial.number)
                return False
            self.study.sampler = self._sampler(slot, classifier, space)
            for name, distribution in space.items():
                _suggest(trial, name, distribution)
            trial.set_user_attr("slot", slot)  # last: who has a slot has a point
        except UpdateFinishedTrialError:  # closed as silent
            return False
        return True

    def _await_turn(self, trial: Trial) -> None:
        """Wait until every trial with a smaller number has its slot and its point, or is closed."""
        while any(
            other.number < trial.number and "slot" not in other.user_attrs
            for other in _running(self.study)
        ):
            time.sleep(POLL / 10)
            self.watch.close_silent(mine=trial.number)

    def _free_slot(self) -> int | None:
        states = (*FINISHED, TrialState.RUNNING)
        trials = self.study.get_trials(deepcopy=False, states=states)
        taken = {trial.user_attrs.get("slot") for trial in trials}
        return next((slot for slot in range(self.n) if slot not in taken), None)

    def _sampler(
        self, slot: int, classifier: Any, space: Mapping[str, BaseDistribution]
    ) -> optuna.samplers.BaseSampler:
        """Make the sampler for one slot: a killed trial's point, a proposal, or a draw."""
        trials = self.study.get_trials(deepcopy=False)
        killed = [
            trial.params
            for trial in trials
            if trial.state == TrialState.FAIL and trial.user_attrs.get("slot") == slot
        ]
        if killed:
            point: dict[str, Any] | None = killed[-1]
        else:
            live = (*FINISHED, TrialState.RUNNING)
            tried = [trial.params for trial in trials if trial.state in live]
            best = self.best()
            point = propose(classifier, space, tried, best.params if best else None)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # both are marked experimental
            tpe = optuna.samplers.TPESampler(
                seed=int(np.random.SeedSequence([self.seed, slot]).generate_state(1)[0]),
                multivariate=True,
                constant_liar=True,
                n_startup_trials=RANDOM_TRIALS,
            )
            return optuna.samplers.PartialFixedSampler(point, tpe) if point else tpe

    def _closed(self, trial: Trial) -> bool:
        return all(running.number != trial.number for running in _running(self.study))


def _running(study: optuna.Study) -> list[FrozenTrial]:
    return study.get_trials(deepcopy=False, states=(TrialState.RUNNING,))


def _close(study: optuna.Study, number: int) -> None:
    with suppress(UpdateFinishedTrialError, ValueError):  # another worker was faster
        study.tell(number, state=TrialState.FAIL)


def _is_busy(study: optuna.Study) -> bool:
    """Tell whether a worker is alive: none is if no trial is left when all had time to beat."""
    watch, end = Watch(study), time.monotonic() + heartbeat.GRACE + heartbeat.INTERVAL
    if _running(study):
        say(f"Looking for up to {heartbeat.GRACE} s whether other workers are in this search.")
    while _running(study) and time.monotonic() < end:
        time.sleep(POLL)
        watch.close_silent()
    return bool(_running(study))


def _suggest(trial: Trial, name: str, distribution: BaseDistribution) -> None:
    if isinstance(distribution, CategoricalDistribution):
        trial.suggest_categorical(name, distribution.choices)
    elif isinstance(distribution, IntDistribution):
        low, high = distribution.low, distribution.high
        trial.suggest_int(name, low, high, step=distribution.step, log=distribution.log)
    else:
        assert isinstance(distribution, FloatDistribution)
        low, high = distribution.low, distribution.high
        trial.suggest_float(name, low, high, step=distribution.step, log=distribution.log)

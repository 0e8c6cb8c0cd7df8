"""Numbered slots of a search: each one trial, filled by any number of workers.

A trial takes the lowest slot that no finished or running trial has, and trials take their slots
and their points in the order of their numbers, which the storage gives out. So a slot is never
filled twice, slot 0 is the untuned default whoever comes first, and no two workers draw alike: the
seed of a draw is the search's seed and the slot. The slot of a trial whose worker was killed
becomes free again, and who takes it takes the killed trial's point along.
"""

import time
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import optuna
from optuna.distributions import BaseDistribution
from optuna.exceptions import UpdateFinishedTrialError
from optuna.trial import FrozenTrial, Trial, TrialState

from worthit.core.progress import say
from worthit.experiment import heartbeat
from worthit.experiment.draws import draw
from worthit.experiment.heartbeat import Watch, beating

__all__ = ["POLL", "Slots", "close", "running"]

FINISHED = (TrialState.COMPLETE, TrialState.PRUNED)
POLL = 0.2  # seconds between two looks at what other workers do


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
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of Optuna's heartbeat outside of study.optimize
            trial = self.study.ask()
        with beating(trial) if self.shared else nullcontext():
            try:
                yield trial if self._settle(trial, classifier, space) else None
            except BaseException:
                close(self.study, trial.number)
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
        return {t.number for t in running(self.study) if "slot" in t.user_attrs}

    def _settle(self, trial: Trial, classifier: Any, space: Mapping[str, BaseDistribution]) -> bool:
        """Give a trial its slot and its point; False if there is no slot for it."""
        try:
            trial.set_user_attr("worker", self.worker)
            self._await_turn(trial)
            slot = self._free_slot()
            if slot is None:
                close(self.study, trial.number)
                return False
            draw(trial, slot, self.seed, classifier, space, self.best())
            trial.set_user_attr("slot", slot)  # last: who has a slot has a point
        except UpdateFinishedTrialError:  # closed as silent
            return False
        return True

    def _await_turn(self, trial: Trial) -> None:
        """Wait until every trial with a smaller number has its slot and its point, or is closed."""
        while any(
            other.number < trial.number and "slot" not in other.user_attrs
            for other in running(self.study)
        ):
            time.sleep(POLL / 10)
            self.watch.close_silent(mine=trial.number)

    def _free_slot(self) -> int | None:
        states = (*FINISHED, TrialState.RUNNING)
        trials = self.study.get_trials(deepcopy=False, states=states)
        taken = {trial.user_attrs.get("slot") for trial in trials}
        return next((slot for slot in range(self.n) if slot not in taken), None)

    def _closed(self, trial: Trial) -> bool:
        return all(other.number != trial.number for other in running(self.study))


def running(study: optuna.Study) -> list[FrozenTrial]:
    """List the running trials of a study."""
    return study.get_trials(deepcopy=False, states=(TrialState.RUNNING,))


def close(study: optuna.Study, number: int) -> None:
    """Close a trial that will not be told a score."""
    with suppress(UpdateFinishedTrialError, ValueError):  # another worker was faster
        study.tell(number, state=TrialState.FAIL)

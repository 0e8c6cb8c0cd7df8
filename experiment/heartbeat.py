"""Tells the trials of living workers from those that a dead worker has left behind.

While a worker has a trial it says so every ``INTERVAL`` seconds. A trial that has been silent for
``GRACE`` seconds is closed, and its point goes to the next worker. A database keeps the time of
the last heartbeat by its own clock (Optuna's heartbeat). A journal file has no clock that all
machines share, so there each worker counts the beats of the others, and measures by its own clock
for how long a count has stood still.
"""

import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import optuna
from optuna.exceptions import UpdateFinishedTrialError
from optuna.storages import fail_stale_trials
from optuna.trial import FrozenTrial, Trial, TrialState

__all__ = ["GRACE", "INTERVAL", "Watch", "beating"]

INTERVAL = 10  # seconds
GRACE = 60  # seconds; a fit that holds the interpreter's lock can delay a few beats


@contextmanager
def beating(trial: Trial) -> Iterator[None]:
    """Say every ``INTERVAL`` seconds that a trial is alive, from a thread of its own.

    Parameters
    ----------
    trial : optuna.trial.Trial
        Running, and this worker's own.
    """
    stop = threading.Event()
    _beat(trial, 0)
    thread = threading.Thread(target=_keep_beating, args=(trial, stop), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _keep_beating(trial: Trial, stop: threading.Event) -> None:
    count = 0
    while not stop.wait(INTERVAL):
        count += 1
        # A database that cannot be reached for a moment is no reason to stop; if it stays away
        # or has closed the trial, the worker learns so when it tells the score.
        with suppress(Exception):
            _beat(trial, count)


def _beat(trial: Trial, count: int) -> None:
    # Optuna beats by itself inside study.optimize only; trials here are asked for and told.
    if record := getattr(trial.storage, "record_heartbeat", None):
        record(trial._trial_id)
    else:
        trial.storage.set_trial_user_attr(trial._trial_id, "beat", count)


class Watch:
    """Watches the running trials of a study that workers share.

    Parameters
    ----------
    study : optuna.Study
        The study.
    """

    def __init__(self, study: optuna.Study) -> None:
        self.study = study
        self._seen: dict[int, tuple[object, float]] = {}  # trial: what it last said, and when

    def close_silent(self, mine: int | None = None) -> None:
        """Close the trials that have been silent for too long.

        Parameters
        ----------
        mine : int or None
            Number of this worker's own trial, which is alive.
        """
        clocked = hasattr(self.study._storage, "record_heartbeat")
        if clocked:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # marked experimental
                fail_stale_trials(self.study)
        now = time.monotonic()
        for trial in self.study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
            # Optuna passes over a trial whose worker died before its first beat.
            watched = not clocked or "slot" not in trial.user_attrs
            if watched and trial.number != mine and self._silent(trial, now):
                with suppress(UpdateFinishedTrialError, ValueError):  # another worker was faster
                    self.study.tell(trial.number, state=TrialState.FAIL)

    def _silent(self, trial: FrozenTrial, now: float) -> bool:
        said = (len(trial.params), tuple(sorted(map(repr, trial.user_attrs.items()))))
        last, since = self._seen.get(trial.number, (None, now))
        if said != last:
            self._seen[trial.number] = said, now
            return False
        return now - since > GRACE

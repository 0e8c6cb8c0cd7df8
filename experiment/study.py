"""Opens the Optuna study behind a search, and says whose trials are whose."""

import secrets
import time
from pathlib import Path

import optuna

from worthit.core.files import write_atomic
from worthit.core.progress import say
from worthit.experiment import heartbeat, slots
from worthit.experiment.heartbeat import Watch
from worthit.experiment.slots import Slots, close, running
from worthit.experiment.storage import open_storage

__all__ = ["new_worker", "open_slots", "worker_of"]


def open_slots(
    storage: str | Path, name: str, n: int, seed: int, worker: str, fresh: bool = False
) -> Slots:
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
    for trial in running(study):
        if not shared or trial.user_attrs.get("worker") == worker:
            close(study, trial.number)
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


def _is_busy(study: optuna.Study) -> bool:
    """Tell whether a worker is alive: none is if no trial is left when all had time to beat."""
    watch, end = Watch(study), time.monotonic() + heartbeat.GRACE + heartbeat.INTERVAL
    if running(study):
        say(f"Looking for up to {heartbeat.GRACE} s whether other workers are in this search.")
    while running(study) and time.monotonic() < end:
        time.sleep(slots.POLL)
        watch.close_silent()
    return bool(running(study))

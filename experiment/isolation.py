"""Each run in a process of its own, so that its peak memory and its crash are its own.

The job goes to the child's standard input; the pipe stays open, and its end tells the child that
the parent is gone. The child's answer comes back as one line of JSON on a descriptor that nothing
else writes to.
"""

import json
import os
import pickle
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil

from worthit.compare.run import Run
from worthit.core.errors import InputError, MissingExtraError
from worthit.core.memory import ROWS_AT_ONCE, n_killed_for_memory
from worthit.core.progress import say
from worthit.corpus import Dataset
from worthit.experiment.models import find
from worthit.experiment.place import Place
from worthit.experiment.running import find_run, make
from worthit.experiment.spec import Spec

__all__ = ["make_isolated"]

FEWER_ROWS = (8, 1)  # inputs at once, of a network whose process took too much memory
ERRORS = {"InputError": InputError, "MissingExtraError": MissingExtraError, "OSError": OSError}


def make_isolated(dataset: Dataset, spec: Spec, place: Place) -> Run:
    """Make a run in a child process, or read it if it is there; see ``running.make``.

    Raises
    ------
    InputError
        If the run cannot be made, or the child was killed.
    RuntimeError
        If the child failed otherwise; its traceback stands on standard error.
    """
    if not place.fresh and (run := find_run(dataset, spec, place)):
        return run
    neural = find(spec.model).family == "neural"
    for rows in (None, *FEWER_ROWS) if neural else (None,):
        if rows is not None:
            place = replace(place, fresh=False)  # it goes on from its last checkpoint
            say(
                f"The system ended {spec.name} for lack of memory; it goes on with at most {rows} "
                "inputs at a time, whose gradients are added up."
            )
        before = n_killed_for_memory()
        answer, code = _in_child(
            pickle.dumps((dataset, spec, place)), {} if rows is None else {ROWS_AT_ONCE: str(rows)}
        )
        if answer or code != -signal.SIGKILL or n_killed_for_memory() == before:
            break
    return _read_answer(answer, code, spec.name, neural)


def _in_child(job: bytes, told: dict[str, str]) -> tuple[bytes, int]:
    """Do a job in a child process; return what it answers and how it ended."""
    command = [sys.executable, "-m", "worthit.experiment.isolation"]
    # Safe path: a random.py in the user's folder must not stand in for Python's own. The warning
    # is about semaphores that a worker did not give back in time; they are given back for it.
    environment = (
        os.environ
        | {
            "PYTHONSAFEPATH": "1",
            "PYTHONWARNINGS": "ignore:resource_tracker:UserWarning",
        }
        | told
    )
    child = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
        # Ctrl-C is for this process alone, which ends the child in an orderly way: by the pipe.
        start_new_session=True,
    )
    assert child.stdin is not None and child.stdout is not None
    try:
        child.stdin.write(len(job).to_bytes(8, "little") + job)
        child.stdin.flush()
        answer = child.stdout.read()
        child.wait()
    except BrokenPipeError:
        answer = b""
        child.wait()
    finally:
        child.stdin.close()  # a child that still runs ends now; its run can be resumed
        child.wait()
    return answer, child.returncode


def _read_answer(answer: bytes, code: int, model: str, neural: bool) -> Run:
    if answer:
        said = json.loads(answer)
        if "run" in said:
            return Run.read(Path(said["run"]))
        raise ERRORS[said["error"]](*said["arguments"])
    if code < 0:
        less = "make the network smaller, as by --set max_length=N" if neural else "lower --jobs"
        raise InputError(
            f"The process running '{model}' was killed ({signal.Signals(-code).name}), often for "
            f"lack of memory; free some, or {less}. The same command goes on from there."
        )
    raise RuntimeError(f"The process running '{model}' failed; its traceback stands above.")


def _main() -> None:
    """Work in the child: read the job, make the run, answer."""
    # Whatever libraries print belongs to the reader's standard error; the answer has its own pipe.
    reply = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    size = int.from_bytes(sys.stdin.buffer.read(8), "little")
    dataset, spec, place = pickle.loads(sys.stdin.buffer.read(size))
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        answer: dict[str, Any] = {"run": str(make(dataset, spec, place).folder)}
    except (InputError, MissingExtraError, OSError) as error:
        kind = next(name for name, known in ERRORS.items() if isinstance(error, known))
        arguments: list[Any] = [str(error)]
        if isinstance(error, OSError) and error.errno is not None:
            arguments = [error.errno, error.strerror, error.filename]
        answer = {"error": kind, "arguments": arguments}
    with reply:
        json.dump(answer, reply)


def _end_with_parent() -> None:
    """Stop at once when the parent is gone: nobody waits for this run, and it can be resumed."""
    # The descriptor itself, not sys.stdin: a buffered read would hold a lock that exit needs.
    while os.read(0, 1):
        pass
    # Worker processes first: with them gone their tracker removes the memory they shared.
    for worker in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            if "resource_tracker" not in " ".join(worker.cmdline()):
                worker.kill()
    os._exit(1)


if __name__ == "__main__":
    _main()

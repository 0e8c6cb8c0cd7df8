"""One network's run over the processes that torchrun or accelerate launch started, one a device.

The first of them makes the run as ever; the others wait for its trainings and join in. Of a model
that has none to share, they end at once.
"""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from worthit.compare.run import Run
from worthit.core.errors import InputError
from worthit.core.progress import QUIET
from worthit.corpus import Dataset
from worthit.experiment.epochs import learns_by_epoch
from worthit.experiment.place import Place
from worthit.experiment.protocol import start
from worthit.experiment.running import find_run, make
from worthit.experiment.spec import Spec

__all__ = ["follow", "make_spread"]

GRACE = 10.0  # seconds, by when a launcher has ended the others of a process that failed


def make_spread(dataset: Dataset, spec: Spec, place: Place) -> Run:
    """Make a run in this process, the first of several; see ``running.make``.

    Raises
    ------
    InputError
        If a search is asked for, or the run cannot be made.
    """
    if spec.trials:
        raise InputError(
            f"Got {spec.trials} trials under a launcher of several processes, which share one "
            "training; start the command by itself, once for each device (CUDA_VISIBLE_DEVICES=0, "
            "1, ...), all with the same --storage and each with a --runs folder of its own: so "
            "they share the search."
        )
    from worthit.neural.training.ranks import dismiss, join  # torch

    with _standard_output_on_error():
        shared = learns_by_epoch(start(dataset, spec, jobs=1))
        join()
        if not shared:  # nobody would answer what the first one asks along the way
            dismiss()
        found = None if place.fresh else find_run(dataset, spec, place)
        run = found or make(dataset, spec, place)
        if shared:
            dismiss()
    return run


def follow() -> None:
    """Train along with the first process, which does all else; print nothing."""
    os.environ[QUIET] = "1"
    with _standard_output_on_error():
        try:
            from worthit.neural.training.ranks import serve  # torch

            serve()
        except Exception:
            # Where the first process has failed as well, the launcher ends this one meanwhile.
            time.sleep(GRACE)
            raise


@contextmanager
def _standard_output_on_error() -> Iterator[None]:
    """Lead to standard error what libraries print, from below Python as well."""
    sys.stdout.flush()
    before = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        sys.stdout.flush()
        os.dup2(before, 1)
        os.close(before)

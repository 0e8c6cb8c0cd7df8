"""What to do when memory runs out: take a batch in smaller parts, with the same outcome."""

import gc
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from traceback import clear_frames
from typing import TypeVar

import torch

from worthit.core.errors import UntrainableError
from worthit.core.memory import ROWS_AT_ONCE
from worthit.core.progress import say
from worthit.neural.training.randomness import random_states, set_random_states

__all__ = ["RowsAtOnce", "is_out_of_memory", "memory_errors"]

Result = TypeVar("Result")
Batch = dict[str, torch.Tensor]
PHRASES = (
    "out of memory",
    "can't allocate memory",
    "not enough memory",
    "cublas_status_alloc_failed",
    "cudnn_status_alloc_failed",
    "std::bad_alloc",
    # What is left of a lack of memory when cuDNN has tried all its ways to convolve.
    "unable to find an engine to execute this computation",
)


class RowsAtOnce:
    """How many rows fit into memory at once: all of a batch, until they do not.

    Parameters
    ----------
    what : str
        What is done with them, for the message: ``training``, ``answering``.

    Attributes
    ----------
    most : int or None
        Rows that are taken at once; None as long as memory has sufficed. From the first what the
        parent process says, whose child before this one took more and was killed for it.
    """

    def __init__(self, what: str) -> None:
        self.what = what
        told = os.environ.get(ROWS_AT_ONCE)
        self.most: int | None = int(told) if told else None

    @property
    def notes(self) -> list[str]:
        """Say it to the reader of the run, where memory did not suffice."""
        if self.most is None:
            return []
        return [
            f"Memory did not suffice for {self.what} on whole batches: fewer inputs were taken at "
            "a time."
        ]

    def take(
        self, batch: Batch, work: Callable[[Batch], Result], reset: Callable[[], None] | None = None
    ) -> list[Result]:
        """Do some work on all rows of a batch, halving the parts for as long as memory lacks.

        Each attempt draws the random numbers that a first one would have drawn.

        Parameters
        ----------
        batch : dict of str to torch.Tensor
            Tensors whose first axis is the rows.
        work : callable
            Does the work on a part.
        reset : callable, optional
            Undoes what parts did before the one that failed; called before the batch is begun anew.

        Returns
        -------
        list
            What ``work`` returned for each part.

        Raises
        ------
        UntrainableError
            If a single row is too much.
        """
        n_rows = len(next(iter(batch.values())))
        randomness = random_states()
        while True:
            size = min(self.most or n_rows, n_rows)
            try:
                return [work(part) for part in split(batch, size)]
            except (RuntimeError, MemoryError) as error:
                if not is_out_of_memory(error):
                    raise
                if size == 1:
                    raise UntrainableError(
                        f"Out of memory while {self.what} on a single input; lower max_length or "
                        "the size of the network, or free memory."
                    ) from error
            # Here and not above: the error held on to every tensor of the failed attempt.
            self.most = size // 2
            say(f"Out of memory while {self.what} on {size} inputs; now {self.most} at a time.")
            if reset:
                reset()
            free_memory()
            set_random_states(randomness)


def split(batch: Batch, size: int) -> list[Batch]:
    """Cut a batch into parts of at most ``size`` rows."""
    n_rows = len(next(iter(batch.values())))
    return [
        {name: rows[start : start + size] for name, rows in batch.items()}
        for start in range(0, n_rows, size)
    ]


def is_out_of_memory(error: BaseException) -> bool:
    """Tell whether an error says that memory ran out, on a GPU or on the processor."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    return isinstance(error, RuntimeError) and any(p in str(error).lower() for p in PHRASES)


@contextmanager
def memory_errors() -> Iterator[None]:
    """Turn a lack of memory into a sentence, wherever in a training it shows.

    :class:`RowsAtOnce` does what can be done with parts of a batch, and says what cannot; this is
    for the rest, such as the optimizer's own memory in its first step.

    Raises
    ------
    UntrainableError
        If memory ran out.
    """
    try:
        yield
    except (RuntimeError, MemoryError, UntrainableError) as error:
        told = isinstance(error, UntrainableError)
        if not (told or is_out_of_memory(error)):
            raise
        # A search goes on, and its next training needs what this one still holds on to.
        for each in filter(None, (error, error.__cause__)):
            clear_frames(each.__traceback__)
        free_memory()
        if told:
            raise
        raise UntrainableError(
            "Out of memory while training, beside what a batch takes; make the network smaller, "
            "lower batch_size or max_length, or free memory."
        ) from error


def free_memory() -> None:
    """Give back what nothing refers to any more."""
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    if torch.backends.mps.is_available():
        torch.mps.empty_cache()

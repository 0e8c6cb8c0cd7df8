"""Several devices with a process each: the first one has the run, the others train along with it.

The first process tells the others each training, and all of them do the same steps on their own
part of every batch. It alone writes the run; what might differ between them, such as a clock, is
decided by it.
"""

import importlib
import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

import torch
import torch.distributed as group
from torch import nn

from worthit.core.errors import InputError
from worthit.core.launched import n_launched
from worthit.neural.training.device import best_device

__all__ = [
    "agreed",
    "dismiss",
    "fit_together",
    "join",
    "leads",
    "n_ranks",
    "rank",
    "seed_apart",
    "serve",
    "share_gradients",
    "total",
    "wait_for_all",
]

Value = TypeVar("Value")
PATIENCE = timedelta(days=7)  # the launcher ends all when one has died; silence means work


def join() -> None:
    """Meet the other processes of the launcher, each on a device of its own.

    Raises
    ------
    InputError
        If there are not enough devices.
    """
    device, n = best_device(), n_launched()
    if device.type == "mps":
        raise InputError(f"Got {n} processes, but mps is one device; start the command by itself.")
    if device.type == "cuda":
        place, there = int(os.environ.get("LOCAL_RANK", "0")), torch.cuda.device_count()
        if place >= there:
            raise InputError(
                f"Got {n} processes, but this machine shows {there} CUDA devices; start one "
                f"process for each of them: --nproc-per-node {there}."
            )
        torch.cuda.set_device(place)
    # Imported later, by transformers, it would keep the group for good as default of its arguments:
    # then the group's threads outlive destroy_process_group and abort the interpreter as it ends.
    importlib.import_module("torch.distributed.nn")
    backend = "cpu:gloo,cuda:nccl" if device.type == "cuda" else "gloo"
    group.init_process_group(backend, timeout=PATIENCE)


def n_ranks() -> int:
    """Return how many processes train together."""
    return group.get_world_size() if group.is_available() and group.is_initialized() else 1


def rank() -> int:
    """Return which of them this process is, from 0."""
    return group.get_rank() if n_ranks() > 1 else 0


def leads() -> bool:
    """Tell whether this process has the run."""
    return rank() == 0


def agreed(value: Value) -> Value:
    """Return the first process's value in all of them; all must ask at the same point."""
    if n_ranks() == 1:
        return value
    told = [value]
    group.broadcast_object_list(told, src=0, device=torch.device("cpu"))
    return told[0]


def total(count: torch.Tensor) -> torch.Tensor:
    """Add up a count over all devices, in place; the processor need not wait for the outcome."""
    if n_ranks() > 1:
        group.all_reduce(count)
    return count


def wait_for_all() -> None:
    """Wait until all devices have come to this point."""
    if n_ranks() > 1:
        group.barrier()


def share_gradients(network: nn.Module) -> None:
    """Add up the gradients of all devices, in place."""
    if n_ranks() == 1:
        return
    found = [weights.grad for weights in network.parameters() if weights.grad is not None]
    flat = torch.cat([gradient.flatten() for gradient in found])
    group.all_reduce(flat)
    for gradient, summed in zip(found, flat.split([g.numel() for g in found]), strict=True):
        gradient.copy_(summed.view_as(gradient))


def seed_apart(seed: int) -> None:
    """Let each device draw its own dropout, the first one as if it were alone."""
    if not leads():
        torch.manual_seed(seed + rank())


def fit_together(classifier: Any, *inputs: Any, **options: Any) -> None:
    """Fit a classifier in this process, which leads, and in all that :func:`serve`."""
    agreed((classifier.fit, inputs, options))
    classifier.fit(*inputs, **options)


def serve() -> None:
    """Train along whatever the first process trains, until it dismisses this one."""
    join()
    job: tuple[Callable, tuple, dict[str, Any]] | None
    while job := agreed(None):
        fit, inputs, options = job
        fit(*inputs, **options)
    group.destroy_process_group()


def dismiss() -> None:
    """Let the other processes end: there is nothing more to train."""
    agreed(None)
    group.destroy_process_group()

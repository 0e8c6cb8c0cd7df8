"""The states of the random generators that a fit draws from."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file

__all__ = [
    "own_randomness",
    "random_states",
    "read_random_state",
    "set_random_states",
    "write_random_state",
]

MPS = "rng_state_mps.safetensors"


@contextmanager
def own_randomness(seed: int) -> Iterator[None]:
    """Seed every generator that torch and transformers draw from; put them back afterwards."""
    if torch.cuda.is_available():
        torch.cuda.init()  # its generator is one of those that are put back
    before_python, before_numpy = random.getstate(), np.random.get_state()  # noqa: NPY002
    before_torch = random_states()
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 - the Trainer saves and restores this very state
    torch.manual_seed(seed)
    try:
        yield
    finally:
        random.setstate(before_python)
        np.random.set_state(before_numpy)  # noqa: NPY002
        set_random_states(before_torch)


def random_states() -> list[torch.Tensor]:
    """Return the states of the generators that dropout draws from: the processor's, a card's.

    Of the own card alone: one process for each card would otherwise start up all of them.
    """
    states = [torch.get_rng_state()]
    if torch.cuda.is_initialized():
        states.append(torch.cuda.get_rng_state())
    elif torch.backends.mps.is_available():
        states.append(torch.mps.get_rng_state())
    return states


def set_random_states(states: list[torch.Tensor]) -> None:
    """Put back what :func:`random_states` returned; on another kind of device what it can."""
    torch.set_rng_state(states[0])
    for state in states[1:]:
        if torch.cuda.is_initialized():
            torch.cuda.set_rng_state(state)
        elif torch.backends.mps.is_available():
            torch.mps.set_rng_state(state)


def write_random_state(folder: Path) -> None:
    """Write into a checkpoint the state that the Trainer leaves out: that of Apple's devices."""
    if torch.backends.mps.is_available():
        save_file({"state": torch.mps.get_rng_state()}, folder / MPS)


def read_random_state(folder: Path) -> None:
    """Put back what :func:`write_random_state` wrote."""
    if torch.backends.mps.is_available() and (folder / MPS).exists():
        torch.mps.set_rng_state(load_file(folder / MPS)["state"])

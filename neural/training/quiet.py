"""What a fit leaves untouched: the random states of the process, and its output."""

import random
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch

__all__ = ["no_library_noise", "own_randomness"]


@contextmanager
def own_randomness(seed: int) -> Iterator[None]:
    """Seed every generator that torch and transformers draw from; put them back afterwards."""
    before_python, before_numpy = random.getstate(), np.random.get_state()  # noqa: NPY002
    # Of the own card alone: one process for each card would otherwise start up all of them.
    cards = [torch.cuda.current_device()] if torch.cuda.is_available() else []
    with torch.random.fork_rng(devices=cards):
        random.seed(seed)
        np.random.seed(seed)  # noqa: NPY002 - the Trainer saves and restores this very state
        torch.manual_seed(seed)
        try:
            yield
        finally:
            random.setstate(before_python)
            np.random.set_state(before_numpy)  # noqa: NPY002


@contextmanager
def no_library_noise() -> Iterator[None]:
    """Silence the warnings of torch and transformers, which are not for our users."""
    from transformers.utils import logging

    level = logging.get_verbosity()
    logging.set_verbosity_error()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.set_verbosity(level)

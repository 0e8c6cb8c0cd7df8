"""Libraries that a fit keeps quiet."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["no_library_noise"]


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

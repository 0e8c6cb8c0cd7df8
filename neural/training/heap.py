"""Memory that was freed kept for the next step, where the C library would give it back."""

import ctypes
import platform
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["kept_heap"]

TRIM_THRESHOLD, MMAP_MAX = -1, -4  # the parameters' numbers in glibc's malloc.h
MOST = 2**31 - 1  # bytes
USUAL = {MMAP_MAX: 65_536, TRIM_THRESHOLD: 131_072}  # as mallopt(3) states them


@contextmanager
def kept_heap() -> Iterator[None]:
    """Keep what is freed within; at the end it goes back to the system.

    Each step of a training allocates the same large tensors anew. glibc asks the system for each
    of them and gives it back, and the system fills every page with zeros: a fifth of the time of
    a network on a processor. Elsewhere than with glibc nothing is done.
    """
    library = ctypes.CDLL(None) if platform.libc_ver()[0] == "glibc" else None
    if library is None:
        yield
        return
    library.mallopt(MMAP_MAX, 0)
    library.mallopt(TRIM_THRESHOLD, MOST)
    try:
        yield
    finally:
        for parameter, value in USUAL.items():
            library.mallopt(parameter, value)
        library.malloc_trim(0)

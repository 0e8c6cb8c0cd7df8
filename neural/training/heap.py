"""Memory that was freed kept for the next step, where the C library would give it back."""

import ctypes
import platform
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["kept_heap"]

TRIM_THRESHOLD, MMAP_THRESHOLD, MMAP_MAX = -1, -3, -4  # the parameters' numbers in malloc.h
MIB = 2**20
MOST = 2**31 - 1
KEPT = {MMAP_MAX: 0, TRIM_THRESHOLD: MOST}
SMALL_KEPT = {MMAP_THRESHOLD: 32 * MIB, TRIM_THRESHOLD: MOST}  # more than 32 MiB glibc refuses
# glibc stops adapting its thresholds once one is set, so afterwards they are set to where large
# tensors would have led them: the start values would make every later answer slower than before.
ADAPTED = {MMAP_MAX: 65_536, MMAP_THRESHOLD: 32 * MIB, TRIM_THRESHOLD: 64 * MIB}


@contextmanager
def kept_heap(large: bool = True) -> Iterator[None]:
    """Keep what is freed within; at the end it goes back to the system.

    Each step of a training allocates the same large tensors anew. glibc asks the system for each
    of them and gives it back, and the system fills every page with zeros, which takes a good part
    of a network's time on a processor. Elsewhere than with glibc nothing is done.

    Parameters
    ----------
    large : bool
        Whether tensors of more than 32 MiB are kept as well. Where those of one step do not fit
        where those of another were, they leave holes that add up to more than is in use.
    """
    if platform.libc_ver()[0] != "glibc":
        yield
        return
    library = ctypes.CDLL(None)
    set_all(library, KEPT if large else SMALL_KEPT)
    try:
        yield
    finally:
        set_all(library, ADAPTED)
        library.malloc_trim(0)


def set_all(library: ctypes.CDLL, values: dict[int, int]) -> None:
    """Set parameters of ``mallopt``."""
    for parameter, value in values.items():
        library.mallopt(parameter, value)

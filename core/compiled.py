"""Compiled loops: the one place that decides how numba compiles and where it keeps the result."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

__all__ = ["kernel"]

Loop = TypeVar("Loop", bound=Callable[..., Any])


def kernel(loop: Loop) -> Loop:
    """Compile a loop over arrays when it is first called, and keep it for later processes.

    A kernel lets other threads run, so that several can work on the same arrays without copies.

    Parameters
    ----------
    loop : callable
        Of numpy arrays and numbers; see numba's subset of Python.

    Returns
    -------
    callable
        The same, compiled.
    """
    try:
        return cast(Loop, njit(cache=True, nogil=True)(loop))
    except RuntimeError:  # no folder that can be written to: compile anew in every process
        return cast(Loop, njit(nogil=True)(loop))

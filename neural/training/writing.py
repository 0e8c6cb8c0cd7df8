"""Checkpoints that cannot be written: the reason, which libraries wrap, as any file tells it."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from errno import EDQUOT, EFBIG, ENOSPC
from pathlib import Path

from safetensors import SafetensorError

__all__ = ["writing_errors"]

# What torch says where it cannot write; it keeps the reason to itself.
TORCH_CANNOT_WRITE = ("iostream error", "file write failed", "unexpected pos")


@contextmanager
def writing_errors(workspace: Path) -> Iterator[None]:
    """Say that a checkpoint cannot be written as any file says it, and where."""
    try:
        yield
    except (OSError, RuntimeError, SafetensorError) as error:
        reason = _why_not_written(error)
        if reason is None:
            raise
        raise OSError(reason, os.strerror(reason), str(workspace)) from error


def _why_not_written(error: Exception) -> int | None:
    """Return the system's number for why a file could not be written; None if it is not that."""
    if isinstance(error, OSError):  # one that names no file
        full = error.errno in (ENOSPC, EFBIG, EDQUOT) and error.filename is None
        return error.errno if full else None
    if isinstance(error, SafetensorError):
        found = re.search(r"while serializing: I/O error: .*\(os error (\d+)\)", str(error))
        return int(found[1]) if found else None
    return ENOSPC if any(phrase in str(error) for phrase in TORCH_CANNOT_WRITE) else None

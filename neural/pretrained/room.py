"""Room for what a frozen body answers: in memory, or in a file that outlasts an interruption."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from errno import EDQUOT, EFBIG, ENOSPC
from pathlib import Path
from tempfile import TemporaryFile, gettempdir
from typing import Any

import numpy as np

from worthit.core.files import read_json, write_json

__all__ = ["NoRoomError", "Room"]

BETWEEN = 30.0  # seconds between two notes of how far a pass has come
IN_MEMORY = 2**30  # bytes of outputs; more go to a file that is mapped into memory


class NoRoomError(OSError):
    """The disk is too small for the vectors.

    Attributes
    ----------
    size : int
        Bytes that they need.
    """

    size = 0


class Room:
    """Room for vectors: in memory, or in a file where there are many or they must outlast this.

    Parameters
    ----------
    n, width : int
        How many vectors of which length.
    folder : pathlib.Path or None
        Where the file is put; None where the system keeps such files.
    name : str or None
        The file that a later process finds again; None for one that goes with this process.

    Attributes
    ----------
    values : numpy.ndarray
        (n, width), float32.
    n_known : int
        Inputs whose vectors an earlier process has left here.

    Raises
    ------
    NoRoomError
        If the disk is too small for the file, which is removed then.
    """

    def __init__(self, n: int, width: int, folder: Path | None, name: str | None) -> None:
        path = folder / name if folder and name else None
        self.n_known = 0
        self._noted, self._path = time.monotonic(), path
        shape, size = (n, width), 4 * n * width
        if path is None and size <= IN_MEMORY or size == 0:
            self.values = np.empty(shape, dtype=np.float32)
        elif path is None:
            # A file without a name: it lasts as long as the array, whatever ends this process.
            with _told_of_size(size, folder or gettempdir()), TemporaryFile(dir=folder) as file:
                self.values = _mapped_to(file, shape)
        else:
            found = path.exists() and path.stat().st_size == size
            with _told_of_size(size, path), path.open("r+b" if found else "w+b") as file:
                self.values = _mapped_to(file, shape)
            self.n_known = _noted(self._note) if found else 0

    def note(self, n_done: int, at_once: bool = False) -> None:
        """Note now and then, or at once, how many inputs are answered."""
        if self._path and (at_once or time.monotonic() - self._noted >= BETWEEN):
            self.values.flush()  # type: ignore[attr-defined] # a note must not promise too much
            write_json(self._note, {"inputs": n_done})
            self._noted = time.monotonic()

    @property
    def _note(self) -> Path:
        assert self._path is not None
        return self._path.with_suffix(".json")


def _mapped_to(file: Any, shape: tuple[int, int]) -> np.memmap:
    """Map a file; a disk that is too small for it says so here, and not by a crash later."""
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(file.fileno(), 0, 4 * shape[0] * shape[1])
    return np.memmap(file, dtype=np.float32, mode="r+", shape=shape)


@contextmanager
def _told_of_size(size: int, where: str | Path) -> Iterator[None]:
    """Where a disk is full, remove the file and say how much room it takes."""
    try:
        yield
    except OSError as error:
        if error.errno not in (ENOSPC, EFBIG, EDQUOT):
            raise
        if Path(where).is_file():
            Path(where).unlink()  # checkpoints need what room there is
        full = NoRoomError(error.errno, error.strerror, str(where))
        full.size = size
        raise full from error


def _noted(path: Path) -> int:
    """Read how many inputs were answered; a damaged note counts as none."""
    try:
        return int(read_json(path)["inputs"])
    except (OSError, KeyError, TypeError, ValueError):
        return 0

"""The clock of one fit: it goes on counting where an interrupted process left it."""

import json
import time
from pathlib import Path

from worthit.core.files import read_json, write_json

__all__ = ["Clock"]

BETWEEN = 2.0  # seconds between two notes of the time on disk


class Clock:
    """Seconds that a fit has taken, those of interrupted processes included.

    Parameters
    ----------
    path : pathlib.Path or None
        Where the seconds are noted while they pass; None for a fit that always begins anew.
    limit : float or None
        Seconds after which the fit should end.
    """

    def __init__(self, path: Path | None, limit: float | None) -> None:
        self.path = path
        self.limit = limit
        self._before = _noted(path) if path else 0.0
        self._began = self._told = time.monotonic()

    @property
    def seconds(self) -> float:
        """Seconds so far."""
        return self._before + time.monotonic() - self._began

    @property
    def over(self) -> bool:
        """Whether the limit is reached."""
        return self.limit is not None and self.seconds >= self.limit

    def tick(self) -> None:
        """Note the time now and then; a process that is killed loses what came after."""
        if time.monotonic() - self._told >= BETWEEN:
            self.note()

    def note(self) -> None:
        """Note the time."""
        self._told = time.monotonic()
        if self.path:
            write_json(self.path, {"seconds": self.seconds})


def _noted(path: Path) -> float:
    """Read the seconds of earlier processes; a damaged note counts as none."""
    try:
        return float(read_json(path)["seconds"])
    except (OSError, KeyError, TypeError, json.JSONDecodeError):
        return 0.0

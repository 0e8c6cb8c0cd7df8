"""The clock of one fit: it goes on counting where an interrupted process left it."""

import json
import time
from pathlib import Path

from worthit.core.files import read_json, write_json

__all__ = ["Clock"]

BETWEEN = 2.0  # seconds between two notes of the time on disk


class Clock:
    """Seconds that a fit takes, those of interrupted processes included.

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
        self._taken_over = 0.0

    @property
    def seconds(self) -> float:
        """Seconds that the fit so far takes by itself: its own, and those of what it took over."""
        return self._passed + self._taken_over

    @property
    def over(self) -> bool:
        """Whether the limit is reached; what was taken over was done before, and delays nothing."""
        return self.limit is not None and self._passed >= self.limit

    def take_over(self, seconds: float) -> None:
        """Count the seconds of work that an earlier fit has done for this one."""
        self._taken_over += seconds

    def tick(self) -> None:
        """Note the time now and then; a process that is killed loses what came after."""
        if time.monotonic() - self._told >= BETWEEN:
            self.note()

    def note(self) -> None:
        """Note the time."""
        self._told = time.monotonic()
        if self.path:
            write_json(self.path, {"seconds": self._passed})

    @property
    def _passed(self) -> float:
        return self._before + time.monotonic() - self._began


def _noted(path: Path) -> float:
    """Read the seconds of earlier processes; a damaged note counts as none."""
    try:
        return float(read_json(path)["seconds"])
    except (OSError, KeyError, TypeError, json.JSONDecodeError):
        return 0.0

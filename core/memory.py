"""What the system does where memory ends: on Linux it kills the process that has most of it."""

from pathlib import Path

__all__ = ["ROWS_AT_ONCE", "n_killed_for_memory"]

ROWS_AT_ONCE = "WORTHIT_ROWS_AT_ONCE"  # tells a process to take no more inputs than so many at once
COUNTERS = Path("/proc/vmstat")


def n_killed_for_memory() -> int | None:
    """Return how many processes the system has killed for lack of memory; None if it tells not."""
    try:
        lines = COUNTERS.read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) for line in lines if line.startswith("oom_kill ")), None)

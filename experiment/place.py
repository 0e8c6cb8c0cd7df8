"""Where a run goes and with how many processes: what changes nothing about its result."""

import os
from dataclasses import dataclass
from pathlib import Path

from worthit.core.errors import InputError
from worthit.experiment.address import check_address

__all__ = ["Place"]


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where runs and reports go, and what else does not change a result.

    Attributes
    ----------
    runs, reports : pathlib.Path
        Their folders.
    jobs : int or None
        Processes; None for all cores.
    storage : str or None
        Database or ``journal:FILE`` in which several workers share a search.
    fresh : bool
        Make runs again that are there.
    split_seed : int
        What the data was split with, for the record and for outer folds.
    command : str
        What the user typed, for the record.
    purpose : str
        What runs are made for, if it is not themselves: ``ablation``.

    Raises
    ------
    InputError
        If ``jobs`` is below 1, or ``storage`` is no address.
    """

    runs: Path = Path("runs")
    reports: Path = Path("reports")
    jobs: int | None = None
    storage: str | None = None
    fresh: bool = False
    split_seed: int = 0
    command: str = ""
    purpose: str = ""

    def __post_init__(self) -> None:
        if self.jobs is not None and self.jobs < 1:
            raise InputError(
                f"Got {self.jobs} jobs; give 1 or more, or leave it out for all cores."
            )
        if self.storage is not None:
            check_address(self.storage)
        object.__setattr__(self, "runs", Path(self.runs))
        object.__setattr__(self, "reports", Path(self.reports))

    @property
    def n_jobs(self) -> int:
        """Processes to use."""
        if self.jobs is not None:
            return self.jobs
        can_say = hasattr(os, "sched_getaffinity")  # not on macOS and Windows
        return len(os.sched_getaffinity(0)) if can_say else os.cpu_count() or 1

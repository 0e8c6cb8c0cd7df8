"""Inputs that are counted when somebody asks, lowered or as they are, and then never again."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from worthit.baselines.sparse.counts import Counts

__all__ = ["Prepared"]

LOCK = Lock()  # threads over folds ask at the same moment; one of them counts


@dataclass(frozen=True)
class Prepared:
    """What a search over lowered and cased texts shares; indexable by row.

    Attributes
    ----------
    count : callable
        Counts all inputs, given whether to lower them.
    rows : numpy.ndarray of shape (n_items,)
        The inputs that are meant.
    """

    count: Callable[[bool], Counts]
    rows: NDArray[np.int64]
    _counted: dict[bool, Counts] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, rows: NDArray[np.int64] | slice) -> "Prepared":
        return replace(self, rows=self.rows[rows])

    def counts(self, lowercase: bool) -> Counts:
        """Return the counts of the rows that are meant."""
        with LOCK:
            if lowercase not in self._counted:
                self._counted[lowercase] = self.count(lowercase)
        return self._counted[lowercase][self.rows]

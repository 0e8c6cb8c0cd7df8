"""Inputs that are counted when somebody asks, read in one way or another."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from worthit.baselines.sparse.counts import Counts

__all__ = ["Prepared"]

LOCK = Lock()  # threads over folds ask at the same moment; one of them counts


@dataclass(frozen=True)
class Prepared:
    """What a search over ways of reading the texts shares; indexable by row.

    Two readings are kept: the first, which most trials want, and the last. That bounds the memory.

    Attributes
    ----------
    count : callable
        Counts all inputs, given how to read them: lowered or not, with stop words or without.
    rows : numpy.ndarray of shape (n_items,)
        The inputs that are meant.
    """

    count: Callable[..., Counts]
    rows: NDArray[np.int64]
    _counted: dict[tuple, Counts] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, rows: NDArray[np.int64] | slice) -> "Prepared":
        return replace(self, rows=self.rows[rows])

    def counts(self, **reading: Any) -> Counts:
        """Return the counts of the rows that are meant, for texts read in this way."""
        key = tuple(sorted(reading.items()))
        with LOCK:
            if key not in self._counted:
                for last in list(self._counted)[1:]:
                    del self._counted[last]
                self._counted[key] = self.count(**reading)
            return self._counted[key][self.rows]

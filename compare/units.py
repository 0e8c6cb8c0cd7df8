"""Exchangeable units of a test set: items or groups, merged where they count the same.

An item counts only through its cell of the joint table (truth, answer of each run), so ten
thousand items are a few hundred kinds of unit with weights; whole groups are units of their own.
Bootstrap and randomisation test both draw numbers of units, never arrays of items.
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from worthit.compare.alignment import Aligned

__all__ = ["Sides", "Totals", "Units", "item_counts", "units_of"]

Sides = tuple[list[int], list[int]]  # positions of the runs of the baseline and of the model
ROUNDING = 1e-9  # a gap below it is a zero with rounding


@dataclass(frozen=True, eq=False)
class Totals:
    """Counts per class of every run, for each of B draws.

    Attributes
    ----------
    support : numpy.ndarray of shape (B, 1, k)
        Items.
    hits, predicted : numpy.ndarray of shape (B, runs, k)
        Right answers, answers.
    """

    support: np.ndarray
    hits: np.ndarray
    predicted: np.ndarray

    def __add__(self, other: "Totals") -> "Totals":
        """Add the counts of other items, draw by draw."""
        return Totals(
            self.support + other.support, self.hits + other.hits, self.predicted + other.predicted
        )


@dataclass(frozen=True, eq=False)
class Units:
    """Kinds of unit with their counts and how often each kind occurs.

    Attributes
    ----------
    counts : scipy.sparse.csr_matrix of shape (kinds, (1 + 2 runs) k)
        Support, then hits and answers of each run, per class.
    weights : numpy.ndarray of int, shape (kinds,)
        Number of units of each kind, falling.
    n_runs, n_classes : int
        Sizes.
    """

    counts: sparse.csr_matrix
    weights: np.ndarray
    n_runs: int
    n_classes: int

    @property
    def total(self) -> int:
        """Number of units."""
        return int(self.weights.sum())

    def totals(self, drawn: np.ndarray) -> Totals:
        """Sum the counts of drawn units.

        Parameters
        ----------
        drawn : numpy.ndarray of shape (B, kinds)
            How many units of each kind.
        """
        sums = (self.counts.T @ np.ascontiguousarray(drawn.T)).T  # (B, (1 + 2 runs) k)
        blocks = sums.reshape(len(drawn), 1 + 2 * self.n_runs, self.n_classes)
        return Totals(blocks[:, :1], blocks[:, 1::2], blocks[:, 2::2])

    def observed(self) -> Totals:
        """Sum the counts of the test set as it is."""
        return self.totals(self.weights[None, :].astype(float))

    @property
    def grouped(self) -> bool:
        """Whether there are groups of several items."""
        items = self.counts[:, : self.n_classes].sum(axis=1)
        return bool(items.max() > 1)

    def n_differing(self, sides: Sides | list[int]) -> int:
        """Count the units in which the two sides' mean hits differ in some class.

        One side alone is compared with the truth: the units that it does not get right.
        """
        return int(self.weights[self._differing(sides).any(axis=1)].sum())

    def differing_by_class(
        self, sides: Sides | list[int], *, with_answers: bool = False
    ) -> np.ndarray:
        """Count, for each class, the units in which the two sides' mean hits differ, shape (k,).

        ``with_answers`` counts those as well in which they answer that class unequally often.
        """
        differing = self._differing(sides)
        if with_answers:
            differing |= self._differing(sides, block=2)
        return self.weights @ differing

    def _differing(self, sides: Sides | list[int], block: int = 1) -> np.ndarray:
        """Compare hits (block 1) or answers (block 2), shape (kinds, k)."""
        share = np.zeros(1 + 2 * self.n_runs)
        if not isinstance(sides, tuple):
            share[0], sides = -1, ([], sides)  # all that there is to get right
        for sign, runs in zip((-1, 1), sides, strict=True):
            np.add.at(share, [block + 2 * run for run in runs], sign / max(len(runs), 1))
        gaps = self.counts @ np.kron(share[:, None], np.eye(self.n_classes))  # (kinds, k)
        return abs(gaps) > ROUNDING


def units_of(aligned: Aligned) -> Units:
    """Build the units of aligned runs: groups where there are groups, else items."""
    n_runs, k = len(aligned.answers), len(aligned.classes)
    if aligned.groups is None:
        # Number the cells step by step, so that the numbers stay small for any count of runs.
        cells = aligned.truth
        for answers in aligned.answers:
            cells = np.unique(cells * (k + 1) + answers + 1, return_inverse=True)[1]
        _, first, weights = np.unique(cells, return_index=True, return_counts=True)
        counts = item_counts(aligned.truth[first], aligned.answers[:, first], k)
    else:
        items = item_counts(aligned.truth, aligned.answers, k)
        n_items = len(aligned.truth)
        membership = sparse.csr_matrix(
            (np.ones(n_items), (aligned.groups, np.arange(n_items))),
            shape=(aligned.n_groups, n_items),
        )
        rows, weights = np.unique((membership @ items).toarray(), axis=0, return_counts=True)
        counts = sparse.csr_matrix(rows)
    order = np.argsort(-weights, kind="stable")
    return Units(counts[order], weights[order], n_runs, k)


def item_counts(truth: np.ndarray, answers: np.ndarray, k: int) -> sparse.csr_matrix:
    """Count single items, one row each."""
    n = len(truth)
    rows, columns = [np.arange(n)], [truth]
    for run, answer in enumerate(answers):
        right, inside = np.flatnonzero(answer == truth), np.flatnonzero(answer >= 0)
        rows += [right, inside]
        columns += [(1 + 2 * run) * k + truth[right], (2 + 2 * run) * k + answer[inside]]
    place = (np.concatenate(rows), np.concatenate(columns))
    shape = (n, (1 + 2 * len(answers)) * k)
    return sparse.csr_matrix((np.ones(len(place[0])), place), shape=shape)

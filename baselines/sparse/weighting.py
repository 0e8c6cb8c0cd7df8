"""From counts to TF-IDF features: which columns, which weights, learned from the fitted rows."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from worthit.baselines.sparse.counts import Block
from worthit.core.compiled import kernel

__all__ = ["NORMS", "Part", "Selection", "WeightedBlock", "fit_block", "side_by_side"]

NORMS = ("none", "l1", "l2")


@dataclass(frozen=True)
class Selection:
    """Which n-grams of a block become features, and how they are scaled.

    Attributes
    ----------
    n_min, n_max : int
        Orders kept.
    min_df : int
        Least number of fitted rows a gram must stand in.
    max_df : float
        Largest share of fitted rows it may stand in.
    sublinear : bool
        Replace a count c by 1 + ln c.
    binary : bool
        Replace every count by 1.
    norm : str
        What is scaled to 1 in each row: ``"l2"``, its length; ``"l1"``, its sum; ``"none"``.
    """

    n_min: int
    n_max: int
    min_df: int = 1
    max_df: float = 1.0
    sublinear: bool = True
    binary: bool = False
    norm: str = "l2"


@dataclass(frozen=True)
class WeightedBlock:
    """A fitted block: its columns, their inverse document frequencies, and how to apply them.

    Attributes
    ----------
    columns : numpy.ndarray of shape (n_features,)
        Columns of the counts that became features.
    idf : numpy.ndarray of shape (n_features,)
        ln((1 + n) / (1 + df)) + 1, scikit-learn's smoothed inverse document frequency.
    sublinear, binary : bool
        See :class:`Selection`.
    norm : str
        See :class:`Selection`.
    """

    columns: NDArray[np.int64]
    idf: NDArray[np.float64]
    sublinear: bool = False
    binary: bool = False
    norm: str = "none"

    def numbers(self, n_columns: int) -> NDArray[np.int32]:
        """Return the feature number of each counted column, or -1, shape (n_columns,)."""
        numbers = np.full(n_columns, -1, dtype=np.int32)
        numbers[self.columns] = np.arange(len(self.columns), dtype=np.int32)
        return numbers


@dataclass(frozen=True)
class Part:
    """What becomes one part of a row of features.

    Attributes
    ----------
    matrix : scipy.sparse.csr_array of shape (n_all_items, n_columns)
        Counts.
    numbers : numpy.ndarray of shape (n_columns,)
        The feature number within the block of each column, or -1.
    block : WeightedBlock
        How to weight them.
    """

    matrix: sparse.csr_array
    numbers: NDArray[np.int32]
    block: WeightedBlock


def fit_block(block: Block, rows: NDArray[np.int64], selection: Selection) -> WeightedBlock:
    """Learn columns and weights from some rows of a block.

    Parameters
    ----------
    block : Block
        Counts.
    rows : numpy.ndarray of shape (n_rows,)
        The rows being fitted; no other is looked at.
    selection : Selection
        What to keep.

    Returns
    -------
    WeightedBlock
        Possibly without any column.
    """
    matrix, n_rows = block.matrix, len(rows)
    frequency = _document_frequency(rows, matrix.indptr, matrix.indices, matrix.shape[1])
    orders = block.terms.orders
    wanted = (orders >= selection.n_min) & (orders <= selection.n_max)
    if selection.n_min > 3:  # scikit-learn counts a chunk shorter than the range once, whole
        wanted |= (orders < selection.n_min) & block.terms.whole_chunk
    wanted &= frequency >= max(selection.min_df, 1)
    wanted &= frequency <= selection.max_df * n_rows
    columns = np.flatnonzero(wanted)
    idf = np.log((1 + n_rows) / (1 + frequency[columns])) + 1
    return WeightedBlock(columns, idf, selection.sublinear, selection.binary, selection.norm)


def side_by_side(parts: list[Part], rows: NDArray[np.int64]) -> sparse.csr_array:
    """Weight some rows of each part's counts and write them next to one another.

    Parameters
    ----------
    parts : list of Part
        Over the same items.
    rows : numpy.ndarray of shape (n_rows,)
        The items wanted.

    Returns
    -------
    scipy.sparse.csr_array of shape (n_rows, n_features)
        Float64; each part's share of a row has the norm that its block asks for, or is empty.
    """
    starts = np.zeros(len(rows) + 1, dtype=np.int64)
    for part in parts:
        _count_kept(rows, part.matrix.indptr, part.matrix.indices, part.numbers, starts[1:])
    indptr = np.cumsum(starts)
    indices, values = np.empty(indptr[-1], dtype=np.int32), np.empty(indptr[-1])
    cursors, offset = indptr[:-1].copy(), 0
    for part in parts:
        block, matrix = part.block, part.matrix
        _weigh(
            rows,
            matrix.indptr,
            matrix.indices,
            matrix.data,
            part.numbers,
            block.idf,
            block.sublinear,
            block.binary,
            NORMS.index(block.norm),
            offset,
            cursors,
            indices,
            values,
        )
        offset += len(block.idf)
    ends = indptr.astype(np.int32) if indptr[-1] < 2**31 else indptr
    return sparse.csr_array((values, indices, ends), shape=(len(rows), offset))


@kernel
def _document_frequency(
    rows: NDArray[np.int64], indptr: NDArray[np.int32], indices: NDArray[np.int32], n_columns: int
) -> NDArray[np.int64]:
    frequency = np.zeros(n_columns, dtype=np.int64)
    for row in rows:
        for k in range(indptr[row], indptr[row + 1]):
            frequency[indices[k]] += 1
    return frequency


@kernel
def _count_kept(
    rows: NDArray[np.int64],
    indptr: NDArray[np.int32],
    indices: NDArray[np.int32],
    numbers: NDArray[np.int32],
    kept: NDArray[np.int64],
) -> None:
    """Add to each row's total the number of its columns that are features."""
    for i in range(len(rows)):
        for k in range(indptr[rows[i]], indptr[rows[i] + 1]):
            kept[i] += numbers[indices[k]] >= 0


@kernel
def _weigh(
    rows: NDArray[np.int64],
    indptr: NDArray[np.int32],
    indices: NDArray[np.int32],
    counts: NDArray[np.int32],
    numbers: NDArray[np.int32],
    idf: NDArray[np.float64],
    sublinear: bool,
    binary: bool,
    norm: int,
    offset: int,
    cursors: NDArray[np.int64],
    out_indices: NDArray[np.int32],
    out_values: NDArray[np.float64],
) -> None:
    """Write the weighted features of rows from their cursors on, and move the cursors."""
    as_is, scaled = not (sublinear or binary), np.ones(256)
    if sublinear and not binary:
        scaled[1:] = 1.0 + np.log(np.arange(1, 256))  # most counts are small: look them up
    for i in range(len(rows)):
        start = end = cursors[i]
        total = 0.0
        for k in range(indptr[rows[i]], indptr[rows[i] + 1]):
            number = numbers[indices[k]]
            if number < 0:
                continue
            if as_is:
                value = float(counts[k])
            elif counts[k] < 256:
                value = scaled[int(counts[k])]
            else:
                value = 1.0 if binary else 1.0 + np.log(counts[k])
            value *= idf[number]
            total += value if norm == 1 else value * value
            out_indices[end], out_values[end] = number + offset, value
            end += 1
        if norm > 0 and end > start:
            scale = 1.0 / total if norm == 1 else 1.0 / np.sqrt(total)
            for k in range(start, end):
                out_values[k] *= scale
        cursors[i] = end

"""One n-gram counter for everything that is a sequence of integer ids.

All orders are counted in one pass over the ids, walking down a trie from each of them, and no
string is ever built while counting.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from worthit.baselines.sparse.ragged import Ragged
from worthit.baselines.sparse.trie import ID_BITS, rehashed, slot_of
from worthit.core.compiled import kernel

__all__ = ["NgramCounts", "count_ngrams", "sum_rows"]


@dataclass(frozen=True)
class NgramCounts:
    """How often each n-gram stands in each row.

    Attributes
    ----------
    matrix : scipy.sparse.csr_array of shape (n_rows, n_grams)
        Counts, int32. Columns are numbered in order of appearance; rows are sorted, which makes the
        solvers' walks over them quicker.
    keys : numpy.ndarray of shape (n_grams,)
        Of the columns in their trie, see :mod:`worthit.baselines.sparse.trie`.
    orders : numpy.ndarray of shape (n_grams,)
        The n of each column.
    """

    matrix: sparse.csr_array
    keys: NDArray[np.int64]
    orders: NDArray[np.int8]


def count_ngrams(ids: Ragged, n_max: int) -> NgramCounts:
    """Count all n-grams of orders 1 to ``n_max`` within rows.

    Parameters
    ----------
    ids : Ragged
        Rows of non-negative integers below 2**31.
    n_max : int
        The largest order.

    Returns
    -------
    NgramCounts
        With a row for each row of ``ids``.
    """
    lengths = ids.lengths
    most = sum(int(np.maximum(lengths - n, 0).sum()) for n in range(n_max))
    # Room for every gram being new to its row; the system gives memory only where it is written.
    indices, counts = np.empty(most, dtype=np.int32), np.empty(most, dtype=np.int32)
    indptr = np.zeros(len(ids) + 1, dtype=np.int64)
    keys, orders = _count(ids.flat, ids.starts, n_max, indptr, indices, counts)
    matrix = _trimmed(indptr, indices, counts, len(keys))
    return NgramCounts(matrix, keys, orders)


def sum_rows(rows: Ragged, matrix: sparse.csr_array) -> sparse.csr_array:
    """Add up, for each row of ids, the rows of a matrix that they name.

    Parameters
    ----------
    rows : Ragged
        Row numbers of ``matrix``.
    matrix : scipy.sparse.csr_array of shape (n_ids, n_columns)
        Counts, int32.

    Returns
    -------
    scipy.sparse.csr_array of shape (n_rows, n_columns)
    """
    most = int(np.diff(matrix.indptr)[rows.flat].sum(dtype=np.int64))
    indices, counts = np.empty(most, dtype=np.int32), np.empty(most, dtype=np.int32)
    indptr = np.zeros(len(rows) + 1, dtype=np.int64)
    parts = (matrix.indptr, matrix.indices, matrix.data, matrix.shape[1])
    _sum(rows.flat, rows.starts, *parts, indptr, indices, counts)
    return _trimmed(indptr, indices, counts, matrix.shape[1])


def _trimmed(
    indptr: NDArray[np.int64], indices: NDArray[np.int32], counts: NDArray[np.int32], n_columns: int
) -> sparse.csr_array:
    n = int(indptr[-1])
    # In place: the room that was not used goes back without a copy of the rest.
    indices.resize(n, refcheck=False)
    counts.resize(n, refcheck=False)
    ends = indptr.astype(np.int32) if n < 2**31 else indptr
    return sparse.csr_array((counts, indices, ends), shape=(len(indptr) - 1, n_columns))


@kernel
def _count(
    flat: NDArray[np.int32],
    starts: NDArray[np.int64],
    n_max: int,
    indptr: NDArray[np.int64],
    indices: NDArray[np.int32],
    counts: NDArray[np.int32],
) -> tuple[NDArray[np.int64], NDArray[np.int8]]:
    """Write the counts; return keys and orders of the columns."""
    keys, orders = np.empty(1024, dtype=np.int64), np.empty(1024, dtype=np.int8)
    slots, within = np.full(4096, -1, dtype=np.int32), np.zeros(1024, dtype=np.int32)
    spare, n, end = np.empty(1024, dtype=np.int32), 0, 0
    for row in range(len(starts) - 1):
        needed = n + n_max * (starts[row + 1] - starts[row])
        if needed > len(keys):
            keys, orders, within = _enlarged(keys, orders, within, n, 2 * needed)
        if 2 * needed > len(slots):
            slots = rehashed(keys[:n], 4 * needed)
        for start in range(starts[row], starts[row + 1]):
            node = np.int64(-1)
            for i in range(start, min(start + n_max, starts[row + 1])):
                key = np.int64((node + 1) << ID_BITS | flat[i])
                slot = slot_of(keys, slots, key)
                node = np.int64(slots[slot])
                if node < 0:
                    node = np.int64(n)
                    slots[slot], keys[n], orders[n] = n, key, i - start + 1
                    n += 1
                if within[node] == 0:
                    indices[end] = node
                    end += 1
                within[node] += 1
        indptr[row + 1] = end
        spare = _finish_row(indices[indptr[row] : end], counts[indptr[row] : end], within, spare)
    return keys[:n].copy(), orders[:n].copy()


@kernel
def _enlarged(
    keys: NDArray[np.int64],
    orders: NDArray[np.int8],
    within: NDArray[np.int32],
    n: int,
    size: int,
) -> tuple[NDArray[np.int64], NDArray[np.int8], NDArray[np.int32]]:
    more_keys, more_orders = np.empty(size, dtype=np.int64), np.empty(size, dtype=np.int8)
    more_keys[:n], more_orders[:n] = keys[:n], orders[:n]
    return more_keys, more_orders, np.zeros(size, dtype=np.int32)  # all zero between rows


@kernel
def _finish_row(
    columns: NDArray[np.int32],
    counts: NDArray[np.int32],
    within: NDArray[np.int32],
    spare: NDArray[np.int32],
) -> NDArray[np.int32]:
    """Sort a row's columns, write their counts and leave none behind; return the spare room."""
    n, largest = len(columns), 0
    if n > len(spare):
        spare = np.empty(2 * n, dtype=np.int32)
    for k in range(n):
        largest = max(largest, columns[k])
    shift, source, target = 0, columns, spare
    while largest >> shift:  # radix sort, a byte at a time from the lowest on
        places = np.zeros(257, dtype=np.int64)
        for k in range(n):
            places[(source[k] >> shift & 255) + 1] += 1
        for byte in range(256):
            places[byte + 1] += places[byte]
        for k in range(n):
            byte = source[k] >> shift & 255
            target[places[byte]] = source[k]
            places[byte] += 1
        source, target, shift = target, source, shift + 8
    for k in range(n):
        counts[k] = within[source[k]]
        within[source[k]] = 0
        columns[k] = source[k]
    return spare


@kernel
def _sum(
    flat: NDArray[np.int32],
    starts: NDArray[np.int64],
    part_indptr: NDArray[np.int32],
    part_indices: NDArray[np.int32],
    part_counts: NDArray[np.int32],
    n_columns: int,
    indptr: NDArray[np.int64],
    indices: NDArray[np.int32],
    counts: NDArray[np.int32],
) -> None:
    within, spare = np.zeros(n_columns, dtype=np.int32), np.empty(1024, dtype=np.int32)
    end = 0
    for row in range(len(starts) - 1):
        for i in range(starts[row], starts[row + 1]):
            for k in range(part_indptr[flat[i]], part_indptr[flat[i] + 1]):
                column = part_indices[k]
                if within[column] == 0:
                    indices[end] = column
                    end += 1
                within[column] += part_counts[k]
        indptr[row + 1] = end
        spare = _finish_row(indices[indptr[row] : end], counts[indptr[row] : end], within, spare)

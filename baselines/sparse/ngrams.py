"""One n-gram counter for everything that is a sequence of integer ids.

The n-grams of order n are numbered from those of order n - 1: a gram is the pair (gram of its
first n - 1 ids, last id), packed into one integer and numbered by hashing. So each order costs
one pass over an integer array, and no string is ever built while counting.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from worthit.baselines.sparse.ragged import Ragged

__all__ = ["NgramCounts", "count_ngrams"]


@dataclass(frozen=True)
class NgramCounts:
    """How often each n-gram stands in each row.

    Attributes
    ----------
    matrix : scipy.sparse.csr_array of shape (n_rows, n_grams)
        Counts, int32. Columns are grouped by order, within it in order of appearance.
    orders : numpy.ndarray of shape (n_grams,)
        The n of each column.
    first : numpy.ndarray of shape (n_grams,)
        Where each gram was first seen in the flat array of ids: with ``orders`` this is enough to
        spell the gram out.
    """

    matrix: sparse.csr_array
    orders: NDArray[np.int8]
    first: NDArray[np.int64]


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
    n_ids = int(ids.flat.max(initial=-1)) + 1
    rows, ends = ids.rows, np.repeat(ids.starts[1:], ids.lengths)
    position = np.arange(len(ids.flat))
    grams = np.zeros(len(ids.flat), dtype=np.int64)  # all grams of order 0 are the same
    all_rows, all_columns, orders, first = [], [], [], []
    n_columns = 0
    for n in range(1, n_max + 1):
        fits = position + n <= ends[position]
        position, grams = position[fits], grams[fits]
        grams, seen_first = _number(grams * n_ids + ids.flat[position + n - 1])
        all_rows.append(rows[position])
        all_columns.append(grams + n_columns)
        orders.append(np.full(len(seen_first), n, dtype=np.int8))
        first.append(position[seen_first])
        n_columns += len(seen_first)
    columns = np.concatenate(all_columns)
    matrix = _to_csr(np.concatenate(all_rows), columns, (len(ids), n_columns))
    return NgramCounts(matrix, np.concatenate(orders), np.concatenate(first))


def _number(keys: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give distinct keys numbers in order of appearance, and say where each was first seen."""
    numbers, distinct = pd.factorize(keys)
    first = np.empty(len(distinct), dtype=np.int64)
    # Writing backwards leaves the earliest position of each number.
    first[numbers[::-1]] = np.arange(len(keys) - 1, -1, -1)
    return numbers.astype(np.int64), first


def _to_csr(
    rows: NDArray[np.int64], columns: NDArray[np.int64], shape: tuple[int, int]
) -> sparse.csr_array:
    ones = np.ones(len(rows), dtype=np.int32)
    index = np.int32 if max(shape) < 2**31 and len(rows) < 2**31 else np.int64
    coo = sparse.coo_array((ones, (rows.astype(index), columns.astype(index))), shape=shape)
    return coo.tocsr()  # sums what stands twice

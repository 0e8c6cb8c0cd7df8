"""Features of text pairs: what each side has alone, what both have, and how much that is."""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

__all__ = ["SHARES", "overlap_shares", "split_sides"]


def split_sides(
    first: sparse.csr_array, second: sparse.csr_array
) -> tuple[sparse.csr_array, sparse.csr_array, sparse.csr_array]:
    """Split the counts of two sides into those of one side alone and those of both.

    Parameters
    ----------
    first, second : scipy.sparse.csr_array of shape (n_pairs, n_grams)
        Counts over the same columns.

    Returns
    -------
    tuple of three scipy.sparse.csr_array of shape (n_pairs, n_grams)
        ``first - both``, ``second - both`` and ``both``, the smaller of the two counts.
    """
    both = first.minimum(second).tocsr()
    alone = (first - both).tocsr(), (second - both).tocsr()
    for matrix in alone:
        matrix.eliminate_zeros()
    return *alone, both


SHARES = 3  # for each order of n-gram


def overlap_shares(
    first: sparse.csr_array, second: sparse.csr_array, orders: NDArray[np.int8], n_max: int
) -> NDArray[np.float64]:
    """Measure how much of each side stands in the other, for each order of n-gram.

    Parameters
    ----------
    first, second : scipy.sparse.csr_array of shape (n_pairs, n_grams)
        Counts over the same columns.
    orders : numpy.ndarray of shape (n_grams,)
        The n of each column.
    n_max : int
        Orders to measure, from 1.

    Returns
    -------
    numpy.ndarray of shape (n_pairs, 3 * n_max)
        For each order in turn: shared / first, shared / second, shared / either (Jaccard on
        counts); 0 where a side is empty.
    """
    of_order = sparse.csr_array(orders[:, None] == np.arange(1, n_max + 1), dtype=np.int64)
    shared = (first.minimum(second) @ of_order).toarray()
    size_first, size_second = (first @ of_order).toarray(), (second @ of_order).toarray()
    wholes = size_first, size_second, size_first + size_second - shared
    shares = np.stack([shared / np.maximum(whole, 1) for whole in wholes], axis=2)
    return shares.reshape(len(shared), n_max * SHARES)

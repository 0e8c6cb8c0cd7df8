"""A trie of n-grams as two arrays: each gram's key, and a hash table that finds it by its key.

A gram is its first n - 1 ids, which are a gram themselves (its parent), and its last id. Its key
packs both into one integer, ``(parent + 1) << ID_BITS | last id``, with parent -1 for single ids.
Parents have smaller numbers than their children.
"""

import numpy as np
from numpy.typing import NDArray

from worthit.core.compiled import kernel

__all__ = ["ID_BITS", "ID_MASK", "find_keys", "plant", "rehashed", "slot_of"]

ID_BITS = 31
ID_MASK = (1 << ID_BITS) - 1


@kernel
def slot_of(keys: NDArray[np.int64], slots: NDArray[np.int32], key: np.int64) -> np.int64:
    """Find where a key stands in the table, or the free place that it should take."""
    code = np.uint64(key) * np.uint64(0x9E3779B97F4A7C15)  # Fibonacci hashing
    slot = np.int64((code ^ (code >> np.uint64(32))) & np.uint64(len(slots) - 1))
    while slots[slot] >= 0 and keys[slots[slot]] != key:
        slot = (slot + 1) & (len(slots) - 1)
    return slot


@kernel
def rehashed(keys: NDArray[np.int64], size: int) -> NDArray[np.int32]:
    """Make a hash table of at least a size with all keys in it."""
    nslot_ofs = 4096
    while nslot_ofs < size:
        nslot_ofs *= 2
    slots = np.full(nslot_ofs, -1, dtype=np.int32)
    for node in range(len(keys)):
        slots[slot_of(keys, slots, keys[node])] = node
    return slots


@kernel
def plant(
    flat: NDArray[np.int32], starts: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int32]]:
    """Make a trie of given grams and of all that they begin with.

    Parameters
    ----------
    flat, starts : numpy.ndarray
        The ids of each gram, see :class:`~worthit.baselines.sparse.ragged.Ragged`.

    Returns
    -------
    tuple of three numpy.ndarray
        The keys; their hash table; and for each gram in the trie the row that gave it, or -1, with
        another -1 behind them.
    """
    most = len(flat)
    keys, slots = np.empty(most, dtype=np.int64), rehashed(np.empty(0, np.int64), 2 * most)
    rows, n = np.full(most + 1, -1, dtype=np.int32), 0
    for row in range(len(starts) - 1):
        node = np.int64(-1)
        for i in range(starts[row], starts[row + 1]):
            key = np.int64((node + 1) << ID_BITS | flat[i])
            slot = slot_of(keys, slots, key)
            node = np.int64(slots[slot])
            if node < 0:
                node = np.int64(n)
                slots[slot], keys[n] = n, key
                n += 1
        rows[node] = row
    return keys[:n].copy(), slots, rows[: n + 1].copy()


@kernel
def find_keys(
    keys: NDArray[np.int64],
    known: NDArray[np.int64],
    slots: NDArray[np.int32],
    ids: NDArray[np.int32],
) -> NDArray[np.int32]:
    """Find the grams of one counting among those of another.

    Parameters
    ----------
    keys : numpy.ndarray of shape (n_grams,)
        Of the grams to find.
    known : numpy.ndarray of shape (n_known,)
        Keys of the other counting.
    slots : numpy.ndarray
        Their hash table.
    ids : numpy.ndarray of shape (n_ids,)
        The id in the other counting of each id here, or -1.

    Returns
    -------
    numpy.ndarray of shape (n_grams,)
        Columns of the other counting, or -1.
    """
    found = np.full(len(keys), -1, dtype=np.int32)
    for gram in range(len(keys)):
        parent, last = (keys[gram] >> ID_BITS) - 1, ids[keys[gram] & ID_MASK]
        if last < 0 or (parent >= 0 and found[parent] < 0):
            continue
        above = np.int64(-1) if parent < 0 else np.int64(found[parent])
        found[gram] = slots[slot_of(known, slots, np.int64((above + 1) << ID_BITS | last))]
    return found

"""Texts as sets of hashed character shingles, and the MinHash signatures of such sets."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

__all__ = ["WIDTH", "jaccard", "minhash", "shingle"]

WIDTH = 5  # characters; a text with fewer is one shingle
SEED = 0  # of the hash functions: the same on every machine
BATCH = 2048  # texts whose shingles are held at a time

Shingles = tuple[NDArray[np.uint64], NDArray[np.int64]]


def shingle(texts: Sequence[str]) -> Shingles:
    """Hash the shingles of texts: every ``WIDTH`` characters in a row.

    Returns
    -------
    hashes : numpy.ndarray of uint64
        The shingles of all texts, repetitions included, text after text.
    starts : numpy.ndarray of int64, shape (n + 1,)
        Where each text's shingles start, and where the last one's end; every text has at least one.
    """
    # A short text is filled up, and an empty one stands for itself.
    padded = [text if len(text) >= WIDTH else text.ljust(WIDTH, "\0") for text in texts]
    lengths = np.fromiter(map(len, padded), np.int64, len(padded))
    codes = np.frombuffer("".join(padded).encode("utf-32-le", "surrogatepass"), dtype="<u4")
    rolled = np.zeros(max(len(codes) - WIDTH + 1, 0), dtype=np.uint64)
    for place in range(WIDTH):
        rolled = _mixed(rolled) + codes[place : place + len(rolled)]
    ends = np.cumsum(lengths)
    # The last characters of a text start shingles that reach into the next text.
    inside = np.ones(len(rolled), dtype=bool)
    for place in range(1, WIDTH):
        inside[ends[:-1] - place] = False
    return _mixed(rolled[inside]), np.concatenate([[0], np.cumsum(lengths - WIDTH + 1)])


def _mixed(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Scatter numbers over 64 bits, one to one (the finaliser of SplitMix64)."""
    mixed = numbers + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def minhash(texts: Sequence[str], n_hashes: int) -> NDArray[np.uint32]:
    """Compute MinHash signatures (Broder 1997).

    Two texts have the same number at a place with a probability of about their Jaccard similarity.

    Returns
    -------
    numpy.ndarray of uint32, shape (n, n_hashes)
    """
    factors = np.random.default_rng(SEED).integers(1, 2**32, n_hashes, dtype=np.uint32) | 1
    signatures = np.empty((len(texts), n_hashes), dtype=np.uint32)
    for first in range(0, len(texts), BATCH):
        hashes, starts = shingle(texts[first : first + BATCH])
        high, low = (hashes >> np.uint64(32)).astype(np.uint32), hashes.astype(np.uint32)
        for place, factor in enumerate(factors):
            ranks = high * factor + low if place % 2 else low * factor + high
            least = np.minimum.reduceat(ranks, starts[:-1])
            signatures[first : first + BATCH, place] = least
    return signatures


def jaccard(
    texts: Sequence[str], first: NDArray[np.int64], second: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Compute the Jaccard similarity of the shingle sets of pairs of texts.

    Parameters
    ----------
    texts : sequence of str
        The texts.
    first, second : numpy.ndarray of int, shape (n_pairs,)
        Positions of the two texts of each pair.

    Returns
    -------
    numpy.ndarray of shape (n_pairs,)
        Shared shingles / shingles of either.

    Examples
    --------
    >>> jaccard(["abcdef", "abcdefg"], np.array([0]), np.array([1]))  # 2 of 3
    array([0.66666667])
    """
    asked, numbers = np.unique(np.concatenate([first, second]), return_inverse=True)
    hashes, starts = shingle([texts[i] for i in asked])
    columns = np.unique(hashes, return_inverse=True)[1]
    ones = np.ones(len(columns), dtype=np.int32)
    sets = sparse.csr_array((ones, columns, starts), shape=(len(asked), columns.max(initial=0) + 1))
    sets.sum_duplicates()
    sets.data[:] = 1
    sizes = np.diff(sets.indptr)
    left, right = numbers[: len(first)], numbers[len(first) :]
    shared = np.empty(len(first))
    for start in range(0, len(first), BATCH):
        rows = slice(start, start + BATCH)
        shared[rows] = sets[left[rows]].multiply(sets[right[rows]]).sum(axis=1)
    return shared / (sizes[left] + sizes[right] - shared)

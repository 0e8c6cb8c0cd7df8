"""N-gram counts of texts or pairs: made once, then sliced by row and masked by column.

Every trial of a search, every fold and the refit work on the same counts. What they differ in
(ranges, document frequencies, weights) is a choice of columns and a rescaling, never a recount.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

from worthit.baselines.sparse.ngrams import count_ngrams, sum_rows
from worthit.baselines.sparse.overlap import overlap_shares, split_sides
from worthit.baselines.sparse.terms import Terms
from worthit.baselines.sparse.tokens import pad_characters, split_chunks, split_words

__all__ = ["STOP_WORDS", "Block", "Counts", "count"]

STOP_WORDS: dict[str, frozenset[str]] = {"none": frozenset(), "english": ENGLISH_STOP_WORDS}


@dataclass(frozen=True)
class Block:
    """Counts of one sort of n-gram.

    Attributes
    ----------
    analyzer : str
        ``"word"`` or ``"char"`` (characters inside words, scikit-learn's ``char_wb``).
    side : str
        ``""`` for texts; for pairs ``"first"``, ``"second"`` (what only that side has) or
        ``"both"`` (what the sides share).
    matrix : scipy.sparse.csr_array of shape (n_items, n_grams)
        Counts, int32.
    terms : Terms
        Spells the columns out and knows their orders.
    """

    analyzer: str
    side: str
    matrix: sparse.csr_array
    terms: Terms


@dataclass(frozen=True)
class Counts:
    """Blocks of n-gram counts over the same items; indexable by row.

    A part of the rows is a list of row numbers over the same blocks: nothing is copied.

    Attributes
    ----------
    blocks : tuple of Block
        All with the same number of rows.
    shares : mapping of str to numpy.ndarray of shape (n_all_items, 3 * n_max)
        For pairs, by analyzer, how much the two sides overlap at each order; empty for texts.
    rows : numpy.ndarray of shape (n_items,)
        The rows of the blocks and shares that are meant.
    """

    blocks: tuple[Block, ...]
    shares: Mapping[str, NDArray[np.float64]]
    rows: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, rows: NDArray[np.int64] | slice) -> "Counts":
        return replace(self, rows=self.rows[rows])


def count(
    inputs: Sequence[str] | Sequence[tuple[str, str]],
    *,
    analyzers: Sequence[str] = ("word", "char"),
    word_max: int = 2,
    char_max: int = 5,
    lowercase: bool = True,
    stop_words: str = "none",
) -> Counts:
    """Count the n-grams of texts, or of both sides of pairs.

    Parameters
    ----------
    inputs : sequence of str, or of (str, str), of length n
        Texts or pairs; empty texts are fine.
    analyzers : sequence of str
        ``"word"``, ``"char"`` or both.
    word_max, char_max : int
        The largest order to count; smaller ranges are columns of the result.
    lowercase : bool
        Lower the texts first.
    stop_words : str
        ``"english"`` leaves scikit-learn's list out before n-grams are formed; or ``"none"``.

    Returns
    -------
    Counts
        With n rows.
    """
    pairs = bool(len(inputs)) and not isinstance(inputs[0], str)
    texts = [side for item in zip(*inputs, strict=True) for side in item] if pairs else inputs
    chunks = split_chunks(texts, lowercase)  # type: ignore[arg-type]
    blocks: list[Block] = []
    if "word" in analyzers:
        words = split_words(chunks, STOP_WORDS[stop_words])
        counted = count_ngrams(words.rows, word_max)
        blocks.append(Block("word", "", counted.matrix, Terms.of(counted, words.pieces)))
    if "char" in analyzers:
        counted = count_ngrams(pad_characters(chunks.pieces), char_max)  # each chunk once
        matrix = sum_rows(chunks.rows, counted.matrix)
        blocks.append(Block("char", "", matrix, Terms.of(counted)))
    if not pairs:
        return Counts(tuple(blocks), {}, np.arange(len(inputs)))
    return _sides_compared(blocks, {"word": word_max, "char": char_max})


def _sides_compared(blocks: list[Block], n_max: Mapping[str, int]) -> Counts:
    """Turn counts of all first sides above all second sides into features of pairs.

    What one side has and the other lacks tells more about a pair than its sides do.
    """
    compared: list[Block] = []
    shares: dict[str, NDArray[np.float64]] = {}
    for block in blocks:
        half = block.matrix.shape[0] // 2
        first, second = block.matrix[:half], block.matrix[half:]
        sides = split_sides(first, second)
        shares[block.analyzer] = overlap_shares(
            first, second, block.terms.orders, n_max[block.analyzer]
        )
        for side, matrix in zip(("first", "second", "both"), sides, strict=True):
            compared.append(Block(block.analyzer, side, matrix, block.terms))
    return Counts(tuple(compared), shares, np.arange(half))

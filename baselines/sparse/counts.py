"""N-gram counts of texts or pairs: made once, then sliced by row and masked by column.

Every trial of a search, every fold and the refit work on the same counts. What they differ in
(ranges, document frequencies, weights) is a choice of columns and a rescaling, never a recount.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from worthit.baselines.sparse.ngrams import count_ngrams
from worthit.baselines.sparse.overlap import overlap_shares, split_sides
from worthit.baselines.sparse.terms import Terms
from worthit.baselines.sparse.tokens import split_characters, split_chunks, split_words

__all__ = ["Block", "Counts", "count"]

# scikit-learn's words (two word characters and more), and the zero-width non-joiner, which stands
# inside Persian words and would otherwise cut them; texts without it give the same words.
WORD_PATTERN = r"(?u)[\w\u200c]{2,}"


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

    Attributes
    ----------
    blocks : tuple of Block
        All with the same number of rows.
    shares : mapping of str to numpy.ndarray of shape (n_items, 3 * n_max)
        For pairs, by analyzer, how much the two sides overlap at each order; empty for texts.
    """

    blocks: tuple[Block, ...]
    shares: Mapping[str, NDArray[np.float64]]

    def __len__(self) -> int:
        return self.blocks[0].matrix.shape[0]

    def __getitem__(self, rows: ArrayLike) -> "Counts":
        index = np.asarray(rows)
        blocks = tuple(replace(block, matrix=block.matrix[index]) for block in self.blocks)
        return Counts(blocks, {name: values[index] for name, values in self.shares.items()})


def count(
    inputs: Sequence[str] | Sequence[tuple[str, str]],
    *,
    analyzers: Sequence[str] = ("word", "char"),
    word_max: int = 2,
    char_max: int = 5,
    lowercase: bool = True,
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
        words = split_words(chunks, WORD_PATTERN)
        counted = count_ngrams(words.rows, word_max)
        terms = Terms.of_words(words.strings, words.rows.flat, counted)
        blocks.append(Block("word", "", counted.matrix, terms))
    if "char" in analyzers:
        padded = [f" {chunk} " for chunk in chunks.strings]
        per_chunk = count_ngrams(split_characters(padded), char_max)
        chunk_counts = _chunk_counts(chunks.rows.flat, chunks.rows.starts, len(padded))
        matrix = (chunk_counts @ per_chunk.matrix).tocsr()
        matrix.sort_indices()  # here once; solvers would sort again and again, in place
        blocks.append(Block("char", "", matrix, Terms.of_characters(padded, per_chunk)))
    if not pairs:
        return Counts(tuple(blocks), {})
    return _sides_compared(blocks, {"word": word_max, "char": char_max})


def _chunk_counts(
    flat: NDArray[np.int64], starts: NDArray[np.int64], n_chunks: int
) -> sparse.csr_array:
    ones = np.ones(len(flat), dtype=np.int32)
    shape = (len(starts) - 1, n_chunks)
    return sparse.csr_array((ones, flat.astype(np.int32), starts.astype(np.int32)), shape=shape)


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
    return Counts(tuple(compared), shares)

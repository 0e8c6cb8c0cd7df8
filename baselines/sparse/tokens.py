"""Texts become integer ids, each distinct piece of text being looked at once.

A *chunk* is what white space separates. Natural language repeats its chunks, so words and
characters are worked out per distinct chunk and carried over to the texts by index.
"""

import re
import sys
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from worthit.baselines.sparse.pieces import Pieces
from worthit.baselines.sparse.ragged import Ragged, ends_of
from worthit.core.compiled import kernel

__all__ = ["Tokens", "pad_characters", "split_chunks", "split_words"]

BATCH = 8192  # texts looked at together: enough to be fast, little enough to take no memory
OTHER, SPACE, LETTER, MARK, JOINER = range(5)


@dataclass(frozen=True)
class Tokens:
    """Texts as ``rows`` of ids of ``pieces``: chunks or words."""

    rows: Ragged
    pieces: Pieces


def split_chunks(texts: Sequence[str], lowercase: bool = True) -> Tokens:
    """Split texts at white space, numbering distinct chunks in order of appearance.

    Parameters
    ----------
    texts : sequence of str of length n
        Empty texts give empty rows.
    lowercase : bool
        Whole texts are lowered before splitting, since lowering may depend on the neighbours
        (the Greek final sigma).

    Returns
    -------
    Tokens
        With n rows.
    """
    pieces, flat, lengths = Pieces.none(), [np.empty(0, np.int32)], [np.empty(0, np.int64)]
    for start in range(0, len(texts), BATCH):
        batch = texts[start : start + BATCH]
        if lowercase:
            batch = [text.lower() for text in batch]
        codes = np.frombuffer("".join(batch).encode("utf-32-le", "surrogatepass"), dtype="<u4")
        ends = ends_of(np.fromiter(map(len, batch), np.int64, len(batch)))
        firsts, stops, counted = _find_chunks(codes, ends, character_kinds())
        pieces, numbers = pieces.number(codes, firsts, stops)
        flat.append(numbers)
        lengths.append(counted)
    return Tokens(Ragged.from_lengths(np.concatenate(flat), np.concatenate(lengths)), pieces)


def split_words(chunks: Tokens, left_out: frozenset[str] = frozenset()) -> Tokens:
    r"""Find the words of texts.

    A word has two characters and more: letters, digits and underscores, as in scikit-learn's
    pattern ``\b\w\w+\b``; and also, behind the first of them, combining marks, which that pattern
    takes for the end of a word (most of an Indian script's vowels), and zero-width non-joiners
    between two of them, which hold the parts of a Persian word together.

    Parameters
    ----------
    chunks : Tokens
        The texts. No word reaches over white space, so each distinct chunk is searched once.
    left_out : frozenset of str
        Words to pass over as if they were not there.

    Returns
    -------
    Tokens
        With as many rows as ``chunks``.
    """
    pieces = chunks.pieces
    starts = pieces.starts[: pieces.n + 1]
    firsts, stops, counted = _find_words(pieces.characters, starts, character_kinds())
    words, numbers = Pieces.none().number(pieces.characters, firsts, stops)
    per_chunk = Ragged.from_lengths(numbers, counted)
    if left_out:
        kept = ~np.array([word in left_out for word in words.strings], dtype=bool)[numbers]
        per_chunk = Ragged(numbers[kept], ends_of(kept)[per_chunk.starts])
    return Tokens(chunks.rows.expand(per_chunk), words)


def pad_characters(pieces: Pieces) -> Ragged:
    """Turn strings into rows of code points with a space at both ends."""
    flat = np.empty(pieces.starts[pieces.n] + 2 * pieces.n, dtype=np.int32)
    starts = pieces.starts[: pieces.n + 1] + 2 * np.arange(pieces.n + 1)
    flat[starts[:-1]] = flat[starts[1:] - 1] = ord(" ")
    inside = np.ones(len(flat), dtype=bool)
    inside[starts[:-1]] = inside[starts[1:] - 1] = False
    flat[inside] = pieces.characters[: pieces.starts[pieces.n]]
    return Ragged(flat, starts)


@cache
def character_kinds() -> NDArray[np.uint8]:
    """Say of every code point whether it is white space, a letter, a mark, a joiner or other."""
    kinds = np.full(sys.maxunicode + 1, OTHER, dtype=np.uint8)
    known = "".join(map(chr, range(0x40000)))  # nothing but symbols and blanks lies behind
    for pattern, kind in ((r"\s+", SPACE), (r"\w+", LETTER)):
        for match in re.finditer(pattern, known):
            kinds[match.start() : match.end()] = kind
    for code in np.flatnonzero(kinds[:0x20000] == OTHER).tolist():
        if unicodedata.category(chr(code)) in ("Mn", "Mc"):
            kinds[code] = MARK
    kinds[0x200C] = JOINER
    return kinds


@kernel
def _find_chunks(
    codes: NDArray[np.uint32], ends: NDArray[np.int64], kinds: NDArray[np.uint8]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return where chunks start and stop, and how many each text has."""
    most = (len(codes) + len(ends)) // 2 + 1
    firsts, stops = np.empty(most, dtype=np.int64), np.empty(most, dtype=np.int64)
    counted, n = np.zeros(len(ends) - 1, dtype=np.int64), 0
    for text in range(len(ends) - 1):
        before, inside = n, False
        for i in range(ends[text], ends[text + 1]):
            if kinds[codes[i]] == SPACE:
                if inside:
                    stops[n] = i
                    n += 1
                inside = False
            elif not inside:
                firsts[n] = i
                inside = True
        if inside:
            stops[n] = ends[text + 1]
            n += 1
        counted[text] = n - before
    return firsts[:n], stops[:n], counted


@kernel
def _find_words(
    codes: NDArray[np.uint32], ends: NDArray[np.int64], kinds: NDArray[np.uint8]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return where words start and stop, and how many each string has."""
    most = ends[-1] // 2 + 1
    firsts, stops = np.empty(most, dtype=np.int64), np.empty(most, dtype=np.int64)
    counted, n = np.zeros(len(ends) - 1, dtype=np.int64), 0
    for string in range(len(ends) - 1):
        before, i = n, ends[string]
        while i < ends[string + 1]:
            if kinds[codes[i]] != LETTER:
                i += 1
                continue
            first, stop = i, i + 1
            i += 1
            while i < ends[string + 1] and kinds[codes[i]] >= LETTER:
                if kinds[codes[i]] != JOINER:  # a joiner at the end of a word joins nothing
                    stop = i + 1
                i += 1
            if stop - first >= 2:
                firsts[n], stops[n] = first, stop
                n += 1
        counted[string] = n - before
    return firsts[:n], stops[:n], counted

"""Texts become integer ids, each distinct piece of text being looked at once.

A *chunk* is what white space separates. Natural language repeats its chunks, so words and
characters are worked out per distinct chunk and carried over to the texts by index.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import pandas as pd

from worthit.baselines.sparse.ragged import Ragged

__all__ = ["Chunks", "Words", "split_characters", "split_chunks", "split_words"]


@dataclass(frozen=True)
class Chunks:
    """White-space separated pieces of texts: ``rows`` of ids into ``strings``."""

    rows: Ragged
    strings: list[str]


@dataclass(frozen=True)
class Words:
    """Words of texts: ``rows`` of ids into ``strings``."""

    rows: Ragged
    strings: list[str]


def split_chunks(texts: Sequence[str], lowercase: bool = True) -> Chunks:
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
    Chunks
        With n rows.
    """
    split = [text.lower().split() for text in texts] if lowercase else [t.split() for t in texts]
    lengths = np.fromiter(map(len, split), np.int64, len(split))
    everything = np.empty(int(lengths.sum()), dtype=object)
    everything[:] = list(chain.from_iterable(split))
    ids, strings = pd.factorize(everything)
    return Chunks(Ragged.from_lengths(ids.astype(np.int64), lengths), strings.tolist())


def split_words(chunks: Chunks, pattern: str) -> Words:
    r"""Find the words of texts by a regular expression.

    Parameters
    ----------
    chunks : Chunks
        The texts.
    pattern : str
        Matches one word and never white space, like scikit-learn's ``(?u)\b\w\w+\b``; then
        searching chunk by chunk finds what searching whole texts finds.

    Returns
    -------
    Words
        With as many rows as ``chunks``.
    """
    find = re.compile(pattern).findall
    found = [find(chunk) for chunk in chunks.strings]
    lengths = np.fromiter(map(len, found), np.int64, len(found))
    everything = np.empty(int(lengths.sum()), dtype=object)
    everything[:] = list(chain.from_iterable(found))
    ids, strings = pd.factorize(everything)
    per_chunk = Ragged.from_lengths(ids.astype(np.int64), lengths)
    return Words(chunks.rows.expand(per_chunk), strings.tolist())


def split_characters(strings: Sequence[str]) -> Ragged:
    """Turn strings into rows of Unicode code points."""
    lengths = np.fromiter(map(len, strings), np.int64, len(strings))
    data = "".join(strings).encode("utf-32-le", "surrogatepass")
    return Ragged.from_lengths(np.frombuffer(data, dtype="<u4").astype(np.int64), lengths)

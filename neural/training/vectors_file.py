"""Word vectors learned elsewhere, from a text file as word2vec, fastText and GloVe write them.

One word and its numbers a line, separated by spaces; word2vec and fastText put a first line before
that with the number of words and the width. Nothing in it is executed or unpickled.
"""

import gzip
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from worthit.core.errors import InputError

__all__ = ["read_vectors", "width_of"]

LONGEST = 200_000  # bytes in a line; a file without line ends is not read into memory whole


def width_of(path: Path) -> int:
    """Return the length of the vectors in a file, told by its first line that is one.

    Raises
    ------
    InputError
        If it is not such a file.
    """
    return _layout(path)[1]


def read_vectors(path: Path, ids: Mapping[str, int]) -> tuple[np.ndarray, np.ndarray]:
    """Read the vectors of known words.

    A word that the file has only with capitals gets that vector; of several, the first.

    Parameters
    ----------
    path : pathlib.Path
        The file, plain or gzipped.
    ids : mapping of str to int
        Words to look for, lower-cased.

    Returns
    -------
    numbers : numpy.ndarray of int, shape (found,)
        Ids of the words that were found.
    vectors : numpy.ndarray of float32, shape (found, width)
        Their vectors.

    Raises
    ------
    InputError
        If the file is not of this format, or none of the words stands in it.
    """
    n_header, width = _layout(path)
    exact: dict[int, np.ndarray] = {}
    lowered: dict[int, np.ndarray] = {}
    with _lines(path) as lines:
        for number, line in enumerate(lines, start=1):
            word, _, rest = line.strip().partition(" ")
            into = exact if word in ids else lowered
            place = ids.get(word, ids.get(word.lower()))
            if number <= n_header or place is None or place in into:
                continue
            vector = _numbers(rest)
            if len(rest.split()) > width:
                continue  # an entry of several words, the first of which is one of ours
            if vector is None or len(vector) != width:
                raise InputError(
                    f"Line {number} of {path} has no {width} numbers after the word {word!r}, as "
                    "the lines before it have; download the file again, it may be cut off."
                )
            into[place] = vector
    found = lowered | exact
    if not found:
        raise InputError(
            f"None of the {len(ids):,} words of the training texts stands in {path}; give vectors "
            "of the same language."
        )
    return np.array(list(found)), np.stack(list(found.values()))


def _layout(path: Path) -> tuple[int, int]:
    """Return the number of lines before the vectors, and their width."""
    with _lines(path) as lines:
        first = next(lines, "").split()
        second = next(lines, "").split()
    if len(first) == 2 and all(part.isdecimal() for part in first):
        header, example = 1, second
        stated = int(first[1])
    else:
        header, example = 0, first
        stated = len(first) - 1
    vector = _numbers(" ".join(example[-stated:])) if 0 < stated < len(example) else None
    if vector is None:
        raise InputError(
            f"{path} is no text file of word vectors: expected a word and its numbers on each line "
            "(word2vec, fastText or GloVe in text format; a .bin file must be converted first)."
        )
    return header, stated


def _numbers(text: str) -> np.ndarray | None:
    try:
        vector = np.array(text.split(), dtype=np.float32)
    except ValueError:
        return None
    return vector if np.isfinite(vector).all() else None


@contextmanager
def _lines(path: Path) -> Iterator[Iterator[str]]:
    """Open the file, plain or gzipped; its lines end at line feeds alone."""
    if not path.is_file():
        raise InputError(f"There is no file of word vectors at {path}; check the path.")
    opened = gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb")
    try:
        with opened as file:
            read = iter(lambda: file.readline(LONGEST), b"")
            yield (line.decode("utf-8", errors="replace") for line in read)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise InputError(
            f"{path} cannot be unpacked as gzip ({error}); download the file again, it may be cut "
            "off, or name it without .gz if it is not compressed."
        ) from error

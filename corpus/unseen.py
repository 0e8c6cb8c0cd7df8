"""Unseen words: which share of an item's words stands nowhere in the training texts."""

import math
import re
from collections.abc import Iterable, Iterator, Sequence

__all__ = ["unseen_words"]

WORD = re.compile(r"\w+")


def unseen_words(train: Iterable[str | tuple[str, ...]], items: Sequence[str | tuple]) -> list[int]:
    """Count words that train does not hold, in per cent of each item's words.

    A word is a run of letters, digits and underscores, whatever its case; both sides of a pair
    count together. Rounded up, so that 0 means none.

    Parameters
    ----------
    train : iterable of str or of tuple of str
        Texts or pairs.
    items : sequence of the same, of length n
        One without words has none that are unseen.

    Returns
    -------
    list of int of length n
        From 0 to 100.

    Examples
    --------
    >>> unseen_words(["Red or green"], ["red, blue", "GREEN", ""])
    [50, 0, 0]
    """
    known = {word for item in train for word in _words(item)}
    shares = []
    for item in items:
        words = list(_words(item))
        unseen = sum(word not in known for word in words)
        shares.append(math.ceil(100 * unseen / len(words)) if words else 0)
    return shares


def _words(item: str | tuple[str, ...]) -> Iterator[str]:
    for text in (item,) if isinstance(item, str) else item:
        yield from WORD.findall(text.casefold())

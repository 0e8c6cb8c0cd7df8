"""Tells where a baseline's terms stand in texts, which are read here as the baseline reads them."""

import re
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

__all__ = ["occurring"]

JOINER = "\u200c"  # holds the parts of a Persian word together
SIDES = ("1", "2", "both")


def occurring(
    terms: Iterable[str], sides: Sequence[str], params: dict[str, Any] | None = None
) -> list[str]:
    """List the terms that stand in an item.

    A term is one word or several in a row, or characters in ⟨ ⟩, whose spaces are those at the ends
    of what white space separates; of a pair it may begin with the side it speaks of.

    Parameters
    ----------
    terms : iterable of str
        As the baseline names them.
    sides : sequence of str
        The item's text, or both of a pair.
    params : dict, optional
        The baseline's: whether it lowers letters, and which words it passes over.

    Examples
    --------
    >>> occurring(["mouth disease", "disease", "⟨se ⟩", "eas"], ["Foot-and-mouth disease?"])
    ['mouth disease', 'disease']
    """
    params = params or {}
    if params.get("lowercase", True):
        sides = [side.lower() for side in sides]
    left_out = _stop_words(params.get("stop_words", "none"))
    words = [f" {' '.join(_words(side, left_out))} " for side in sides]
    characters = [f" {' '.join(side.split())} " for side in sides]
    return [term for term in terms if _occurs(term, words, characters)]


def _occurs(term: str, words: list[str], characters: list[str]) -> bool:
    side, colon, rest = term.partition(": ")
    named = colon and len(words) == 2 and side in SIDES
    side, term = (side, rest) if named else ("", term)
    letters = term.startswith("⟨") and term.endswith("⟩")
    needle, texts = (term[1:-1], characters) if letters else (f" {term} ", words)
    if not needle.strip():
        return False
    if side in ("1", "2"):  # what this side has more often than the other
        here, there = (_count(needle, text) for text in (texts if side == "1" else texts[::-1]))
        return here > there
    found = [needle in text for text in texts]
    return all(found) if side == "both" else any(found)


def _count(needle: str, text: str) -> int:
    """Count where a string stands, overlapping places included."""
    return len(re.findall(f"(?={re.escape(needle)})", text))


def _words(text: str, left_out: frozenset[str]) -> list[str]:
    found = (match[0] for match in _pattern().finditer(text))
    return [word for word in found if len(word) > 1 and word not in left_out]


@cache
def _pattern() -> re.Pattern[str]:
    r"""Match a word: ``\w``, and behind its first sign also combining marks and inner joiners."""
    known = map(chr, range(min(sys.maxunicode, 0x1FFFF) + 1))
    marks = "".join(sign for sign in known if unicodedata.category(sign) in ("Mn", "Mc"))
    return re.compile(rf"\w(?:[\w{JOINER}{marks}]*[\w{marks}])?")


def _stop_words(named: str) -> frozenset[str]:
    if named != "english":
        return frozenset()
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    return frozenset(ENGLISH_STOP_WORDS)

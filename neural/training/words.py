"""Words of a text in Latin, Cyrillic or Arabic script, lower-cased, without punctuation."""

import re
import unicodedata

__all__ = ["words"]

# Letters and digits; after the first one also what belongs inside a word though `\w` leaves it
# out: combining accents, Arabic vowel signs, and the zero-width (non-)joiner of Persian.
WORD = re.compile("\\w[\\w\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670\u200c\u200d]*")


def words(text: str) -> list[str]:
    r"""Split a text into lower-cased words.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    list of str
        The words in order; empty for a text without letters and digits.

    Examples
    --------
    >>> words("Wall St. Bears, again!")
    ['wall', 'st', 'bears', 'again']
    >>> words("می\u200cروم.") == ["می\u200cروم"]
    True
    """
    composed = unicodedata.normalize("NFC", text).lower()
    return [word.rstrip("\u200c\u200d") for word in WORD.findall(composed)]

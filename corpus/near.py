"""Near duplicates: inputs that are nearly the same text, found by MinHash, checked exactly."""

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from worthit.corpus.shingles import jaccard, minhash

__all__ = ["THRESHOLD", "Alike", "Key"]

THRESHOLD = 0.8  # least Jaccard similarity of near duplicates
BANDS, ROWS = 24, 4  # by chance, one of 400,000 pairs at the threshold shares no band
NEIGHBOURS = 8  # in a band, each text is held against so many that follow it
CHECKED = 16  # of a text's candidates, so many of the likeliest are checked in full
BATCH = 16_384  # pairs estimated at a time
NOT_LETTERS = re.compile(r"[\W_]+")

Key = str | tuple[str, ...]


@dataclass(frozen=True)
class Alike:
    """Which inputs are near duplicates of which.

    Two inputs are when their forms, without case and everything but letters and digits, share at
    least 80 % of their five-character shingles (the Jaccard similarity of the two sets); of a pair,
    both sides. Candidates come from MinHash with banding (Broder 1997; Leskovec, Rajaraman & Ullman
    2020, chapter 3), and their similarity is then computed in full: none is claimed that is not
    one. One may be missed where dozens of texts are all alike.

    Attributes
    ----------
    forms : mapping
        The form of each input.
    others : mapping
        For each form that has any, the forms it is a near duplicate of, itself not among them.
    """

    forms: Mapping[Key, Key]
    others: Mapping[Key, frozenset[Key]]

    @classmethod
    def among(cls, keys: Iterable[Key]) -> "Alike":
        """Find the near duplicates among inputs, each stripped of surrounding white space."""
        forms = {key: _form(key) for key in dict.fromkeys(keys)}
        distinct = list(dict.fromkeys(forms.values()))
        others: dict[Key, set[Key]] = {}
        for i, j in _near_pairs(distinct).tolist():
            others.setdefault(distinct[i], set()).add(distinct[j])
            others.setdefault(distinct[j], set()).add(distinct[i])
        return cls(forms, {form: frozenset(found) for form, found in others.items()})

    def recurs(self, key: Key, forms: Container[Key]) -> bool:
        """Tell whether an input, or a near duplicate of it, has one of these forms."""
        form = self.forms[key]
        return form in forms or any(other in forms for other in self.others.get(form, ()))


def _form(key: Key) -> Key:
    if isinstance(key, tuple):
        return tuple(str(_form(side)) for side in key)
    # Of a text without letters and digits, such as ":-)", nothing would be left to compare.
    return NOT_LETTERS.sub("", key.casefold()) or key


def _near_pairs(forms: Sequence[Key]) -> NDArray[np.int64]:
    """Return positions of near duplicates, shape (n_pairs, 2), each pair once."""
    if len(forms) < 2:
        return np.empty((0, 2), dtype=np.int64)
    sides = [
        [form if isinstance(form, str) else form[side] for form in forms]
        for side in range(1 if isinstance(forms[0], str) else len(forms[0]))
    ]
    signatures = [minhash(side, BANDS * ROWS // len(sides)) for side in sides]
    # (n, bands, rows): a band has rows of either side of a pair.
    bands = np.concatenate([one.reshape(len(forms), BANDS, -1) for one in signatures], axis=2)
    pairs = _likeliest(_candidates(bands), bands.reshape(len(forms), -1))
    for side in sides:
        pairs = pairs[jaccard(side, pairs[:, 0], pairs[:, 1]) >= THRESHOLD]
    return pairs


def _candidates(bands: NDArray[np.uint32]) -> NDArray[np.int64]:
    """Pair texts that agree in all rows of some band."""
    n = len(bands)
    keys = np.stack(
        [np.unique(bands[:, band], axis=0, return_inverse=True)[1] for band in range(BANDS)]
    )
    pairs = [np.empty(0, dtype=np.int64)]
    for band, key in enumerate(keys):
        # Among many that share a band, those that share the next one too stand together.
        order = np.lexsort((keys[(band + 1) % BANDS], key))
        ordered = key[order]
        for step in range(1, NEIGHBOURS + 1):
            same = np.flatnonzero(ordered[:-step] == ordered[step:])
            if not len(same):
                break
            ends = np.sort([order[same], order[same + step]], axis=0)
            pairs.append(ends[0] * n + ends[1])
    found = np.sort(np.concatenate(pairs))
    found = found[np.flatnonzero(np.diff(found, prepend=-1))]
    return np.stack([found // n, found % n], axis=1)


def _likeliest(pairs: NDArray[np.int64], signatures: NDArray[np.uint32]) -> NDArray[np.int64]:
    """Keep the pairs that are among the likeliest of either text, by the share of equal rows."""
    equal = np.empty(len(pairs))
    for start in range(0, len(pairs), BATCH):
        first, second = pairs[start : start + BATCH].T
        equal[start : start + BATCH] = (signatures[first] == signatures[second]).mean(axis=1)
    kept = np.zeros(len(pairs), dtype=bool)
    for texts in pairs.T:
        order = np.lexsort((-equal, texts))
        ordered = texts[order]
        rank = np.arange(len(order)) - np.searchsorted(ordered, ordered)
        kept[order[rank < CHECKED]] = True
    return pairs[kept]

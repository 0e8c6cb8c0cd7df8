"""Words in training texts: those that surprise, and an example of each word that is shown."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from worthit.baselines.sparse.features import SIDE_NAMES, Features
from worthit.baselines.sparse.logistic import LinearModel

__all__ = ["Usage"]

MIN_ITEMS = 5  # a word of fewer training texts may stand anywhere by chance
LEAST_WEIGHT = 0.1  # of the class's largest: weights below decide nothing
LONGEST = 90  # characters of an example


class Usage:
    """Where the words that a model weighs stand in its training texts.

    Parameters
    ----------
    features : Features
        Fitted.
    model : LinearModel
        Fitted on them.
    classes : numpy.ndarray of shape (n_classes,)
        Labels in the order of the problems.
    inputs : sequence of str or of (str, str), of length n
        Training inputs.
    labels : numpy.ndarray of shape (n,)
        Their labels.
    """

    def __init__(
        self,
        features: Features,
        model: LinearModel,
        classes: NDArray,
        inputs: Sequence[Any],
        labels: NDArray,
    ) -> None:
        self._inputs, self._labels, self._classes = inputs, np.asarray(labels), classes
        shown, kept = _words_only(features)
        self._coefficients = model.coefficients[kept]
        self._names = shown.names
        self._there = sparse.csc_array(shown.transform_new(inputs))
        self._numbers = {name: i for i, name in enumerate(self._names)}

    def surprising(self, n: int) -> dict[str, list[dict[str, Any]]]:
        """Name words that speak for a class though they stand more often in the others' texts.

        The weight of a word is what it adds beside all other words of a text; how often it stands
        in a class is what it says alone. Where the two contradict each other, the model knows
        something that counting does not, or has learned an accident of its training texts.

        Returns
        -------
        dict of str to list of dict
            For each class up to n of ``term``, ``weight`` and the shares of training texts with it
            ``inside`` and ``outside`` of the class; the largest weight first.
        """
        found = {}
        for number, label in enumerate(self._classes):
            weights, is_class = self._weights(number), self._labels == label
            inside, outside = (self._frequency(rows) for rows in (is_class, ~is_class))
            n_inside, n_outside = max(is_class.sum(), 1), max((~is_class).sum(), 1)
            wanted = (
                (weights > LEAST_WEIGHT * max(weights.max(initial=0), 0))
                & (inside + outside >= MIN_ITEMS)
                & (inside / n_inside < outside / n_outside)
            )
            order = np.argsort(-np.where(wanted, weights, -np.inf), kind="stable")[:n]
            found[str(label)] = [
                {
                    "term": self._names[i],
                    "weight": float(weights[i]),
                    "inside": float(inside[i] / n_inside),
                    "outside": float(outside[i] / n_outside),
                }
                for i in order
                if wanted[i]
            ]
        return found

    def example(self, term: str, label: str) -> str | None:
        """Cut one training text of a class around a term that it holds; the shortest text."""
        number = self._numbers.get(term)
        if number is None:
            return None
        rows = self._there.indices[self._there.indptr[number] : self._there.indptr[number + 1]]
        rows = rows[self._labels[rows] == label]
        if not len(rows):
            return None
        texts = [_side(self._inputs[row], term) for row in np.sort(rows)]
        return excerpt(min(texts, key=len), _bare(term))

    def examples(self, terms: Iterable[tuple[str, str]]) -> dict[str, dict[str, str]]:
        """Return examples of (label, term) pairs, by label and term; those that have one."""
        found: dict[str, dict[str, str]] = {}
        for label, term in terms:
            text = self.example(term, label)
            if text is not None:
                found.setdefault(label, {})[term] = text
        return found

    def _weights(self, number: int) -> NDArray[np.float64]:
        if len(self._classes) > 2:
            return self._coefficients[:, number]
        return self._coefficients[:, 0] * (1 if number else -1)

    def _frequency(self, rows: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Count the rows that hold each word."""
        held = rows[self._there.indices].astype(np.int64)
        totals = np.concatenate([[0], np.cumsum(held)])
        return totals[self._there.indptr[1:]] - totals[self._there.indptr[:-1]]


def excerpt(text: str, term: str, longest: int = LONGEST) -> str:
    """Shorten a text around the first place of a term, whatever stands between its words."""
    text = " ".join(text.split())
    if len(text) <= longest:
        return text
    words = r"\W+".join(map(re.escape, term.split()))
    place = re.search(words, text, re.IGNORECASE)
    middle = (place.start() + place.end()) // 2 if place else 0
    start = max(0, min(middle - longest // 2, len(text) - longest))
    cut = text[start : start + longest]
    return ("…" if start else "") + cut.strip() + ("…" if start + longest < len(text) else "")


def _words_only(features: Features) -> tuple[Features, NDArray[np.int64]]:
    """Leave characters out where there are words; and say which columns stay."""
    analyzers = [analyzer for analyzer, _ in features.keys]
    shown = "word" if "word" in analyzers else "char"
    sizes = [len(block.columns) for block in features.blocks]
    starts = np.concatenate([[0], np.cumsum(sizes)])
    blocks = [number for number, analyzer in enumerate(analyzers) if analyzer == shown]
    columns = [np.arange(starts[number], starts[number + 1]) for number in blocks]
    kept = replace(
        features,
        settings={**features.settings, "analyzers": (shown,)},
        keys=tuple(features.keys[number] for number in blocks),
        blocks=tuple(features.blocks[number] for number in blocks),
        vocabularies=tuple(features.vocabularies[number] for number in blocks),
        ranges={},
    )
    return kept, np.concatenate(columns) if columns else np.zeros(0, dtype=np.int64)


def _bare(term: str) -> str:
    """Take off what a feature's name adds to its n-gram."""
    for prefix in filter(None, SIDE_NAMES.values()):
        term = term.removeprefix(prefix)
    return term.removeprefix("⟨").removesuffix("⟩")


def _side(item: str | tuple[str, str], term: str) -> str:
    """Return the text, or the side of a pair that a feature speaks of."""
    if isinstance(item, str):
        return item
    return item[1] if term.startswith(SIDE_NAMES["second"]) else item[0]

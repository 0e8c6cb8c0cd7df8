"""The frozen data set: three splits that were checked once, here, and are trusted ever after."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePath
from typing import Any

import numpy as np
import pandas as pd

from worthit.core.errors import InputError
from worthit.core.hashing import sha256_of
from worthit.corpus.audit import data_card

__all__ = ["KINDS", "Dataset", "Split"]

KINDS = ("text", "pair", "audio")
SPLITS = ("train", "validation", "test")
# Labels that name the class people look for, in the order in which they are tried.
POSITIVE = ("1", "true", "yes", "positive", "pos", "toxic", "spam", "hate", "offensive")


@dataclass(frozen=True, eq=False)
class Split:
    """Items of one split, in one order.

    Attributes
    ----------
    ids : tuple of str
        One per item, without repetition.
    inputs : list
        Texts, pairs of texts as tuples, or paths of clips.
    labels : numpy.ndarray of object
        One string per item.
    groups : numpy.ndarray of object, optional
        What must not stand on two sides of a split: a speaker, a premise, a word.
    extra : pandas.DataFrame
        Columns that are none of these; the report slices by them.
    """

    ids: tuple[str, ...]
    inputs: list[Any]
    labels: np.ndarray
    groups: np.ndarray | None = None
    extra: pd.DataFrame = None  # type: ignore[assignment]  # an empty frame of the right length

    def __post_init__(self) -> None:
        labels = np.empty(len(self.labels), dtype=object)
        labels[:] = [str(label) for label in self.labels]
        extra = pd.DataFrame(index=range(len(self.ids))) if self.extra is None else self.extra
        object.__setattr__(self, "labels", labels)
        object.__setattr__(self, "extra", extra)
        for what, values in (("ids", self.ids), ("labels", labels), ("rows of extra", extra)):
            if len(values) != len(self.inputs):
                raise InputError(
                    f"Got {len(values)} {what} for {len(self.inputs)} inputs; every item needs one."
                )
        if self.groups is not None and len(self.groups) != len(self.inputs):
            raise InputError(f"Got {len(self.groups)} groups for {len(self.inputs)} inputs.")

    def __len__(self) -> int:
        """Return the number of items."""
        return len(self.inputs)

    @cached_property
    def keys(self) -> list[str | tuple[str, ...]]:
        """Inputs without surrounding white space, both sides for pairs: equal keys, equal items."""
        return [
            text.strip() if isinstance(text, str) else tuple(side.strip() for side in text)
            for text in self.inputs
        ]

    def take(self, rows: np.ndarray) -> "Split":
        """Return the items at these positions, or where a mask is true, in their order."""
        positions = np.flatnonzero(rows) if rows.dtype == bool else rows
        return Split(
            ids=tuple(self.ids[i] for i in positions),
            inputs=[self.inputs[i] for i in positions],
            labels=self.labels[positions],
            groups=None if self.groups is None else self.groups[positions],
            extra=self.extra.iloc[positions].reset_index(drop=True),
        )


@dataclass(frozen=True, eq=False)
class Dataset:
    """Train, validation and test with one set of classes.

    Attributes
    ----------
    name : str
        Names the folders of runs and reports.
    kind : str
        What the inputs are: ``text``, ``pair`` or ``audio``.
    language : str
        ``en``, ``ru``, ``fa`` or ``none``.
    train, validation, test : Split
        The splits that every model gets.
    positive : str, optional
        With two classes, the one whose F1 is reported by itself; chosen when left out.
    group_name : str, optional
        The column that the groups come from.
    delivered : mapping of str to tuple of str
        How the data came: each delivered part with the splits that were made of it.
    remarks : tuple of dict
        Rows with something odd about them: ``split``, ``id``, ``problem``.
    """

    name: str
    kind: str
    language: str
    train: Split
    validation: Split
    test: Split
    positive: str | None = None
    group_name: str | None = None
    delivered: Mapping[str, tuple[str, ...]] = field(
        default_factory=lambda: {split: (split,) for split in SPLITS}
    )
    remarks: tuple[dict[str, str], ...] = ()

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise InputError(f"Got kind '{self.kind}'; expected one of {', '.join(KINDS)}.")
        for split in SPLITS:
            _check_split(self.name, split, self.splits[split])
        _check_classes(self.name, {name: Counter(part.labels) for name, part in self._parts()})
        positive = _choose_positive(self.positive, self.classes, self.train.labels)
        object.__setattr__(self, "positive", positive)

    def _parts(self) -> Iterable[tuple[str, Split]]:
        return self.splits.items()

    @property
    def splits(self) -> dict[str, Split]:
        """The three splits by name."""
        return {"train": self.train, "validation": self.validation, "test": self.test}

    @cached_property
    def classes(self) -> tuple[str, ...]:
        """The labels that stand in train, sorted."""
        return tuple(sorted(set(self.train.labels)))

    @cached_property
    def sha256(self) -> str:
        """Hash of every item's id, input, label, group and extra cells, however it was split."""
        items = [item for split in self.splits.values() for item in _written(split, self.kind)]
        return sha256_of(part for item in [[self.kind], *sorted(items)] for part in item)

    @cached_property
    def split_sha256(self) -> str:
        """Hash of which ids stand in which split, in order."""
        return sha256_of(
            part for name, split in self.splits.items() for part in (name, *split.ids)
        )

    @cached_property
    def leaked(self) -> frozenset[str]:
        """Ids of test items whose input, stripped of white space, was delivered elsewhere too."""
        others = [
            key
            for splits in self.delivered.values()
            if "test" not in splits
            for split in splits
            for key in self.splits[split].keys
        ]
        known = set(others)
        return frozenset(
            item for item, key in zip(self.test.ids, self.test.keys, strict=True) if key in known
        )

    @cached_property
    def card(self) -> dict[str, Any]:
        """What ``describe`` shows of the data; see :func:`worthit.corpus.audit.data_card`."""
        return data_card(self)


def _written(split: Split, kind: str) -> Iterable[list[str]]:
    """Write items as lists of strings that are the same on every machine."""
    names = [str(name) for name in split.extra.columns]
    cells = zip(*(split.extra[name] for name in split.extra.columns), strict=True)
    extras: Iterable[Sequence[Any]] = cells if names else ((),) * len(split)
    groups = [""] * len(split) if split.groups is None else split.groups
    rows = zip(split.ids, split.inputs, split.labels, groups, extras, strict=True)
    for item, content, label, group, extra in rows:
        # Where a clip's folder lies differs from machine to machine; its name does not.
        sides = (PurePath(content).name,) if kind == "audio" else content
        sides = (sides,) if isinstance(sides, str) else sides
        named = (part for name, cell in zip(names, extra, strict=True) for part in (name, str(cell)))
        yield [item, *sides, label, group, *named]


def _check_split(name: str, split: str, part: Split) -> None:
    if not len(part):
        raise InputError(f"{name}: the {split} split is empty; every split needs rows.")
    if len(set(part.ids)) < len(part.ids):
        item, times = Counter(part.ids).most_common(1)[0]
        raise InputError(f"{name}: the id '{item}' stands {times} times in {split}.")


def _check_classes(name: str, counts: dict[str, Counter[str]]) -> None:
    train = counts["train"]
    for split in ("validation", "test"):
        for label in sorted(set(counts[split]) - set(train)):
            raise InputError(
                f"{name}: class '{label}' stands in {split} ({counts[split][label]} rows) and not "
                "in train; add training rows of it, or remove those rows."
            )
    if len(train) < 2:
        raise InputError(
            f"{name} has one class, '{next(iter(train))}'; expected at least two to tell apart: "
            "check the label column."
        )
    single = sorted(label for label, n in train.items() if n < 2)
    if single:
        others = f" (and {len(single) - 1} more such classes)" if len(single) > 1 else ""
        raise InputError(
            f"{name}: class '{single[0]}' has one item in train{others}; at least two are needed: "
            "add rows of it, remove it, or merge it into another class."
        )


def _choose_positive(asked: str | None, classes: Sequence[str], labels: np.ndarray) -> str | None:
    if asked is not None:
        if len(classes) != 2:
            raise InputError(
                f"Got positive '{asked}' for {len(classes)} classes; it is for two classes: "
                "leave it out."
            )
        if asked not in classes:
            raise InputError(
                f"Got positive '{asked}'; the classes are {' and '.join(map(repr, classes))}."
            )
        return asked
    if len(classes) != 2:
        return None
    by_name = {label.lower(): label for label in classes}
    for name in POSITIVE:
        if name in by_name:
            return by_name[name]
    counts = Counter(labels)
    return min(classes, key=lambda label: (counts[label], label))

"""The frozen data set: three splits that were checked once, here, and are trusted ever after."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from worthit.core.errors import InputError
from worthit.core.hashing import sha256_of
from worthit.core.positive import positive_class
from worthit.corpus.audit import data_card
from worthit.corpus.near import Alike
from worthit.corpus.split import Split, lone_group
from worthit.corpus.unseen import unseen_words

__all__ = ["KINDS", "Dataset", "refuse_one_class"]

KINDS = ("text", "pair", "audio")
SPLITS = ("train", "validation", "test")


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
    columns : tuple of str
        The columns that the inputs come from; new files are read by them.
    delivered : mapping of str to tuple of str
        How the data came: each delivered part with the splits that were made of it.
    content : str, optional
        Hash of the data that this is a part of, where some training items were left out.
    nearly : frozenset of str, optional
        What ``near_leaked`` is where train and validation cannot tell: over outer folds.
    unseen : tuple of int, optional
        What ``unseen_words`` is there.
    """

    name: str
    kind: str
    language: str
    train: Split
    validation: Split
    test: Split
    positive: str | None = None
    group_name: str | None = None
    columns: tuple[str, ...] = ()
    delivered: Mapping[str, tuple[str, ...]] = field(
        default_factory=lambda: {split: (split,) for split in SPLITS}
    )
    content: str | None = None
    nearly: frozenset[str] | None = None
    unseen: tuple[int, ...] | None = None

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
        if self.content is not None:
            return self.content
        items = [item for split in self.splits.values() for item in split.written(self.kind)]
        return sha256_of(part for item in [[self.kind], *sorted(items)] for part in item)

    @cached_property
    def split_sha256(self) -> str:
        """Hash of which ids stand in which split, in order."""
        return sha256_of(part for name, split in self.splits.items() for part in (name, *split.ids))

    @cached_property
    def test_sha256(self) -> str:
        """Hash of which ids stand in test: equal however much of train is used."""
        return sha256_of(self.test.ids)

    @cached_property
    def leaked(self) -> frozenset[str]:
        """Ids of test items whose input, stripped of white space, was delivered elsewhere too."""
        known = {key for split in self._delivered_apart() for key in split.keys}
        return frozenset(
            item for item, key in zip(self.test.ids, self.test.keys, strict=True) if key in known
        )

    @cached_property
    def leaked_groups(self) -> dict[str, str] | None:
        """Test items whose group was delivered elsewhere too, with it; None without groups."""
        if self.test.groups is None:
            return None
        known = {
            group
            for split in self._delivered_apart()
            if split.groups is not None
            for group in split.groups
        }
        return {
            item: group
            for item, group in zip(self.test.ids, self.test.groups, strict=True)
            if group in known and group != lone_group(item)  # ids may repeat in another file
        }

    def _delivered_apart(self) -> list[Split]:
        """Return the splits of the parts that came apart from the test split."""
        parts = [splits for splits in self.delivered.values() if "test" not in splits]
        return [self.splits[name] for splits in parts for name in splits]

    @cached_property
    def alike(self) -> Alike:
        """Which inputs are near duplicates; for clips, whose names say nothing, none are."""
        keys = [key for split in self.splits.values() for key in split.keys]
        return Alike({key: key for key in keys}, {}) if self.kind == "audio" else Alike.among(keys)

    @cached_property
    def near_leaked(self) -> frozenset[str]:
        """Ids of further test items: those with a near duplicate in train or validation."""
        return self.nearly_leaked(self.alike) if self.nearly is None else self.nearly

    def nearly_leaked(self, alike: Alike) -> frozenset[str]:
        """Find them by near duplicates that are known already."""
        known = {alike.forms[key] for part in (self.train, self.validation) for key in part.keys}
        return frozenset(
            item
            for item, key in zip(self.test.ids, self.test.keys, strict=True)
            if item not in self.leaked and alike.recurs(key, known)
        )

    @cached_property
    def unseen_words(self) -> tuple[int, ...] | None:
        """Per cent of each test item's words that train does not hold; clips have none."""
        if self.unseen is not None or self.kind == "audio":
            return self.unseen
        return tuple(unseen_words(self.train.inputs, self.test.inputs))

    @cached_property
    def card(self) -> dict[str, Any]:
        """What ``describe`` shows of the data; see :func:`worthit.corpus.audit.data_card`."""
        return data_card(self)


def refuse_one_class(name: str, labels: Iterable[str]) -> None:
    """Raise InputError where there is nothing to tell apart."""
    classes = set(labels)
    if len(classes) == 1:
        raise InputError(
            f"{name} has one class, '{classes.pop()}'; expected at least two to tell apart: "
            "check the label column."
        )


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
            n = counts[split][label]
            raise InputError(
                f"{name}: class '{label}' stands in {split} ({n} row{'s' * (n > 1)}) and not in "
                "train; add training rows of it, or remove those rows."
            )
    refuse_one_class(name, train)
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
    return positive_class(classes, labels)

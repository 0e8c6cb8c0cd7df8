"""One split of a data set: its items in one order."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePath
from typing import Any

import numpy as np
import pandas as pd

from worthit.core.errors import InputError

__all__ = ["Split", "lone_group"]


def lone_group(item: str) -> str:
    """Name the group of an item that has none: with an empty one all of them would be together."""
    return f"(none: {item})"


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

    def written(self, kind: str) -> Iterator[list[str]]:
        """Yield items as lists of strings that are the same on every machine, to be hashed."""
        names = [str(name) for name in self.extra.columns]
        cells = zip(*(self.extra[name] for name in self.extra.columns), strict=True)
        extras: Iterable[Sequence[Any]] = cells if names else ((),) * len(self)
        groups = [""] * len(self) if self.groups is None else self.groups
        rows = zip(self.ids, self.inputs, self.labels, groups, extras, strict=True)
        for item, content, label, group, extra in rows:
            # Where a clip's folder lies differs from machine to machine; its name does not.
            sides = (PurePath(content).name,) if kind == "audio" else content
            sides = (sides,) if isinstance(sides, str) else sides
            named = (
                part for name, cell in zip(names, extra, strict=True) for part in (name, str(cell))
            )
            yield [item, *sides, label, group, *named]

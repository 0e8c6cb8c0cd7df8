"""Lays runs side by side, item by item, by id and never by row order."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from worthit.compare.run import Run
from worthit.compare.scores import encode
from worthit.core.errors import InputError

__all__ = ["Aligned", "align", "common_groups"]


@dataclass(frozen=True, eq=False)
class Aligned:
    """Answers of several runs to the same items.

    Attributes
    ----------
    ids : tuple of str
        Item ids in sorted order, length n.
    classes : tuple of str
        The classes that count, length k.
    truth : numpy.ndarray of int, shape (n,)
        Positions in ``classes``.
    answers : numpy.ndarray of int, shape (runs, n)
        Positions in ``classes``; -1 for an answer outside them.
    groups : numpy.ndarray of int, shape (n,), or None
        Group codes 0..G-1.
    """

    ids: tuple[str, ...]
    classes: tuple[str, ...]
    truth: np.ndarray
    answers: np.ndarray
    groups: np.ndarray | None

    @property
    def n_groups(self) -> int | None:
        """How many groups there are; None where items stand alone."""
        return None if self.groups is None else int(self.groups.max()) + 1

    def take(self, mask: np.ndarray) -> "Aligned":
        """Return the items where a mask is true; groups are numbered anew."""
        groups = self.groups
        return Aligned(
            tuple(np.asarray(self.ids, dtype=object)[mask]),
            self.classes,
            self.truth[mask],
            self.answers[:, mask],
            None if groups is None else np.unique(groups[mask], return_inverse=True)[1],
        )


def align(runs: Sequence[Run]) -> Aligned:
    """Align runs of one test set.

    Raises
    ------
    InputError
        If their test sets differ: other ids, or another truth for the same id.
    """
    first = runs[0]
    ids = sorted(first.predictions.index)
    truth = first.predictions["truth"].loc[ids].to_numpy(dtype=object)
    for run in runs[1:]:
        _check_same_items(first, run, ids, truth)
    classes = tuple(sorted({label for run in runs for label in run.classes}))
    answers = np.stack(
        [
            encode(run.predictions["prediction"].loc[ids].to_numpy(dtype=object), classes)
            for run in runs
        ]
    )
    groups = common_groups([(run, run.groups) for run in runs], ids)
    return Aligned(tuple(ids), classes, encode(truth, classes), answers, groups)


def _check_same_items(first: Run, run: Run, ids: list[str], truth: np.ndarray) -> None:
    here, there = set(ids), set(run.predictions.index)
    if here != there:
        only_here, only_there = here - there, there - here
        example = min(only_here or only_there)
        raise InputError(
            f"'{first.model}' and '{run.model}' were tested on different items: "
            f"{len(only_here):,} ids only in the first, {len(only_there):,} only in the second, "
            f"for example {example!r}; compare runs of one test set."
        )
    contents = [each.record["dataset"].get("sha256") for each in (first, run)]
    if all(contents) and len(set(contents)) > 1:
        raise InputError(
            f"'{first.model}' and '{run.model}' were made on different contents of the data "
            f"({contents[0][:12]} and {contents[1][:12]}); run both on the same files."
        )
    other = run.predictions["truth"].loc[ids].to_numpy(dtype=object)
    differs = truth != other
    if differs.any():
        i = int(np.argmax(differs))
        raise InputError(
            f"'{first.model}' and '{run.model}' disagree about the truth of "
            f"{int(differs.sum()):,} of {len(ids):,} items, for example {ids[i]!r}: "
            f"{truth[i]!r} and {other[i]!r}; compare runs of one test set."
        )


def common_groups(
    groupings: Iterable[tuple[Run, pd.Series | None]], ids: list[str]
) -> np.ndarray | None:
    """Take the groups that runs know, as codes 0..G-1; they must be the same partition."""
    known = [(run, groups.loc[ids]) for run, groups in groupings if groups is not None]
    if not known:
        return None
    codes = [np.unique(groups.to_numpy(dtype=str), return_inverse=True)[1] for _, groups in known]
    for (run, _), other in zip(known[1:], codes[1:], strict=True):
        pairs = len(set(zip(codes[0].tolist(), other.tolist(), strict=True)))
        if pairs != codes[0].max() + 1 or pairs != other.max() + 1:
            raise InputError(
                f"'{known[0][0].model}' and '{run.model}' group the items differently; "
                "compare runs made with one group column."
            )
    grouping = codes[0]
    # Groups of one item each are no groups.
    return None if grouping.max() + 1 == len(ids) else grouping

"""Rows of a table turned into the items of a split."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from worthit.core.errors import InputError
from worthit.corpus.columns import Roles
from worthit.corpus.labels import read_labels
from worthit.corpus.split import Split, lone_group
from worthit.corpus.table import Table, as_text

__all__ = ["group_by_repeating_side", "make_split", "read_sides"]

ID = "id"


def make_split(table: Table, roles: Roles, prefix: str, folder: Path | None) -> Split:
    """Make a split of all rows of a table.

    Parameters
    ----------
    table : Table
        The rows as read.
    roles : Roles
        What its columns are.
    prefix : str
        Stands before row numbers where there is no column of ids, for example ``"train-"``.
    folder : pathlib.Path, optional
        What paths of clips are relative to.

    Returns
    -------
    Split
        In the order of the rows.
    """
    ids, inputs = read_sides(table, roles, folder, prefix)
    used = {*roles.inputs, roles.label, roles.group}
    if ids == _own_ids(table, used):
        used.add(ID)
    labels = read_labels(table, roles.label)
    groups = None if roles.group is None else _groups(table, roles.group, ids)
    extra = {
        name: [as_text(cell) or "" for cell in cells]
        for name, cells in table.columns.items()
        if name not in used
    }
    frame = pd.DataFrame(extra, index=range(len(table)), dtype=object)
    return Split(tuple(ids), inputs, _objects(labels), groups, frame)


def read_sides(
    table: Table, roles: Roles, folder: Path | None, prefix: str = ""
) -> tuple[list[str], list[Any]]:
    """Read ids and inputs: texts, pairs as tuples, or paths of clips."""
    used = {*roles.inputs, roles.label, roles.group}
    ids = _own_ids(table, used) or [f"{prefix}{row + 1}" for row in range(len(table))]
    sides = [_texts(table, column) for column in roles.inputs]
    if roles.kind == "audio":
        return ids, _clips(table, sides[0], folder or Path())
    if roles.kind == "pair":
        return ids, list(zip(*sides, strict=True))
    return ids, sides[0]


def group_by_repeating_side(
    splits: dict[str, Split], roles: Roles
) -> tuple[dict[str, Split], str | None]:
    """Group pairs by the side that repeats, such as a premise with several hypotheses.

    It is the side with fewer different texts, over all that was delivered, if any text of it
    stands in two pairs; then its texts are the groups.

    Returns
    -------
    tuple of dict and str or None
        The splits with groups, and the column that they come from; unchanged where none repeats.
    """
    pairs = [key for split in splits.values() for key in split.keys]
    distinct = [len({pair[side] for pair in pairs}) for side in (0, 1)]
    side = int(distinct[1] < distinct[0])
    # Whole pairs that repeat stay together anyway; they make no side a group.
    if distinct[side] >= len(set(pairs)):
        return splits, None
    grouped = {
        name: replace(split, groups=_objects([key[side] for key in split.keys]))
        for name, split in splits.items()
    }
    return grouped, roles.inputs[side]


def _own_ids(table: Table, used: set[str | None]) -> list[str] | None:
    """Return the column of ids where it names each row, else None."""
    name = next((column for column in table.columns if column.lower() == ID), None)
    if name is None or name in used:
        return None
    ids = [(as_text(cell) or "").strip() for cell in table.columns[name]]
    return ids if all(ids) and len(set(ids)) == len(ids) else None


def _texts(table: Table, column: str) -> list[str]:
    cells = table.columns[column]
    for row, cell in enumerate(cells):
        if isinstance(cell, list | tuple | dict):
            raise InputError(
                f"{table.place(row)} has a list or an object in '{column}'; expected one text: "
                "join its parts, or name another column."
            )
    return [cell if isinstance(cell, str) else as_text(cell) or "" for cell in cells]


def _clips(table: Table, names: list[str], folder: Path) -> list[str]:
    paths = [folder / name for name in names]  # an absolute name stays as it is
    for row, path in enumerate(paths):
        if not names[row].strip() or not path.is_file():
            raise InputError(
                f"{table.place(row)} names the clip '{names[row]}', which is not there; paths are "
                f"relative to the table's folder, '{folder}'."
            )
    return [str(path) for path in paths]


def _groups(table: Table, column: str, ids: Iterable[str]) -> np.ndarray:
    cells = ((as_text(cell) or "").strip() for cell in table.columns[column])
    return _objects([cell or lone_group(item) for cell, item in zip(cells, ids, strict=True)])


def _objects(values: list[str]) -> np.ndarray:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array

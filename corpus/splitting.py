"""Splits that are stratified by label and keep equal inputs and groups on one side."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from worthit.core.errors import InputError

__all__ = ["components", "hold_out"]

KEPT_AT_LEAST = 2  # items of a class that stay to learn from: one cannot be cross-validated


def components(keys: Sequence[Any], groups: Sequence[str] | np.ndarray | None) -> np.ndarray:
    """Find the sets of rows that must stay together.

    Parameters
    ----------
    keys : sequence of str or tuple
        Inputs without surrounding white space; equal ones stay together.
    groups : sequence of str, optional
        One per row; rows of one group stay together as well, and so on through both.

    Returns
    -------
    numpy.ndarray of int, shape (n_rows,)
        Numbers from 0 in the order of the smallest key in each set, so that they do not depend
        on the order of the rows.
    """
    by_key = {key: number for number, key in enumerate(sorted(set(keys)))}
    key_codes = np.fromiter((by_key[key] for key in keys), dtype=np.int64, count=len(keys))
    if groups is None:
        return key_codes
    group_codes, names = pd.factorize(np.asarray(groups, dtype=object))
    # Nodes are keys and groups; each row joins its key with its group.
    n_nodes = len(by_key) + len(names)
    edges = (np.ones(len(keys), dtype=np.int8), (key_codes, len(by_key) + group_codes))
    _, sets = connected_components(coo_array(edges, shape=(n_nodes, n_nodes)), directed=False)
    # Keys are numbered in sorted order, so a set's first key is its smallest.
    _, first, of_key = np.unique(sets[: len(by_key)], return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return rank[of_key][key_codes]


def hold_out(
    labels: Sequence[str] | np.ndarray,
    together: np.ndarray,
    share: float,
    seed: Sequence[int],
    *,
    every_class: bool,
) -> np.ndarray:
    """Choose the rows to hold out.

    Sets of rows are visited in a seeded random order, and one is taken when that moves the class
    counts taken nearer to their quota (squared distance). Then classes that stand on one side only
    get the smallest set that mends it.

    Parameters
    ----------
    labels : sequence of str, shape (n_rows,)
        Their classes.
    together : numpy.ndarray of int, shape (n_rows,)
        Numbers from :func:`components`.
    share : float
        The part of each class to hold out, between 0 and 1.
    seed : sequence of int
        Alone fixes the choice.
    every_class : bool
        Whether a class that cannot be held out is an error; else only an empty result is.

    Returns
    -------
    numpy.ndarray of bool, shape (n_rows,)
        True for the rows held out.

    Raises
    ------
    InputError
        If a class cannot stand on both sides.
    """
    total = Counter(labels)
    sets: dict[int, Counter[str]] = defaultdict(Counter)
    for number, label in zip(together.tolist(), labels, strict=True):
        sets[number][label] += 1
    order = np.random.default_rng(list(seed)).permutation(len(sets)).tolist()
    quota = {label: share * n for label, n in total.items()}
    taken: Counter[str] = Counter()
    chosen: dict[int, bool] = {}
    for number in order:
        change = sum(
            n * (n + 2 * (taken[label] - quota[label])) for label, n in sets[number].items()
        )
        chosen[number] = change < 0
        if change < 0:
            taken.update(sets[number])
    for label in sorted(total, key=lambda label: (total[label], label)):
        _mend(label, sets, chosen, taken, total, every_class=every_class)
    if not any(chosen.values()):
        raise InputError(
            f"the {len(labels)} rows cannot be divided: too many are equal or of one group; "
            "give more rows, or a split of your own as a folder with train and test files."
        )
    return np.array([chosen[number] for number in together.tolist()], dtype=bool)


def _mend(
    label: str,
    sets: dict[int, Counter[str]],
    chosen: dict[int, bool],
    taken: Counter[str],
    total: Counter[str],
    *,
    every_class: bool,
) -> None:
    """Move the smallest set that brings a class to the side which lacks it, if one may move."""
    for missing_side, lacks in (
        (True, taken[label] < 1),
        (False, total[label] - taken[label] < min(KEPT_AT_LEAST, total[label])),
    ):
        if not lacks:
            continue
        movable = [
            number
            for number, side in chosen.items()
            if side is not missing_side
            and label in sets[number]
            and _may_leave(sets[number], missing_side, taken, total)
        ]
        if movable:
            number = min(movable, key=lambda number: sets[number].total())
            chosen[number] = missing_side
            (taken.update if missing_side else taken.subtract)(sets[number])
        elif every_class:
            raise InputError(_undividable(label, sets, total[label]))


def _may_leave(
    content: Counter[str], to_taken: bool, taken: Counter[str], total: Counter[str]
) -> bool:
    """Tell whether the side that a set would leave keeps enough of each of its classes."""
    if to_taken:
        return all(total[label] - taken[label] - n >= KEPT_AT_LEAST for label, n in content.items())
    return all(taken[label] - n >= 1 for label, n in content.items())


def _undividable(label: str, sets: dict[int, Counter[str]], n: int) -> str:
    n_sets = sum(1 for content in sets.values() if label in content)
    needed = KEPT_AT_LEAST + 1
    if n < needed:
        rows = "one row" if n == 1 else f"{n} rows"
        return (
            f"class '{label}' has {rows}; at least {needed} are needed, {KEPT_AT_LEAST} to learn "
            "from and one to test on: add rows of it, remove it, or merge it into another class."
        )
    return (
        f"class '{label}' cannot stand on both sides of a split: its {n} rows fall into {n_sets} "
        f"set{'s' if n_sets > 1 else ''} of equal inputs or groups that must stay together; add "
        "other rows of it, or give a split of your own as a folder with train and test files."
    )

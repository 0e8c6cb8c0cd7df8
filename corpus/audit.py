"""The data card: what a reader should know of the data before believing any score on it."""

from collections import Counter, defaultdict
from itertools import combinations, islice
from typing import TYPE_CHECKING, Any

import numpy as np

from worthit.corpus.near import Alike, Key

if TYPE_CHECKING:  # a Dataset makes its own card, so the import goes the other way at run time
    from worthit.corpus.dataset import Dataset

__all__ = ["data_card"]

MOST_BAD_ROWS = 50


def data_card(dataset: "Dataset") -> dict[str, Any]:
    """Describe a data set: sizes, balance, blanks, duplicates, leaks, conflicts, lengths.

    Duplicates, near duplicates and conflicts are counted on the parts as delivered; the rest on
    the splits that models get. Two inputs are duplicates when they are equal without surrounding
    white space (both sides for pairs), and near duplicates when they are not, but nearly, as
    :class:`~worthit.corpus.near.Alike` says. ``within`` counts the rows that repeat an earlier row
    of the same part; ``across`` the rows of the first part that recur in the second; a row counts
    as near where no equal one is found. ``leaked`` and ``near_leaked`` count test items;
    ``leaked_groups`` the ``groups`` of test that were delivered elsewhere too, and their test
    ``items`` (None where there are no groups).
    ``conflicting`` counts the sets of equal inputs that carry more than one label,
    ``conflicting_rows`` the rows in them.

    Returns
    -------
    dict
        The object that ``describe --json`` prints.
    """
    parts = {
        name: [dataset.splits[split] for split in splits]
        for name, splits in dataset.delivered.items()
    }
    keys = {name: [key for part in found for key in part.keys] for name, found in parts.items()}
    exact, near = _repeats(keys), _near_repeats(keys, dataset.alike)
    conflicts = _conflicts(dataset)
    counts = {name: Counter(split.labels) for name, split in dataset.splits.items()}
    return {
        "name": dataset.name,
        "kind": dataset.kind,
        "language": dataset.language,
        "sha256": dataset.sha256,
        "split_sha256": dataset.split_sha256,
        "sizes": {name: len(split) for name, split in dataset.splits.items()},
        "sizes_delivered": {name: len(found) for name, found in keys.items()},
        "classes": {
            label: {name: counts[name][label] for name in counts} for label in dataset.classes
        },
        "positive": dataset.positive,
        "group": dataset.group_name,
        "groups": _group_counts(dataset),
        "blank": {name: sum(map(_blank, split.keys)) for name, split in dataset.splits.items()},
        "duplicates": exact,
        "near_duplicates": {
            where: {name: near[where][name] - n for name, n in found.items()}
            for where, found in exact.items()
        },
        "leaked": len(dataset.leaked),
        "near_leaked": len(dataset.near_leaked),
        "leaked_groups": _leaked_groups(dataset),
        "conflicting": len(conflicts),
        "conflicting_rows": {
            name: sum(key in conflicts for key in split.keys)
            for name, split in dataset.splits.items()
        },
        "lengths": _lengths(dataset),
        "bad_rows": _bad_rows(dataset, conflicts),
    }


def _repeats(keys: dict[str, list[Key]]) -> dict[str, dict[str, int]]:
    sets = {name: set(found) for name, found in keys.items()}
    return {
        "within": {name: len(found) - len(sets[name]) for name, found in keys.items()},
        "across": {
            f"{first}/{second}": sum(key in sets[second] for key in keys[first])
            for first, second in combinations(keys, 2)
        },
    }


def _near_repeats(keys: dict[str, list[Key]], alike: Alike) -> dict[str, dict[str, int]]:
    """Count as :func:`_repeats` does, equal and near duplicates together."""
    forms = {name: {alike.forms[key] for key in found} for name, found in keys.items()}
    within = {}
    for name, found in keys.items():
        seen: set[Key] = set()
        within[name] = 0
        for key in found:
            within[name] += alike.recurs(key, seen)
            seen.add(alike.forms[key])
    across = {
        f"{first}/{second}": sum(alike.recurs(key, forms[second]) for key in keys[first])
        for first, second in combinations(keys, 2)
    }
    return {"within": within, "across": across}


def _blank(key: Key) -> bool:
    """Tell whether an input, or one side of a pair, is empty or white space."""
    return not (key if isinstance(key, str) else all(key))


def _conflicts(dataset: "Dataset") -> set[Key]:
    labels: defaultdict[Key, set[str]] = defaultdict(set)
    for split in dataset.splits.values():
        for key, label in zip(split.keys, split.labels, strict=True):
            labels[key].add(label)
    return {key for key, found in labels.items() if len(found) > 1}


def _group_counts(dataset: "Dataset") -> dict[str, int] | None:
    if dataset.train.groups is None:
        return None
    return {
        name: len(set(split.groups))
        for name, split in dataset.splits.items()
        if split.groups is not None
    }


def _leaked_groups(dataset: "Dataset") -> dict[str, int] | None:
    found = dataset.leaked_groups
    return None if found is None else {"groups": len(set(found.values())), "items": len(found)}


def _lengths(dataset: "Dataset") -> dict[str, dict[str, dict[str, float]]]:
    if dataset.kind == "audio":
        return {}
    return {
        name: {
            "characters": _summary([sum(map(len, _sides(key))) for key in split.keys]),
            "words": _summary([sum(len(s.split()) for s in _sides(key)) for key in split.keys]),
        }
        for name, split in dataset.splits.items()
    }


def _sides(key: Key) -> tuple[str, ...]:
    return (key,) if isinstance(key, str) else key


def _summary(lengths: list[int]) -> dict[str, float]:
    return {
        "min": min(lengths),
        "median": float(np.median(lengths)),
        "mean": float(np.mean(lengths)),
        "p95": float(np.percentile(lengths, 95)),
        "max": max(lengths),
    }


def _bad_rows(dataset: "Dataset", conflicts: set[Key]) -> list[dict[str, str]]:
    """List the first rows that deserve a look, without their text: it may be private."""
    rows = (
        {"split": name, "id": item, "problem": problem}
        for name, split in dataset.splits.items()
        for item, key in zip(split.ids, split.keys, strict=True)
        if (problem := _problem(key, conflicts))
    )
    return list(islice(rows, MOST_BAD_ROWS))


def _problem(key: Key, conflicts: set[Key]) -> str:
    if _blank(key):
        return "blank"
    return "equal input, another label" if key in conflicts else ""

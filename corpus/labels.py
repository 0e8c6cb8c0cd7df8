"""Labels read from a column: one class per row, or a clear line about what came instead."""

from collections import Counter

from worthit.core.errors import InputError
from worthit.corpus.table import Table, as_text

__all__ = ["read_labels"]

SEPARATORS = "|;,"
# More distinct values than a scale in halves or tenths of a point has.
MOST_POINTS_OF_A_SCALE = 20


def read_labels(table: Table, column: str) -> list[str]:
    """Read a column of class labels, without surrounding white space.

    Raises
    ------
    InputError
        If a label is missing, rows have several labels, or the labels are continuous numbers.
    """
    cells = table.columns[column]
    for row, cell in enumerate(cells):
        if isinstance(cell, list | tuple | dict):
            raise InputError(
                f"{table.place(row)} has a list of labels in '{column}'; one label per row was "
                "expected: several labels per item are not supported."
            )
    labels = [(as_text(cell) or "").strip() for cell in cells]
    _refuse_missing(table, column, labels)
    counts = Counter(labels)
    _refuse_several(table, column, labels, counts)
    _refuse_regression(table, column, counts)
    return labels


def _refuse_missing(table: Table, column: str, labels: list[str]) -> None:
    missing = [row for row, label in enumerate(labels) if not label]
    if missing:
        more = f", the first of {len(missing)} such rows" if len(missing) > 1 else ""
        raise InputError(
            f"{table.place(missing[0])} has no label in '{column}'{more}; fill them or remove "
            "the rows."
            if more
            else f"{table.place(missing[0])} has no label in '{column}'; fill it or remove the row."
        )


def _refuse_several(table: Table, column: str, labels: list[str], counts: Counter[str]) -> None:
    """Refuse labels that are lists of labels.

    A class may well have a comma in its name. So a separator counts only where the parts are
    labels by themselves elsewhere, or where most rows have it and most parts recur in different
    combinations.
    """
    for separator in SEPARATORS:
        parts = {
            label: [part.strip(" []'\"") for part in label.split(separator)]
            for label in counts
            if separator in label
        }
        if not parts:
            continue
        alone = {label.strip(" []'\"") for label in counts if label not in parts}
        combinations = Counter(part for found in parts.values() for part in set(found))
        recurring = sum(1 for n in combinations.values() if n > 1)
        in_most_rows = sum(counts[label] for label in parts) > len(labels) / 2
        several = next((label for label, found in parts.items() if alone.issuperset(found)), None)
        if several is None and in_most_rows and recurring > len(combinations) / 2:
            several = next(iter(parts))
        if several is not None:
            raise InputError(
                f"{table.place(labels.index(several))} has several labels in '{column}' "
                f"('{several}'); one label per row was expected: several labels per item are not "
                "supported."
            )


def _refuse_regression(table: Table, column: str, counts: Counter[str]) -> None:
    try:
        numbers = [float(label) for label in counts]
    except ValueError:
        return
    n_rows = sum(counts.values())
    fractions = not all(number.is_integer() for number in numbers)
    many = len(counts) > MOST_POINTS_OF_A_SCALE
    # Class numbers are whole and recur; measured values are neither.
    if (fractions and many) or (
        len(counts) > 2 and len(counts) > n_rows / 2 and (fractions or many)
    ):
        raise InputError(
            f"{table.name}: column '{column}' holds {len(counts)} different numbers in {n_rows} "
            f"rows (such as {next(iter(counts))}), a quantity and not classes; regression is not "
            "supported: cut it into classes, or name another column by --label."
        )

"""A table as it stands in a file: named columns of raw cells, and where each row begins."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

__all__ = ["Table", "as_text"]


@dataclass(frozen=True)
class Table:
    """Rows as delivered, column by column.

    Attributes
    ----------
    name : str
        The file's name, or the hub's, as messages show it.
    columns : dict of str to list
        Cells as the format gives them: ``str`` from CSV and TSV, any JSON value from the others.
    lines : sequence of int
        The line on which each row begins, from 1; empty where a format has no lines.
    absent : dict of str to int
        Columns that some row of a JSONL file lacks, with the first such row (from 0).
    """

    name: str
    columns: dict[str, list[Any]]
    lines: Sequence[int] = ()
    absent: dict[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(next(iter(self.columns.values()), []))

    def place(self, row: int) -> str:
        """Say where a row stands, counted from 1 without the header.

        Examples
        --------
        >>> Table("a.csv", {"text": ["x", "y"]}, lines=[2, 5]).place(1)
        'a.csv, row 2 (line 5)'
        """
        line = f" (line {self.lines[row]})" if len(self.lines) else ""
        return f"{self.name}, row {row + 1}{line}"


def as_text(cell: Any) -> str | None:
    """Turn a cell into a string; None is a missing value.

    A number is written as it would be in JSON, except that a whole number has no decimals: a
    column of integers with gaps reaches us as floats, and 1.0 and 1 are one label. True and False
    are written as JSON writes them; a date in ISO 8601; lists and objects as JSON.

    Examples
    --------
    >>> [as_text(cell) for cell in ("a", 1, 1.0, 0.5, True, None, float("nan"))]
    ['a', '1', '1', '0.5', 'true', None, None]
    """
    if isinstance(cell, str):
        return cell
    if cell is None:
        return None
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        if math.isnan(cell):
            return None
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, Decimal):
        return None if cell.is_nan() else as_text(float(cell))
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, bytes):
        return cell.decode("utf-8", "replace")
    if isinstance(cell, list | tuple | dict):
        return json.dumps(cell, ensure_ascii=False, default=str)
    return str(cell)

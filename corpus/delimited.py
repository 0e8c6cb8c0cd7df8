"""CSV (RFC 4180) and TSV, read strictly: a row that does not fit is an error, never a guess."""

import csv
import io
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from worthit.core.errors import InputError
from worthit.corpus.decoding import read_text
from worthit.corpus.table import Table

__all__ = ["read_csv", "read_tsv"]

QUOTED = re.compile(r'"(?:[^"]|"")*"')


def read_csv(path: Path) -> Table:
    """Read comma-separated values with a header line.

    Returns
    -------
    Table
        Cells are strings exactly as delivered; blank lines between rows are skipped.

    Raises
    ------
    InputError
        If quoting is broken, a row has too many or too few fields, two columns share a name, or
        there are no rows.
    """
    return _read(path.name, read_text(path), ",", quoting=True)


def read_tsv(path: Path) -> Table:
    r"""Read tab-separated values with a header line.

    Some programs quote cells in TSV as in CSV, others write a quotation mark as it is. Where
    every line splits at its tabs into as many fields as the header, and some cell that begins with
    a quotation mark is not a well-quoted one, the marks are text; else they are quoting.

    See :func:`read_csv` for what is returned and refused.
    """
    text = read_text(path)
    return _read(path.name, text, "\t", quoting=not _marks_are_text(text))


def _marks_are_text(text: str) -> bool:
    rows = [line.split("\t") for line in text.splitlines() if line]
    if any(len(row) != len(rows[0]) for row in rows):
        return False
    return any(cell[:1] == '"' and not QUOTED.fullmatch(cell) for row in rows for cell in row)


def _read(name: str, text: str, delimiter: str, *, quoting: bool) -> Table:
    # newline="" keeps line breaks inside cells as they are; csv splits the lines itself.
    lines = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=delimiter,
        strict=True,
        quoting=csv.QUOTE_MINIMAL if quoting else csv.QUOTE_NONE,
    )
    rows: list[list[str]] = []
    starts: list[int] = []
    header: list[str] | None = None
    with _cells_of_any_length():
        before = 0  # lines read so far
        try:
            for row in lines:
                if not row:
                    pass
                elif header is None:
                    header = _checked_header(name, row)
                elif len(row) != len(header):
                    raise InputError(_ragged(name, header, row, len(rows), before, lines.line_num))
                else:
                    rows.append(row)
                    starts.append(before + 1)
                before = lines.line_num
        except csv.Error as error:
            where = f"row {len(rows) + 1} (line {before + 1})" if header else "the header"
            raise InputError(f"{name}, {where}: {_broken_quoting(error)}") from None
    if not rows:
        raise InputError(f"{name} has a header but no rows; expected at least one row below it.")
    assert header is not None
    columns = {column: [row[i] for row in rows] for i, column in enumerate(header)}
    return Table(name, columns, starts)


@contextmanager
def _cells_of_any_length() -> Iterator[None]:
    """Lift the csv module's limit of 131,072 characters, which whole documents exceed."""
    limit = csv.field_size_limit(sys.maxsize)
    try:
        yield
    finally:
        csv.field_size_limit(limit)


def _checked_header(name: str, row: list[str]) -> list[str]:
    header = [column.strip() for column in row]
    for column in header:
        if header.count(column) > 1:
            shown = f"two columns named '{column}'" if column else "two columns without a name"
            raise InputError(f"{name} has {shown}; every column needs a name of its own.")
    return header


def _ragged(
    name: str, header: list[str], row: list[str], number: int, before: int, line: int
) -> str:
    lines = f"line {line}" if line == before + 1 else f"lines {before + 1}-{line}"
    what = "one field" if len(row) == 1 else f"{len(row)} fields"
    remedy = (
        'put a cell that holds the separator, a line break or a quotation mark in "..."'
        if len(row) > len(header)
        else "fill the row, or remove it"
    )
    return (
        f"{name}, row {number + 1} ({lines}) has {what}, and the header names {len(header)}; "
        f"{remedy}."
    )


def _broken_quoting(error: csv.Error) -> str:
    if "unexpected end of data" in str(error):
        return 'a quotation mark opens here and is never closed; close it, or write it as "".'
    if "expected after" in str(error):
        return (
            'a quotation mark stands inside a quoted cell; double it ("") or, if an earlier cell '
            "was not closed, close that."
        )
    return f"the row cannot be read ({error}); write it as RFC 4180 says."

"""Strict CSV reading and writing of predictions and items: every fault named by file and row."""

import csv
import io
import math
from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from worthit.core.errors import InputError
from worthit.core.files import write_atomic

__all__ = ["read_items", "read_predictions", "write_table"]

csv.field_size_limit(2**30)  # a text may be longer than the module's 128 KiB


def read_predictions(path: Path) -> tuple[pd.DataFrame, pd.Series | None]:
    """Read a predictions file and refuse it in one line if anything is wrong with it.

    Parameters
    ----------
    path : pathlib.Path
        CSV with ``id, truth, prediction``, optionally ``p_<class>`` (0 to 1) and ``group``;
        other columns are ignored. A name that ends in ``.tsv`` means tabs.

    Returns
    -------
    predictions : pandas.DataFrame
        Indexed by id: ``truth``, ``prediction`` and the ``p_`` columns as floats.
    groups : pandas.Series or None
        The ``group`` column, indexed by id.

    Raises
    ------
    InputError
        Naming the file, the row (counted as a spreadsheet does, the header is row 1), the remedy.
    """
    header, rows = _read_rows(path)
    missing = [name for name in ("id", "truth", "prediction") if name not in header]
    if missing:
        raise InputError(
            f"{path} has no column '{missing[0]}' (its columns: {_shown(header)}); "
            "it needs id,truth,prediction, separated by commas."
        )
    if not rows:
        raise InputError(f"{path} has a header but no rows; it needs one row for each test item.")
    columns = dict(zip(header, zip(*rows, strict=True), strict=True))
    _check_ids(path, columns["id"])
    for name in ("truth", "prediction", "group"):
        blank = [i for i, value in enumerate(columns.get(name, ())) if not value.strip()]
        if blank:
            raise InputError(
                f"{path} row {blank[0] + 2}: '{name}' is empty; every row needs a value there."
            )
    table = {"truth": columns["truth"], "prediction": columns["prediction"]}
    frame = pd.DataFrame(table, index=_index(columns["id"]), dtype=object)
    for name in header:
        if name.startswith("p_"):
            frame[name] = _probabilities(path, name, columns[name])
    groups = columns.get("group")
    return frame, None if groups is None else pd.Series(groups, index=frame.index, dtype=object)


def read_items(path: Path) -> pd.DataFrame:
    """Read a run's items.csv: everything as text, indexed by id."""
    header, rows = _read_rows(path)
    if "id" not in header:
        raise InputError(f"{path} has no column 'id'; make the run again with --fresh.")
    columns = dict(zip(header, zip(*rows, strict=True), strict=True)) if rows else {}
    ids = columns.pop("id", ())
    _check_ids(path, ids)
    names = [name for name in header if name != "id"]
    return pd.DataFrame(columns, index=_index(ids), columns=names, dtype=object)


def write_table(path: Path, frame: pd.DataFrame) -> Path:
    """Write a frame indexed by id as CSV, atomically; floats get 9 significant digits."""
    columns = [[str(item) for item in frame.index]]
    columns += [_cells(frame[name]) for name in frame.columns]
    rows = zip(*columns, strict=True)
    lines = [",".join(map(_quoted, row)) for row in ([*map(str, ("id", *frame.columns))], *rows)]
    return write_atomic(path, "\n".join(lines) + "\n")


def _quoted(cell: str) -> str:
    # By hand: the csv module leaves a lone carriage return bare, and then reads it as a line end.
    if not any(sign in cell for sign in ',"\r\n'):
        return cell
    return '"' + cell.replace('"', '""') + '"'


def _cells(column: pd.Series) -> list[str]:
    if pd.api.types.is_float_dtype(column):
        return [f"{value:.9g}" for value in column]
    return ["" if _absent(value) else str(value) for value in column]


def _absent(value: object) -> bool:
    return value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value))


def _read_rows(path: Path) -> tuple[list[str], list[list[str]]]:
    """Read header and rows, each row as wide as the header."""
    if not path.is_file():
        raise InputError(f"There is no file {path}; check the path.")
    data = path.read_bytes()
    try:
        text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogatepass")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise InputError(f"{path} row {line} is not UTF-8; save the file in UTF-8.") from error
    delimiter = "\t" if path.suffix.lower() == ".tsv" else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[list[str]] = []
    try:
        for row in reader:
            if row:  # blank lines carry nothing
                rows.append(row)
    except csv.Error as error:
        raise InputError(
            f"{path} line {reader.line_num}: broken quoting ({error}); double each quote inside "
            "a quoted field."
        ) from error
    if not rows:
        raise InputError(f"{path} is empty; it needs a header line and one row for each item.")
    header = [name.strip() for name in rows[0]]
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        raise InputError(f"{path} has the column '{twice[0]}' twice; name each column once.")
    for number, row in enumerate(rows[1:], start=2):
        if len(row) != len(header):
            raise InputError(
                f"{path} row {number} has {len(row)} fields where the header has {len(header)}; "
                "quote fields that hold a comma."
            )
    return header, rows[1:]


def _check_ids(path: Path, ids: Sequence[str]) -> None:
    first: dict[str, int] = {}
    for number, item in enumerate(ids, start=2):
        if not item.strip():
            raise InputError(f"{path} row {number} has no id; items are aligned by id.")
        if item in first:
            raise InputError(
                f"{path} row {number}: the id {item!r} stands in row {first[item]} already; "
                "give each test item one row."
            )
        first[item] = number


def _probabilities(path: Path, name: str, values: Iterable[str]) -> list[float]:
    numbers = []
    for row, value in enumerate(values, start=2):
        try:
            number = float(value)
        except ValueError:
            number = math.nan
        if not 0 <= number <= 1:
            raise InputError(
                f"{path} row {row}: '{name}' is {value!r}; probabilities go from 0 to 1."
            )
        numbers.append(number)
    return numbers


def _index(ids: Sequence[str]) -> pd.Index:
    return pd.Index(ids, dtype=object, name="id")


def _shown(header: list[str]) -> str:
    return ", ".join(repr(name[:40]) for name in header[:8]) + (", ..." if len(header) > 8 else "")

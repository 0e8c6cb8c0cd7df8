"""Parquet files and, for the hub as well, Arrow tables."""

from pathlib import Path

import pyarrow
import pyarrow.parquet

from worthit.core.errors import InputError
from worthit.corpus.table import Table

__all__ = ["from_arrow", "read_parquet"]


def read_parquet(path: Path) -> Table:
    """Read a Parquet file.

    Raises
    ------
    InputError
        If it is not Parquet, is damaged, or has no rows.
    """
    if path.stat().st_size == 0:
        raise InputError(f"{path.name} is empty; expected a Parquet file with rows.")
    try:
        # Memory-mapped by path, pyarrow would infer partitions from folder names such as a=1.
        with path.open("rb") as file:
            table = pyarrow.parquet.read_table(file)
    except (pyarrow.ArrowException, OSError) as error:
        reason = " ".join(str(error).split())
        raise InputError(
            f"{path.name} cannot be read as Parquet ({reason}); write it again, or give it as CSV."
        ) from None
    return from_arrow(path.name, table)


def from_arrow(name: str, table: pyarrow.Table) -> Table:
    """Turn an Arrow table into rows of plain Python values."""
    names = table.column_names
    for column in names:
        if names.count(column) > 1:
            raise InputError(f"{name} has two columns named '{column}'; rename one of them.")
    if table.num_rows == 0:
        raise InputError(f"{name} has columns but no rows; expected at least one row.")
    return Table(name, {column: table[column].to_pylist() for column in names})

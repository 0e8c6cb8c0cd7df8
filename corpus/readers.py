"""The file formats that are known, by the end of a file's name."""

from collections.abc import Callable
from pathlib import Path

from worthit.core.errors import InputError
from worthit.corpus.delimited import read_csv, read_tsv
from worthit.corpus.jsonlines import read_jsonl
from worthit.corpus.table import Table

__all__ = ["KNOWN", "bare_name", "format_of", "read_table"]


def _read_parquet(path: Path) -> Table:
    from worthit.corpus.parquet import read_parquet  # pyarrow takes half a second to import

    return read_parquet(path)


READERS: dict[str, Callable[[Path], Table]] = {
    ".csv": read_csv,
    ".tsv": read_tsv,
    ".jsonl": read_jsonl,
    ".parquet": _read_parquet,
}
KNOWN = ".csv, .tsv, .jsonl (these three also with .gz) and .parquet"
INSTEAD = {
    ".xlsx": "save the sheet as CSV UTF-8",
    ".xls": "save the sheet as CSV UTF-8",
    ".ods": "save the sheet as CSV UTF-8",
    ".json": "write one JSON object per line and name it .jsonl",
    ".ndjson": "rename it to .jsonl",
    ".txt": "save it as CSV with a header, or name it .tsv if tabs separate its columns",
    ".zip": "unpack it first",
}


def format_of(path: Path) -> str | None:
    """Return the end of a file's name that names its format, or None where it is not known."""
    suffix = path.suffix.lower()
    if suffix == ".gz":
        inner = path.with_suffix("").suffix.lower()
        return inner if inner in READERS and inner != ".parquet" else None
    return suffix if suffix in READERS else None


def bare_name(path: Path) -> str:
    """Return a file's name without the end that names its format."""
    return path.with_suffix("").stem if path.suffix.lower() == ".gz" else path.stem


def read_table(path: Path) -> Table:
    """Read a file in the format that its name ends in.

    Raises
    ------
    InputError
        If the format is not known or the file is malformed; see the readers.
    """
    known = format_of(path)
    if known is None:
        ending = path.suffix.lower()
        remedy = INSTEAD.get(ending, "convert it to one of them")
        what = f"ends in '{ending}'" if ending else "has no ending"
        raise InputError(f"{path.name} {what}, and the formats known are {KNOWN}: {remedy}.")
    return READERS[known](path)

"""JSONL: one JSON object per line, its keys the columns."""

import json
from pathlib import Path
from typing import Any

from worthit.core.errors import InputError
from worthit.corpus.decoding import read_text
from worthit.corpus.table import Table

__all__ = ["read_jsonl"]


def read_jsonl(path: Path) -> Table:
    """Read a JSONL file; blank lines are skipped.

    Returns
    -------
    Table
        Columns in order of first appearance; a cell is None where a row lacks the key.

    Raises
    ------
    InputError
        If a line is not a JSON object, or names a key twice.
    """
    rows: list[dict[str, Any]] = []
    starts: list[int] = []
    # Not splitlines: it also splits at characters that JSON allows inside a string.
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        if line.strip():
            place = f"{path.name}, row {len(rows) + 1} (line {number})"
            rows.append(_parse(line, place))
            starts.append(number)
    names = list(dict.fromkeys(key for row in rows for key in row))
    if not names:
        raise InputError(f"{path.name} has no columns: its objects are empty; expected keys.")
    absent = {
        name: next(i for i, row in enumerate(rows) if name not in row)
        for name in names
        if any(name not in row for row in rows)
    }
    columns = {name.strip(): [row.get(name) for row in rows] for name in names}
    return Table(path.name, columns, starts, absent)


def _parse(line: str, place: str) -> dict[str, Any]:
    try:
        value = json.loads(line, object_pairs_hook=_unique)
        line_is_text = "\\u" not in line or _encodable(value)
    except json.JSONDecodeError as error:
        raise InputError(
            f"{place} is not JSON ({error.msg} at character {error.pos + 1}); expected one JSON "
            "object per line, and no line breaks inside it."
        ) from None
    except (_RepeatedKeyError, RecursionError, ValueError) as error:
        raise InputError(f"{place} cannot be used ({error}); mend or remove it.") from None
    if not isinstance(value, dict):
        raise InputError(
            f"{place} is a JSON {_kind(value)}; expected one JSON object per line, such as "
            '{"text": "...", "label": "..."}.'
        )
    if not line_is_text:
        raise InputError(
            f"{place} holds half of a surrogate pair (\\uD800-\\uDFFF), which is no character; "
            "write the pair whole, or remove it."
        )
    return value


class _RepeatedKeyError(ValueError):
    """An object names a key twice."""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    row = dict(pairs)
    if len(row) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise _RepeatedKeyError(f"the key '{twice}' stands in it twice")
    return row


def _encodable(value: Any) -> bool:
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _kind(value: Any) -> str:
    names = {list: "array", str: "string", bool: "boolean", type(None): "null"}
    return names.get(type(value), "number")

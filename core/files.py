"""Files that are written whole or not at all."""

import json
import math
import os
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["read_json", "write_atomic", "write_json"]


def write_atomic(path: Path, content: str | bytes) -> Path:
    r"""Write a file so that a reader sees the old content or the new one, never a part.

    The content goes to a temporary file in the same folder, is flushed to the disk and renamed.
    A full disk or a killed process leaves the old file untouched.

    Parameters
    ----------
    path : pathlib.Path
        The file; missing parent folders are made.
    content : str or bytes
        Text is encoded as UTF-8, line ends stay as they are.

    Returns
    -------
    pathlib.Path
        The path that was written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    data = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o644)  # mkstemp makes private files; results are for sharing
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return path


def write_json(path: Path, content: Any) -> Path:
    """Write a value as indented JSON, atomically; see :func:`write_atomic`."""
    return write_atomic(path, json.dumps(plain(content), indent=2, ensure_ascii=False) + "\n")


def read_json(path: Path) -> Any:
    """Read a JSON file as UTF-8."""
    return json.loads(path.read_text(encoding="utf-8"))


def plain(value: Any) -> Any:
    """Turn numpy scalars, arrays, tuples and paths into what JSON knows; NaN becomes null."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Path):
        return value.as_posix()
    return value

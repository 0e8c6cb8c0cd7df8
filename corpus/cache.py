"""A cache for what is slow to read and does not change: JSON in the user's cache folder."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from worthit.core.files import write_json
from worthit.core.hashing import sha256_of

__all__ = ["cached"]


def cached(name: str, depends_on: list[str], make: Callable[[], Any]) -> Any:
    """Return what ``make`` makes, from the cache if it is there.

    A cache that cannot be read or written is passed over: it only saves time.

    Parameters
    ----------
    name : str
        First part of the file's name.
    depends_on : list of str
        All that the content depends on; another list is another file.
    make : callable
        Makes the content, which JSON can hold.
    """
    path = _folder() / f"{name}-{sha256_of(depends_on)[:16]}.json"
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        content = make()
    try:
        write_json(path, content)
    except OSError:
        pass  # a read-only home or a full disk: the next run reads the sources again
    return content


def _folder() -> Path:
    home = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    return Path(home or Path.home() / ".cache") / "worthit"

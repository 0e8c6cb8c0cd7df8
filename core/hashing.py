"""One way to hash structured content, so that equal content has equal hashes everywhere."""

import hashlib
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

__all__ = ["sha256_of", "sha256_of_file"]


def sha256_of(parts: Iterable[str]) -> str:
    """Hash a sequence of strings.

    Each part is preceded by its length, so ``["ab", "c"]`` and ``["a", "bc"]`` differ.

    Parameters
    ----------
    parts : iterable of str
        The strings, in order.

    Returns
    -------
    str
        64 hexadecimal digits.

    Examples
    --------
    >>> sha256_of(["ab", "c"]) == sha256_of(["a", "bc"])
    False
    """
    digest = hashlib.sha256()
    for part in parts:
        # Lone surrogates can stand in broken text; they must hash, not crash.
        data = part.encode("utf-8", "surrogatepass")
        digest.update(f"{len(data)}:".encode())
        digest.update(data)
    return digest.hexdigest()


def sha256_of_file(path: Path) -> str:
    """Hash a file's content, 64 hexadecimal digits; once for as long as it stays as it is."""
    found = path.stat()
    return _sha256_of_file(path.resolve(), found.st_mtime_ns, found.st_size)


@lru_cache
def _sha256_of_file(path: Path, modified: int, size: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

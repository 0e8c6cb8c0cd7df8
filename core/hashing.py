"""One way to hash structured content, so that equal content has equal hashes everywhere."""

import hashlib
from collections.abc import Iterable

__all__ = ["sha256_of"]


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

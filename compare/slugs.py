"""File names from names: plain ASCII, unique, safe on every file system and in every link."""

import hashlib
import re

__all__ = ["slug"]

RESERVED = {"readme", "data", "figures", "report", "con", "nul", "aux", "prn", ""}


def slug(name: str) -> str:
    """Turn a model's or data set's name into a file name without suffix.

    A name that loses anything but spaces gets six digits of its hash, so different names stay
    different.

    Examples
    --------
    >>> slug("gru"), slug("my model")
    ('gru', 'my-model')
    """
    spaced = re.sub(r" +", "-", name.strip())
    kept = re.sub(r"[^A-Za-z0-9._-]+", "-", spaced).strip(".-")[:60]
    if kept != spaced:
        kept = re.sub(r"-+", "-", kept)
    if kept == spaced and kept.lower() not in RESERVED:
        return kept
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:6]
    return f"{kept}-{digest}" if kept else f"model-{digest}"

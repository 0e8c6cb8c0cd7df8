"""Neural classifiers, one file each; the file's name is the model's name."""

from pathlib import Path

from worthit.core.catalogue import Entry, entries

__all__ = ["available"]


def available() -> dict[str, Entry]:
    """List the neural models by name; none of them, nor torch, is imported for that."""
    return entries(Path(__file__).parent, __name__)

"""Baselines: strong, cheap classifiers over token ids; one public file per model."""

from pathlib import Path

from worthit.core.catalogue import Entry, entries

__all__ = ["available"]


def available() -> dict[str, Entry]:
    """List the baselines by file name, importing none of them."""
    return entries(Path(__file__).parent, __name__)

"""What goes in: data sets read, checked, split once, and described, before any model sees them."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from worthit.corpus.dataset import Dataset, Split
    from worthit.corpus.sources import BUILT_IN, load, read_inputs

__all__ = ["BUILT_IN", "Dataset", "Split", "load", "read_inputs"]

_HOMES = {
    "BUILT_IN": "sources",
    "Dataset": "dataset",
    "Split": "dataset",
    "load": "sources",
    "read_inputs": "sources",
}


def __getattr__(name: str) -> Any:
    """Import pandas and the readers only when something here is used."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)

"""What goes in: data sets read, checked, split once, and described, before any model sees them."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from worthit.corpus.dataset import Dataset
    from worthit.corpus.loading import load, read_inputs
    from worthit.corpus.sources import BUILT_IN, name_of
    from worthit.corpus.split import Split

__all__ = ["BUILT_IN", "Dataset", "Split", "load", "name_of", "read_inputs"]

_HOMES = {
    "BUILT_IN": "sources",
    "Dataset": "dataset",
    "Split": "split",
    "load": "loading",
    "name_of": "sources",
    "read_inputs": "loading",
}


def __getattr__(name: str) -> Any:
    """Import pandas and the readers only when something here is used."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)

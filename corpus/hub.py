"""Data sets of the Hugging Face hub, by the ``datasets`` package."""

from typing import Any

from worthit.core.errors import InputError
from worthit.core.extras import require
from worthit.corpus.parquet import from_arrow
from worthit.corpus.sources import PART_NAMES, hub_name
from worthit.corpus.table import Table

__all__ = ["open_hub"]

HIDDEN = -1  # the hub's mark for a label that its owners keep to themselves


def open_hub(address: str) -> tuple[str, dict[str, Table]]:
    """Download, or take from the cache, a data set of the hub.

    Parameters
    ----------
    address : str
        ``NAME`` or ``OWNER/NAME``; a configuration follows after a colon: ``glue:mrpc``.

    Returns
    -------
    tuple of str and dict of str to Table
        A name for folders, and its tables: train and test (and validation) or, where it has one
        split only, ``all``. Class numbers are given as class names. A test split whose labels
        are hidden is left out, and validation takes its place.

    Raises
    ------
    InputError
        If it cannot be loaded, for example without a network.
    MissingExtraError
        If ``datasets`` is not installed.
    """
    hub = require("datasets", f"'hf:{address}'", "hub")
    name, _, configuration = address.partition(":")
    if not name:
        raise InputError("Got 'hf:' without a name; expected hf:NAME, such as hf:ag_news.")
    try:
        loaded = hub.load_dataset(name, configuration or None)
    # The client raises errors of half a dozen libraries, and none of them is our mistake.
    except Exception as error:
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise InputError(
            f"'hf:{address}' cannot be loaded ({reason}); check its name and the network, or "
            "download its files and give their folder."
        ) from error
    tables = {
        split: _table(f"hf:{address}/{split}", part)
        for split, part in loaded.items()
        if len(part) and not _hides_its_labels(part)
    }
    return hub_name(address), _delivered(address, tables)


def _delivered(address: str, tables: dict[str, Table]) -> dict[str, Table]:
    found = {
        part: next((tables[name] for name in names if name in tables), None)
        for part, names in PART_NAMES.items()
    }
    if found["test"] is None:
        found["test"], found["validation"] = found["validation"], None
    if found["train"] is not None and found["test"] is not None:
        return {part: table for part, table in found.items() if table is not None}
    if len(tables) == 1:
        return {"all": next(iter(tables.values()))}
    raise InputError(
        f"'hf:{address}' has the splits {', '.join(tables) or 'none'}; expected train and test (or "
        "validation), or one split to divide."
    )


def _hides_its_labels(part: Any) -> bool:
    return any(
        hasattr(feature, "names") and set(part[column]) == {HIDDEN}
        for column, feature in part.features.items()
    )


def _table(name: str, part: Any) -> Table:
    table = from_arrow(name, part.with_format("arrow")[:])
    columns = dict(table.columns)
    for column, feature in part.features.items():
        if hasattr(feature, "names"):
            columns[column] = [
                None if number in (None, HIDDEN) else feature.names[number]
                for number in columns[column]
            ]
    return Table(name, columns)

"""Where data comes from: a folder, a file, a built-in name or a name on the hub."""

from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from worthit.core.errors import InputError
from worthit.corpus.readers import KNOWN, bare_name, format_of, read_table
from worthit.corpus.table import Table

__all__ = ["BUILT_IN", "PART_NAMES", "Source", "existing", "open_source"]

BUILT_IN = ("docstrings",)
PART_NAMES = {
    "train": ("train",),
    "validation": ("validation", "val", "valid", "dev"),
    "test": ("test",),
}
# File names that say nothing of the content: the folder's name says more.
UNTELLING = ("all", "data", "train")


@dataclass(frozen=True)
class Source:
    """Tables as delivered: ``train`` and ``test`` (and ``validation``), or one called ``all``."""

    name: str
    tables: dict[str, Table]
    folder: Path | None = None


def open_source(data: str | Path | None) -> Source:
    """Read the tables of a data set.

    Parameters
    ----------
    data : str or pathlib.Path, optional
        As in :func:`worthit.corpus.load`.

    Raises
    ------
    InputError
        If there is no such data, a part is missing, or a file is malformed.
    """
    name = "docstrings" if data is None else str(data)
    if name.startswith("hf:"):
        from worthit.corpus.hub import open_hub  # only here is the hub's client needed

        return Source(*open_hub(name.removeprefix("hf:")))
    if name in BUILT_IN:
        from worthit.corpus.docstrings import docstrings_table

        return Source(name, {"all": docstrings_table()})
    path = existing(Path(name))
    return _open_folder(path) if path.is_dir() else _open_file(path)


def existing(path: Path) -> Path:
    """Return a path that exists, or say what it may have been meant to be."""
    if path.exists():
        return path
    near = get_close_matches(path.name, [*_listing(path.parent), *BUILT_IN], n=1)
    guess = near and (near[0] if near[0] in BUILT_IN else path.parent / near[0])
    hint = f"did you mean {guess}?" if guess else "check the path."
    raise InputError(
        f"'{path}' does not exist; expected a folder with train and test files, a file, hf:NAME, "
        f"or a built-in set ({', '.join(BUILT_IN)}): {hint}"
    )


def name_of(data: str | Path | None) -> str:
    """Return the name that a data set gets, without reading it; it may be gone by now."""
    name = "docstrings" if data is None else str(data)
    if name in BUILT_IN:
        return name
    if name.startswith("hf:"):
        return hub_name(name.removeprefix("hf:"))
    path = Path(name)
    if format_of(path) is None or path.is_dir():
        return path.resolve().name
    bare = bare_name(path)
    return (path.resolve().parent.name if bare.lower() in UNTELLING else bare) or bare


def hub_name(address: str) -> str:
    """Name a data set on the hub by its address: ``owner/name:part`` is ``owner-name-part``."""
    return address.replace("/", "-").replace(":", "-")


def _open_file(path: Path) -> Source:
    return Source(name_of(path), {"all": read_table(path)}, path.parent)


def _open_folder(path: Path) -> Source:
    found = {part: _find(path, part) for part in PART_NAMES}
    for part in ("train", "test"):
        if found[part] is None:
            raise InputError(_incomplete(path, part, found))
    tables = {part: read_table(file) for part, file in found.items() if file is not None}
    return Source(path.resolve().name, tables, path)


def _find(folder: Path, part: str) -> Path | None:
    """Find the one file of a part, such as train.csv, in a folder."""
    files = sorted(
        file
        for file in folder.iterdir()
        if file.is_file() and format_of(file) and bare_name(file).lower() in PART_NAMES[part]
    )
    if len(files) > 1:
        raise InputError(
            f"Folder '{folder}' has {len(files)} files for {part} "
            f"({', '.join(file.name for file in files)}); keep one of them."
        )
    return files[0] if files else None


def _incomplete(folder: Path, part: str, found: dict[str, Path | None]) -> str:
    listing = _listing(folder)
    shown = ", ".join(listing[:8]) + (f" and {len(listing) - 8} more" if len(listing) > 8 else "")
    holds = f"it holds {shown}" if listing else "it is empty"
    single = next((name for name in listing if format_of(Path(name))), None)
    remedy = (
        f"to have one file split, name the file: {folder / single}"
        if single and not any(found.values())
        else f"add {part}.csv, or name one file to have it split"
    )
    return f"Folder '{folder}' has no {part} file ({KNOWN}); {holds}: {remedy}."


def _listing(folder: Path) -> list[str]:
    try:
        return sorted(entry.name for entry in folder.iterdir() if not entry.name.startswith("."))
    except OSError:
        return []

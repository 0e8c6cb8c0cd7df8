"""The door: a folder, a file, a built-in name or a hub name becomes a checked Dataset."""

from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import numpy as np

from worthit.core.errors import InputError
from worthit.corpus.columns import Asked, Roles, find_roles
from worthit.corpus.dataset import Dataset, Split
from worthit.corpus.items import group_by_repeating_side, make_split, read_sides
from worthit.corpus.language import LANGUAGES, guess_language
from worthit.corpus.readers import KNOWN, bare_name, format_of, read_table
from worthit.corpus.splitting import components, hold_out
from worthit.corpus.table import Table

__all__ = ["BUILT_IN", "load", "read_inputs"]

BUILT_IN = ("docstrings",)
NAMES = {
    "train": ("train",),
    "validation": ("validation", "val", "valid", "dev"),
    "test": ("test",),
}
# File names that say nothing of the content: the folder's name says more.
UNTELLING = ("all", "data", "train")
TEST_SHARE, VALIDATION_SHARE = 0.2, 0.1


@dataclass(frozen=True)
class Source:
    """Tables as delivered: ``train`` and ``test`` (and ``validation``), or one called ``all``."""

    name: str
    tables: dict[str, Table]
    folder: Path | None = None


def load(
    data: str | Path | None = None,
    *,
    text: str | None = None,
    pair: str | None = None,
    audio: str | None = None,
    label: str | None = None,
    group: str | None = None,
    language: str = "auto",
    split_seed: int = 0,
    positive: str | None = None,
) -> Dataset:
    """Read, check and split a data set.

    Parameters
    ----------
    data : str or pathlib.Path, optional
        A folder with ``train.*`` and ``test.*`` (and ``val.*``), one file, ``hf:NAME`` for the
        Hugging Face hub, or a built-in name. Left out, it is the built-in set ``docstrings``.
    text, pair, audio, label, group : str, optional
        Columns, where they have other names than ``text``, ``text_pair``, ``audio``, ``label``
        and ``group``, ``speaker`` or ``word``.
    language : str
        ``en``, ``ru``, ``fa`` or ``none``; ``auto`` guesses it from the script.
    split_seed : int
        Alone fixes what is split here; delivered splits are used as they are.
    positive : str, optional
        With two classes, the one whose F1 is reported by itself.

    Returns
    -------
    Dataset
        With train, validation and test.

    Raises
    ------
    InputError
        If anything is wrong with the data, in one line with the remedy.
    """
    if language not in ("auto", *LANGUAGES):
        raise InputError(f"Got language '{language}'; expected auto, {', '.join(LANGUAGES)}.")
    asked = Asked(text, pair, audio, label, group)
    source = _open(data)
    roles = {part: find_roles(table, asked) for part, table in source.tables.items()}
    _check_kinds(source, roles)
    delivered = {
        part: make_split(table, roles[part], "" if part == "all" else f"{part}-", source.folder)
        for part, table in source.tables.items()
    }
    kind = next(iter(roles.values())).kind
    group_name = next(iter(roles.values())).group
    if kind == "pair" and group_name is None:
        delivered, group_name = group_by_repeating_side(delivered, next(iter(roles.values())))
    train, validation, test, made_of = _carve(delivered, split_seed)
    inputs = [*train.inputs, *test.inputs]
    return Dataset(
        name=source.name,
        kind=kind,
        language=guess_language(inputs, kind) if language == "auto" else language,
        train=train,
        validation=validation,
        test=test,
        positive=positive,
        group_name=group_name,
        delivered=made_of,
    )


def read_inputs(
    path: str | Path, kind: str, *, text: str | None = None, pair: str | None = None
) -> tuple[list[str], list[Any]]:
    """Read new inputs, without labels, from a file.

    Returns
    -------
    tuple of list
        Ids (the column ``id`` where it is unique, else row numbers) and inputs of that kind.
    """
    table = read_table(_existing(Path(path)))
    roles = find_roles(table, Asked(text=text, pair=pair), labelled=False)
    if kind == "text" and roles.kind == "pair" and text is None:
        roles = Roles("text", roles.inputs[:1], "", None)
    if roles.kind != kind:
        raise InputError(f"{table.name} holds inputs of kind '{roles.kind}'; expected '{kind}'.")
    return read_sides(table, roles, Path(path).parent)


def _carve(
    delivered: dict[str, Split], seed: int
) -> tuple[Split, Split, Split, dict[str, tuple[str, ...]]]:
    """Make what was not delivered: the test split from one file, validation from train."""
    made_of: dict[str, tuple[str, ...]]
    if "all" in delivered:
        everything = delivered["all"]
        rest, test = _divide(everything, TEST_SHARE, (seed, 1), every_class=True)
        train, validation = _divide(rest, VALIDATION_SHARE, (seed, 2), every_class=False)
        made_of = {"all": ("train", "validation", "test")}
    elif "validation" in delivered:
        train, validation, test = (delivered[part] for part in ("train", "validation", "test"))
        made_of = {part: (part,) for part in ("train", "validation", "test")}
    else:
        train, validation = _divide(
            delivered["train"], VALIDATION_SHARE, (seed, 2), every_class=False
        )
        test = delivered["test"]
        made_of = {"train": ("train", "validation"), "test": ("test",)}
    return train, validation, test, made_of


def _divide(
    split: Split, share: float, seed: tuple[int, int], *, every_class: bool
) -> tuple[Split, Split]:
    together = components(split.keys, None if split.groups is None else split.groups.tolist())
    held = hold_out(split.labels.tolist(), together, share, seed, every_class=every_class)
    return split.take(np.flatnonzero(~held)), split.take(np.flatnonzero(held))


def _check_kinds(source: Source, roles: dict[str, Roles]) -> None:
    (first, one), *others = roles.items()
    for part, other in others:
        if other.kind != one.kind:
            raise InputError(
                f"{source.tables[first].name} holds inputs of kind '{one.kind}' and "
                f"{source.tables[part].name} of kind '{other.kind}'; name the columns by --text "
                "and --pair."
            )
        if (other.group is None) != (one.group is None):
            has, lacks = (first, part) if one.group else (part, first)
            raise InputError(
                f"{source.tables[has].name} has the group column '{one.group or other.group}' and "
                f"{source.tables[lacks].name} has none; add it there, or remove it here."
            )


def _open(data: str | Path | None) -> Source:
    name = "docstrings" if data is None else str(data)
    if name.startswith("hf:"):
        from worthit.corpus.hub import open_hub  # only here is the hub's client needed

        return Source(*open_hub(name.removeprefix("hf:")))
    if name in BUILT_IN:
        from worthit.corpus.docstrings import docstrings_table

        return Source(name, {"all": docstrings_table()})
    path = _existing(Path(name))
    return _open_folder(path) if path.is_dir() else _open_file(path)


def _existing(path: Path) -> Path:
    if path.exists():
        return path
    near = get_close_matches(path.name, _listing(path.parent), n=1)
    hint = f"did you mean {path.parent / near[0]}?" if near else "check the path."
    raise InputError(
        f"'{path}' does not exist; expected a folder with train and test files, a file, hf:NAME, "
        f"or a built-in set ({', '.join(BUILT_IN)}): {hint}"
    )


def _open_file(path: Path) -> Source:
    name = bare_name(path)
    named = path.resolve().parent.name if name.lower() in UNTELLING else name
    return Source(named or name, {"all": read_table(path)}, path.parent)


def _open_folder(path: Path) -> Source:
    found = {part: _find(path, part) for part in NAMES}
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
        if file.is_file() and format_of(file) and bare_name(file).lower() in NAMES[part]
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



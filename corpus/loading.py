"""The door: what was delivered becomes a Dataset, checked, grouped and split once."""

from pathlib import Path
from typing import Any

from worthit.core.errors import InputError
from worthit.corpus.columns import Asked, Roles, find_roles
from worthit.corpus.dataset import Dataset, refuse_one_class
from worthit.corpus.items import group_by_repeating_side, make_split, read_sides
from worthit.corpus.language import LANGUAGES, guess_language
from worthit.corpus.readers import read_table
from worthit.corpus.sources import Source, existing, open_source
from worthit.corpus.split import Split
from worthit.corpus.splitting import components, hold_out

__all__ = ["load", "read_inputs"]

TEST_SHARE, VALIDATION_SHARE = 0.2, 0.1


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
    source = open_source(data)
    roles = {part: find_roles(table, asked) for part, table in source.tables.items()}
    _check_kinds(source, roles)
    delivered = {
        part: make_split(table, roles[part], "" if part == "all" else f"{part}-", source.folder)
        for part, table in source.tables.items()
    }
    first = next(iter(roles.values()))
    group_name = first.group
    if first.kind == "pair" and group_name is None:
        delivered, group_name = group_by_repeating_side(delivered, first)
    train, validation, test, made_of = _carve(source, delivered, split_seed)
    return Dataset(
        name=source.name,
        kind=first.kind,
        language=_resolve(language, [*train.inputs, *test.inputs], first.kind),
        train=train,
        validation=validation,
        test=test,
        positive=positive,
        group_name=group_name,
        columns=next(iter(roles.values())).inputs,
        delivered=made_of,
    )


def read_inputs(
    path: str | Path,
    kind: str,
    *,
    text: str | None = None,
    pair: str | None = None,
    like: tuple[str, ...] = (),
) -> tuple[list[str], list[Any]]:
    """Read new inputs, without labels, from a file.

    Parameters
    ----------
    path : str or pathlib.Path
        A table in any known format.
    kind : str
        ``text`` or ``pair``.
    text, pair : str, optional
        Columns, where they have other names than ``text`` and ``text_pair``.
    like : tuple of str
        Columns that known inputs came from; taken where nothing is named and the file has them.

    Returns
    -------
    tuple of list
        Ids (the column ``id`` where it is unique, else row numbers) and inputs of that kind.
    """
    table = read_table(existing(Path(path)))
    if text is None and pair is None and like and set(like) <= set(table.columns):
        text, pair = like[0], (like[1] if len(like) > 1 else None)
    roles = find_roles(table, Asked(text=text, pair=pair), labelled=False)
    if kind == "text" and roles.kind == "pair" and text is None:
        roles = Roles("text", roles.inputs[:1], "", None)
    if roles.kind != kind:
        raise InputError(f"{table.name} holds inputs of kind '{roles.kind}'; expected '{kind}'.")
    return read_sides(table, roles, Path(path).parent)


def _resolve(language: str, inputs: list[Any], kind: str) -> str:
    return guess_language(inputs, kind) if language == "auto" else language


def _carve(
    source: Source, delivered: dict[str, Split], seed: int
) -> tuple[Split, Split, Split, dict[str, tuple[str, ...]]]:
    """Make what was not delivered: the test split from one file, validation from train."""
    if "validation" in delivered:
        train, validation, test = (delivered[part] for part in ("train", "validation", "test"))
        return train, validation, test, {part: (part,) for part in delivered}
    made_of: dict[str, tuple[str, ...]]
    if "all" in delivered:
        name = source.tables["all"].name
        refuse_one_class(name, delivered["all"].labels)
        rest, test = _divide(name, delivered["all"], TEST_SHARE, (seed, 1), every_class=True)
        made_of = {"all": ("train", "validation", "test")}
    else:
        name = source.tables["train"].name
        refuse_one_class(name, delivered["train"].labels)
        rest, test = delivered["train"], delivered["test"]
        made_of = {"train": ("train", "validation"), "test": ("test",)}
    train, validation = _divide(name, rest, VALIDATION_SHARE, (seed, 2), every_class=False)
    return train, validation, test, made_of


def _divide(
    name: str, split: Split, share: float, seed: tuple[int, int], *, every_class: bool
) -> tuple[Split, Split]:
    together = components(split.keys, None if split.groups is None else split.groups.tolist())
    try:
        held = hold_out(split.labels.tolist(), together, share, seed, every_class=every_class)
    except InputError as error:
        raise InputError(f"{name}: {error}") from None
    return split.take(~held), split.take(held)


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

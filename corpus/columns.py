"""Which column is what: found by the documented names, or named by the caller."""

from dataclasses import dataclass
from difflib import get_close_matches

from worthit.core.errors import InputError
from worthit.corpus.table import Table

__all__ = ["Asked", "Roles", "find_roles"]

# The first names are the documented ones; the others are common and mean one thing only.
TEXTS = ("text", "sentence", "content", "comment", "review")
PAIRS = (
    ("text", "text_pair"),
    ("sentence1", "sentence2"),
    ("premise", "hypothesis"),
    ("question1", "question2"),
)
AUDIO = ("audio",)
LABELS = ("label", "labels", "class", "category", "target")
GROUPS = ("group", "speaker", "word")


@dataclass(frozen=True)
class Asked:
    """Columns that the caller named; None leaves the choice to the documented names."""

    text: str | None = None
    pair: str | None = None
    audio: str | None = None
    label: str | None = None
    group: str | None = None


@dataclass(frozen=True)
class Roles:
    """What the columns of one table are.

    Attributes
    ----------
    kind : str
        ``text``, ``pair`` or ``audio``.
    inputs : tuple of str
        One column, or two for pairs.
    label : str
        Empty for a table of inputs alone.
    group : str or None
        The column whose rows stay together.
    """

    kind: str
    inputs: tuple[str, ...]
    label: str
    group: str | None


def find_roles(table: Table, asked: Asked, *, labelled: bool = True) -> Roles:
    """Find the columns of inputs, labels and groups.

    Parameters
    ----------
    table : Table
        The rows as read.
    asked : Asked
        Columns that the caller named; they must be there.
    labelled : bool
        False for new inputs, which need no label.

    Raises
    ------
    InputError
        If a column is missing, or one column is asked to be two things.
    """
    for option, name in vars(asked).items():
        if name is not None and name not in table.columns:
            raise InputError(_not_there(table, option, name))
    kind, inputs = _find_inputs(table, asked)
    label = asked.label or (_first(table, LABELS, inputs) if labelled else "")
    if labelled and not label:
        raise InputError(
            f"{table.name} has no column 'label'; {_listed(table)}: name the one with the classes "
            "by --label."
        )
    group = asked.group or _first(table, GROUPS, (*inputs, label or "")) or None
    if label in inputs:
        raise InputError(f"Column '{label}' cannot be both an input and the label.")
    if len(set(inputs)) < len(inputs):
        raise InputError(f"Column '{inputs[0]}' cannot be both sides of a pair; name two columns.")
    if group is not None and group == label:
        raise InputError(f"Column '{group}' cannot be both the label and the group.")
    for column in (*inputs, *([label] if label else [])):
        if column in table.absent:
            raise InputError(
                f"{table.place(table.absent[column])} lacks '{column}', which every row needs; "
                "add it or remove the row."
            )
    return Roles(kind, inputs, label or "", group)


def _find_inputs(table: Table, asked: Asked) -> tuple[str, tuple[str, ...]]:
    if asked.audio and (asked.text or asked.pair):
        raise InputError("Got --audio together with --text or --pair; inputs are one or the other.")
    if asked.audio:
        return "audio", (asked.audio,)
    if asked.text and asked.pair:
        return "pair", (asked.text, asked.pair)
    if asked.text:
        return "text", (asked.text,)
    if asked.pair:
        taken = (asked.pair, asked.label or "")
        first = _first(table, (*TEXTS, *(left for left, _ in PAIRS)), taken)
        if not first:
            raise InputError(
                f"{table.name} has no column 'text' for the first side of the pair; "
                f"{_listed(table)}: name it by --text."
            )
        return "pair", (first, asked.pair)
    if audio := _first(table, AUDIO, ()):
        return "audio", (audio,)
    for left, right in PAIRS:
        sides = (_first(table, (left,), ()), _first(table, (right,), ()))
        if all(sides):
            return "pair", sides
    text = _first(table, TEXTS, (asked.label or "",))
    if not text:
        raise InputError(
            f"{table.name} has no column 'text'; {_listed(table)}: name the one with the texts "
            f"by --text, or add a header line.{_separator_hint(table)}"
        )
    return "text", (text,)


def _first(table: Table, names: tuple[str, ...], taken: tuple[str, ...]) -> str:
    """Return the first of these columns that is there, in any case, or an empty string."""
    for name in names:
        for column in sorted(table.columns, key=lambda column: column != name):
            if column.lower() == name and column not in taken:
                return column
    return ""


def _not_there(table: Table, option: str, name: str) -> str:
    close = get_close_matches(name, list(table.columns), n=1)
    hint = f"did you mean --{option} {close[0]}?" if close else f"name one of them by --{option}."
    return f"{table.name} has no column '{name}'; {_listed(table)}: {hint}"


def _listed(table: Table) -> str:
    names = [f"'{name}'" for name in table.columns]
    shown = ", ".join(names[:20]) + (f" and {len(names) - 20} more" if len(names) > 20 else "")
    return f"its columns are {shown}" if len(names) > 1 else f"its only column is {shown}"


def _separator_hint(table: Table) -> str:
    """Explain a header that was separated by something else than the file's name says."""
    only = next(iter(table.columns))
    if len(table.columns) == 1 and ";" in only:
        return " Semicolons seem to separate the columns: save the file with commas."
    if len(table.columns) == 1 and "\t" in only:
        return " Tabs seem to separate the columns: name the file .tsv."
    if len(table.columns) == 1 and "," in only:
        return " Commas seem to separate the columns: name the file .csv."
    return ""

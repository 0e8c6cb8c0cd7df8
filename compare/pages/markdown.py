"""Safe Markdown from hostile text: nothing from the data can break a table, link, HTML or code.

Two ways to show foreign text: :func:`text` for prose and cells, :func:`code` for names. Everything
else on a page is written by ourselves.
"""

import re
import unicodedata
from collections.abc import Sequence

__all__ = ["bullets", "clean", "code", "code_block", "emphasis", "quote", "table", "text"]

JOINERS = "\u200c\u200d"  # Persian needs the non-joiner, emoji the joiner
ISOLATE, POP = "\u2068", "\u2069"
SPECIAL = re.compile(r"[\\`*\[\]<>|~$&@]|(?<![^\W_])_|_(?![^\W_])|(?<=[A-Za-z]):(?=//)")
WEB = re.compile(r"(?i)\bwww\.")
LINE_START = re.compile(r"^(?:[#+=-]|\d+[.)])")
LINE_END = re.compile(r"(?<= )(#*)#$")  # would close a heading


def clean(value: object) -> str:
    """Return text on one line without control, bidi-control and other invisible characters."""
    signs = []
    for sign in str(value):
        category = unicodedata.category(sign)
        if category in ("Cc", "Zl", "Zp", "Zs"):
            signs.append(" ")
        elif category == "Cs":
            signs.append("\ufffd")
        elif category != "Cf" or sign in JOINERS:
            signs.append(sign)
    return "".join(signs).strip()


def text(value: object, longest: int | None = None) -> str:
    r"""Escape text for prose and table cells.

    Text written from right to left is wrapped in Unicode isolates, so that the numbers beside it
    stay where they belong.

    Parameters
    ----------
    value : object
        Its ``str`` is shown.
    longest : int, optional
        Cut after so many characters.

    Examples
    --------
    >>> text("a|b *c* ag_news")
    'a\\|b \\*c\\* ag_news'
    """
    shown = _shorten(value, longest)
    escaped = SPECIAL.sub(lambda match: "\\" + match[0], shown)
    escaped = WEB.sub(lambda match: match[0][:-1] + "\\.", escaped)
    escaped = LINE_END.sub(r"\1\#", escaped)
    start = LINE_START.match(escaped)
    if start:
        escaped = escaped[: start.end() - 1] + "\\" + escaped[start.end() - 1 :]
    return f"{ISOLATE}{escaped}{POP}" if _right_to_left(shown) else escaped


def _shorten(value: object, longest: int | None) -> str:
    """Clean text, cut it, and name it where nothing is left to see."""
    shown = re.sub(r" +", " ", clean(value))
    if longest is not None and len(shown) > longest:
        shown = shown[: longest - 1].rstrip() + "…"
    return shown if shown.strip(JOINERS + " ") else "(blank)"


def emphasis(value: object, longest: int | None = None) -> str:
    """Show a class name: escaped, in italics."""
    return f"*{text(value, longest)}*"


def code(value: object, longest: int | None = None) -> str:
    """Show a name as a code span, with a fence longer than any run of backticks in it."""
    shown = _shorten(value, longest)
    runs = re.findall(r"`+", shown)
    fence = "`" * (max(map(len, runs), default=0) + 1)
    pad = " " if shown[0] == "`" or shown[-1] == "`" else ""
    span = f"{fence}{pad}{shown}{pad}{fence}"
    return f"{ISOLATE}{span}{POP}" if _right_to_left(shown) else span


def code_block(value: object) -> str:
    """Show one line of code as an indented block."""
    return "    " + (clean(value) or "(blank)")


def bullets(items: Sequence[str]) -> str:
    """Join Markdown strings as a list."""
    return "\n".join(f"- {item}" for item in items)


def quote(lines: Sequence[str]) -> str:
    """Join Markdown strings as a quoted block, each on a line of its own."""
    return "\n".join([f"> {line}  " for line in lines[:-1]] + [f"> {line}" for line in lines[-1:]])


def table(header: Sequence[str], rows: Sequence[Sequence[str]], align: str) -> str:
    """Lay out a pipe table, padded so that it also reads well in a terminal.

    Parameters
    ----------
    header : sequence of str
        Markdown of the column heads.
    rows : sequence of sequences of str
        Markdown of the cells; a pipe that is not escaped yet is escaped here.
    align : str
        One of ``l`` and ``r`` for each column.
    """
    cells = [[_cell(value) for value in row] for row in (header, *rows)]
    widths = [max(3, *map(_width, column)) for column in zip(*cells, strict=True)]
    rule = [
        "-" * (w - 1) + ":" if a == "r" else "-" * w for a, w in zip(align, widths, strict=True)
    ]
    lines = [
        "| " + " | ".join(_pad(c, w, a) for c, w, a in zip(row, widths, align, strict=True)) + " |"
        for row in cells
    ]
    lines.insert(1, "| " + " | ".join(rule) + " |")
    return "\n".join(lines)


def _cell(markdown: str) -> str:
    return re.sub(r"(?<!\\)((?:\\\\)*)\|", r"\1\\|", markdown)


def _pad(cell: str, width: int, align: str) -> str:
    space = " " * (width - _width(cell))
    return space + cell if align == "r" else cell + space


def _width(shown: str) -> int:
    """Count terminal columns: none for marks and isolates, two for wide characters."""
    columns = 0
    for sign in shown:
        if unicodedata.category(sign) in ("Mn", "Me", "Cf"):
            continue
        columns += 2 if unicodedata.east_asian_width(sign) in "WF" else 1
    return columns


def _right_to_left(shown: str) -> bool:
    return any(unicodedata.bidirectional(sign) in ("R", "AL") for sign in shown)

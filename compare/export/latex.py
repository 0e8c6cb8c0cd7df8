r"""Tables of the pages as LaTeX: booktabs rules, text from data escaped.

They are read from the pages' own Markdown, so they state the same numbers, rounded in one place.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

from worthit.compare.pages.markdown import ISOLATE, POP, clean

__all__ = ["escape", "latex_tables", "tables_of_report"]

# What has a meaning in LaTeX, or after the end of a row, or joins into another sign.
SIGNS = {
    "\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}",
    '"': r"{\char34}", "`": r"{\char96}", "[": "{[}", "]": "{]}", "*": "{*}", "-": "-{}",
    "…": r"\dots{}", "·": r"\textperiodcentered{}",
    **{sign: "\\" + sign for sign in "{}$&#_%"},
}  # fmt: skip
NEGATIVE = re.compile(r"(?<![\w)-])-\{\}(?=\d)")
LATIN = re.compile(r"[\u0000-\u024f\u2010-\u2027]*")
MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")
WRAPS = {"strong": r"\textbf{", "em": r"\emph{"}
HEAD = "% Needs \\usepackage{booktabs,graphicx} and nothing else.\n"
# A table that is wider than its column shrinks to it.
FIT = "\\resizebox{\\ifdim\\width>\\linewidth\\linewidth\\else\\width\\fi}{!}{%\n"
FOREIGN = (
    "% Has letters beyond Latin: compile with lualatex and a font that has them, for example\n"
    "% \\usepackage{babel}, \\babelprovide[import, onchar=ids fonts]{persian} and \\babelfont; or\n"
    "% for Cyrillic alone with pdflatex and \\usepackage[T2A]{fontenc}.\n"
)


def escape(value: object) -> str:
    r"""Escape text for LaTeX.

    Examples
    --------
    >>> escape("50 % of a_b & {c}")
    '50 \\% of a\\_b \\& \\{c\\}'
    """
    shown = clean(value).translate({ord(ISOLATE): None, ord(POP): None})
    return "".join(SIGNS.get(sign, sign) for sign in shown)


def tables_of_report(pages: Mapping[str, str], pairings: Sequence[str]) -> dict[str, str]:
    """Return the tables of the index and of the pairings, by file name without suffix.

    Parameters
    ----------
    pages : mapping of str to str
        Markdown by name.
    pairings : sequence of str
        Names of the pairings' pages.
    """
    of_index = {
        "Verdicts": "verdicts",
        "How much data": "learning-curve",
        "What more data would bring": "more-data",
    }
    tables = latex_tables(pages["README"], of_index)
    for name in pairings:
        wanted = {"At a glance": f"{name}-glance", "Per class": f"{name}-classes"}
        tables |= latex_tables(pages[name], wanted)
    return tables


def latex_tables(page: str, wanted: Mapping[str, str]) -> dict[str, str]:
    """Return some tables of a page.

    Parameters
    ----------
    page : str
        Markdown.
    wanted : mapping of str to str
        Headings of the sections whose first table is wanted, each with the table's name.

    Returns
    -------
    dict of str to str
        LaTeX by the table's name, without those that the page does not have.
    """
    tokens = MARKDOWN.parse(page)
    title, heading, tables = "", "", {}
    for place, token in enumerate(tokens):
        if token.type == "heading_open":
            heading = _inline(tokens[place + 1])
            title = title or heading
        elif token.type == "table_open" and heading in wanted and wanted[heading] not in tables:
            tables[wanted[heading]] = _table(tokens[place:], f"{heading}. {title}")
    return tables


def _table(tokens: Sequence[Token], caption: str) -> str:
    rows = list(_rows(tokens))
    head = next(token for token in tokens if token.type == "tr_open")
    start = tokens.index(head)
    columns = [
        "r" if "right" in str(token.attrs.get("style")) else "l"
        for token in tokens[start : start + 3 * len(rows[0])]
        if token.type == "th_open"
    ]
    lines = [f"{' & '.join(row)} \\\\" for row in rows]
    body = "\n".join(lines[1:])
    content = (
        "\\begin{table}\n\\centering\\small\\setlength{\\tabcolsep}{4pt}\n"
        f"\\caption{{{caption}}}\\smallskip\n{FIT}"
        f"\\begin{{tabular}}{{{''.join(columns)}}}\n\\toprule\n"
        f"{lines[0]}\n\\midrule\n{body}\n\\bottomrule\n\\end{{tabular}}}}\n\\end{{table}}\n"
    )
    return HEAD + ("" if LATIN.fullmatch(content) else FOREIGN) + content


def _rows(tokens: Sequence[Token]) -> Iterator[list[str]]:
    row: list[str] = []
    for token in tokens:
        if token.type == "table_close":
            return
        if token.type == "tr_open":
            row = []
        elif token.type == "inline":
            row.append(_inline(token))
        elif token.type == "tr_close":
            yield row


def _inline(token: Token) -> str:
    """Write what stands in a cell or heading; of a link its words."""
    parts = []
    for child in token.children or ():
        kind = child.type.removesuffix("_open").removesuffix("_close")
        if child.type == "text":
            parts.append(NEGATIVE.sub("$-$", _spaced(child.content)))
        elif child.type == "code_inline":
            parts.append(f"\\texttt{{{escape(child.content)}}}")
        elif kind in WRAPS:
            parts.append(WRAPS[kind] if child.nesting > 0 else "}")
    return "".join(parts)


def _spaced(content: str) -> str:
    """Escape text and keep the spaces around it, which part it from its neighbours."""
    before, after = content[:1] == " ", content[-1:] == " "
    return " " * before + escape(content) + " " * (after and content != " ")

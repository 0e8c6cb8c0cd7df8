"""All pages of a report as one HTML file that needs nothing beside it: no script, no network."""

import base64
import hashlib
import html
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from worthit.compare.export.style import STYLE
from worthit.compare.pages.markdown import ISOLATE, POP
from worthit.core.files import write_atomic

__all__ = ["INDEX", "INDEX_FILE", "write_html"]

INDEX, INDEX_FILE = "README", "index.html"
FIGURE = re.compile(r"figures/[\w.-]+\.png")
# The one style sheet and pictures in the file itself; all else is refused, whatever the data says.
POLICY = (
    "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; style-src 'sha256-"
    + base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    + "'"
)


def write_html(folder: Path, names: Sequence[str]) -> Path:
    """Join Markdown pages into one file, their pictures inside it and links turned into anchors.

    Parameters
    ----------
    folder : pathlib.Path
        Where the pages ``<name>.md`` and ``figures/`` are.
    names : sequence of str
        The pages in order.

    Returns
    -------
    pathlib.Path
        ``index.html`` if the first page is the index, else ``<name>.html``.
    """
    pages = {name: (folder / f"{name}.md").read_text(encoding="utf-8") for name in names}
    path = folder / (INDEX_FILE if names[0] == INDEX else f"{names[0]}.html")
    return write_atomic(path, _document(pages, folder))


def _document(pages: dict[str, str], folder: Path) -> str:
    first = next(iter(pages))
    title, articles = "", []
    for name, markdown in pages.items():
        tokens = MARKDOWN.parse(markdown)
        if name == first:
            title = _plain(tokens[1])
        else:
            _lower_headings(tokens)
        _adapt(tokens, pages, folder)
        shown = MARKDOWN.renderer.render(tokens, MARKDOWN.options, {})
        articles.append(f'<article id="{html.escape(name)}">\n{shown}</article>\n')
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{html.escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n"
        + "".join(articles)
        + "</main>\n</body>\n</html>\n"
    )


def _adapt(tokens: Sequence[Token], pages: dict[str, str], folder: Path) -> None:
    """Make links inner, pictures part of the file, and every foreign text keep its direction."""
    for token in tokens:
        if token.type in ("th_open", "td_open"):
            style = token.attrs.pop("style", "")  # inline styles are refused by the policy
            if "right" in str(style):
                token.attrSet("class", "number")
        if token.type in ("th_open", "td_open", "list_item_open", "em_open", "code_inline"):
            token.attrSet("dir", "auto")
        elif token.type == "link_open":
            name = str(token.attrs["href"]).removesuffix(".md")
            if name in pages:
                token.attrSet("href", f"#{name}")
            elif name.endswith(".csv"):  # it lies beside the pages, not in this file
                del token.attrs["href"]
        elif token.type == "image":
            token.attrSet("src", _data_uri(str(token.attrs["src"]), folder))
        _adapt(token.children or (), pages, folder)


def _data_uri(source: str, folder: Path) -> str:
    if not FIGURE.fullmatch(source) or not (folder / source).is_file():
        return ""  # the picture's words are shown in its place
    return "data:image/png;base64," + base64.b64encode((folder / source).read_bytes()).decode()


def _lower_headings(tokens: Sequence[Token]) -> None:
    """Leave the only first-level heading to the first page."""
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1]) + 1, 6)}"


def _plain(inline: Token) -> str:
    shown = "".join(child.content for child in inline.children or ())
    return shown.translate({ord(ISOLATE): None, ord(POP): None})


def _text(self: Any, tokens: Sequence[Token], place: int, options: Any, env: Any) -> str:
    """Escape text; what was written from right to left keeps to itself."""
    escaped = html.escape(tokens[place].content, quote=False)
    return escaped.replace(ISOLATE, "<bdi>").replace(POP, "</bdi>")


def _open_table(self: Any, tokens: Sequence[Token], place: int, options: Any, env: Any) -> str:
    return '<div class="table"><table>\n'


def _close_table(self: Any, tokens: Sequence[Token], place: int, options: Any, env: Any) -> str:
    return "</table></div>\n"


MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")
MARKDOWN.add_render_rule("text", _text)
MARKDOWN.add_render_rule("table_open", _open_table)
MARKDOWN.add_render_rule("table_close", _close_table)

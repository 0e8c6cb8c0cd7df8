"""Hostile text: whatever stands in the data, a page keeps its tables, links, code and HTML."""

import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from worthit.compare.pages.markdown import clean, code, code_block, emphasis, table, text
from worthit.compare.slugs import slug

BLNS = Path(__file__).parents[1].parent / "shared" / "data" / "edge" / "blns.txt"
MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
ISOLATES = "\u2068\u2069"
NASTY = [
    "a|b", "`", "``x`", "\\", "\\|", "a\\", "*bold*", "_x_", "__init__",
    "<script>alert(1)</script>",
    "[x](javascript:alert(1))", "![i](http://e.com/x.png)", "<!-- c -->", "&lt;", "&", "~~x~~",
    "line\nbreak", "a\r\nb", "\ttab", "\u202egnp.exe", "\u2066x\u2069", "\u0000nul", "\ud800",
    "http://example.com", "www.example.com", "me@example.com", "# x", "- x", "1. x", "+", "=", ">",
    "", "   ", "\u200c", "| --- |", "$x_1$", "شادی", "سلام|دنیا", "می\u200cروم", "Привет, мир", "ﷺ",
    "a`|`b", "]", "](x)", "*", "**", "_", "<b", "https://x|y",
]  # fmt: skip


def cells_of(markdown):
    """Parse a page and return the text of its table cells, refusing anything but plain inlines."""
    rows, kinds = [], set()
    for token in MARKDOWN.parse(markdown):
        if token.type == "tr_open":
            rows.append([])
        if token.type == "inline":
            children = token.children or []
            kinds |= {child.type for child in children}
            rows[-1].append("".join(child.content for child in children))
        else:
            assert not token.type.startswith(("html", "fence", "code_block", "heading"))
    assert kinds <= {"text", "text_special", "em_open", "em_close", "code_inline"}, kinds
    return rows


def shown(value):
    """What a reader should see of a value."""
    return re.sub(r" +", " ", clean(value)) if clean(value).strip("\u200c\u200d ") else "(blank)"


def check(value):
    markdown = table(
        ["a", "b", "c"], [[text(value), emphasis(value), code(value)], ["x", "y", "z"]], "lrl"
    )
    rows = cells_of(markdown)
    assert [len(row) for row in rows] == [3, 3, 3]
    plain, em, span = (cell.strip(ISOLATES) for cell in rows[1])
    assert plain == em == shown(value)
    if "\\" not in value:  # a table eats the backslash that escapes a pipe in code
        assert span.strip() == shown(value)
    assert rows[2] == ["x", "y", "z"]


@pytest.mark.parametrize("value", NASTY)
def test_nasty_labels_stay_inside_their_cells(value):
    check(value)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=40))
def test_any_label_stays_inside_its_cell(value):
    check(value)


@settings(max_examples=300, deadline=None)
@given(st.text("|`\\*_<>[]()!&~#-+=$@:/. \n\ta1ش", max_size=20))
def test_any_mix_of_markup_stays_inside_its_cell(value):
    check(value)


@pytest.mark.skipif(not BLNS.exists(), reason="the list of naughty strings is not here")
def test_naughty_strings_stay_inside_their_cells():
    for value in BLNS.read_text(encoding="utf-8").split("\n"):
        check(value)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=30))
def test_text_in_a_sentence_is_only_text(value):
    tokens = MARKDOWN.parse(f"> The class {emphasis(value)} and {text(value)} and {code(value)}.")
    assert [t.type for t in tokens] == [
        "blockquote_open", "paragraph_open", "inline", "paragraph_close", "blockquote_close",
    ]  # fmt: skip
    kinds = {child.type for child in tokens[2].children}
    assert kinds <= {"text", "text_special", "em_open", "em_close", "code_inline"}


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=30))
@example("0 #")
@example("a ###")
@example("# #")
def test_a_heading_stays_one_heading(value):
    tokens = MARKDOWN.parse(f"# {text(value)}\n")
    assert [t.type for t in tokens] == ["heading_open", "inline", "heading_close"]
    assert "".join(c.content for c in tokens[1].children).strip(ISOLATES) == shown(value)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=30))
def test_a_code_block_stays_one_block(value):
    (token,) = MARKDOWN.parse(code_block(value))
    assert token.type == "code_block"


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=30))
def test_no_control_or_direction_character_survives(value):
    body = clean(value)
    assert all(unicodedata.category(sign) not in ("Cc", "Cs", "Zl", "Zp") for sign in body)
    assert not set(body) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")
    wrapped = text(value)
    assert (wrapped[0] == "\u2068") == (wrapped[-1] == "\u2069")


def test_addresses_are_no_links():
    assert text("http://example.com") == "http\\://example.com"
    assert "www." not in text("www.example.com")
    assert text("me@example.com") == "me\\@example.com"


def test_persian_and_russian_read_as_written():
    assert text("می\u200cروم") == "\u2068می\u200cروم\u2069"
    assert text("Привет, мир") == "Привет, мир"


def test_ordinary_names_stay_readable_in_a_pager():
    assert text("ag_news") == "ag_news"
    assert text("Sci/Tech (2024)") == "Sci/Tech (2024)"
    assert code("a`b") == "``a`b``"


def test_tables_line_up_in_a_terminal():
    lines = table(["class", "n"], [["日本", "1"], ["می\u200cروم", "12"]], "lr").splitlines()
    assert lines[0] == "| class |   n |"
    assert lines[1] == "| ----- | --: |"
    assert lines[2] == "| 日本  |   1 |"


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=80))
def test_slugs_are_safe_file_names(value):
    name = slug(value)
    assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name) or name.startswith(("_", "-"))
    assert len(name) < 80
    assert name.lower() not in ("readme", "data", "con")


@pytest.mark.parametrize(
    ("one", "other"), [("a/b", "a\\b"), ("شادی", "غم"), ("README", "readme"), ("..", ".")]
)
def test_different_names_get_different_slugs(one, other):
    assert slug(one) != slug(other)
    assert "/" not in slug(one)
    assert not slug(one).startswith(".")

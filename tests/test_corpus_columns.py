"""Columns are found by the documented names or named; a missing one is refused with a hint."""

import pytest

from worthit.core.errors import InputError
from worthit.corpus.columns import Asked, Roles, find_roles
from worthit.corpus.table import Table


def table(*names: str) -> Table:
    return Table("a.csv", {name: ["x"] for name in names})


def refusal(*names: str, **asked: str) -> str:
    with pytest.raises(InputError) as caught:
        find_roles(table(*names), Asked(**asked))
    return str(caught.value)


@pytest.mark.parametrize(
    ("names", "roles"),
    [
        (("label", "text"), Roles("text", ("text",), "label", None)),
        (("Text", "Label", "group"), Roles("text", ("Text",), "Label", "group")),
        (
            ("text", "text_pair", "label", "word"),
            Roles("pair", ("text", "text_pair"), "label", "word"),
        ),
        (
            ("premise", "hypothesis", "label"),
            Roles("pair", ("premise", "hypothesis"), "label", None),
        ),
        (("audio", "label", "speaker", "sentence"), Roles("audio", ("audio",), "label", "speaker")),
        (("sentence", "label"), Roles("text", ("sentence",), "label", None)),
    ],
)
def test_documented_names_are_found(names: tuple[str, ...], roles: Roles) -> None:
    assert find_roles(table(*names), Asked()) == roles


def test_named_columns_win_over_documented_names() -> None:
    roles = find_roles(
        table("text", "body", "reply", "label", "stars", "author"),
        Asked(text="body", pair="reply", label="stars", group="author"),
    )
    assert roles == Roles("pair", ("body", "reply"), "stars", "author")


def test_naming_the_text_alone_makes_no_pair() -> None:
    assert find_roles(table("text", "text_pair", "label"), Asked(text="text")).kind == "text"


def test_naming_the_second_side_alone_makes_a_pair() -> None:
    roles = find_roles(table("text", "reply", "label"), Asked(pair="reply"))
    assert roles.inputs == ("text", "reply")


def test_new_inputs_need_no_label() -> None:
    assert find_roles(table("text"), Asked(), labelled=False).label == ""


def test_a_missing_column_is_refused_with_those_that_are_there() -> None:
    assert refusal("body", "label") == (
        "a.csv has no column 'text'; its columns are 'body', 'label': name the one with the texts "
        "by --text, or add a header line."
    )
    assert refusal("text", "stars") == (
        "a.csv has no column 'label'; its columns are 'text', 'stars': name the one with the "
        "classes by --label."
    )


def test_a_misspelt_name_gets_a_suggestion() -> None:
    assert "did you mean --label stars?" in refusal("text", "stars", label="star")


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("text;label", "Semicolons seem to separate"),
        ("text\tlabel", "name the file .tsv"),
        ("text,label", "name the file .csv"),
    ],
)
def test_another_separator_is_recognised(header: str, said: str) -> None:
    assert said in refusal(header)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"text": "label"}, "Column 'label' cannot be both an input and the label."),
        ({"text": "text", "pair": "text"}, "cannot be both sides of a pair"),
        ({"group": "label"}, "cannot be both the label and the group"),
        ({"audio": "text", "pair": "text"}, "Got --audio together with --text or --pair"),
    ],
)
def test_a_column_cannot_be_two_things(asked: dict[str, str], said: str) -> None:
    full = {"label": "label", **asked}
    assert said in refusal("text", "label", **full)


def test_a_row_without_a_needed_key_is_refused() -> None:
    rows = Table("a.jsonl", {"text": ["a", None], "label": [1, 0]}, [1, 2], absent={"text": 1})
    with pytest.raises(InputError, match=r"a.jsonl, row 2 \(line 2\) lacks 'text'"):
        find_roles(rows, Asked())

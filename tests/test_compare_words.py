"""The words of a model page: signs at edges, and what is explained of them."""

import pytest

from worthit.compare.pages.words import words_section


@pytest.mark.parametrize(
    ("term", "shown", "explained"),
    [
        ("thank you", "`thank you`", []),
        ("⟨хохл⟩", "`⟨хохл⟩`", ["⟨ ⟩"]),
        ("⟨ ты ⟩", "`⟨␣ты␣⟩`", ["⟨ ⟩", "␣ is"]),
        ("⟨a b⟩", "`⟨a b⟩`", ["⟨ ⟩"]),
        ("first: ⟨ du⟩", "`first: ⟨␣du⟩`", ["⟨ ⟩", "␣ is"]),
        (" ду", "`␣ду`", ["␣ is"]),
        ("⟨  ⟩", "`⟨␣␣⟩`", ["⟨ ⟩", "␣ is"]),
    ],
)
def test_signs_are_explained_where_they_are_used(term, shown, explained):
    section = words_section({"words": {"toxic": [(term, 3.0)]}})
    assert f"{shown} 3.00" in section
    assert [sign for sign in ("⟨ ⟩", "␣ is") if sign in section] == explained


def test_signs_of_surprising_words_are_explained_as_well():
    surprise = {"term": "⟨ ты⟩", "weight": 1.0, "inside": 0.1, "outside": 0.2}
    model = {"words": {"toxic": [("word", 3.0)]}, "surprising_words": {"toxic": [surprise]}}
    section = words_section(model)
    assert "`⟨␣ты⟩`" in section and "␣ is a space at a word's edge." in section

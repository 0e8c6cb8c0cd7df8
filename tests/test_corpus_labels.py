"""One class per row, or a clear line about what came instead."""

from typing import Any

import pytest

from worthit.core.errors import InputError
from worthit.corpus.labels import read_labels
from worthit.corpus.table import Table


def labels(*cells: Any) -> list[str]:
    return read_labels(Table("a.csv", {"label": list(cells)}), "label")


def refusal(*cells: Any) -> str:
    with pytest.raises(InputError) as caught:
        labels(*cells)
    return str(caught.value)


def test_labels_of_any_type_become_strings_without_surrounding_space() -> None:
    assert labels(" spam", 1, 2.0, True, "Sci/Tech") == ["spam", "1", "2", "true", "Sci/Tech"]


@pytest.mark.parametrize("empty", ["", "  ", None, float("nan")])
def test_a_missing_label_is_refused_with_its_row(empty: Any) -> None:
    assert refusal("a", empty, "b") == (
        "a.csv, row 2 has no label in 'label'; fill it or remove the row."
    )


def test_missing_labels_are_counted() -> None:
    assert "row 2 has no label in 'label', the first of 3 such rows" in refusal("a", "", "", "")


@pytest.mark.parametrize(
    "cells",
    [
        ("joy", "fear", "joy|fear"),
        ("joy", "fear", "joy; fear"),
        ("joy", "fear", "joy,fear"),
        ("['joy', 'fear']", "['joy']", "['fear']"),
        ("joy,fear", "fear,anger", "joy,anger", "anger,fear"),
        (["joy", "fear"], ["joy"]),
    ],
)
def test_several_labels_per_item_are_refused(cells: tuple[Any, ...]) -> None:
    assert "several labels per item are not supported" in refusal(*cells)


@pytest.mark.parametrize(
    "cells",
    [
        ("Arts, Culture", "Business, Finance", "Arts, Culture"),
        ("yes", "no", "yes, but"),
        ("a|b", "c", "c"),
    ],
)
def test_a_separator_may_stand_in_the_name_of_a_class(cells: tuple[str, ...]) -> None:
    assert labels(*cells) == list(cells)


def test_a_quantity_is_refused() -> None:
    said = refusal(*(f"{i * 0.37:.2f}" for i in range(60)))
    assert "60 different numbers in 60 rows (such as 0.00)" in said
    assert "regression is not supported" in said


def test_a_scale_of_stars_is_no_quantity() -> None:
    stars = [f"{i % 9 / 2}" for i in range(60)]
    assert labels(*stars) == stars


def test_many_whole_class_numbers_are_classes() -> None:
    intents = [str(i % 150) for i in range(600)]
    assert labels(*intents) == intents

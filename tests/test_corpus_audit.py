"""The data card: hand-counted cases, and the known facts of real data."""

from pathlib import Path

import numpy as np
import pytest

from worthit.corpus import Dataset, Split, load

DATA = Path(__file__).parents[1].parent / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="shared/data is not beside the checkout")


def split(name: str, rows: list[tuple[object, str]]) -> Split:
    return Split(
        tuple(f"{name}-{i + 1}" for i in range(len(rows))),
        [content for content, _ in rows],
        np.array([label for _, label in rows], dtype=object),
    )


@pytest.fixture
def card() -> dict:
    train = [
        ("good", "a"),
        (" good\n", "b"),  # equal once stripped, and another label
        ("Good!", "a"),  # near
        ("", "a"),
        ("one two three", "b"),
        (":-)", "b"),
        (":-(", "b"),  # no letters: not near ":-)"
    ]
    made = Dataset(
        name="toy",
        kind="text",
        language="en",
        train=split("train", train),
        validation=split("validation", [("fresh", "a")]),
        test=split("test", [("good", "a"), ("one, two; three", "b"), ("good", "a")]),
        delivered={"train": ("train", "validation"), "test": ("test",)},
    )
    return made.card


def test_sizes_and_classes(card: dict) -> None:
    assert card["sizes"] == {"train": 7, "validation": 1, "test": 3}
    assert card["sizes_delivered"] == {"train": 8, "test": 3}
    assert card["classes"] == {
        "a": {"train": 3, "validation": 1, "test": 2},
        "b": {"train": 4, "validation": 0, "test": 1},
    }


def test_duplicates_are_rows_that_recur_without_surrounding_space(card: dict) -> None:
    assert card["duplicates"] == {
        "within": {"train": 1, "test": 1},
        "across": {"train/test": 2},
    }


def test_near_duplicates_leave_out_the_exact_ones(card: dict) -> None:
    assert card["near_duplicates"] == {
        "within": {"train": 1, "test": 0},
        "across": {"train/test": 2},
    }


def test_blanks_conflicts_and_leaks(card: dict) -> None:
    assert card["blank"] == {"train": 1, "validation": 0, "test": 0}
    assert card["conflicting"] == 1
    assert card["leaked"] == 2
    assert {"split": "train", "id": "train-4", "problem": "blank"} in card["bad_rows"]
    assert {
        "split": "train",
        "id": "train-2",
        "problem": "equal input, another label",
    } in card["bad_rows"]


def test_lengths_count_characters_and_words_of_stripped_texts(card: dict) -> None:
    assert card["lengths"]["test"]["words"] == {
        "min": 1,
        "median": 1.0,
        "mean": pytest.approx(5 / 3),
        "p95": pytest.approx(2.8),
        "max": 3,
    }
    assert card["lengths"]["train"]["characters"]["max"] == len("one two three")


def test_pairs_are_duplicates_when_both_sides_are() -> None:
    rows: list[tuple[object, str]] = [
        (("a ", "b"), "x"),
        (("a", " b"), "x"),
        (("a", "c"), "y"),
        (("ab", ""), "y"),  # one blank side: the sides do not run together
    ]
    made = Dataset(
        name="toy",
        kind="pair",
        language="en",
        train=split("train", rows),
        validation=split("validation", [(("v", "w"), "x")]),
        test=split("test", [(("a", "b"), "x")]),
    )
    assert made.card["duplicates"]["within"] == {"train": 1, "validation": 0, "test": 0}
    assert made.card["duplicates"]["across"]["train/test"] == 2
    assert made.card["blank"]["train"] == 1


@needs_data
def test_trec_leaks_ten_rows_and_repeats_seventy_one() -> None:
    trec = load(DATA / "trec")
    assert trec.card["duplicates"]["across"] == {"train/test": 10}
    assert trec.card["duplicates"]["within"]["train"] == 71
    assert len(trec.leaked) == 10


@needs_data
def test_ru_toxic_repeats_257_rows_and_43_sets_carry_both_labels() -> None:
    toxic = load(DATA / "ru_toxic" / "all.csv")
    assert toxic.name == "ru_toxic"
    assert toxic.card["duplicates"] == {"within": {"all": 257}, "across": {}}
    assert toxic.card["conflicting"] == 43
    assert (toxic.language, toxic.positive) == ("ru", "1")

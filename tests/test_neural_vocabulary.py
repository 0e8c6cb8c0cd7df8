import pytest

from worthit.neural.training.encoded import room_for_each
from worthit.neural.training.vocabulary import PAD, SEPARATOR, SPECIAL, START, UNKNOWN, Vocabulary
from worthit.neural.training.words import words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Wall St. Bears CLAW back, again!", ["wall", "st", "bears", "claw", "back", "again"]),
        ("Ёлка и ЁЖИК — друзья...", ["ёлка", "и", "ёжик", "друзья"]),
        ("и\u0306од", ["йод"]),  # composed
        ("می\u200cروم، کتاب\u200cها!", ["می\u200cروم", "کتاب\u200cها"]),
        ("مُحَمَّد", ["مُحَمَّد"]),  # vowel signs do not split a word
        ("\u200cسلام\u200c", ["سلام"]),
        ("?! ... \u200c", []),
        ("", []),
    ],
)
def test_words_are_found_in_three_scripts(text, expected):
    assert words(text) == expected


def test_vocabulary_keeps_frequent_words_most_frequent_first():
    vocabulary = Vocabulary.learn(["b b b a a c", "a a rare"], min_count=2, size=10)
    assert vocabulary.known == (*SPECIAL, "a", "b")
    assert Vocabulary.learn(["b b a a c c"], 2, size=2).known == (*SPECIAL, "a", "b")


def test_text_begins_with_a_mark_so_that_an_empty_one_is_not_empty():
    vocabulary = Vocabulary.learn(["goal match"], 1, 10)
    rows = vocabulary.encode(["", "match goal"], 256).rows
    assert [row.tolist() for row in rows] == [[START], [START, 5, 4]]
    assert not {PAD, UNKNOWN} & {number for row in rows for number in row.tolist()}


def test_unknown_words_lie_beyond_the_vocabulary_each_at_its_own_place():
    vocabulary = Vocabulary.learn(["goal match"], 1, 10)
    (row,) = vocabulary.encode(["nobody knows nobody"], 256).rows
    first, second, third = row[1:].tolist()
    assert first == third != second
    assert min(first, second) >= len(vocabulary)
    assert first == len(vocabulary) + 0x62B2FB  # the same in every process


def test_pair_is_one_row_with_a_separator():
    vocabulary = Vocabulary.learn([("goal", "match")], 1, 10)
    (row,) = vocabulary.encode([("goal", "match")], 256).rows
    assert row.tolist() == [START, 4, SEPARATOR, 5]


def test_truncated_inputs_are_told_from_whole_ones():
    vocabulary = Vocabulary.learn(["a b c d e f"], 1, 10)
    encoded = vocabulary.encode(["a b c d e f", "a b c"], max_length=4)
    assert [len(row) for row in encoded.rows] == [4, 4]
    assert encoded.truncated.tolist() == [True, False]
    assert encoded.truncated_share == 0.5
    assert vocabulary.encode([], max_length=4).truncated_share == 0
    pairs = [("a b c d e", "f"), ("f", "a b c d e"), ("a b", "c d"), ("a b c", "d e"), ("", "")]
    encoded = vocabulary.encode(pairs, max_length=6)  # four words and two marks
    assert encoded.truncated.tolist() == [True, True, False, True, False]
    (row,) = vocabulary.encode([("a b c d e", "f")], max_length=6).rows
    assert row.tolist().count(SEPARATOR) == 1
    assert len(row) == 6


def test_the_longer_side_is_cut_first():
    for first in range(12):
        for second in range(12):
            for room in range(1, 15):
                kept = room_for_each([first, second], room)
                assert sum(kept) == min(first + second, room)
                assert kept[0] <= first and kept[1] <= second
                if kept[0] < first and kept[1] < second:
                    assert abs(kept[0] - kept[1]) <= 1


def test_vocabulary_is_saved_as_json(tmp_path):
    vocabulary = Vocabulary.learn(["می\u200cروم йод goal"], 1, 10)
    vocabulary.save(tmp_path)
    assert Vocabulary.load(tmp_path) == vocabulary

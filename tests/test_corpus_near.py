"""Near duplicates: hand-counted similarities, MinHash against its promise, known facts of data."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from worthit.corpus import Dataset, Split, load
from worthit.corpus.near import BANDS, ROWS, THRESHOLD, Alike
from worthit.corpus.outer import outer_folds, pooled
from worthit.corpus.shingles import WIDTH, jaccard, minhash, shingle

DATA = Path(__file__).parents[1].parent / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="shared/data is not beside the checkout")


def similarity(one: str, other: str) -> float:
    return float(jaccard([one, other], np.array([0]), np.array([1]))[0])


def by_sets(one: str, other: str) -> float:
    """The definition: shared shingles / shingles of either."""
    first, second = (
        {text.ljust(WIDTH, "\0")[i : i + WIDTH] for i in range(max(len(text) - WIDTH + 1, 1))}
        for text in (one, other)
    )
    return len(first & second) / len(first | second)


def test_similarity_of_hand_counted_cases() -> None:
    assert similarity("abcdef", "abcdefg") == 2 / 3  # abcde, bcdef of those and cdefg
    assert similarity("aaaaaaaa", "aaaaa") == 1  # sets: how often does not count
    assert similarity("abc", "abc") == 1
    assert similarity("abc", "abd") == 0  # a text under five characters is one piece
    assert similarity("", "a") == 0


@given(st.lists(st.text("abcé😀", max_size=12), min_size=2, max_size=6))
def test_similarity_is_that_of_the_sets(texts: list[str]) -> None:
    first, second = np.triu_indices(len(texts), 1)
    expected = [by_sets(texts[i], texts[j]) for i, j in zip(first, second, strict=True)]
    assert jaccard(texts, first, second).tolist() == pytest.approx(expected)


def test_pieces_do_not_reach_into_the_next_text() -> None:
    hashes, starts = shingle(["abcdef", "", "abcde"])
    assert starts.tolist() == [0, 2, 3, 4]
    assert hashes[0] == hashes[3]
    assert len(set(hashes.tolist())) == 3


def random_texts(n: int, length: int) -> list[str]:
    letters = np.random.default_rng(1).integers(97, 123, (n, length), dtype=np.uint32)
    return ["".join(map(chr, row)) for row in letters.tolist()]


def test_share_of_equal_minhashes_is_the_similarity() -> None:
    texts = random_texts(400, 80)
    changed = [text[: 20 + i % 50] + text[20 + i % 50 :].upper() for i, text in enumerate(texts)]
    equal = (minhash(texts, 96) == minhash(changed, 96)).mean(axis=1)
    exact = jaccard(texts + changed, np.arange(400), np.arange(400, 800))
    assert np.abs(equal - exact).max() < 0.25
    # 38,400 comparisons: four standard errors of their mean.
    assert abs((equal - exact).mean()) < 4 * 0.5 / np.sqrt(400 * 96)


def test_chance_of_missing_a_pair_at_the_threshold_is_as_stated() -> None:
    assert (1 - THRESHOLD**ROWS) ** BANDS == pytest.approx(1 / 400_000, rel=0.3)


def test_all_pairs_above_the_threshold_are_found_and_no_other() -> None:
    texts = random_texts(300, 100)
    # One letter changed in the middle spoils 5 of 96 pieces (J = 91 / 101), three apart 15 (0.73).
    one = [text[:50] + "É" + text[51:] for text in texts]
    three = [text[:20] + "É" + text[21:50] + "É" + text[51:80] + "É" + text[81:] for text in texts]
    alike = Alike.among(texts + one + three)
    assert similarity(texts[0], one[0]) == 91 / 101
    assert similarity(texts[0], three[0]) == 81 / 111
    # The two changed ones share 81 + 5 pieces of 106.
    form = {text: text.casefold() for text in texts + one + three}
    for text, near, nearer in zip(texts, one, three, strict=True):
        assert alike.others[form[text]] == {form[near]}
        assert alike.others[form[near]] == {form[text], form[nearer]}
        assert alike.others[form[nearer]] == {form[near]}


def test_case_spaces_and_signs_do_not_matter() -> None:
    alike = Alike.among(["Good!", "go od", ":-)", ":-("])
    assert alike.recurs("Good!", {alike.forms["go od"]})
    assert not alike.recurs(":-)", {alike.forms[":-("]})
    assert not alike.others


def test_pairs_are_near_when_both_sides_are() -> None:
    long, near = (
        "the quick brown fox jumps over the lazy dog",
        "the quick brown fox jumps over a dog",
    )
    closer = "The quick, brown fox jumps over the lazy dogs"
    alike = Alike.among([(long, "yes"), (closer, "Yes."), (closer, "no"), (near, "yes")])
    known = {alike.forms[long, "yes"]}
    found = [alike.recurs(key, known) for key in ((closer, "Yes."), (closer, "no"), (near, "yes"))]
    assert found == [True, False, False]


def test_many_texts_that_are_all_alike_are_found_in_bounded_time() -> None:
    texts = [f"Your parcel number {i} will be sent within the next three days" for i in range(1500)]
    alike = Alike.among(texts)
    assert len(alike.others) == 1500
    assert max(map(len, alike.others.values())) < 1499


def test_order_changes_nothing() -> None:
    texts = random_texts(50, 60)
    texts += [text[:-1] for text in texts]
    assert Alike.among(texts).others == Alike.among(texts[::-1]).others


def test_one_text_has_no_near_duplicate() -> None:
    assert not Alike.among(["alone"]).others
    assert not Alike.among([]).others


def test_test_items_with_a_near_duplicate_in_train_or_validation() -> None:
    long = "the quick brown fox jumps over the lazy dog"

    def split(name: str, texts: list[str]) -> Split:
        labels = np.array(["a", "b"] * len(texts), dtype=object)[: len(texts)]
        return Split(tuple(f"{name}-{i + 1}" for i in range(len(texts))), list(texts), labels)

    made = Dataset(
        name="toy", kind="text", language="en",
        train=split("train", [long, "one", "two", "two or three"]),
        validation=split("validation", ["fresh!"]),
        test=split("test", [long, long + "s", "Fresh", "new"]),
    )  # fmt: skip
    assert made.leaked == {"test-1"}
    assert made.near_leaked == {"test-2", "test-3"}
    assert made.card["near_leaked"] == 2


def test_over_outer_folds_near_duplicates_count_where_they_stand_in_other_folds() -> None:
    texts = [f"{word} the quick brown fox jumps over the lazy dog" for word in ("So", "so:", "SO")]
    texts += [f"number {3**i} is no text about an animal" for i in range(21)]
    labels = np.array([*"aaa", *["a", "b"] * 11][: len(texts)], dtype=object)
    ids = tuple(f"item {i}" for i in range(len(texts)))
    parts = [Split(ids[i::3], texts[i::3], labels[i::3]) for i in range(3)]
    made = Dataset("toy", "text", "en", *parts)
    for seed in range(5):
        folds = outer_folds(made, 3, seed)
        fold_of = {item: number for number, fold in enumerate(folds) for item in fold.test.ids}
        three = {f"item {i}" for i in range(3)}
        expected = {
            item for item in three if any(fold_of[item] != fold_of[other] for other in three)
        }
        assert pooled(made, folds).near_leaked == expected
    assert expected


def test_names_of_clips_are_not_compared() -> None:
    folder = "speech/of/many/people/who/were/asked/to/read/the/same/ten/sentences"
    paths = [f"{folder}/clip-{i}.flac" for i in range(8)]
    labels = np.array(["a", "b", "a", "b"], dtype=object)
    train = Split(("1", "2", "3", "4"), paths[:4], labels)
    validation, test = (Split(("5", "6"), paths[i : i + 2], labels[:2]) for i in (4, 6))
    made = Dataset("toy", "text", "none", train, validation, test)
    assert made.near_leaked == {"5", "6"}
    assert not replace(made, kind="audio").near_leaked


@needs_data
def test_trec_has_ten_leaked_rows_and_one_nearly() -> None:
    trec = load(DATA / "trec")
    assert (len(trec.leaked), len(trec.near_leaked)) == (10, 1)
    assert trec.card["near_duplicates"]["within"] == {"train": 13, "test": 0}


@needs_data
def test_ru_toxic_repeats_257_rows_and_9_more_nearly() -> None:
    toxic = load(DATA / "ru_toxic" / "all.csv")
    assert toxic.card["duplicates"]["within"] == {"all": 257}
    assert toxic.card["near_duplicates"]["within"] == {"all": 9}


@needs_data
def test_ag_news_has_no_equal_texts_and_156_near_ones_across() -> None:
    news = load(DATA / "ag_news")
    assert (len(news.leaked), len(news.near_leaked)) == (0, 156)

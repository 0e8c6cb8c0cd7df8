"""Slices, confusions, examples and words: by hand, against brute force, hostile, withheld."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from worthit.baselines.sparse.tokens import split_chunks, split_words
from worthit.compare.differ import differ_numbers
from worthit.compare.occurrence import occurring
from worthit.compare.pages.differ import differ_section
from worthit.compare.report import Report
from worthit.compare.run import TRUNCATED, Run
from worthit.compare.significance import holm
from worthit.compare.slices import slice_columns, slice_numbers
from worthit.tests.runs_factory import answers, make_run, truths


def two_runs(n=600, **columns):
    truth = truths(n, {"a": 1, "b": 1})
    first = answers(truth, 0.75, 1)
    second = np.where(np.arange(n) % 2, truth, first)  # mends every second item
    runs = [make_run("tfidf", truth, first), make_run("gru", truth, second)]
    for run in runs:
        for name, values in columns.items():
            run.items[name] = values
    return runs


def test_columns_become_few_values_in_their_natural_order():
    texts = pd.Series(["a b"] * 40 + ["a b c"] * 40 + ["a"] * 20, dtype=object)
    items = pd.DataFrame(
        {
            "group": "", "leaked": "0", "text": texts, "hard": ["1", "0"] * 50,
            "year": [str(1800 + i) for i in range(100)], "free": [f"x{i}" for i in range(100)],
        },
        dtype=object,
    )  # fmt: skip
    found = slice_columns(items)
    assert list(found) == ["words", "hard", "year"]
    assert list(found["words"].cat.categories) == ["1 to 2", "3"]
    assert list(found["year"].cat.categories) == [
        "1800 to 1824", "1825 to 1849", "1850 to 1874", "1875 to 1899",
    ]  # fmt: skip
    assert (found["words"] == "3").sum() == 40


def test_slices_hold_the_scores_of_their_items_and_holm_counts_every_look():
    half = np.where(np.arange(600) % 2, "mended", "as before")
    runs = two_runs(half=half)
    found = slice_numbers(runs[:1], runs[1:], "accuracy", None)
    rows = {row["value"]: row for row in found["rows"] if row["slice"] == "half"}
    right = (runs[0].predictions["truth"] == runs[0].predictions["prediction"]).to_numpy()
    assert rows["mended"]["baseline"] == pytest.approx(right[half == "mended"].mean())
    assert rows["mended"]["model"] == 1
    assert (rows["as before"]["difference"], rows["as before"]["p"]) == (0, 1)
    assert [row["holm_p"] for row in found["rows"]] == holm([row["p"] for row in found["rows"]])
    assert rows["mended"]["holm_p"] < 0.05


def test_small_slices_are_left_out():
    runs = two_runs(few=["yes"] * 20 + ["no"] * 80 + ["perhaps"] * 500)
    found = slice_numbers(runs[:1], runs[1:], "f1_macro", None)
    assert ("few", "yes") not in {(row["slice"], row["value"]) for row in found["rows"]}
    assert found["skipped"] == 1
    assert found["metric"] == "f1_macro"


def test_slices_that_lack_a_class_are_left_out_unless_most_do():
    runs = two_runs(few=["yes", "no"] * 300)
    by_class = np.where(runs[0].predictions["truth"] == "a", "is a", "is b")
    found = slice_numbers(*_with(runs, by_class), "f1_macro", None)
    named = [row["slice"] for row in found["rows"]]
    assert "few" in named and "class" not in named
    assert (found["metric"], found["skipped"]) == ("f1_macro", 2)
    alone = [replace(run, items=run.items[["class"]]) for run in runs]
    found = slice_numbers(alone[:1], alone[1:], "f1_macro", None)
    assert [row["value"] for row in found["rows"]] == ["is a", "is b"]
    assert (found["metric"], found["skipped"]) == ("accuracy", 0)


def _with(runs, column):
    for run in runs:
        run.items["class"] = column
    return runs[:1], runs[1:]


def test_a_slice_has_an_interval_where_a_test_set_of_that_kind_has_one():
    runs = two_runs(part=["large"] * 500 + ["hundred"] * 100)
    rows = slice_numbers(runs[:1], runs[1:], "accuracy", None)["rows"]
    assert all(row["low"] is not None for row in rows)
    runs = two_runs(part=["large"] * 501 + ["fewer"] * 99)
    numbers = Report.from_runs(runs).numbers
    low = {row["value"]: row["low"] for row in numbers["pairings"][0]["slices"]["rows"]}
    assert low["fewer"] is None and low["large"] is not None
    section = differ_section(numbers, numbers["pairings"][0])
    assert "(no interval)" in section and "Under 100 items there is no interval," in section


def test_a_slice_of_nearly_all_items_is_no_look():
    runs = two_runs(odd=["yes"] * 31 + ["no"] * 569)
    numbers = Report.from_runs(runs).numbers
    slices = numbers["pairings"][0]["slices"]
    assert [(row["slice"], row["value"]) for row in slices["rows"]] == [
        ("odd", "no"),
        ("odd", "yes"),
    ]
    runs = two_runs(odd=["yes"] * 29 + ["no"] * 571, half=["a", "b"] * 300)
    numbers = Report.from_runs(runs).numbers
    slices = numbers["pairings"][0]["slices"]
    assert (slices["nearly_all"], slices["skipped"]) == (1, 1)
    assert {row["slice"] for row in slices["rows"]} == {"half"}
    section = differ_section(numbers, numbers["pairings"][0])
    assert "1 value with more than 95 % of the items left out" in section


@pytest.mark.parametrize(
    ("column", "named"),
    [
        ("leaked", "in the training data"),
        ("near_duplicate", "nearly in the training data"),
        ("leaked_group", "of a group in the training data"),
    ],
)
def test_leaked_items_are_named_in_plain_words(column, named):
    odd = np.arange(600) % 2 == 1  # where the second model is right
    for marked, words in ((odd, f"items {named} ("), (~odd, f"items not {named} (")):
        runs = two_runs(**{column: np.where(marked, "1", "0")})
        numbers = Report.from_runs(runs).numbers
        section = differ_section(numbers, numbers["pairings"][0])
        assert f"`gru` is clearly ahead on {words}p after Holm" in section


def cut(run, marked, max_length=256):
    run.items[TRUNCATED] = np.where(marked, "1", "0")
    run.record["params"]["max_length"] = max_length
    return run


def told(slices):
    return [(row.get("reader"), row["value"], row["n"]) for row in slices["rows"]]


def test_items_that_a_network_cut_are_held_against_those_it_read_whole(tmp_path):
    odd = np.arange(600) % 2 == 1  # where the network is right
    first, second = two_runs()
    second = Run.read(cut(second, odd, 1024).write(tmp_path / "run").folder)
    numbers = Report.from_runs([first, second]).numbers
    rows = numbers["pairings"][0]["slices"]["rows"]
    assert [(row["reader"], row["value"], row["n"]) for row in rows] == [
        ("gru", "cut at 1,024 tokens", 300),
        ("gru", "read whole", 300),
    ]
    assert rows[0]["model"] == 1 and rows[1]["difference"] == 0
    assert [row["holm_p"] for row in rows] == holm([row["p"] for row in rows])
    section = differ_section(numbers, numbers["pairings"][0])
    assert "| `gru`: cut at 1,024 tokens |" in section
    assert "`gru` is clearly ahead on items that `gru` cut at 1,024 tokens (p after" in section


def test_truncation_is_one_slice_only_if_all_is_known_and_some_items_are_cut():
    few, many = np.arange(600) < 60, np.arange(600) < 90
    first, second = two_runs()
    assert told(slice_numbers([first], [second], "accuracy", None)) == []  # as of old runs
    assert told(slice_numbers([first], [cut(second, few < 0)], "accuracy", None)) == []
    assert told(slice_numbers([first], [cut(second, few >= 0)], "accuracy", None)) == []
    # With several seeds, what any of them cut.
    other = cut(two_runs()[1], many, 128)
    assert told(slice_numbers([first], [cut(second, few), other], "accuracy", None)) == [
        ("gru", "cut at 128 or 256 tokens", 90),
        ("gru", "read whole", 510),
    ]
    assert told(slice_numbers([first], [second, two_runs()[1]], "accuracy", None)) == []
    # Where both are networks, each has its own.
    both = slice_numbers([cut(first, many)], [cut(second, few)], "accuracy", None)
    assert [(reader, n) for reader, _, n in told(both)] == [
        ("tfidf", 90), ("tfidf", 510), ("gru", 60), ("gru", 540),
    ]  # fmt: skip
    assert told(slice_numbers([first], [cut(second, few & False)], "accuracy", None)) == [
        ("tfidf", "cut at 256 tokens", 90), ("tfidf", "read whole", 510),
    ]  # fmt: skip


def test_confusions_are_counted_and_sorted_by_change():
    truth = np.array(["a"] * 6 + ["b"] * 4 + ["c"] * 2, dtype=object)
    one = np.array(list("aabbba" + "bbbc" + "ca"), dtype=object)
    other = np.array(list("aaaaab" + "bbac" + "ca"), dtype=object)
    found = differ_numbers(make_run("tfidf", truth, one), make_run("gru", truth, other))
    assert found["confusions"] == [
        {"truth": "a", "answer": "b", "baseline": 3, "model": 1},
        {"truth": "b", "answer": "a", "baseline": 0, "model": 1},
    ]


def test_examples_are_the_same_each_time_and_only_of_items_that_one_gets_right():
    runs = two_runs()
    found, again = (differ_numbers(*runs)["examples"] for _ in range(2))
    assert found == again
    assert found["baseline"] == []
    assert len(found["model"]) == 5
    for row in found["model"]:
        assert runs[0].predictions["prediction"][row["id"]] == row["answer"] != row["truth"]


def test_words_of_the_baseline_are_counted_in_what_only_it_gets_right():
    truth = np.array(["a", "a", "b", "b"], dtype=object)
    run = make_run("tfidf", truth, truth, words={"a": [["red", 2.0], ["⟨ gre⟩", 1.0]], "b": []})
    other = make_run("gru", truth, truth[::-1])
    run.items["text"] = ["Red or green", "reddish greens", "red", "blue"]
    assert differ_numbers(run, other)["words"] == [
        {"label": "a", "term": "⟨ gre⟩", "n": 2},
        {"label": "a", "term": "red", "n": 1},
    ]


@pytest.mark.parametrize(
    ("term", "text", "stands"),
    [
        ("disease", "what is foot and mouth disease?", True),
        ("mouth disease", "Foot-and-MOUTH disease", True),
        ("mouth disease", "mouth\n(disease)", True),
        ("foot mouth", "foot & mouth", True),
        ("disease", "diseases", False),
        ("don", "don't", True),
        ("vitamin deficiency", "vitamin a deficiency", True),  # words of one sign are none
        ("ёлка", "«Ёлка», ёлочка", True),
        ("идиот", "идиоты!", False),
        ("می\u200cخواهم", "نمی\u200cدانم، می\u200cخواهم.", True),
        ("خواهم", "می\u200cخواهم", False),  # the joiner makes one word of two parts
        ("کتاب", "(کتاب\u200c)", True),  # one at the end of a word joins nothing
        ("مُهِم", "چه مُهِم!", True),
        ("هم", "مُهِم", False),
        ("हिन्दी", "हिन्दी।", True),
        ("⟨ gre⟩", "(green) reddish greens", True),
        ("⟨ gre⟩", "(green)", False),  # characters know white space alone
        ("⟨ ⟩", "a b", False),
    ],
)
def test_term_stands_in_a_text_where_the_baseline_reads_it(term, text, stands):
    assert occurring([term], [text]) == [term] * stands


@given(st.text(alphabet="ab1_ ,-'\n\u200cِиЁ\u0903", max_size=30))
def test_words_are_those_of_the_baseline(text):
    chunks = split_chunks([text])
    words = split_words(chunks)
    found = {words.pieces.strings[i] for i in words.rows.flat.tolist()}
    wanted = sorted(found | {"ab", "absent"})
    assert occurring(wanted, [text]) == [word for word in wanted if word in found]


def test_terms_follow_letter_case_stop_words_and_sides():
    assert occurring(["us", "US"], ["The US!"], {"lowercase": False}) == ["US"]
    passed_over = {"stop_words": "english"}
    assert occurring(["foot mouth", "and"], ["Foot and mouth"], passed_over) == ["foot mouth"]
    pair = ["A dog runs.", "A dog sleeps; a dog!"]
    terms = ["1: runs", "1: dog", "2: dog", "2: runs", "both: dog", "both: runs", "runs"]
    assert occurring(terms, pair) == ["1: runs", "2: dog", "both: dog", "runs"]
    assert occurring(["1: dog"], ["1: dog"]) == []  # no pair, and no such word


def test_hostile_texts_are_escaped_and_withheld_ones_reach_nothing():
    hostile = "| <script>alert(1)</script> [x](http://evil) **bold**\n# head"
    runs = two_runs(text=hostile)
    numbers = Report.from_runs(runs).numbers
    section = differ_section(numbers, numbers["pairings"][0])
    assert "\\<script\\>" in section
    assert "](http" not in section.replace("\\]", "")
    assert "\n# head" not in section
    quiet = Report.from_runs(runs, examples=False).numbers
    assert "script" not in json.dumps(quiet)
    assert "Examples were left out" in differ_section(quiet, quiet["pairings"][0])


def test_page_names_the_slices_that_differ():
    runs = two_runs(half=np.where(np.arange(600) % 2, "mended", "as before"))
    numbers = Report.from_runs(runs).numbers
    section = differ_section(numbers, numbers["pairings"][0])
    assert "`gru` is clearly ahead on half *mended*" in section
    assert "No slice" not in section
    old = {**numbers["pairings"][0], "differ": None}
    assert differ_section(numbers, old) == ""


def test_p_of_a_slice_is_a_bound_where_no_draw_was_as_large():
    runs = two_runs(half=np.where(np.arange(600) % 2, "mended", "as before"))
    numbers = Report.from_runs(runs).numbers
    pairing = numbers["pairings"][0]
    assert pairing["slices"]["draws"] == 2000
    section = differ_section(numbers, pairing)
    n = len(pairing["slices"]["rows"])
    assert f"| at most {n / 2001:.4f} |" in section
    assert (
        f"(p after Holm over the {n} looks, each a randomisation test of 2,000 draws that shows"
        in section
    )
    del pairing["slices"]["draws"]  # as in an old report
    old = differ_section(numbers, pairing)
    assert f"| {n / 2001:.4f} |" in old and "draws" not in old


def test_bare_predictions_say_why_there_are_no_slices():
    runs = two_runs()
    bare = [type(run)(run.record, run.predictions) for run in runs]
    numbers = Report.from_runs(bare).numbers
    section = differ_section(numbers, numbers["pairings"][0])
    assert "No slices: only predictions are known, not the items." in section
    assert "No examples: the texts of the items are not known." in section

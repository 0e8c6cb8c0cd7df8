"""Scores without leaked items and suspected label errors: hand-computed cases."""

import csv

import numpy as np
import pandas as pd
import pytest

from worthit.compare.health import health_numbers
from worthit.compare.report import Report
from worthit.compare.suspects import confident_answers, suspect_numbers
from worthit.tests.runs_factory import answers, make_run, truths

TRUTH = np.array(["a", "a", "a", "b", "b", "b"], dtype=object)


def run(model, on_a, *, texts=None, truth=TRUTH, **more):
    """Make a run of two classes from its probabilities of the first."""
    on_a = np.array(on_a)
    made = make_run(model, truth, np.where(on_a > 0.5, "a", "b").astype(object), **more)
    made.predictions["p_a"], made.predictions["p_b"] = on_a, 1 - on_a
    if texts is not None:
        made.items["text"] = texts
    return made


# Usual for a: (0.9 + 0.8 + 0.1) / 3 = 0.6; for b: (0.9 + 0.4 + 0.2) / 3 = 0.5.
BASELINE = [0.9, 0.8, 0.1, 0.1, 0.6, 0.8]
# Usual for a: (0.9 + 0.9 + 0.3) / 3 = 0.7; for b: (0.8 + 0.3 + 0.4) / 3 = 0.5.
NETWORK = [0.9, 0.9, 0.3, 0.2, 0.7, 0.6]


def test_answers_count_where_they_are_as_sure_as_usual() -> None:
    on_a = np.array([BASELINE, NETWORK])
    truth = np.array([0, 0, 0, 1, 1, 1])
    first, second = (confident_answers(np.stack([p, 1 - p], axis=1), truth) for p in on_a)
    assert first.tolist() == [0, 0, 1, 1, 0, 0]
    assert second.tolist() == [0, 0, 1, 1, 0, -1]  # 0.6 for a is less than its usual 0.7


def test_suspects_are_what_both_confidently_contradict_surest_first() -> None:
    found = suspect_numbers(run("tfidf", BASELINE), run("gru", NETWORK), examples=True)
    assert found["n"] == 6
    # Margins: item 2 has (0.8 + 0.4) / 2, item 4 has (0.2 + 0.4) / 2; item 5 only one contradicts.
    assert [(row["id"], row["label"], row["said"]) for row in found["rows"]] == [
        ("test-2", "a", "b"),
        ("test-4", "b", "a"),
    ]
    assert found["rows"][0]["baseline"] == pytest.approx(0.9)
    assert found["rows"][0]["model"] == pytest.approx(0.7)
    assert found["rows"][0]["text"] == "text 2"


def test_class_that_is_never_the_label_is_never_confident() -> None:
    p = np.array([[0.2, 0.8], [0.9, 0.1]])
    assert confident_answers(p, np.array([0, 0])).tolist() == [-1, 0]


def test_order_of_rows_changes_no_suspect() -> None:
    one, other = run("tfidf", BASELINE), run("gru", NETWORK)
    expected = suspect_numbers(one, other, examples=True)
    other.predictions.sort_values("p_a", inplace=True)
    assert suspect_numbers(one, other, examples=True) == expected


def test_without_probabilities_nobody_is_suspected() -> None:
    one, other = run("tfidf", BASELINE), run("gru", NETWORK)
    del other.predictions["p_a"]
    assert suspect_numbers(one, other, True)["missing"].startswith("'gru' gives no probabilities")


TEXTS = ["fine", "fine", '=HYPERLINK("http://x", "y"), so', "fine", " +1 for this\r\nline", "fine"]


def read_suspects(folder):
    path = folder / "tfidf-vs-gru-suspects.csv"
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def test_csv_for_the_review_holds_no_formula(tmp_path) -> None:
    runs = [run("tfidf", BASELINE, texts=TEXTS), run("gru", NETWORK, texts=TEXTS)]
    Report.from_runs(runs).write(tmp_path)
    assert read_suspects(tmp_path) == [
        ["id", "label", "both_say", "p_tfidf", "p_gru", "text"],
        ["test-2", "a", "b", "0.9", "0.7", '\'=HYPERLINK("http://x", "y"), so'],
        ["test-4", "b", "a", "0.6", "0.7", "' +1 for this\r\nline"],
    ]


def test_labels_and_ids_are_made_safe_as_well(tmp_path) -> None:
    truth = np.where(TRUTH == "a", "-1", "1").astype(object)
    runs = []
    for name, on_a in (("tfidf", BASELINE), ("gru", NETWORK)):
        made = make_run(name, truth, np.where(np.array(on_a) > 0.5, "-1", "1").astype(object))
        made.predictions["p_-1"], made.predictions["p_1"] = on_a, 1 - np.array(on_a)
        index = pd.Index([f"@{i}" for i in range(6)], dtype=object, name="id")
        made.predictions.index = made.items.index = index
        runs.append(made)
    Report.from_runs(runs).write(tmp_path)
    assert read_suspects(tmp_path)[1][:3] == ["'@2", "'-1", "1"]


def test_without_examples_no_text_is_kept(tmp_path) -> None:
    texts = [f"private {i}" for i in range(6)]
    runs = [run("tfidf", BASELINE, texts=texts), run("gru", NETWORK, texts=texts)]
    runs[0].record["words"] = {"a": [("word", 1.0)]}
    runs[0].record["surprising_words"] = {
        "a": [{"term": "word", "weight": 1.0, "inside": 0.1, "outside": 0.2}]
    }
    runs[0].record["word_examples"] = {"a": {"word": "a private word"}}
    Report.from_runs(runs, examples=False).write(tmp_path)
    assert read_suspects(tmp_path)[0] == ["id", "label", "both_say", "p_tfidf", "p_gru"]
    for path in tmp_path.rglob("*.*"):
        assert b"private" not in path.read_bytes()


def test_a_report_without_suspects_leaves_no_old_list(tmp_path) -> None:
    Report.from_runs([run("tfidf", BASELINE), run("gru", NETWORK)]).write(tmp_path)
    right = [0.9, 0.9, 0.9, 0.1, 0.1, 0.1]
    Report.from_runs([run("tfidf", right), run("gru", right)]).write(tmp_path)
    assert not (tmp_path / "tfidf-vs-gru-suspects.csv").exists()
    page = (tmp_path / "tfidf-vs-gru.md").read_text(encoding="utf-8")
    assert "No test item is suspected of a wrong label" in page


def two_runs(n, **more):
    truth = truths(n, {"a": 1, "b": 1})
    return [make_run(m, truth, answers(truth, 0.8, seed), **more) for seed, m in enumerate("xy")]


def test_scores_without_leaked_and_near_duplicate_items() -> None:
    runs = two_runs(300, leaked=np.arange(300) < 50)
    for each in runs:
        each.items["near_duplicate"] = np.where(np.arange(300) >= 280, "1", "0")
        each.record["dataset"]["health"] = {"near_leaked": 20}
    clean = health_numbers(runs[:1], runs[1:], "accuracy", None, True)["clean"]
    assert [(row["without"], row["left_out"], row["n"]) for row in clean] == [
        ("leaked", 50, 250),
        ("near", 70, 230),
    ]
    right = [(each.predictions["truth"] == each.predictions["prediction"])[50:280] for each in runs]
    assert clean[1]["baseline"] == pytest.approx(right[0].mean())
    assert clean[1]["model"] == pytest.approx(right[1].mean())
    assert clean[1]["low"] < clean[1]["difference"] < clean[1]["high"]


def test_a_rest_too_small_for_an_interval_has_none() -> None:
    runs = two_runs(120, leaked=np.arange(120) < 50)
    (row,) = health_numbers(runs[:1], runs[1:], "accuracy", None, True)["clean"]
    assert (row["n"], row["low"], row["high"]) == (70, None, None)


def test_old_runs_say_nothing_of_near_duplicates() -> None:
    runs = two_runs(120)
    for each in runs:
        each.items["near_duplicate"] = "1"  # a column of the user's own
    assert len(runs[0].nearly_leaked) == 0
    assert health_numbers(runs[:1], runs[1:], "accuracy", None, True)["clean"] == []


def test_all_items_leaked_leaves_no_score() -> None:
    runs = two_runs(120, leaked=np.ones(120, dtype=bool))
    assert health_numbers(runs[:1], runs[1:], "accuracy", None, True)["clean"] == []

"""Runs: stored and read again, predictions of other tools, damaged files, alignment."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from worthit.compare.alignment import align
from worthit.compare.run import Run, read_prediction_files
from worthit.compare.table_file import read_items, write_table
from worthit.core.errors import InputError
from worthit.tests.runs_factory import answers, make_run, truths

GOOD = "id,truth,prediction,p_a,p_b\n1,a,a,0.9,0.1\n2,b,a,0.6,0.4\n3,b,b,0.2,0.8\n"


@pytest.fixture
def run():
    truth = truths(60, {"a": 1, "b": 2})
    return make_run("gru", truth, answers(truth, 0.8, 1))


def put(folder, name, content):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_stored_run_is_read_back_equal(run, tmp_path):
    stored = run.write(tmp_path / "run")
    again = Run.read(tmp_path / "run")
    pd.testing.assert_frame_equal(again.predictions, stored.predictions)
    pd.testing.assert_frame_equal(again.items, stored.items)
    assert again.record == stored.record
    assert again.record["predictions_sha256"] == run.predictions_sha256()


def test_run_json_is_written_last(run, tmp_path):
    (tmp_path / "run" / "items.csv").mkdir(parents=True)  # makes writing the items fail
    with pytest.raises(OSError):
        run.write(tmp_path / "run")
    assert not (tmp_path / "run" / "run.json").exists()
    with pytest.raises(InputError, match="no finished run"):
        Run.read(tmp_path / "run")


def test_changed_predictions_are_noticed(run, tmp_path):
    run.write(tmp_path / "run")
    path = tmp_path / "run" / "predictions.csv"
    path.write_text(path.read_text().replace(",a,", ",b,", 1))
    with pytest.raises(InputError, match="its hash differs"):
        Run.read(tmp_path / "run")


@pytest.mark.parametrize("content", ["{", "[]", '{"model": "gru"}'])
def test_damaged_run_json_is_refused(run, tmp_path, content):
    run.write(tmp_path / "run")
    (tmp_path / "run" / "run.json").write_text(content)
    with pytest.raises(InputError, match="--fresh"):
        Run.read(tmp_path / "run")


def test_items_of_another_run_are_refused(run, tmp_path):
    run.write(tmp_path / "run")
    (tmp_path / "run" / "items.csv").write_text("id,group\nx,\n")
    with pytest.raises(InputError, match="other items than"):
        Run.read(tmp_path / "run")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1, max_size=5))
def test_any_text_survives_the_items_file(texts):
    import tempfile
    from pathlib import Path

    index = pd.Index([str(i) for i in range(len(texts))], dtype=object, name="id")
    frame = pd.DataFrame({"text": texts}, index=index, dtype=object)
    with tempfile.TemporaryDirectory() as folder:
        path = write_table(Path(folder) / "items.csv", frame)
        assert read_items(path)["text"].tolist() == texts


def test_predictions_of_another_tool_become_a_run(tmp_path):
    run = Run.from_predictions(put(tmp_path, "mine.csv", "\ufeff" + GOOD))
    assert run.model == "mine"
    assert run.classes == ("a", "b")
    assert run.positive == "a"  # the rarer one
    assert run.record["scores"]["test"]["accuracy"] == pytest.approx(2 / 3)
    assert run.predictions["p_a"].tolist() == [0.9, 0.6, 0.2]
    assert run.groups is None
    assert run.record["cost"] == {}


def test_positive_class_goes_by_its_name_first(tmp_path):
    content = "id,truth,prediction\n1,spam,spam\n2,spam,ham\n3,ham,ham\n"
    assert Run.from_predictions(put(tmp_path, "a.csv", content)).positive == "spam"


def test_group_column_is_honoured(tmp_path):
    content = "id,truth,prediction,group\n1,a,a,x\n2,b,a,x\n3,b,b,y\n"
    run = Run.from_predictions(put(tmp_path, "a.csv", content))
    assert run.groups.tolist() == ["x", "x", "y"]
    assert run.record["dataset"]["grouped"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "is empty"),
        ("id,truth,prediction\n", "no rows"),
        ("id,truth\n1,a\n", r"no column 'prediction' \(its columns: 'id', 'truth'\)"),
        ("id;truth;prediction\n1;a;a\n", "separated by commas"),
        ("id,truth,prediction\n1,a,a\n1,b,b\n", r"row 3: the id '1' stands in row 2 already"),
        ("id,truth,prediction\n1,a,a\n2,b\n", "row 3 has 2 fields where the header has 3"),
        ("id,truth,prediction\n1,a,a\n,b,b\n", "row 3 has no id"),
        ("id,truth,prediction\n1,a,a\n2,b,\n", "row 3: 'prediction' is empty"),
        ("id,truth,prediction\n1,a,a\n2,a,b\n", "one true label 'a'"),
        ("id,truth,prediction,p_a\n1,a,a,1.2\n2,b,b,0\n", "row 2: 'p_a' is '1.2'"),
        ("id,truth,prediction,p_a\n1,a,a,nan\n2,b,b,0\n", "row 2: 'p_a' is 'nan'"),
        ("id,truth,prediction,p_a\n1,a,a,high\n2,b,b,0\n", "from 0 to 1"),
        ("id,id,truth,prediction\n1,1,a,a\n", "column 'id' twice"),
        ('id,truth,prediction\n1,"a"x,a\n', "broken quoting"),
        (b"id,truth,prediction\n1,\xff,a\n", "row 2 is not UTF-8"),
        ("id,truth,prediction,group\n1,a,a,g\n2,b,b,\n", "row 3: 'group' is empty"),
    ],
)
def test_bad_predictions_are_refused_in_one_line(tmp_path, content, message):
    path = put(tmp_path, "bad.csv", content)
    with pytest.raises(InputError, match=message) as caught:
        Run.from_predictions(path)
    assert "\n" not in str(caught.value)
    assert "bad.csv" in str(caught.value)


def test_missing_file_and_unknown_positive_are_refused(tmp_path):
    with pytest.raises(InputError, match="There is no file"):
        Run.from_predictions(tmp_path / "none.csv")
    with pytest.raises(InputError, match="not a label"):
        Run.from_predictions(put(tmp_path, "a.csv", GOOD), positive="z")


def test_files_of_one_name_are_told_apart_by_folder(tmp_path):
    for folder in ("svm", "bert"):
        (tmp_path / folder).mkdir()
        put(tmp_path / folder, "predictions.csv", GOOD)
    paths = [tmp_path / "svm" / "predictions.csv", tmp_path / "bert" / "predictions.csv"]
    assert [r.model for r in read_prediction_files(paths)] == [
        "svm-predictions",
        "bert-predictions",
    ]
    with pytest.raises(InputError, match="Two prediction files"):
        read_prediction_files([paths[0], paths[0]])


def test_hash_ignores_the_order_of_rows(tmp_path):
    lines = GOOD.splitlines()
    turned = "\n".join([lines[0], *reversed(lines[1:])]) + "\n"
    one, other = (Run.from_predictions(put(tmp_path, "a.csv", c)) for c in (GOOD, turned))
    assert one.predictions_sha256() == other.predictions_sha256()
    assert one.record["dataset"]["split_sha256"] == other.record["dataset"]["split_sha256"]


def test_runs_are_aligned_by_id(tmp_path):
    lines = GOOD.splitlines()
    turned = "\n".join([lines[0], *reversed(lines[1:])]) + "\n"
    paths = [put(tmp_path, "a.csv", GOOD), put(tmp_path, "b.csv", turned)]
    aligned = align(read_prediction_files(paths))
    assert aligned.ids == ("1", "2", "3")
    assert np.array_equal(aligned.answers[0], aligned.answers[1])


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (GOOD.replace("3,b", "9,b"), "1 ids only in the first, 1 only in the second.*'3'"),
        (GOOD.replace("3,b,b", "3,a,b"), r"truth of 1 of 3 items, for example '3': 'b' and 'a'"),
    ],
)
def test_different_test_sets_are_refused(tmp_path, other, message):
    paths = [put(tmp_path, "a.csv", GOOD), put(tmp_path, "b.csv", other)]
    with pytest.raises(InputError, match=message):
        align(read_prediction_files(paths))


def test_different_groups_are_refused(tmp_path):
    head = "id,truth,prediction,group\n"
    paths = [
        put(tmp_path, "a.csv", head + "1,a,a,x\n2,b,a,x\n3,b,b,y\n"),
        put(tmp_path, "b.csv", head + "1,a,a,x\n2,b,a,y\n3,b,b,y\n"),
    ]
    with pytest.raises(InputError, match="group the items differently"):
        align(read_prediction_files(paths))


def test_record_is_plain_json(run, tmp_path):
    stored = run.write(tmp_path / "run")
    assert json.loads((tmp_path / "run" / "run.json").read_text()) == stored.record

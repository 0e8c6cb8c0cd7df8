"""The leaves: files that are whole, hashes that tell content apart, models found by file name."""

import json
import math
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from worthit.core.catalogue import entries, load_class
from worthit.core.errors import MissingExtraError
from worthit.core.extras import require
from worthit.core.files import read_json, write_atomic, write_json
from worthit.core.hashing import sha256_of
from worthit.core.positive import positive_class
from worthit.core.progress import progress, say


def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path, monkeypatch):
    path = write_atomic(tmp_path / "a" / "file.txt", "old")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_atomic(path, "new")
    assert path.read_text(encoding="utf-8") == "old"
    assert [file.name for file in path.parent.iterdir()] == ["file.txt"]


def test_json_takes_numpy_tuples_and_paths_and_writes_nan_as_null(tmp_path):
    content = {"a": np.float64(1.5), "b": (np.int32(2), math.nan), "c": Path("x/y"), "d": {3: "é"}}
    path = write_json(tmp_path / "file.json", content)
    assert read_json(path) == {"a": 1.5, "b": [2, None], "c": "x/y", "d": {"3": "é"}}
    json.loads(path.read_text(encoding="utf-8"), parse_constant=pytest.fail)


@given(st.lists(st.text()), st.lists(st.text()))
def test_different_lists_have_different_hashes(one, other):
    assert (sha256_of(one) == sha256_of(other)) == (one == other)


def test_broken_text_hashes():
    assert len(sha256_of(["\ud800"])) == 64


def test_models_are_found_by_file_name_without_importing_them(tmp_path):
    code = '"""Says no."""\nraise SystemExit("imported")\nclass No:\n    kinds = ("text",)\n'
    (tmp_path / "no.py").write_text(code, encoding="utf-8")
    (tmp_path / "_part.py").write_text("", encoding="utf-8")
    found = entries(tmp_path, "worthit.neural")
    assert list(found) == ["no"]
    assert (found["no"].kinds, found["no"].summary) == (("text",), "Says no.")
    assert found["no"].family == "neural"


def test_a_missing_package_names_the_line_that_installs_it(tmp_path, monkeypatch):
    with pytest.raises(MissingExtraError, match=r"pip install 'worthit\[hub\]'"):
        require("no_such_package", "hf:", "hub")
    monkeypatch.setattr(
        "worthit.core.catalogue.import_module",
        lambda _: (_ for _ in ()).throw(ModuleNotFoundError("No module", name="torch")),
    )
    (tmp_path / "bert.py").write_text('"""A model."""\n', encoding="utf-8")
    entry = entries(tmp_path, "worthit.neural")["bert"]
    with pytest.raises(MissingExtraError, match=r"'bert' needs torch: pip install 'worthit\[neur"):
        load_class(entry)


@pytest.mark.parametrize(
    ("classes", "labels", "positive"),
    [
        (["0", "1"], [], "1"),
        (["no", "Yes"], [], "Yes"),
        (["ham", "spam"], [], "spam"),
        (["a", "b"], ["a", "b", "b"], "a"),
        (["a", "b", "c"], [], None),
    ],
)
def test_the_positive_class_is_told_by_its_name_or_its_rarity(classes, labels, positive):
    assert positive_class(classes, labels) == positive


def test_quiet_is_quiet(capfd, monkeypatch):
    monkeypatch.setenv("WORTHIT_QUIET", "1")
    say("not shown")
    with progress(3, "not shown") as bar:
        bar.update(3)
    assert capfd.readouterr() == ("", "")

"""The cache saves time and never a wrong or a failing answer."""

import pytest

from worthit.corpus.cache import cached


@pytest.fixture
def made(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    calls = []

    def make():
        calls.append(1)
        return {"n": len(calls)}

    return make


def test_content_is_made_once_for_what_it_depends_on(made):
    assert cached("set", ["a", "1"], made) == {"n": 1}
    assert cached("set", ["a", "1"], made) == {"n": 1}
    assert cached("set", ["a", "2"], made) == {"n": 2}


def test_a_damaged_cache_is_made_again(made, tmp_path):
    cached("set", ["a"], made)
    (file,) = (tmp_path / "worthit").iterdir()
    file.write_text('{"n":', encoding="utf-8")
    assert cached("set", ["a"], made) == {"n": 2}


def test_a_folder_that_cannot_be_written_is_passed_over(made, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert cached("set", ["a"], made) == {"n": 1}

"""A full disk: what a network cannot write is said, or done without."""

import os
import resource
from contextlib import contextmanager
from errno import EFBIG, ENOSPC

import numpy as np
import pytest
import torch
from safetensors import SafetensorError

from worthit.neural.embedding import Embedding
from worthit.neural.pretrained import room
from worthit.neural.pretrained.frozen import Prepared
from worthit.neural.training.trainer import ClassifierTrainer
from worthit.tests import small_fit
from worthit.tests.tiny_checkpoint import TEST, TRAINING, VALIDATION, fit, new

NOTE = "The disk has no room for what the frozen part answers ({} GB): it answers in every epoch."


@contextmanager
def no_file_above(n_bytes):
    """Refuse files that are larger, as a full disk does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def fill(monkeypatch, number=ENOSPC):
    """Let room for frozen outputs be missing; return a list of how much is asked for."""
    asked = []

    def refuse(_, start, size):
        asked.append(size)
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(room.os, "posix_fallocate", refuse)
    return asked


@pytest.mark.parametrize(
    ("n_bytes", "cause"), [(8_000, SafetensorError), (35_000, RuntimeError)], ids=["model", "rest"]
)
def test_a_checkpoint_that_finds_no_room_is_said_with_its_folder(tmp_path, n_bytes, cause):
    larger = {"patience": 9, "hidden": 16, "embedding": 16}
    whole = small_fit.fit(**larger)
    with no_file_above(n_bytes), pytest.raises(OSError, match="large|No space") as e:
        small_fit.fit(tmp_path, **larger)
    assert e.value.errno in (ENOSPC, EFBIG)
    assert e.value.filename == str(tmp_path)
    assert isinstance(e.value.__cause__, cause)
    resumed = small_fit.fit(tmp_path, **larger)
    np.testing.assert_array_equal(
        resumed.predict_proba(small_fit.TEST), whole.predict_proba(small_fit.TEST)
    )


@pytest.mark.parametrize(
    "error",
    [
        OSError(ENOSPC, os.strerror(ENOSPC)),
        RuntimeError("[enforce fail at inline_container.cc:672] . unexpected pos 64 vs 0"),
        RuntimeError("basic_ios::clear: iostream error"),
    ],
    ids=["state", "optimizer", "end"],
)
def test_a_full_disk_is_recognised_by_what_was_seen_on_one(tmp_path, monkeypatch, error):
    def save(*_, **__):
        raise error

    monkeypatch.setattr(ClassifierTrainer, "_save_checkpoint", save)
    with pytest.raises(OSError, match="No space left") as e:
        small_fit.fit(tmp_path)
    assert (e.value.filename, e.value.__cause__) == (str(tmp_path), error)


@pytest.mark.parametrize(
    "error",
    [
        SafetensorError("Error while deserializing: I/O error: broken (os error 5)"),
        OSError(ENOSPC, os.strerror(ENOSPC), "elsewhere"),
    ],
    ids=["reading", "named"],
)
def test_an_error_that_is_not_of_writing_a_checkpoint_stays_as_it_is(monkeypatch, error):
    def step(*_, **__):
        raise error

    monkeypatch.setattr(torch.optim.AdamW, "step", step)
    with pytest.raises(type(error)) as e:
        small_fit.fit()
    assert e.value is error


@pytest.mark.parametrize("number", [ENOSPC, EFBIG])
def test_a_file_that_finds_no_room_is_removed_and_told_with_its_size(tmp_path, monkeypatch, number):
    fill(monkeypatch, number)
    with pytest.raises(room.NoRoomError, match=os.strerror(number)) as e:
        room.Room(10, 4, tmp_path, "frozen-a")
    assert (e.value.errno, e.value.size) == (number, 160)
    assert e.value.filename == str(tmp_path / "frozen-a")
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr(room, "IN_MEMORY", 100)
    with pytest.raises(room.NoRoomError) as e:
        room.Room(10, 4, tmp_path, None)
    assert e.value.filename == str(tmp_path)


@pytest.mark.parametrize("values", [{"transfer": "last:1"}, {"transfer": "head"}], ids=str)
def test_a_frozen_part_whose_answers_find_no_room_answers_in_every_epoch(
    tiny, tmp_path, monkeypatch, values
):
    kept = fit(tiny, **values)
    full = fill(monkeypatch)
    anew = fit(tiny, workspace=tmp_path, **values)
    assert list(tmp_path.glob("frozen-*")) == []
    assert len(full) == 2  # of training, which is named, and of validation
    assert anew.notes_ == [*kept.notes_, NOTE.format(f"{full[0] / 1e9:.3g}")]
    np.testing.assert_allclose(anew.predict_proba(TEST), kept.predict_proba(TEST), atol=1e-4)


def test_prepared_inputs_whose_answers_find_no_room_are_answered_all_the_same(
    tiny, tmp_path, monkeypatch
):
    fill(monkeypatch)
    monkeypatch.setattr(room, "IN_MEMORY", 0)
    prepared = Prepared([*TRAINING[0], *VALIDATION[0]])
    training, held_out = prepared[: len(TRAINING[0])], prepared[len(TRAINING[0]) :]
    given = training, TRAINING[1], (held_out, VALIDATION[1])
    model = new(tiny, transfer="last:1").fit(*given, workspace=tmp_path)
    n_notes = len(model.notes_)
    found = model.predict_proba(held_out)
    assert len(model.notes_) == n_notes
    np.testing.assert_allclose(found, model.predict_proba(VALIDATION[0]), atol=1e-5)


def test_what_needs_the_answers_says_where_there_is_no_room(tiny, tmp_path, monkeypatch):
    fill(monkeypatch)
    with pytest.raises(OSError, match="No space left") as e:
        Embedding(checkpoint=tiny).fit(*TRAINING, VALIDATION, workspace=tmp_path)
    assert e.value.filename.startswith(str(tmp_path / "frozen-"))

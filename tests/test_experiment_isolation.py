"""A run in a process of its own, and what happens where the system ends it for lack of memory."""

import signal
from dataclasses import replace

import pytest

from worthit.core.errors import InputError
from worthit.core.memory import ROWS_AT_ONCE, n_killed_for_memory
from worthit.corpus import load
from worthit.experiment import isolation
from worthit.experiment.place import Place
from worthit.experiment.spec import Spec

SMALL = {"epochs": 2, "hidden": 4, "embedding": 4, "batch_size": 16}


@pytest.fixture
def notes(tmp_path):
    lines = [f"{'good' if i % 2 else 'bad'} film {i},{i % 2}" for i in range(120)]
    (tmp_path / "notes.csv").write_text("text,label\n" + "\n".join(lines) + "\n")
    return load(tmp_path / "notes.csv")


@pytest.fixture
def place(tmp_path):
    return Place(runs=tmp_path / "runs", reports=tmp_path / "reports", fresh=True)


def killed(monkeypatch, times, for_memory=True):
    """Let the first children end as if the system had killed them; list what each was told."""
    really, told = isolation._in_child, []

    def in_child(job, environment):
        told.append(environment.get(ROWS_AT_ONCE))
        return (b"", -signal.SIGKILL) if len(told) <= times else really(job, environment)

    monkeypatch.setattr(isolation, "_in_child", in_child)
    counted = (lambda: len(told)) if for_memory else (lambda: 7)
    monkeypatch.setattr(isolation, "n_killed_for_memory", counted)
    return told


def test_a_network_that_took_too_much_memory_goes_on_with_fewer_inputs_at_once(
    notes, place, monkeypatch, capfd
):
    elsewhere = replace(place, runs=place.runs / "plain")
    plain = isolation.make_isolated(notes, Spec(model="gru", settings=SMALL), elsewhere)
    told = killed(monkeypatch, 1)
    run = isolation.make_isolated(notes, Spec(model="gru", settings=SMALL), place)
    assert told == [None, "8"]
    assert "goes on with at most 8 inputs at a time" in capfd.readouterr().err
    assert any("at most 8 were taken at a time" in note for note in run.record["notes"])
    expected = [epoch["validation_loss"] for epoch in plain.record["curve"]]
    found = [epoch["validation_loss"] for epoch in run.record["curve"]]
    assert found == pytest.approx(expected, abs=0.05)  # dropout draws by parts


def test_memory_that_does_not_suffice_for_one_input_is_said(notes, place, monkeypatch):
    told = killed(monkeypatch, 9)
    with pytest.raises(InputError, match=r"killed \(SIGKILL\).* as by --set max_length=N"):
        isolation.make_isolated(notes, Spec(model="gru", settings=SMALL), place)
    assert told == [None, "8", "1"]


@pytest.mark.parametrize(("model", "for_memory"), [("gru", False), ("tfidf", True)])
def test_what_was_killed_otherwise_is_left_dead(notes, place, monkeypatch, model, for_memory):
    told = killed(monkeypatch, 9, for_memory)
    with pytest.raises(InputError, match="The same command goes on from there"):
        isolation.make_isolated(notes, Spec(model=model), place)
    assert told == [None]


def test_the_systems_count_is_read_where_there_is_one():
    found = n_killed_for_memory()
    assert found is None or found >= 0

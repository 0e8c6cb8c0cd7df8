"""Several processes that train together on the processor: one run, the steps of one process."""

import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest

from worthit import cli
from worthit.compare.run import Run
from worthit.core.files import read_json
from worthit.tests.ranks_worker import LABELS, TEXTS, VALIDATION, classifiers
from worthit.tests.tiny_checkpoint import write_checkpoint

# One after the other: launchers choose a free port before they take it.
pytestmark = pytest.mark.xdist_group("launchers")

ROOT = Path(__file__).resolve().parents[1]
FIELDS = {
    "batch_size": 31, "epochs": 25, "patience": 25, "hidden": 8, "embedding": 8,
    "learning_rate": 0.02, "dropout": 0, "word_dropout": 0, "precision": "fp32",
}  # fmt: skip
WORDS = ["neural", "gru", "notes.csv", "--json", "--jobs", "1"]
WORDS += [word for name, value in FIELDS.items() for word in ("--set", f"{name}={value}")]


TORCHRUN = ("torch.distributed.run", "--standalone", "--nproc-per-node", "2")
ACCELERATE = ("accelerate.commands.launch", "--multi_gpu", "--num_processes", "2")
ACCELERATE += ("--main_process_port", "0")


def launch(folder, *words, launcher=TORCHRUN):
    """Start a script in two processes, as ``torchrun`` or ``accelerate launch`` does."""
    return subprocess.Popen(
        [sys.executable, "-m", *launcher, *map(str, words)],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process, seconds=300):
    output, errors = process.communicate(timeout=seconds)
    return process.returncode, output, errors


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("home")
    rng = np.random.default_rng(0)
    words = {"sport": "goal match team coach", "money": "bank share profit price"}
    lines = ["text,label"]
    for number in range(200):
        label, other = ("sport", "money")[:: (-1) ** number]
        told = [*rng.choice(words[label].split(), 3), *rng.choice(words[other].split(), 2)]
        lines.append(f"{' '.join(told[: rng.integers(3, 6)])} {number},{label}")
    (folder / "notes.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def test_killed_process_ends_all_and_the_same_command_makes_the_run_of_one_process(
    home, monkeypatch, capfd
):
    process = launch(home, ROOT / "cli.py", *WORDS)
    deadline = time.monotonic() + 200
    while not list(home.glob("runs/notes/*/work/fit/checkpoint-*/trainer_state.json")):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.05)
    ranks = {each.environ().get("RANK"): each for each in psutil.Process(process.pid).children()}
    ranks["1"].kill()
    code, output, _ = finish(process)
    assert code != 0
    assert output == ""
    assert not any(each.is_running() for each in ranks.values())
    assert not list(home.glob("runs/notes/*/run.json"))

    process = launch(home, ROOT / "cli.py", *WORDS, launcher=ACCELERATE)
    code, output, errors = finish(process)
    assert code == 0, errors
    spread = Run.read(home / json.loads(output)["run"])  # one object, from one process
    monkeypatch.chdir(home)
    monkeypatch.setattr(sys, "argv", ["cli.py", *WORDS, "--runs", "alone", "--reports", "alone"])
    with pytest.raises(SystemExit) as end:
        cli.main()
    assert not end.value.code
    alone = Run.read(home / json.loads(capfd.readouterr().out)["run"])
    columns = ["p_money", "p_sport"]
    np.testing.assert_allclose(spread.predictions[columns], alone.predictions[columns], atol=1e-5)
    assert alone.predictions[columns].std().min() > 0.1  # something was learned
    for ours, theirs in zip(spread.record["curve"], alone.record["curve"], strict=True):
        for name in ("train_loss", "validation_loss", "validation_f1_macro"):
            assert ours[name] == pytest.approx(theirs[name], abs=1e-5)
    assert spread.record["notes"][1:] == [  # the first tells the tokens
        "Trained on 2 devices at once, at most 16 of each step's 31 inputs on each, since 31 is no "
        "multiple of 2; a step is still one of 31."
    ]
    assert spread.folder.name == alone.folder.name

    code, output, errors = finish(launch(home, ROOT / "cli.py", *WORDS))
    assert code == 0, errors
    assert json.loads(output)["time"] == spread.record["time"]  # it was there, and was not made
    assert len((home / "runs/notes/test-looks.jsonl").read_text().splitlines()) == 1


def test_steps_are_the_same_with_little_memory_in_one_process(tmp_path):
    tiny = str(write_checkpoint(tmp_path / "tiny", masked=True))
    process = launch(tmp_path, ROOT / "tests" / "ranks_worker.py", tiny, tmp_path)
    code, _, errors = finish(process)
    assert code == 0, errors
    for name in ("gru", "head"):
        classifier, more = classifiers(tiny)[name]
        classifier.fit(TEXTS[:50], LABELS[:50], VALIDATION, **more)
        spread = np.load(tmp_path / f"{name}.npy")
        np.testing.assert_allclose(spread, classifier.predict_proba(TEXTS), atol=1e-4)
        losses = [epoch["train_loss"] for epoch in read_json(tmp_path / f"{name}.json")["history"]]
        expected = [epoch["train_loss"] for epoch in classifier.history_]
        assert losses == pytest.approx(expected, abs=1e-4)
    adapted = read_json(tmp_path / "adapted.json")
    assert adapted["notes"][1].startswith("The body was first adapted by 1 epoch")
    assert len(adapted["history"]) == 2
    stopped = read_json(tmp_path / "stopped.json")["stopped"]
    assert stopped.startswith("the time limit was reached after")


def test_a_model_without_steps_is_fitted_by_the_first_process_alone(home, tiny):
    words = ["neural", "embedding", "notes.csv", "--set", f"checkpoint={tiny}", "--set"]
    words += ["batch_size=8", "--time-limit", "50m", "--json"]
    code, output, errors = finish(launch(home, ROOT / "cli.py", *words))
    assert code == 0, errors
    assert json.loads(output)["scores"]["test"]["n"] == 40
    assert "Traceback" not in errors


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["compare", "notes.csv"], "error: Got 'compare' under a launcher of 2 processes; only"),
        (WORDS + ["--trials", "3"], "error: Got 3 trials under a launcher of several processes"),
    ],
)
def test_what_cannot_be_spread_is_refused(home, monkeypatch, capfd, words, sentence):
    monkeypatch.chdir(home)
    monkeypatch.setenv("RANK", "0")
    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.setattr(sys, "argv", ["cli.py", *words])
    with pytest.raises(SystemExit) as end:
        cli.main()
    assert end.value.code == 1
    assert sentence in capfd.readouterr().err

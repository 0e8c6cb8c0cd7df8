"""What the documents show runs: the README's example, and every example in a docstring."""

import doctest
import os
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("core", "corpus", "baselines", "neural", "compare", "experiment")
BENCHMARKS = sorted(set((ROOT / "benchmarks").glob("*.py")) - {ROOT / "benchmarks/alternatives.py"})
BENCHMARK_RUNS = {  # the smallest run of each, and what it must print
    "coverage": (["--sets", "5", "--resamples", "50", "--regimes", "n = 100"], "power there"),
    "ngrams": (["--sizes", "100"], "yes"),
    "neural": (["--texts", "40", "--epochs", "2"], "to the same accuracy"),
    "predict": (["--texts", "100"], "100.00 %"),
    "report": (["--items", "100", "--classes", "2", "--models", "2"], "judging all pairings"),
    "tuning": (["--trials", "1"], "ratio of seconds"),
}
MADE_UP = ("coverage", "report")  # these draw their own data
MODULES = sorted(
    "worthit." + path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".")
    for room in ROOMS
    for path in (ROOT / room).rglob("*.py")
    if ">>> " in path.read_text(encoding="utf-8")
)


@pytest.mark.parametrize("module", MODULES)
def test_examples_in_docstrings_hold(module):
    assert doctest.testmod(import_module(module)).failed == 0


def test_the_readmes_example_runs(tmp_path, monkeypatch, capsys):
    (example,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.S)
    rng = np.random.default_rng(0)
    words = {"good": ["lovely", "great"], "bad": ["awful", "dull"]}
    rows = [f"what a {rng.choice(words[m])} film {i},{m}" for i in range(300) for m in words]
    (tmp_path / "reviews.csv").write_text("\n".join(["text,mood", *rows]) + "\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    exec(example, {})
    printed = capsys.readouterr().out
    assert "'train':" in printed
    assert "worth it" in printed
    assert "good" in printed


def test_the_readmes_commands_exist():
    from worthit.cli import app

    text = (ROOT / "README.md").read_text("utf-8")
    known = {command.callback.__name__ for command in app.registered_commands}
    assert set(re.findall(r"python cli\.py (\w+)", text)) <= known
    (listed,) = re.findall(r"All commands: (.*?);", text, re.S)
    assert set(re.findall(r"`(\w+)`", listed)) == known


@pytest.mark.parametrize("script", BENCHMARKS, ids=lambda path: path.stem)
def test_benchmarks_run(script, tmp_path):
    options, expected = BENCHMARK_RUNS[script.stem]
    rows = [f"text number {i % 7} is {'good' if i % 2 else 'bad'},{'ab'[i % 2]}" for i in range(60)]
    (tmp_path / "some.csv").write_text("\n".join(["text,label", *rows]) + "\n", encoding="utf-8")
    data = [] if script.stem in MADE_UP else [str(tmp_path / "some.csv")]
    command = [sys.executable, str(script), *data, *options]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "NO" not in done.stdout
    assert expected in done.stdout


def test_the_model_of_contributing_is_one_file_and_passes_the_contract(tmp_path):
    (example,) = re.findall(
        r"```python\n(.*?)```", (ROOT / "CONTRIBUTING.md").read_text("utf-8"), re.S
    )
    # A checkout in which everything is what it is here, and the file is there besides.
    here = tmp_path / "worthit"
    (here / "neural").mkdir(parents=True)
    for path in [*ROOT.glob("[a-z]*"), *ROOT.glob("neural/*")]:
        if path.name not in ("neural", "build", "runs", "reports"):
            (here / path.relative_to(ROOT)).symlink_to(path)
    (here / "neural" / "deepaverage.py").write_text(example, encoding="utf-8")
    contract = ["-m", "pytest", "-c", "pyproject.toml", "-k", "deepaverage"]
    done = subprocess.run(
        [sys.executable, *contract, "tests/test_classifier_contract.py"],
        cwd=here,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout

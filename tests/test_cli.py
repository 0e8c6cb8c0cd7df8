"""The command line: what it prints where, its exit codes, and its one-line errors."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest

from worthit import cli

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A folder with a small data set and two prediction files."""
    folder = tmp_path_factory.mktemp("home")
    rng = np.random.default_rng(0)
    words = {"good": ["great", "fine", "lovely"], "bad": ["awful", "poor", "dull"]}
    for name, n in (("train", 160), ("test", 120)):
        lines = ["text,label"]
        for i in range(n):
            label = ("good", "bad")[i % 2]
            lines.append(f"a {rng.choice(words[label])} film {name} {i},{label}")
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    truth = ["x", "y"] * 60
    for name, wrong in (("ours", 10), ("theirs", 4)):
        lines = ["id,truth,prediction"]
        for i, label in enumerate(truth):
            lines.append(f"{i},{label},{label if i >= wrong else 'yx'['xy'.index(label)]}")
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


@pytest.fixture
def run(home, tmp_path, monkeypatch, capfd):
    """Run the command line in an empty folder; returns exit code, output and errors."""
    monkeypatch.chdir(tmp_path)
    for name in ("train", "test", "ours", "theirs"):
        (tmp_path / "set").mkdir(exist_ok=True)
        target = tmp_path / ("set" if name in ("train", "test") else ".") / f"{name}.csv"
        target.write_bytes((home / f"{name}.csv").read_bytes())

    def call(*words):
        monkeypatch.setattr(sys, "argv", ["cli.py", *words])
        monkeypatch.delenv("WORTHIT_QUIET", raising=False)
        capfd.readouterr()
        code = 0
        try:
            cli.main()
        except SystemExit as end:
            code = end.code or 0
        output = capfd.readouterr()
        return code, output.out, output.err

    return call


def test_help_imports_nothing_heavy():
    code = "import sys; sys.argv = ['cli.py', '--help']\nfrom worthit import cli\n"
    code += "try:\n    cli.main()\nexcept SystemExit:\n    pass\n"
    code += "print(sorted({'numpy', 'pandas', 'sklearn', 'torch', 'optuna'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_every_command_has_help(run):
    commands = (
        "models", "describe", "baseline", "neural", "compare", "ablate", "report", "predict",
    )  # fmt: skip
    for command in commands:
        code, out, _ = run(command, "--help")
        assert code == 0
        assert f"{command} [OPTIONS]" in out


def test_ablate_prints_its_table_or_one_object(run):
    command = ("ablate", "tfidf", "set", "--vary", "C=1,3", "--jobs", "1")
    code, out, _ = run(*command)
    assert code == 0
    assert "C=1" in out and "the base" in out
    assert out.splitlines()[-1] == "report: reports/set/tfidf-ablation.md"
    code, out, _ = run(*command, "--json")
    found = json.loads(out)
    assert code == 0
    assert [row["value"] for row in found["changes"]] == ["1", "3"]
    assert {run["params"]["C"] for run in found["runs"]} == {1.0, 3.0}
    assert run("ablate", "tfidf", "set")[2].startswith("error: Nothing to vary; give --vary")


def test_a_size_asked_for_is_trained_on(run):
    code, out, _ = run("baseline", "set", "--trials", "0", "--set", "data.size=40", "--json")
    assert code == 0
    assert abs(json.loads(out)["dataset"]["sizes"]["train"] - 40) <= 1


@pytest.mark.parametrize("command", ["baseline", "compare", "ablate"])
def test_help_names_every_penalty_that_is_searched(run, command):
    from worthit.baselines.sparse.space import search_space

    _, out, _ = run(command, "--help")
    told = " ".join(out[out.index("--penalty") :].split())
    searched = search_space("auto")["penalty"].choices
    assert f"{', '.join(searched)}, or auto (" in told and "searched among these three" in told
    assert len(searched) == 3


def test_models_lists_kinds_without_importing_models(run):
    code, out, _ = run("models", "--json")
    listed = json.loads(out)["models"]
    assert code == 0
    assert listed["tfidf"]["kinds"] == ["text", "pair"]
    assert {"majority", "tfidf", "gru"} <= set(listed)


def test_a_model_shows_its_hyper_parameters(run):
    _, out, _ = run("models", "tfidf", "--json")
    told = json.loads(out)
    assert told["defaults"]["word_max"] == 2
    assert told["meanings"]["penalty"] == "'l1', 'l2' or 'elasticnet'."
    assert list(told["meanings"]) == list(told["defaults"])
    _, out, _ = run("models", "tfidf")
    assert "Words in a row" in out and max(map(len, out.splitlines())) <= 80


def test_json_is_alone_on_standard_output(run):
    code, out, err = run("baseline", "set", "--trials", "2", "--json")
    record = json.loads(out)
    assert code == 0
    assert record["model"] == "tfidf"
    assert Path(record["report"]).is_file()
    assert "tfidf: fitting" in err
    code, again, _ = run("baseline", "set", "--trials", "2", "--json", "--quiet")
    assert json.loads(again) == record


def test_quiet_shows_no_progress(run):
    code, out, err = run("baseline", "set", "--trials", "0", "--quiet")
    assert (code, err) == (0, "")
    assert out.splitlines()[-1] == "report: reports/set/tfidf.md"
    assert all(len(line) <= 80 for line in out.splitlines())


def test_a_comparison_ends_in_a_verdict_and_is_rendered_again_without_training(run):
    code, out, _ = run("compare", "set", "--models", "majority,tfidf", "--trials", "0", "--json")
    summary = json.loads(out)
    (pairing,) = summary["pairings"]
    assert code == 0
    assert (pairing["baseline"], pairing["model"]) == ("majority", "tfidf")
    assert pairing["verdict"] == "worth it"
    assert pairing["low"] < pairing["difference"] < pairing["high"]
    assert Path(pairing["report"]).is_file()
    page = Path(summary["report"])
    written = page.read_text(encoding="utf-8")
    page.unlink()
    code, out, _ = run("report", "set", "--baseline", "majority")
    assert code == 0
    assert out.splitlines()[-1] == f"report: {page.as_posix()}"
    assert (
        page.read_text(encoding="utf-8").split("## Reproduce")[0]
        == (written.split("## Reproduce")[0])
    )


def test_html_and_latex_are_written_where_asked_for(run):
    command = ("compare", "--predictions", "ours.csv", "theirs.csv")
    assert "html" not in json.loads(run(*command, "--json")[1])
    code, out, _ = run(*command, "--html", "--latex")
    html = "reports/predictions/index.html"
    assert code == 0
    assert out.splitlines()[-2:] == [f"html: {html}", "report: reports/predictions/README.md"]
    assert Path(html).is_file()
    assert Path("reports/predictions/latex/verdicts.tex").is_file()
    assert json.loads(run(*command, "--html", "--json")[1])["html"] == html


def test_predictions_of_any_tool_are_compared(run):
    code, out, _ = run("compare", "--predictions", "ours.csv", "theirs.csv", "--json")
    (pairing,) = json.loads(out)["pairings"]
    assert code == 0
    assert pairing["difference"] == pytest.approx(6 / 120)


def test_predict_answers_new_texts(run, tmp_path):
    _, out, _ = run("baseline", "set", "--trials", "0", "--json")
    folder = json.loads(out)["run"]
    code, out, _ = run("predict", folder, "a lovely film", "--json")
    assert code == 0
    assert json.loads(out)["predictions"][0]["prediction"] == "good"
    (tmp_path / "new.csv").write_text('text\nso awful\n"great, fine"\n', encoding="utf-8")
    code, out, _ = run("predict", folder, "--file", "new.csv")
    lines = [line.split(",")[:2] for line in out.splitlines()]
    assert lines == [["id", "prediction"], ["1", "bad"], ["2", "good"]]


def test_describe_counts_rows(run):
    code, out, _ = run("describe", "set", "--json")
    assert code == 0
    assert json.loads(out)["sizes"]["test"] == 120


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["baseline", "nowhere"], "error: 'nowhere' does not exist"),
        (["baseline", "set", "--penalty", "l0"], "choose one of auto, l1, l2, elasticnet"),
        (["baseline", "set", "--metric", "f2"], "error: Unknown metric 'f2'"),
        (["baseline", "set", "--set", "depth=3"], "no model that runs has a field 'depth'"),
        (["baseline", "set", "--set", "data.size=few"], "expected a number of training items"),
        (["baseline", "set", "--set", "data.size=9999"], "training items; give a size up to that"),
        (["baseline", "set", "--label", "mood"], "mood"),
        (["baseline", "set", "--time-limit", "soon"], "write it like 50m, 1h30m or 90s"),
        (["baseline", "set", "--trials", "-1"], "Got -1 trials"),
        (["baseline", "set", "--language", "xx"], "Got language 'xx'"),
        (["baseline", "set", "--jobs", "0"], "Got 0 jobs"),
        (["baseline", "set", "--model", "nbsvm", "--penalty", "l1"], "nbsvm has no penalty"),
        (["baseline", "set", "--model", "gru"], "'gru' is not a baseline model"),
        (["neural", "tfidf", "set"], "'tfidf' is not a neural model"),
        (["compare", "set", "--models", "tfidf,gru", "--balance", "smote"], "smote"),
        (["baseline", "set", "--runs", "set/train.csv"], "Not a directory"),
        (["neural", "rn", "set"], "error: Unknown model 'rn'; choose one of"),
        (["compare", "set", "--models", "tfidf"], "a comparison needs two"),
        (["compare", "set", "--models", "tfidf,tfidf"], "list every model once"),
        (["compare", "set", "--max-ms", "-1"], "--max-ms is -1"),
        (["compare", "set", "--margin", "-3"], "Got --margin -3; give points between 0 and 100"),
        (["compare", "set", "--wish", "900"], "Got --wish 900; give points between 0 and 100"),
        (["compare", "set", "--wish", "90"], "add --learning-curve"),
        (["compare", "--predictions", "ours.csv"], "give two and more"),
        (["compare", "--predictions", "ours.csv", "set/test.csv"], "error: "),
        (["report", "unknown"], "No finished run of 'unknown'"),
        (["predict", "runs/none", "text"], "There is no folder"),
        (["models", "bart"], "Unknown model 'bart'"),
    ],
)
def test_what_a_user_can_mend_is_one_line_and_exit_code_1(run, words, sentence):
    code, out, err = run(*words)
    assert code == 1
    assert out == ""
    assert err.splitlines()[-1].startswith("error: ")
    assert sentence in err.splitlines()[-1]
    assert "Traceback" not in err


@pytest.mark.parametrize(
    "words",
    [
        ["fly"],
        ["baseline", "--speed"],
        ["neural"],
        ["predict"],
        ["baseline", "--seed", "-1"],
        ["baseline", "set", "--seed", "4294967296"],
        ["compare", "--predictions", "ours.csv", "theirs.csv", "--learning-curve"],
    ],
)
def test_wrong_usage_is_exit_code_2(run, words):
    code, _, err = run(*words)
    assert code == 2
    assert "Usage" in err


def test_a_comparison_killed_anywhere_goes_on_from_there(run, tmp_path):
    words = ["compare", "set", "--models", "majority,tfidf", "--trials", "12"]
    child = subprocess.Popen(
        [sys.executable, str(ROOT / "cli.py"), *words], cwd=tmp_path, stderr=subprocess.DEVNULL
    )
    log = "*/tfidf-*/work/search.log"
    while not list((tmp_path / "runs").glob(log)) and child.poll() is None:
        time.sleep(0.05)
    time.sleep(1)
    child.kill()
    child.wait()
    code, out, _ = run(*words, "--json")
    assert code == 0
    assert json.loads(out)["runs"][1]["cost"]["trials"] == 12


def test_a_killed_network_goes_on_from_its_checkpoint_to_the_same_end(run, tmp_path):
    fields = {"epochs": 20, "patience": 20, "hidden": 8, "embedding": 8, "batch_size": 16}
    words = ["neural", "gru", "set", "--json", "--jobs", "1"]
    words += [word for name, value in fields.items() for word in ("--set", f"{name}={value}")]
    child = subprocess.Popen(
        [sys.executable, str(ROOT / "cli.py"), *words], cwd=tmp_path, stderr=subprocess.DEVNULL
    )
    state = "runs/*/gru-*/work/fit/checkpoint-*/trainer_state.json"
    while not list(tmp_path.glob(state)) and child.poll() is None:
        time.sleep(0.05)
    child.kill()
    child.wait()
    assert not list(tmp_path.glob("runs/*/gru-*/run.json"))
    written = min(tmp_path.glob(state), key=lambda path: path.stat().st_mtime)
    before = json.loads(written.read_text(encoding="utf-8"))["log_history"][1]["seconds"]
    code, out, err = run(*words)
    assert code == 0, err
    resumed = json.loads(out)
    record = json.loads((tmp_path / resumed["run"] / "run.json").read_text(encoding="utf-8"))
    assert record["curve"][0]["seconds"] == before  # the first epoch was not done again
    whole = json.loads(run(*words, "--runs", "alone", "--reports", "alone")[1])
    assert resumed["scores"] == whole["scores"]
    ours, theirs = (tmp_path / each["run"] / "predictions.csv" for each in (resumed, whole))
    assert ours.read_bytes() == theirs.read_bytes()


def test_ctrl_c_says_how_to_go_on_and_leaves_no_process(run, tmp_path):
    words = ["baseline", "set", "--trials", "500", "--jobs", "2"]
    child = subprocess.Popen(
        [sys.executable, str(ROOT / "cli.py"), *words],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        start_new_session=True,  # a terminal of its own, so that the test is not interrupted
        # Tests that run in a shell's background are started with the signal ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    while not list((tmp_path / "runs").glob("*/tfidf-*/work/search.log")) and child.poll() is None:
        time.sleep(0.05)
    time.sleep(1)
    started = psutil.Process(child.pid).children(recursive=True)
    os.killpg(child.pid, signal.SIGINT)
    _, errors = child.communicate(timeout=60)
    assert child.returncode == 130
    assert errors.decode().splitlines()[-1] == "interrupted; the same command goes on from here."
    assert "Traceback" not in errors.decode()
    assert not psutil.wait_procs(started, timeout=20)[1]


def test_a_killed_command_takes_its_processes_along(run, tmp_path):
    words = ["baseline", "set", "--trials", "500", "--jobs", "2"]
    child = subprocess.Popen(
        [sys.executable, str(ROOT / "cli.py"), *words], cwd=tmp_path, stderr=subprocess.DEVNULL
    )
    while not list((tmp_path / "runs").glob("*/tfidf-*/work/search.log")) and child.poll() is None:
        time.sleep(0.05)
    time.sleep(1)
    started = psutil.Process(child.pid).children(recursive=True)
    child.kill()
    child.wait()
    assert not psutil.wait_procs(started, timeout=20)[1]


def test_a_users_files_do_not_stand_in_for_pythons(run, tmp_path):
    (tmp_path / "random.py").write_text("raise SystemExit('not me')", encoding="utf-8")
    code, _, err = run("baseline", "set", "--trials", "1", "--json")
    assert (code, "not me" in err) == (0, False)

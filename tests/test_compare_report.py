"""What reports promise beyond the text of their pages: refusals, files, links, time."""

import json
import re
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from worthit.compare.pages.pairing import pairing_page
from worthit.compare.report import Report, write_data_page, write_model_page
from worthit.core.errors import InputError
from worthit.core.files import read_json
from worthit.tests.reports_factory import CARD, NEWS, baseline_run, judged, two_models, written
from worthit.tests.runs_factory import answers, make_run, truths


def test_too_few_groups_cannot_tell(tmp_path):
    groups = np.array([f"speaker {i % 4}" for i in range(800)], dtype=object)
    report, page = judged(two_models(800, NEWS, 0.6, 0.9, groups=groups))
    pairing = report.numbers["pairings"][0]
    assert (pairing["verdict"], pairing["low"]) == ("cannot tell", None)
    assert "Cannot tell: the test set has only 4 groups." in page
    assert "no interval" in page


def test_tiny_class_under_a_macro_metric_cannot_tell(tmp_path):
    shares = {"neutral": 60, "anger": 30, "fear": 0.1}
    runs = two_models(600, shares, 0.7, 0.9)
    report, page = judged(runs)
    assert report.numbers["pairings"][0]["reason"] == "no interval"
    assert "*fear* has only" in page
    assert "fear (few)" in page
    by_accuracy = Report.from_runs(runs, metric="accuracy").numbers["pairings"][0]
    assert by_accuracy["verdict"] == "worth it"


def test_broken_neural_run_raises_alarms(tmp_path):
    truth = truths(1000, NEWS)
    lazy = np.full(1000, "World", dtype=object)
    lazy[::7] = "Sports"
    runs = [make_run("tfidf", truth, answers(truth, 0.8, 1)), make_run("gru", truth, lazy)]
    report, page = judged(runs)
    kinds = {alarm["kind"] for alarm in report.numbers["pairings"][0]["alarms"]}
    assert {"collapsed", "broken"} <= kinds
    assert "never answers *Business*" in page
    assert "Is it broken?" in page


def test_network_from_scratch_is_never_called_by_its_pretrained_family(tmp_path):
    truth = truths(1500, NEWS)
    runs = [
        make_run("tfidf", truth, answers(truth, 0.80, 1)),
        make_run("bert", truth, answers(truth, 0.84, 2)),
    ]
    _, page = judged(runs)
    verdict = "\n".join(line for line in page.splitlines() if line.startswith(">"))
    assert "bert" not in verdict.lower()
    assert "The network trained from scratch scores" in verdict
    assert page.startswith("# bert (from scratch) against tfidf")


def test_leaked_items_are_left_out_beside_the_full_scores(tmp_path):
    leaked = np.arange(1500) < 60
    runs = two_models(1500, NEWS, 0.80, 0.84, leaked=leaked)
    report, page = judged(runs)
    rest = report.numbers["models"]["gru"]["without_leaked"]
    assert (rest["leaked"], rest["n"]) == (60, 1440)
    assert "60 test items stand in the training data as well" in page
    (row,) = report.numbers["pairings"][0]["health"]["clean"]
    assert row["model"] == pytest.approx(rest["f1_macro"])
    assert row["difference"] == pytest.approx(row["model"] - row["baseline"])


def test_run_without_thresholds_has_no_section_about_them(tmp_path):
    run = baseline_run()
    with_them = write_model_page(run, tmp_path).read_text(encoding="utf-8")
    del run.record["decision"]
    without = write_model_page(run, tmp_path).read_text(encoding="utf-8")
    before, _, section = with_them.partition("## Thresholds and calibration")
    assert without == before + section[section.index("## Strongest words") :]


def test_run_made_before_the_story_was_told_is_still_rendered(tmp_path):
    run = baseline_run()
    write_model_page(run, tmp_path)
    for name in ("path", "surprising_words", "word_examples"):
        del run.record[name]
    del run.record["ladder"][1]["gain"]
    for name in ("importances", "bounds", "workers"):
        del run.record["tuning"][name]
    page = write_model_page(run, tmp_path).read_text(encoding="utf-8")
    assert "How few features" not in page and "What mattered" not in page and "gain" not in page
    assert "Surprising" not in page and "`a|b` 2.10" in page
    assert "lies at the edge of its search space; a wider space might score higher." in page


def test_report_json_holds_every_number(tmp_path):
    report, page = written(two_models(800, NEWS, 0.80, 0.84), tmp_path)
    stored = read_json(tmp_path / "report.json")
    again = Report(stored).numbers
    assert pairing_page(again, again["pairings"][0]) == page
    json.dumps(replace(report, folder=tmp_path).summary(), allow_nan=False)


def test_same_runs_give_the_same_files(tmp_path):
    for folder in ("one", "two"):
        written(two_models(500, NEWS, 0.80, 0.84), tmp_path / folder)
    names = sorted(p.relative_to(tmp_path / "one") for p in (tmp_path / "one").rglob("*.*"))
    assert len(names) == 18
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_order_of_rows_changes_nothing(tmp_path):
    runs = two_models(500, NEWS, 0.80, 0.84)
    runs[1].predictions.sort_values("truth", inplace=True)
    other = two_models(500, NEWS, 0.80, 0.84)
    assert Report.from_runs(runs).numbers == Report.from_runs(other).numbers


def test_every_link_and_picture_exists(tmp_path):
    write_data_page(CARD, tmp_path)
    write_model_page(baseline_run(), tmp_path)
    written(two_models(500, NEWS, 0.80, 0.84), tmp_path)
    pages = list(tmp_path.glob("*.md"))
    assert len(pages) == 5
    for page in pages:
        for target in re.findall(r"\]\(([^)]*)\)", page.read_text(encoding="utf-8")):
            assert (tmp_path / target).exists(), (page, target)


def test_page_written_earlier_keeps_its_numbers(tmp_path):
    truth = truths(500, NEWS)
    write_model_page(make_run("cnn", truth, answers(truth, 0.8, 5)), tmp_path)
    written(two_models(500, NEWS, 0.80, 0.84), tmp_path)
    stored = read_json(tmp_path / "report.json")
    assert stored["pages"]["cnn"]["model"] == "cnn"
    assert "[cnn](cnn.md)" in (tmp_path / "README.md").read_text(encoding="utf-8")


def test_summary_has_the_documented_shape(tmp_path):
    report, _ = written(two_models(500, NEWS, 0.80, 0.84), tmp_path)
    summary = replace(report, folder=tmp_path).summary()
    assert set(summary) == {"report", "pairings", "runs"}
    (pairing,) = summary["pairings"]
    assert set(pairing) == {
        "baseline", "model", "metric", "difference", "low", "high", "p", "holm_p", "mcnemar_p",
        "minimum_detectable", "margin", "verdict", "report",
    }  # fmt: skip
    assert Path(pairing["report"]).exists()
    assert [run["model"] for run in summary["runs"]] == ["tfidf", "gru"]
    assert all(Path(run["report"]).exists() for run in summary["runs"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"metric": "mcc"}, "Unknown metric 'mcc'"),
        ({"metric": "f1_positive"}, "f1_positive needs two classes, this test set has 4"),
        ({"margin": 1}, "The margin is 1"),
        ({"baseline": "svm"}, "The baseline 'svm' is not among the runs; choose one of tfidf, gru"),
    ],
)
def test_refuses_what_cannot_be_compared(options, message):
    with pytest.raises(InputError, match=message):
        Report.from_runs(two_models(200, NEWS, 0.8, 0.8), **options)


def test_refuses_one_run_and_equal_seeds():
    runs = two_models(200, NEWS, 0.8, 0.8)
    with pytest.raises(InputError, match="two runs or more"):
        Report.from_runs(runs[:1])
    with pytest.raises(InputError, match=r"Two runs of 'tfidf' have the same seed \(0\)"):
        Report.from_runs([runs[0], runs[0], runs[1]])


def test_ten_thousand_items_are_rendered_in_time(tmp_path):
    runs = two_models(10_000, {f"class {i}": 1 / (i + 1) for i in range(8)}, 0.80, 0.84)
    start = time.process_time()
    written(runs, tmp_path)
    assert time.process_time() - start < 10  # 2 to 3 s on a free machine


def test_zero_shot_is_called_a_floor_on_every_page_that_shows_it(tmp_path):
    truth = truths(600, NEWS)
    zero = make_run("zeroshot", truth, answers(truth, 0.7, 2), family="floor", pretrained=True)
    runs = [make_run("tfidf", truth, answers(truth, 0.8, 1)), zero]
    Report.from_runs(runs).write(tmp_path)
    told = "zero-shot floor: learns nothing from the training texts"
    for name in ("README", "zeroshot", "tfidf-vs-zeroshot"):
        assert told in (tmp_path / f"{name}.md").read_text(encoding="utf-8")
    assert told not in (tmp_path / "tfidf.md").read_text(encoding="utf-8")
    beside = Report.from_runs([*runs, make_run("gru", truth, answers(truth, 0.8, 3))])
    beside.write(tmp_path / "beside")
    assert told in (tmp_path / "beside" / "README.md").read_text(encoding="utf-8")
    assert told not in (tmp_path / "beside" / "tfidf-vs-gru.md").read_text(encoding="utf-8")

"""Whole reports against tests/golden/*.md.

After a wanted change: ``WORTHIT_GOLDEN=write python -m pytest tests/test_compare_report.py``, then
read the diff before it is committed.
"""

import json
import os
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from worthit.compare.pages.index import index_page
from worthit.compare.pages.pairing import pairing_page
from worthit.compare.report import Report, write_data_page, write_model_page
from worthit.compare.run import read_prediction_files
from worthit.compare.verdict import Limits
from worthit.core.errors import InputError
from worthit.core.files import read_json
from worthit.tests.runs_factory import (
    GRU_COST,
    TFIDF_COST,
    answers,
    decision,
    make_run,
    truths,
    tuning,
)

GOLDEN = Path(__file__).parent / "golden"
NEWS = {"Business": 1, "Sci/Tech": 1, "Sports": 1, "World": 1}
COMMAND = "python cli.py compare example --models tfidf,gru"


def compare_golden(name, page):
    path = GOLDEN / f"{name}.md"
    if os.environ.get("WORTHIT_GOLDEN") == "write":
        path.write_text(page, encoding="utf-8")
    assert page == path.read_text(encoding="utf-8")


def two_models(n, shares, baseline, neural, **neither):
    truth = truths(n, shares)
    return [
        make_run("tfidf", truth, answers(truth, baseline, 1), tuning=tuning(), **neither),
        make_run("gru", truth, answers(truth, neural, 2), **neither),
    ]


def judged(runs, **options):
    """Judge runs and render the first pairing, without pictures or files."""
    report = Report.from_runs(runs, command=COMMAND, **options)
    return report, pairing_page(report.numbers, report.numbers["pairings"][0])


def written(runs, folder, **options):
    """Judge runs and write everything."""
    report, page = judged(runs, **options)
    report.write(folder)
    return report, page


def test_worth_it(tmp_path):
    report, page = judged(two_models(3000, NEWS, 0.80, 0.86))
    assert report.numbers["pairings"][0]["verdict"] == "worth it"
    compare_golden("worth-it", page)


def test_not_worth_it_because_the_baseline_is_better(tmp_path):
    report, page = judged(two_models(3000, NEWS, 0.86, 0.80))
    assert report.numbers["pairings"][0]["reason"] == "baseline better"
    compare_golden("baseline-better", page)


def test_tie_within_the_margin(tmp_path):
    report, page = judged(two_models(9000, NEWS, 0.85, 0.85))
    assert report.numbers["pairings"][0]["reason"] == "tie"
    compare_golden("tie", page)


def test_cannot_tell(tmp_path):
    report, page = judged(two_models(400, NEWS, 0.80, 0.82))
    assert report.numbers["pairings"][0]["verdict"] == "cannot tell"
    compare_golden("cannot-tell", page)


def test_broken_limit(tmp_path):
    limits = Limits(max_ms=2, max_train_minutes=5, price_per_hour=0.9)
    report, page = judged(two_models(3000, NEWS, 0.80, 0.86), limits=limits)
    assert report.numbers["pairings"][0]["reason"] == "limit"
    assert report.numbers["pairings"][0]["verdict_without_limits"] == "worth it"
    compare_golden("broken-limit", page)


def test_twenty_classes_some_of_them_small():
    shares = {f"topic {i:02d}": 1 + 3 * (i > 2) for i in range(20)}
    report, page = judged(two_models(800, shares, 0.74, 0.78))
    few = [row["label"] for row in report.numbers["pairings"][0]["classes"] if row["support"] < 30]
    assert few and page.count("(few)") >= len(few)
    compare_golden("twenty-classes", page)


def test_a_broken_network_is_called_so():
    truth = truths(2000, NEWS)
    stuck = np.full(len(truth), "World", dtype=object)
    runs = [make_run("tfidf", truth, answers(truth, 0.86, 1)), make_run("gru", truth, stuck)]
    report, page = judged(runs)
    assert report.numbers["pairings"][0]["reason"] == "baseline better"
    assert "Is it broken?" in page
    assert "> Mend `gru` before believing this" in page
    compare_golden("broken-network", page)


def test_persian_labels_keep_their_place():
    shares = {"مثبت": 2, "منفی": 1}
    truth = truths(1200, shares)
    runs = [
        make_run(name, truth, answers(truth, accuracy, seed), positive="منفی")
        for name, accuracy, seed in (("tfidf", 0.83, 1), ("bert", 0.88, 2))
    ]
    for run in runs:
        run.record["dataset"]["language"] = "fa"
        run.record["preprocessing"] = {"language": "fa", "normaliser": "hazm"}
        run.items["text"] = [f"می‌خواهم کتاب {i} را بخوانم" for i in range(len(truth))]
    _, page = judged(runs)
    assert "\u2068منفی\u2069" in page  # isolated, so that numbers beside it stay
    compare_golden("persian", page)


def test_pairs_with_groups(tmp_path):
    shares = {"contradiction": 1, "entailment": 1, "neutral": 1}
    groups = np.array([f"premise {i // 3}" for i in range(1500)], dtype=object)
    runs = two_models(1500, shares, 0.60, 0.68, groups=groups, leaked=np.arange(1500) < 60)
    for run in runs:
        run.record["dataset"] |= unhealthy(shares)
        run.items.insert(2, "near_duplicate", np.where(np.arange(1500) // 45 == 2, "1", "0"))
    runs[0].record["sides"] = sides(run.predictions["truth"].to_numpy())
    report, page = judged(runs)
    assert report.numbers["n_groups"] == 500
    compare_golden("groups", page)
    model_page = write_model_page(runs[0], tmp_path).read_text(encoding="utf-8")
    assert "## One side alone" in model_page and "leak through the second side" in model_page


def unhealthy(labels):
    """A data set's record with something wrong in every respect."""
    sizes = {"train": 6000, "validation": 600, "test": 1500}
    parts = {"contradiction": (3600, 360, 500), "entailment": (1200, 120, 500)}
    rest = (1200, 120, 500)
    return {
        "sizes": sizes,
        "class_sizes": {
            label: dict(zip(sizes, parts.get(label, rest), strict=True)) for label in labels
        },
        "health": {
            "blank": {"train": 0, "test": 0},
            "duplicates": {"within": {"train": 71, "test": 0}, "across": {"train/test": 55}},
            "near_duplicates": {"within": {"train": 13, "test": 0}, "across": {"train/test": 40}},
            "leaked": 60,
            "near_leaked": 45,
            "conflicting": 4,
            "conflicting_rows": {"train": 6, "validation": 1, "test": 2},
        },
    }


def sides(truth):
    """Answers from one side of the pairs alone: the second gives the labels away."""
    found = {"first": (0.1, None, -0.002), "second": (0.5, "hypothesis", 0.18),
             "overlap": (0.55, None, 0.21)}  # fmt: skip
    return [
        {
            "what": what,
            "column": column,
            "test": make_run("tfidf", truth, answers(truth, accuracy, 4)).record["scores"]["test"],
            "gain": {
                "metric": "accuracy", "difference": gained,
                "low": gained - 0.02, "high": gained + 0.02,
            },
            "seconds": 1.0,
        }
        for what, (accuracy, column, gained) in found.items()
    ]  # fmt: skip


def test_too_few_groups_cannot_tell(tmp_path):
    groups = np.array([f"speaker {i % 4}" for i in range(800)], dtype=object)
    report, page = judged(two_models(800, NEWS, 0.6, 0.9, groups=groups))
    pairing = report.numbers["pairings"][0]
    assert (pairing["verdict"], pairing["low"]) == ("cannot tell", None)
    assert "Cannot tell: the test set has only 4 groups." in page
    assert "no interval" in page


def test_two_classes_with_a_positive_class(tmp_path):
    runs = two_models(1906, {"fine": 4, "toxic": 1}, 0.90, 0.905, positive="toxic")
    report, page = judged(runs, metric="f1_positive")
    assert report.numbers["pairings"][0]["metric"] == "f1_positive"
    compare_golden("two-classes", page)


def test_tiny_class_under_a_macro_metric_cannot_tell(tmp_path):
    shares = {"neutral": 60, "anger": 30, "fear": 0.1}
    runs = two_models(600, shares, 0.7, 0.9)
    report, page = judged(runs)
    assert report.numbers["pairings"][0]["reason"] == "no interval"
    assert "*fear* has only" in page
    assert "fear (few)" in page
    by_accuracy = Report.from_runs(runs, metric="accuracy").numbers["pairings"][0]
    assert by_accuracy["verdict"] == "worth it"


def write_predictions(folder, truth, accuracies):
    paths = []
    for place, (name, accuracy) in enumerate(accuracies.items()):
        frame = pd.DataFrame({"truth": truth, "prediction": answers(truth, accuracy, place)})
        frame.insert(0, "id", [f"item-{i}" for i in range(len(truth))])
        path = folder / f"{name}.csv"
        frame.sample(frac=1, random_state=place).to_csv(path, index=False)
        paths.append(path)
    return paths


def test_predictions_without_cost(tmp_path):
    truth = truths(1000, {"شادی": 2, "غم": 2, "خشم": 1})
    paths = write_predictions(tmp_path, truth, {"svm": 0.7, "llm": 0.75, "llm | *small*": 0.71})
    runs = read_prediction_files(paths)
    report, page = judged(runs)
    assert "unknown" not in page.split("## Was it fair?")[0]
    assert "training" not in page.split("## Per class")[0]
    assert "## Cost" not in page
    compare_golden("predictions", page)
    compare_golden("predictions-index", index_page(report.numbers))


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


def test_several_seeds_are_resampled_and_shown(tmp_path):
    truth = truths(1500, NEWS)
    runs = [make_run("tfidf", truth, answers(truth, 0.80, 1))] + [
        make_run("gru", truth, answers(truth, 0.84 + 0.01 * seed, 2 + seed), seed=seed)
        for seed in (2, 0, 1)
    ]
    report, page = judged(runs)
    pairing = report.numbers["pairings"][0]
    assert pairing["n_seeds"] == [1, 3]
    assert pairing["seeds_se"] > 0
    scores = report.numbers["models"]["gru"]["scores_by_seed"]
    mean = np.mean([each["f1_macro"] for each in scores])
    assert pairing["metrics"]["f1_macro"]["model"] == pytest.approx(mean)
    assert pairing["difference"] == pytest.approx(pairing["metrics"]["f1_macro"]["difference"])
    compare_golden("seeds", page)


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


def baseline_run():
    truth = truths(1200, {"fine": 3, "toxic": 1})
    run = make_run(
        "tfidf", truth, answers(truth, 0.88, 1), positive="toxic", tuning=tuning(),
        words={
            "fine": [("thank you", 3.21), ("`code`", 2.5), ("a|b", 2.1)],
            "toxic": [("идиот", 4.4), ("<b>", 3.9), (" ду", 3.3)],
        },
    )  # fmt: skip
    run.record["surprising_words"] = {
        "fine": [{"term": "a|b", "weight": 1.234, "inside": 0.021, "outside": 0.034}],
        "toxic": [{"term": "`so`", "weight": 0.9, "inside": 0.0, "outside": 0.01}],
    }
    run.record["word_examples"] = {
        "fine": {
            "thank you": "| thank you | <script>alert(1)</script> [x](http://x.y) *so* much",
            "a|b": "one\n\n# a|b\n| - | \u202egnp.exe",
        },
        "toxic": {"идиот": "…какой же ты `идиот`…"},
    }
    steps = (("default (L2)", 0.8, 0.61, 41_210), ("L1", 0.83, 0.72, 3_300))
    run.record["ladder"] = [
        {
            "step": step,
            "params": {"penalty": "l1" if step == "L1" else "l2", "C": 1.0},
            "cv": cv,
            "features": features,
            "seconds": 2.2,
            "test": make_run("tfidf", truth, answers(truth, accuracy, 1), positive="toxic").record[
                "scores"
            ]["test"],
        }
        for step, accuracy, cv, features in steps
    ]
    run.record["ladder"][1]["gain"] = {
        "metric": "f1_macro", "difference": 0.02, "low": 0.004, "high": 0.037,
    }  # fmt: skip
    run.record["path"] = [
        {"C": C, "features": features, "of": 41_210.0, "score": score, "folds": 4}
        for C, features, score in ((0.1, 0, 0.42), (1.0, 310.5, 0.893), (10.0, 3_300, 0.896))
    ]
    run.record["tuning"]["importances"] = {
        "n": 30, "folds": 2, "shares": [
            {"parameter": "C", "share": 0.62, "by_chance": 0.31},
            {"parameter": "sub|linear", "share": 0.04, "by_chance": 0.11},
        ],
    }  # fmt: skip
    run.record["tuning"]["at_edge"] = ["C"]
    run.record["tuning"]["bounds"] = {"C": {"low": 0.1, "high": 5.0, "log": True}}
    run.record["tuning"]["workers"] = 2
    run.record["decision"] = decision(truth, answers(truth, 0.88, 1), answers(truth, 0.89, 1))
    run.record["cost"]["decision_seconds"] = 3.1
    return run


def test_model_page_of_a_baseline(tmp_path):
    path = write_model_page(baseline_run(), tmp_path)
    assert path == tmp_path / "tfidf.md"
    compare_golden("model-baseline", path.read_text(encoding="utf-8"))


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


def test_model_page_of_a_network(tmp_path):
    path = write_model_page(two_models(1200, NEWS, 0.8, 0.84)[1], tmp_path)
    compare_golden("model-neural", path.read_text(encoding="utf-8"))


def test_index_over_several_models(tmp_path):
    truth = truths(2000, NEWS)
    runs = [
        make_run(name, truth, answers(truth, accuracy, seed), cost=cost)
        for seed, (name, accuracy, cost) in enumerate(
            [
                ("tfidf", 0.84, dict(TFIDF_COST)),
                ("gru", 0.80, dict(GRU_COST)),
                ("cnn", 0.845, dict(GRU_COST, ms_per_item=0.9)),
                ("lstm", 0.90, dict(GRU_COST, fit_seconds=4000.0)),
                ("majority", 0.2, {}),
            ]
        )
    ]
    runs[-1].record["family"] = "floor"
    write_data_page(CARD, tmp_path)
    report = Report.from_runs(runs, command=COMMAND)
    report.write(tmp_path)
    assert [p["model"] for p in report.numbers["pairings"]] == ["gru", "cnn", "lstm"]
    compare_golden("index", (tmp_path / "README.md").read_text(encoding="utf-8"))


CARD = {
    "name": "example",
    "kind": "pair",
    "language": "fa",
    "sha256": "9b1e" * 16,
    "split_sha256": "3f9c" * 16,
    "sizes": {"train": 800, "validation": 100, "test": 100},
    "sizes_delivered": {"train": 900, "test": 100},
    "classes": {
        "c": {"train": 300, "validation": 40, "test": 40},
        "e|n": {"train": 500, "validation": 60, "test": 60},
    },
    "positive": None,
    "group": "premise",
    "groups": {"train": 200, "validation": 25, "test": 25},
    "blank": {"train": 2, "validation": 0, "test": 0},
    "duplicates": {"within": {"train": 5, "test": 0}, "across": {"train/test": 3}},
    "near_duplicates": {"within": {"train": 1, "test": 0}, "across": {"train/test": 1}},
    "leaked": 3,
    "near_leaked": 1,
    "conflicting": 1,
    "conflicting_rows": {"train": 1, "validation": 0, "test": 1},
    "lengths": {
        split: {
            "characters": {"min": 3, "median": 80.0, "mean": 91.25, "p95": 210.0, "max": 400},
            "words": {"min": 1, "median": 15.0, "mean": 17.5, "p95": 40.0, "max": 71},
        }
        for split in ("train", "validation", "test")
    },
    "bad_rows": [{"split": "train", "id": "train-<7>", "problem": "blank"}],
}


def test_data_page(tmp_path):
    path = write_data_page(CARD, tmp_path)
    assert read_json(tmp_path / "report.json")["pages"]["data"] == CARD
    compare_golden("data", path.read_text(encoding="utf-8"))


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
    assert len(names) == 17
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_order_of_rows_changes_nothing(tmp_path):
    runs = two_models(500, NEWS, 0.80, 0.84)
    runs[1].predictions.sort_values("truth", inplace=True)
    other = two_models(500, NEWS, 0.80, 0.84)
    assert Report.from_runs(runs).numbers == Report.from_runs(other).numbers


def test_every_link_and_picture_exists(tmp_path):
    import re

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

"""Reports of known quality, for tests of pages and of what is done with them."""

import os
from pathlib import Path

import pandas as pd

from worthit.compare.pages.pairing import pairing_page
from worthit.compare.report import Report
from worthit.tests.runs_factory import answers, decision, make_run, truths, tuning

GOLDEN = Path(__file__).parent / "golden"
NEWS = {"Business": 1, "Sci/Tech": 1, "Sports": 1, "World": 1}
COMMAND = "python cli.py compare example --models tfidf,gru"
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
    "leaked_groups": {"groups": 4, "items": 12},
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
            "leaked_groups": {"groups": 35, "items": 105},
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
            "balance": "none",
            "seconds": 1.0,
        }
        for what, (accuracy, column, gained) in found.items()
    ]  # fmt: skip


def write_predictions(folder, truth, accuracies):
    paths = []
    for place, (name, accuracy) in enumerate(accuracies.items()):
        frame = pd.DataFrame({"truth": truth, "prediction": answers(truth, accuracy, place)})
        frame.insert(0, "id", [f"item-{i}" for i in range(len(truth))])
        path = folder / f"{name}.csv"
        frame.sample(frac=1, random_state=place).to_csv(path, index=False)
        paths.append(path)
    return paths


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

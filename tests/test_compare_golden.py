"""Whole pages against tests/golden/*.md.

After a wanted change: ``WORTHIT_GOLDEN=write python -m pytest tests/test_compare_golden.py``, then
read the diff before it is committed.
"""

import numpy as np
import pytest

from worthit.compare.pages.index import index_page
from worthit.compare.report import Report, write_data_page, write_model_page
from worthit.compare.run import TRUNCATED, read_prediction_files
from worthit.compare.verdict import Limits
from worthit.core.files import read_json
from worthit.tests.reports_factory import (
    CARD,
    COMMAND,
    NEWS,
    baseline_run,
    compare_golden,
    judged,
    sides,
    two_models,
    unhealthy,
    write_predictions,
)
from worthit.tests.runs_factory import GRU_COST, TFIDF_COST, answers, make_run, truths


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
    runs[1].record["params"]["max_length"] = 128
    runs[1].items[TRUNCATED] = np.where(np.arange(1500) % 5 == 0, "1", "0")
    runs[0].record["sides"] = sides(run.predictions["truth"].to_numpy())
    report, page = judged(runs)
    assert report.numbers["n_groups"] == 500
    compare_golden("groups", page)
    model_page = write_model_page(runs[0], tmp_path).read_text(encoding="utf-8")
    assert "## One side alone" in model_page and "leak through the second side" in model_page


def test_two_classes_with_a_positive_class(tmp_path):
    runs = two_models(1906, {"fine": 4, "toxic": 1}, 0.90, 0.905, positive="toxic")
    report, page = judged(runs, metric="f1_positive")
    assert report.numbers["pairings"][0]["metric"] == "f1_positive"
    compare_golden("two-classes", page)


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


def test_model_page_of_a_baseline(tmp_path):
    path = write_model_page(baseline_run(), tmp_path)
    assert path == tmp_path / "tfidf.md"
    compare_golden("model-baseline", path.read_text(encoding="utf-8"))


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


def test_data_page(tmp_path):
    path = write_data_page(CARD, tmp_path)
    assert read_json(tmp_path / "report.json")["pages"]["data"] == CARD
    compare_golden("data", path.read_text(encoding="utf-8"))

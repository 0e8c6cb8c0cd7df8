"""The page of an ablation: differences against the base, and nothing chosen on test."""

import json

import numpy as np
import pytest

from worthit.compare.ablation import Arm, ablation_numbers
from worthit.compare.pages.ablation_scores import other_scores
from worthit.compare.pages.alarms import alarms_in_short
from worthit.compare.pairing import measure
from worthit.compare.report import Report, write_ablation_page
from worthit.tests.runs_factory import CURVE, answers, make_run, truths

TRUTH = truths(400, {"a": 0.5, "b": 0.3, "c": 0.2})


def run(accuracy, seed=0, validation=None, **record):
    answer = answers(TRUTH, accuracy, seed + 3)
    scores = make_run("gru", TRUTH, answer).record["scores"]
    told = scores["test"] if validation is None else scores["test"] | {"f1_macro": validation}
    made = make_run("gru", TRUTH, answer, seed=seed, **record)
    made.record["scores"] = scores | {"validation": told}
    return made


def numbers(n_seeds=1, **record):
    base = [run(0.8, seed, validation=0.81, **record) for seed in range(n_seeds)]
    arms = [
        Arm("layers", "1", base),
        Arm("layers", "2", [run(0.6, seed, validation=0.62) for seed in range(n_seeds)]),
        Arm("pooling", "ma|x", [run(0.81, seed, validation=0.84) for seed in range(n_seeds)]),
    ]
    return ablation_numbers(base, arms, "f1_macro", "python cli.py ablate gru --vary layers=1,2")


def test_difference_is_the_paired_one_of_the_comparison():
    found = numbers()
    measured = measure([run(0.8)], [run(0.6)], "f1_macro")
    same, fewer, other = found["changes"]
    assert same["is_base"] and "difference" not in same
    assert (
        fewer["difference"]
        == measured.difference.observed
        == pytest.approx(fewer["on_test"] - found["base"]["on_test"])
    )
    assert fewer["low"] < fewer["difference"] < fewer["high"] < 0
    assert fewer["holm_p"] == min(1, 2 * min(fewer["p"], other["p"])) <= other["holm_p"]


def test_page_chooses_on_validation_and_says_what_test_shows(tmp_path):
    page = write_ablation_page(numbers(), tmp_path).read_text()
    assert page.startswith("# What changes gru on example\n\n> 2 changes, one at a time, from one ")
    assert "the best is `pooling=ma|x` with 84.00; on test" in page
    assert "worse `layers=2`; the other one is not clear" in page
    assert "as trained here with one seed each" in page
    assert "| `layers=1`" in page and "the base" in page
    assert "| at most 0.0002 |" in page  # twice the least p that 10,000 draws show
    assert page.splitlines()[2].endswith("  ")  # a line break
    assert "`pooling=ma\\|x`" in page  # does not break the table
    assert "![Learning curves](figures/gru-ablation-curves.png)" in page
    assert (tmp_path / "figures/gru-ablation-curves.png").read_bytes()[:4] == b"\x89PNG"
    stored = json.loads((tmp_path / "report.json").read_text())
    assert stored["pages"]["gru-ablation"]["changes"][1]["value"] == "2"


def test_all_scores_stand_in_a_table_with_those_of_few_classes(tmp_path):
    found = numbers()
    page = write_ablation_page(found, tmp_path).read_text()
    rows = [line for line in page.partition("## All scores")[2].splitlines() if line[:1] == "|"]
    labels = list(found["base"]["f1_by_class"])
    head = ["change", "accuracy", "macro F1", "weighted F1", *(f"F1, {label}" for label in labels)]
    assert [cell.strip() for cell in rows[0].strip("|").split("|")] == head
    scores = [found["base"]["scores"][each] for each in ("accuracy", "f1_macro", "f1_weighted")]
    expected = [f"{100 * value:.2f}" for value in (*scores, *found["base"]["f1_by_class"].values())]
    assert [cell.strip() for cell in rows[2].strip("|").split("|")] == ["the base", *expected]
    many = {f"c{n}": 0.5 for n in range(9)}
    assert "F1, c0" not in other_scores({"the base": found["base"] | {"f1_by_class": many}})


def test_base_that_is_best_on_validation_is_said_to_be(tmp_path):
    base = [run(0.8, validation=0.9)]
    found = ablation_numbers(base, [Arm("layers", "2", [run(0.81)])], "f1_macro", "")
    page = write_ablation_page(found, tmp_path).read_text()
    assert "no change beats the base" in page
    assert "no change can be told apart from the base" in page


def test_several_seeds_are_means(tmp_path):
    found = numbers(n_seeds=3)
    assert found["seeds"] == [0, 1, 2]
    expected = np.mean([run(0.6, seed).record["scores"]["test"]["f1_macro"] for seed in range(3)])
    assert found["changes"][1]["on_test"] == pytest.approx(expected)
    page = write_ablation_page(found, tmp_path).read_text()
    assert "mean of 3 seeds" in page
    assert "curves are of the first seed" in page


def test_best_and_last_epoch_stand_in_a_table(tmp_path):
    page = write_ablation_page(numbers(), tmp_path).read_text()
    _, row, _ = (line for line in page.splitlines() if line.startswith("| **base**"))
    last = CURVE[-1]["validation_f1_macro"]
    assert [cell.strip() for cell in row.split("|")[2:-1]] == [
        "3", "5", "81.00", f"{100 * last:.2f}", f"{100 * last - 81:+.2f}",
    ]  # fmt: skip


def test_model_without_curves_has_a_page_without_curves(tmp_path):
    base = run(0.8, curve=[], best_epoch=None, stopped=None, validation=0.8)
    other = run(0.7, curve=[], best_epoch=None, stopped=None, validation=0.7)
    found = ablation_numbers([base], [Arm("C", "9", [other])], "f1_macro", "")
    page = write_ablation_page(found, tmp_path).read_text()
    assert "Learning curves" not in page
    assert not (tmp_path / "figures").exists()


def test_what_went_otherwise_is_noted(tmp_path):
    cut = {"stopped": "the time limit was reached after 2 of 5 epochs"}
    page = write_ablation_page(numbers(**cut, notes=["Memory was short."]), tmp_path).read_text()
    assert "- the base: the time limit was reached after 2 of 5 epochs." in page
    assert "- the base: Memory was short." in page


def test_what_holds_for_several_runs_is_noted_once(tmp_path):
    same, other = (
        [run(accuracy, validation=accuracy, notes=["Reads pieces."])] for accuracy in (0.8, 0.7)
    )
    more = [run(0.6, validation=0.6, notes=["Reads pieces.", "Memory was short."])]
    arms = [Arm("layers", "2", other), Arm("layers", "3", more)]
    page = write_ablation_page(ablation_numbers(same, arms, "f1_macro", ""), tmp_path).read_text()
    assert "## Notes\n\n- all: Reads pieces.\n- `layers=3`: Memory was short.\n" in page
    page = write_ablation_page(ablation_numbers(same, [arms[0]], "f1_macro", ""), tmp_path)
    assert "- all: Reads pieces." in page.read_text()


def stuck(seed=0, **record):
    """A run that always answers one class."""
    made = make_run("gru", TRUTH, np.full(len(TRUTH), "a", object), seed=seed, **record)
    made.record["scores"]["validation"] = made.record["scores"]["test"]
    return made


def test_change_that_did_not_learn_is_said_not_to_have(tmp_path):
    late = {"best_epoch": 5}
    arms = [
        Arm("layers", "4", [stuck()]),
        Arm("layers", "2", [run(0.6, validation=0.6, **late)]),
        Arm("pooling", "ma|x", [run(0.7, validation=0.7)]),
    ]
    base = [run(0.8, validation=0.8, **late)]
    found = ablation_numbers(base, arms, "f1_macro", "")
    floor = found["base"]["floor_score"]
    score = found["changes"][0]["on_test"]
    assert score < floor and found["changes"][0]["unlearned"] == [score]
    page = write_ablation_page(found, tmp_path).read_text()
    told = (
        f"`layers=4` ({100 * score:.2f}), where answering without reading scores {100 * floor:.2f};"
    )
    assert f"> **Did not learn**: {told} that tells how the training failed" in page
    alarms = page.partition("**Alarms**\n\n")[2].partition("\n\n")[0].splitlines()
    assert alarms == [
        "- The last epoch was the best, so training longer might score higher: the base (least "
        "loss at 3), `layers=2` (least loss at 3).",
        f"- Below guessing ({100 * floor:.2f} macro F1): `layers=4` ({100 * score:.2f}).",
        "- Never answers some class: `layers=4` (*b*, *c*).",
    ]


def test_seeds_that_did_not_learn_are_counted(tmp_path):
    base = [run(0.8, seed, validation=0.8) for seed in range(3)]
    arm = Arm("layers", "4", [run(0.7, 0, validation=0.7), stuck(1), run(0.7, 2, validation=0.7)])
    page = write_ablation_page(ablation_numbers(base, [arm], "f1_macro", ""), tmp_path).read_text()
    assert "**Did not learn**: `layers=4` (" in page and ", 1 of 3 seeds), where" in page
    page = write_ablation_page(numbers(3), tmp_path).read_text()
    assert "Did not learn" not in page and "**Alarms**" not in page


def test_base_that_did_not_learn_is_named_first(tmp_path):
    found = ablation_numbers([stuck()], [Arm("layers", "2", [run(0.6)])], "f1_macro", "")
    assert "**Did not learn**: the base (" in write_ablation_page(found, tmp_path).read_text()
    floors = [stuck(family="floor")], [Arm("template", "x", [stuck(family="floor")])]
    page = write_ablation_page(ablation_numbers(*floors, "f1_macro", ""), tmp_path).read_text()
    assert "Did not learn" not in page  # a floor learns nothing anyway


def test_many_details_of_an_alarm_are_counted():
    collapsed = [{"kind": "collapsed", "model": "gru", "label": f"c|{i}"} for i in range(6)]
    edge = {"kind": "edge", "model": "gru", "field": "C"}
    outside = {"kind": "outside", "model": "gru", "n": 1}
    late = {"kind": "still improving", "model": "gru", "epoch": 8, "lowest_loss": 8}
    risen = late | {"lowest_loss": 5}
    assert alarms_in_short({"`a`": [late], "`b`": [risen]}) == [
        "The last epoch was the best, so training longer might score higher: `a`, "
        "`b` (least loss at 5)."
    ]
    assert alarms_in_short({"`a`": collapsed, "`b`": [edge, collapsed[0]], "`c`": [outside]}) == [
        "Never answers some class: `a` (*c\\|0*, *c\\|1*, *c\\|2*, *c\\|3* and 2 more), "
        "`b` (*c\\|0*).",
        "The best value lies at the edge of its search space: `b` (`C`).",
        "Gives answers that no item has as its label: `c` (1 item).",
    ]


def test_index_links_the_ablation(tmp_path):
    write_ablation_page(numbers(), tmp_path)
    runs = [make_run("tfidf", TRUTH, answers(TRUTH, 0.8, 1)), run(0.8)]
    index = Report.from_runs(runs).write(tmp_path).folder.joinpath("README.md").read_text()
    assert "[gru, one change at a time](gru-ablation.md)" in index


def test_index_links_an_ablation_on_fewer_training_items(tmp_path):
    fewer = numbers()
    fewer["dataset"] |= {"split_sha256": "another"}
    write_ablation_page(fewer, tmp_path)
    runs = [make_run("tfidf", TRUTH, answers(TRUTH, 0.8, 1)), run(0.8)]
    index = Report.from_runs(runs).write(tmp_path).folder.joinpath("README.md").read_text()
    assert "(gru-ablation.md)" in index
    fewer["dataset"] |= {"sha256": "other data"}
    write_ablation_page(fewer, tmp_path)
    index = Report.from_runs(runs).write(tmp_path).folder.joinpath("README.md").read_text()
    assert "(gru-ablation.md)" not in index

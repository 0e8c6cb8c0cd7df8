"""Machines: when times compare, and what of a machine each model ran on."""

import pytest

from worthit.compare.machines import accelerator, same_machine
from worthit.compare.pages.machine import machine_sentence
from worthit.compare.pages.model import model_page
from worthit.tests.reports_factory import NEWS, judged, two_models
from worthit.tests.runs_factory import MACHINE

CARD = MACHINE | {"gpu": "NVIDIA H200"}
HOST = "2 cores, 16 GB of memory"


def measured(one, other, devices=("cpu", "cpu")):
    """Judge two models that were measured on these machines."""
    runs = two_models(400, NEWS, 0.80, 0.86)
    for run, machine, device in zip(runs, (one, other), devices, strict=True):
        run.record["machine"] = machine
        run.record["cost"]["device"] = device
    report, page = judged(runs)
    kinds = {alarm["kind"] for alarm in report.numbers["pairings"][0]["alarms"]}
    return report.numbers, page, "machines" in kinds


def test_card_that_only_one_run_could_name_makes_no_other_machine():
    numbers, page, alarm = measured(MACHINE, CARD, ("cpu", "cuda:0"))
    assert not alarm and "different machines" not in page
    told = (
        f"Measured on {HOST} (`Example CPU`), `tfidf` on the processor and `gru` on `NVIDIA H200`."
    )
    assert page.count(told) == 2  # at a glance, and under Cost
    assert "no GPU" not in page
    assert f"{HOST}, without a GPU (`Example CPU`)" in model_page(numbers["models"]["tfidf"])
    assert f"{HOST}, `NVIDIA H200` (`Example CPU`)" in model_page(numbers["models"]["gru"])


def test_two_models_on_one_card_share_it():
    _, page, alarm = measured(CARD, CARD, ("cuda:0", "cuda:0"))
    assert not alarm
    assert page.count(f"Measured on {HOST}, `NVIDIA H200` (`Example CPU`).") == 2


def test_network_on_the_processor_of_a_machine_with_a_card_ran_without_it():
    _, page, _ = measured(MACHINE, CARD)
    assert page.count(f"Measured on {HOST}, without a GPU (`Example CPU`).") == 2


def test_other_machines_are_named_and_their_times_do_not_compare():
    other = CARD | {"cores": 16, "memory_gb": 128.0, "cpu": "A|nother"}
    _, page, alarm = measured(MACHINE, other, ("cpu", "cuda:0"))
    assert alarm
    assert page.count(
        "The two were measured on different machines, so times do not compare: `tfidf` on "
        f"{HOST}, without a GPU (`Example CPU`); `gru` on 16 cores, 128 GB of memory, "
        "`NVIDIA H200` (`A|nother`)."
    ) == 2  # fmt: skip


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({}, True),
        ({"gpu": None}, True),
        ({"gpu": "another"}, False),
        ({"cpu": "another"}, False),
        ({"cores": 3}, False),
        ({"memory_gb": 15.0}, False),
        ({"system": "another"}, False),
    ],
)
def test_machine_is_the_same_if_processor_memory_system_and_cards_are(change, same):
    assert same_machine(CARD, CARD | change) is same
    assert same_machine(CARD | change, CARD) is same


@pytest.mark.parametrize(
    ("device", "card", "expected"),
    [
        ("cpu", "card", None),
        ("cuda:0", "card", "card"),
        ("mps:0", None, "mps:0"),
        (None, "card", "card"),
        (None, None, None),
    ],
)
def test_model_ran_where_its_device_was(device, card, expected):
    assert accelerator({"cost": {"device": device}, "machine": {"gpu": card}}) == expected


def test_predictions_made_elsewhere_name_no_machine():
    assert machine_sentence([{"model": "llm", "cost": {}}]) == ""

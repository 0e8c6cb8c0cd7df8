"""Sentences of pages that no golden report holds."""

import pytest

from worthit.compare.pages.data import repeats
from worthit.compare.pages.model import weights_sentence
from worthit.compare.pages.training import curve_section


def test_repeats_of_one_file_are_not_said_to_be_of_parts():
    assert repeats({"within": {"all": 1}, "across": {}}) == (
        "1 row of the one file, before it was split"
    )
    assert repeats({"within": {"train": 3, "test": 0}, "across": {"train/test": 0}}) == (
        "rows inside a part: train 3; rows of one part that recur in another: none"
    )


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ({"pretrained": False}, "The network is trained from scratch: no pretrained weights."),
        ({"pretrained": True, "curve": None}, "The network's pretrained weights stay as they are."),
        (
            {"pretrained": True, "curve": [{}], "params": {"transfer": "head"}},
            "The network's pretrained weights stay as they are.",
        ),
        (
            {"pretrained": True, "curve": [{}], "params": {"transfer": "full"}},
            "The network starts from pretrained weights.",
        ),
        (
            {"pretrained": True, "curve": [{}], "params": {"transfer": "head", "adapt": 1}},
            "The network starts from pretrained weights.",
        ),
    ],
)
def test_where_the_weights_come_from(model, said):
    assert weights_sentence(model) == said


def test_what_training_noted_is_shown_without_a_curve_as_well():
    noted = {"curve": None, "notes": ["C of the regression is 1."]}
    assert curve_section(noted) == "## Training\n\nC of the regression is 1."
    assert curve_section({"curve": None, "notes": []}) == ""

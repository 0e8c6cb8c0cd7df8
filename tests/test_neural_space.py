"""What a search varies of bert: a given body's rate where it learns, a new one's shape."""

import pytest

from worthit.neural.bert import BERT
from worthit.neural.pretrained import shape
from worthit.tests.tiny_checkpoint import new

# Values, and whether the body learns; it has four layers.
KNOWN = [  # by the fields alone
    ({}, True),
    ({"transfer": "last:1"}, True),
    ({"transfer": "head"}, False),
    ({"transfer": "head", "adapt": 1}, True),  # which the whole body takes part in
    ({"freeze": "embeddings"}, True),
    ({"freeze": 4, "freeze_embeddings": False}, True),
    ({"freeze": 4, "adapt": 1}, True),
    ({"checkpoint": "scratch", "freeze": 2}, False),  # it has one rate
]
BY_LAYERS = [
    ({"freeze": 3}, True),
    ({"freeze": 4}, False),
    ({"freeze": 4, "transfer": "last:1"}, False),
    ({"freeze": 2, "layer": 2}, False),
    ({"freeze": 2, "layer": -2}, True),
    ({"freeze": 5}, True),  # a fit refuses it
]


@pytest.mark.parametrize(("values", "learns"), KNOWN + BY_LAYERS)
def test_the_bodys_rate_is_searched_where_a_body_is_given_that_learns(tiny, values, learns):
    assert ("body_rate" in new(tiny, **values).search_space()) is learns


@pytest.mark.parametrize(("values", "learns"), KNOWN)
def test_no_checkpoint_is_looked_for_where_the_fields_say_it_all(monkeypatch, values, learns):
    monkeypatch.setattr(shape, "find_checkpoint", lambda *_: pytest.fail("looked for"))
    assert ("body_rate" in BERT(**values).search_space()) is learns


def test_a_space_can_be_asked_for_before_there_is_a_checkpoint(tmp_path):
    space = BERT(checkpoint=str(tmp_path), freeze=6).search_space()
    assert "body_rate" in space


@pytest.mark.parametrize(
    ("values", "hidden", "layers"),
    [
        ({}, (64, 128, 256), (1, 2, 4)),
        ({"transfer": "head"}, (64, 128, 256), (1, 2, 4)),
        ({"layer": 2}, (64, 128, 256), (2, 4)),
        ({"freeze": 3, "layers": 4}, (64, 128, 256), (4,)),
        ({"prune_heads": [[2, 4]]}, (128, 256), (2, 4)),
    ],
)
def test_of_a_new_body_those_shapes_are_searched_that_have_what_is_asked_for(
    values, hidden, layers
):
    space = new("scratch", **values).search_space()
    assert (space["hidden"].choices, space["layers"].choices) == (hidden, layers)


def test_the_shape_of_a_checkpoint_is_not_searched(tiny):
    assert not {"hidden", "layers"} & new(tiny).search_space().keys()
    assert not {"hidden", "layers"} & new("scratch", freeze="all").search_space().keys()

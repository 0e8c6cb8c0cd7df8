"""The shape of a body: a new one takes what is given, a checkpoint has its own."""

import pytest

from worthit.core.errors import InputError
from worthit.neural.bert import BERT
from worthit.neural.pretrained.body import new_body, new_subwords
from worthit.tests.tiny_checkpoint import TRAINING, new

SHAPE = {"hidden": 16, "layers": 8, "n_tokens": 300}


@pytest.mark.parametrize("field", SHAPE)
def test_a_checkpoint_refuses_the_shape_of_a_new_body(tiny, field):
    value = SHAPE[field]
    sentence = (
        f"Got {field}={value} with a pretrained checkpoint, which has its own; leave it out, or "
        rf"give checkpoint=scratch \(with several models, --set MODEL.{field}={value} sets it for "
        r"one\)\."
    )
    with pytest.raises(InputError, match=sentence):
        new(tiny, **{field: value}).check()
    new("scratch", **{field: value}).check()
    new(tiny, **{field: getattr(BERT, field)}).check()  # the default says nothing


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"hidden": 0}, "Got hidden=0; it must be at least 1."),
        ({"layers": 8, "layer": 8}, "Got layer=8; the body has 4 layers"),
    ],
)
def test_what_is_impossible_by_itself_is_said_first(tiny, values, sentence):
    with pytest.raises(InputError, match=sentence):
        new(tiny, **values).check()


@pytest.mark.parametrize(
    ("hidden", "heads"), [(128, 4), (100, 2), (96, 3), (101, 1), (20, 1), (384, 12)]
)
def test_new_body_of_any_width_has_heads_that_divide_it(hidden, heads):
    subwords = new_subwords(
        TRAINING[0], "bert", n_tokens=300, max_length=16, hidden=hidden, layers=1
    )
    assert subwords.shape["num_attention_heads"] == heads
    assert new_body(subwords).config.hidden_size == hidden

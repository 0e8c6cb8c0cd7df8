"""What the fields of a model mean: every one is told, from the class that is nearest."""

import pytest

from worthit.experiment.meanings import field_meanings
from worthit.experiment.models import available, fields_of, meanings_of


@pytest.mark.parametrize("model", available())
def test_every_field_of_every_model_is_told(model):
    meanings = meanings_of(model)
    assert list(meanings) == list(fields_of(model))
    assert [field for field, meaning in meanings.items() if not meaning] == []


def test_fields_are_told_by_their_own_class_and_by_its_bases():
    meanings = meanings_of("bert")
    assert "'last:N' (the last N layers learn)" in meanings["transfer"]
    assert meanings["seed"] == "Seed of everything random."
    assert "``" not in "".join(meanings.values())


class Base:
    """A base.

    Parameters
    ----------
    width, height : int
        Of the ``"box"``,
        or of ``its lid``.
    depth : int
        Of the base.

    Attributes
    ----------
    weight : float
        No parameter.
    """


class Model(Base):
    """A model.

    Parameters
    ----------
    depth : int
        Its own.
    """


def test_several_fields_may_share_a_meaning_and_the_nearest_class_wins():
    told = field_meanings(Model, ["width", "height", "depth", "weight"])
    assert told == {
        "width": "Of the 'box', or of 'its lid'.",
        "height": "Of the 'box', or of 'its lid'.",
        "depth": "Its own.",
        "weight": "",
    }

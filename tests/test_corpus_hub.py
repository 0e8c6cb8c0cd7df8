"""The hub: splits and class names taken over, failures told in one line."""

from typing import Any

import pytest

from worthit.core.errors import InputError
from worthit.corpus import load

datasets = pytest.importorskip("datasets", reason="the extra 'hub' is not installed")
FEATURES = datasets.Features(
    {"text": datasets.Value("string"), "label": datasets.ClassLabel(names=["neg", "pos"])}
)


def part(n: int, *, hidden: bool = False) -> Any:
    rows = {"text": [f"text {n} {i}" for i in range(n)], "label": [i % 2 for i in range(n)]}
    if hidden:
        rows["label"] = [-1] * n
    return datasets.Dataset.from_dict(rows, features=FEATURES)


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    splits: dict[str, Any] = {}
    monkeypatch.setattr(
        datasets, "load_dataset", lambda name, configuration: datasets.DatasetDict(splits)
    )
    return splits


def test_splits_and_class_names_are_taken_over(hub: dict[str, Any]) -> None:
    hub.update(train=part(30), validation=part(8), test=part(10))
    films = load("hf:someone/films:small")
    assert films.name == "someone-films-small"
    assert films.classes == ("neg", "pos")
    assert [len(split) for split in films.splits.values()] == [30, 8, 10]


def test_validation_takes_the_place_of_a_test_split_with_hidden_labels(hub: dict[str, Any]) -> None:
    hub.update(train=part(30), validation=part(8), test=part(10, hidden=True))
    assert [len(split) for split in load("hf:films").splits.values()] == [28, 2, 8]


def test_a_single_split_is_divided(hub: dict[str, Any]) -> None:
    hub.update(train=part(50))
    assert [len(split) for split in load("hf:films").splits.values()] == [36, 4, 10]


def test_splits_of_other_names_are_refused(hub: dict[str, Any]) -> None:
    hub.update(easy=part(4), hard=part(4))
    with pytest.raises(InputError, match="'hf:films' has the splits easy, hard; expected train"):
        load("hf:films")


def test_a_failure_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(name: str, configuration: str | None) -> None:
        raise ConnectionError("Couldn't reach\n the hub")

    monkeypatch.setattr(datasets, "load_dataset", fail)
    with pytest.raises(InputError) as caught:
        load("hf:films")
    assert str(caught.value) == (
        "'hf:films' cannot be loaded (Couldn't reach the hub); check its name and the network, or "
        "download its files and give their folder."
    )


def test_an_empty_name_is_refused() -> None:
    with pytest.raises(InputError, match="Got 'hf:' without a name"):
        load("hf:")

"""The data set checks itself once; its hashes depend on content, not on where it lies."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from worthit.core.errors import InputError
from worthit.corpus import Dataset, Split


def split(name: str, labels: str, texts: list[str] | None = None) -> Split:
    inputs = texts or [f"{name} text {i}" for i in range(len(labels))]
    ids = tuple(f"{name}-{i + 1}" for i in range(len(labels)))
    return Split(ids, inputs, np.array(list(labels), dtype=object))


def dataset(train: str = "aabb", validation: str = "ab", test: str = "ab", **fields) -> Dataset:  # type: ignore[no-untyped-def]
    parts = {
        "train": split("train", train),
        "validation": split("validation", validation),
        "test": split("test", test),
    }
    return Dataset(**{"name": "toy", "kind": "text", "language": "en", **parts, **fields})


def refusal(**fields) -> str:  # type: ignore[no-untyped-def]
    with pytest.raises(InputError) as caught:
        dataset(**fields)
    return str(caught.value)


def test_labels_of_any_type_become_strings() -> None:
    made = Split(("1", "2"), ["x", "y"], np.array([1, 0]))
    assert made.labels.tolist() == ["1", "0"]
    assert made.labels.dtype == object


def test_classes_are_sorted() -> None:
    assert dataset(train="bbaacc", validation="c").classes == ("a", "b", "c")


def test_rows_are_taken_by_mask_and_by_position() -> None:
    whole = replace(split("x", "abc"), extra=pd.DataFrame({"n": [1, 2, 3]}))
    for rows in (np.array([True, False, True]), np.array([0, 2])):
        part = whole.take(rows)
        assert part.ids == ("x-1", "x-3")
        assert part.labels.tolist() == ["a", "c"]
        assert part.extra["n"].tolist() == [1, 3]
        assert part.extra.index.tolist() == [0, 1]


def test_wrong_counts_are_refused() -> None:
    with pytest.raises(InputError, match="Got 1 labels for 2 inputs; every item needs one."):
        Split(("1", "2"), ["x", "y"], np.array(["a"]))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"kind": "image"}, "Got kind 'image'; expected one of text, pair, audio."),
        ({"test": split("test", "")}, "toy: the test split is empty; every split needs rows."),
        (
            {"test": "abcc"},
            "toy: class 'c' stands in test (2 rows) and not in train; add training rows of it, "
            "or remove those rows.",
        ),
        ({"train": "aa", "validation": "a", "test": "a"}, "toy has one class, 'a'; expected"),
        ({"train": "aab"}, "toy: class 'b' has one item in train; at least two are needed"),
        ({"positive": "x"}, "Got positive 'x'; the classes are 'a' and 'b'."),
        ({"train": "aabbcc", "positive": "a"}, "Got positive 'a' for 3 classes"),
    ],
)
def test_what_cannot_be_used_is_refused(fields, said: str) -> None:  # type: ignore[no-untyped-def]
    if isinstance(fields.get("test"), Split):
        with pytest.raises(InputError, match="the test split is empty"):
            replace(dataset(), **fields)
    else:
        assert said in refusal(**fields)


def test_an_id_that_stands_twice_is_refused() -> None:
    twice = Split(("1", "1"), ["x", "y"], np.array(["a", "b"]))
    with pytest.raises(InputError, match="the id '1' stands 2 times in test"):
        replace(dataset(), test=twice)


@pytest.mark.parametrize(
    ("train", "positive"),
    [("0011", "1"), (["no", "no", "Yes", "Yes"], "Yes"), ("aaabb", "b"), ("aabb", "a")],
)
def test_the_positive_class_is_the_usual_name_or_the_rarer(train, positive: str) -> None:  # type: ignore[no-untyped-def]
    labels = sorted(set(train))
    made = dataset(train=train, validation=labels, test=labels)
    assert made.positive == positive


def test_three_classes_have_no_positive() -> None:
    assert dataset(train="aabbcc").positive is None


def test_the_content_hash_sees_every_part_of_an_item() -> None:
    made = dataset()
    first = made.train
    changed = [
        replace(first, ids=("other", *first.ids[1:])),
        replace(first, inputs=["other", *first.inputs[1:]]),
        replace(first, labels=np.array(["b", *first.labels[1:]])),
        replace(first, groups=np.array(["g", "", "", ""], dtype=object)),
        replace(first, extra=pd.DataFrame({"source": ["x", "", "", ""]})),
    ]
    hashes = {replace(made, train=split("train", "bbaab")).sha256, made.sha256}
    for part in changed:
        try:
            hashes.add(replace(made, train=part).sha256)
        except InputError:  # the changed label leaves one 'a' in train
            hashes.add("refused")
    assert len(hashes) == len(changed) + 2


def test_the_content_hash_does_not_depend_on_the_split() -> None:
    made = dataset(train="aaabbb", test="aabb")
    mixed = [made.train.take(np.array([0, 1, 3, 4])), made.train.take(np.array([2, 5]))]
    other = replace(made, train=mixed[0], validation=mixed[1], test=made.test)
    again = replace(other, train=made.train, validation=mixed[1].take(np.array([0])))
    assert dataset().sha256 == dataset().sha256
    assert made.split_sha256 != other.split_sha256
    assert again.sha256 != made.sha256


def test_where_a_clip_lies_does_not_change_the_hash() -> None:
    def clips(folder: str) -> Dataset:
        made = dataset(kind="audio")
        moved = {
            name: replace(part, inputs=[f"{folder}/{i}.flac" for i in range(len(part))])
            for name, part in made.splits.items()
        }
        return replace(made, **moved)

    assert clips("here").sha256 == clips("there").sha256


def test_leaks_are_test_items_that_were_delivered_elsewhere() -> None:
    leaky = replace(
        dataset(), test=split("test", "ab", ["  train text 0\n", "new"]), validation=split("v", "a")
    )
    assert leaky.leaked == {"test-1"}


def test_one_file_cannot_leak() -> None:
    leaky = replace(
        dataset(),
        test=split("test", "ab", ["train text 0", "new"]),
        delivered={"all": ("train", "validation", "test")},
    )
    assert leaky.leaked == frozenset()

"""Unseen words: by hand, over outer folds, and as slices of a run."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from worthit.compare.run import Run
from worthit.compare.slices import UNSEEN, slice_columns
from worthit.corpus import Dataset, Split
from worthit.corpus.outer import outer_folds, pooled
from worthit.corpus.unseen import unseen_words
from worthit.experiment.place import Place
from worthit.experiment.running import make
from worthit.experiment.spec import Spec


@pytest.fixture
def reviews():
    """Every text has two words of its own and some that others have as well."""
    texts = [f"a film {i // 3} about thing{i} and other{i}" for i in range(60)]
    labels = np.array(["good", "bad"] * 30, dtype=object)
    parts = np.split(np.arange(60), [40, 50])
    splits = [
        Split(tuple(f"item {i}" for i in part), [texts[i] for i in part], labels[part])
        for part in parts
    ]
    return Dataset("reviews", "text", "en", *splits)


@pytest.fixture
def place(tmp_path):
    return Place(runs=tmp_path / "runs", reports=tmp_path / "reports", jobs=1)


@pytest.mark.parametrize(
    ("item", "share"),
    [
        ("Where is the red house?", 20),  # house
        ("where IS the Red", 0),
        ("a b c where", 75),
        ("the " * 999 + "cat", 1),  # rounded up: 0 is none
        ("?!", 0),
        ("", 0),
        (("where is", "a cat"), 50),
    ],
)
def test_words_that_train_does_not_hold(item, share):
    assert unseen_words(["Where is", ("the", "red")], [item]) == [share]


def test_each_item_of_outer_folds_is_held_against_its_own_train(reviews):
    folds = outer_folds(reviews, 3, seed=0)
    whole = pooled(reviews, folds)
    assert whole.unseen_words == tuple(
        share for fold in folds for share in unseen_words(fold.train.inputs, fold.test.inputs)
    )
    assert len(whole.unseen_words) == len(whole.test)
    # Held against the first fold's train alone, the others' items would hold no such words.
    assert whole.unseen_words != replace(whole, unseen=None).unseen_words


def test_a_run_keeps_them_and_a_column_of_that_name_is_renamed(reviews, place):
    test = reviews.test
    own = test.extra.assign(**{UNSEEN: [f"mine {i % 2}" for i in range(len(test))]})
    dataset = replace(reviews, test=replace(test, extra=own))
    items = Run.read(make(dataset, Spec(model="majority"), place).folder).items
    assert [int(share) for share in items[UNSEEN]] == list(dataset.unseen_words)
    assert Counter(items[f"column {UNSEEN}"]) == Counter(own[UNSEEN])


def test_clips_have_no_words(reviews):
    assert replace(reviews, kind="audio").unseen_words is None


def test_few_values_are_quarters_in_their_order_all_the_same(reviews, place):
    items = make(reviews, Spec(model="majority"), place).items.iloc[:8].copy()
    items[UNSEEN] = ["0", "0", "0", "5", "9", "10", "20", "100"]
    assert list(slice_columns(items)[UNSEEN].cat.categories) == ["0", "5", "9 to 10", "20 to 100"]

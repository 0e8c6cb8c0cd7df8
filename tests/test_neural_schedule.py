"""Epochs and patience: worked out by hand, and kept by a fit."""

import pytest

from worthit.neural.bert import BERT
from worthit.neural.gru import GRU
from worthit.neural.training.schedule import epochs_and_patience


@pytest.mark.parametrize(
    ("n_rows", "epochs", "patience"),
    [
        (22_835, 8, 2),  # 357 steps an epoch: 1,000 are made by three, but eight are usual
        (8_000, 8, 2),  # 125 steps: exactly 1,000
        (7_936, 9, 2),  # 124 steps
        (1_300, 48, 5),  # 21 steps
        (500, 50, 5),  # 8 steps: no more than 50 epochs
        (1, 50, 5),
    ],
)
def test_little_data_is_passed_more_often(n_rows, epochs, patience):
    assert epochs_and_patience(GRU(), n_rows) == (epochs, patience)


def test_a_body_that_is_fine_tuned_needs_fewer():
    assert epochs_and_patience(BERT(), 7_170) == (3, 2)
    assert epochs_and_patience(BERT(), 500) == (13, 2)
    assert epochs_and_patience(BERT(), 20) == (20, 2)


def test_what_is_told_is_kept():
    assert epochs_and_patience(GRU(epochs=3), 500) == (3, 2)
    assert epochs_and_patience(GRU(patience=7), 22_835) == (8, 7)
    assert epochs_and_patience(GRU(epochs=30, patience=1), 500) == (30, 1)


def test_a_fit_without_validation_makes_them_all():
    texts, labels = ["good day", "bad day"] * 32, ["a", "b"] * 32
    model = GRU(batch_size=2, hidden=2, embedding=2, seed=0).fit(texts, labels)
    assert model.epochs_ == 32  # a thousand steps of 32 in an epoch
    assert model.best_epoch_ == len(model.history_) == 32


@pytest.mark.parametrize(("balance", "epochs"), [("none", 8), ("undersample", 50)])
def test_rows_that_balancing_leaves_decide_about_the_epochs(balance, epochs):
    labels = ["rare"] * 8 + ["common"] * 8000
    model = GRU(balance=balance, batch_size=16)
    assert model.schedule_for(labels)["epochs"] == epochs
    texts = [f"word{number % 7}" for number in range(200)]
    small = GRU(balance=balance, batch_size=20, patience=1, hidden=2, embedding=2)
    small.fit(texts, labels[6:206], (texts[:4], labels[:2] + labels[-2:]))
    assert small.epochs_ == small.schedule_for(labels[6:206])["epochs"]

import numpy as np
import pytest
import torch

from worthit.neural.training.batches import (
    Examples,
    LengthGroupedSampler,
    dealt,
    grouped_order,
    pad_rows,
    sorted_batches,
)

LENGTHS = np.random.default_rng(0).integers(1, 60, 500)
ROWS = [np.arange(1, n + 1) for n in LENGTHS]


def test_rows_are_padded_to_the_longest_of_the_batch():
    batch = pad_rows([np.array([5, 6, 7]), np.array([8])], pad=0)
    assert batch.dtype == torch.int64
    assert batch.tolist() == [[5, 6, 7], [8, 0, 0]]


def test_every_row_comes_once_in_an_epoch():
    order = list(LengthGroupedSampler(LENGTHS, batch_size=16, seed=0))
    assert sorted(order) == list(range(len(ROWS)))


def test_batches_hold_rows_of_like_length_in_no_order_of_length():
    order = grouped_order(LENGTHS, 16, np.random.default_rng(0))
    batches = LENGTHS[order][: 31 * 16].reshape(31, 16)
    padding = (batches.max(axis=1, keepdims=True) - batches).sum() / batches.sum()
    assert padding < 0.1
    assert abs(np.corrcoef(np.arange(31), batches.mean(axis=1))[0, 1]) < 0.5


def test_order_depends_on_seed_and_epoch_alone():
    sampler = LengthGroupedSampler(LENGTHS, 16, seed=3)
    first = list(sampler)
    sampler.set_epoch(1)
    second = list(sampler)
    again = LengthGroupedSampler(LENGTHS, 16, seed=3)
    again.set_epoch(1)
    assert list(again) == second != first
    assert list(LengthGroupedSampler(LENGTHS, 16, seed=4)) != first


def test_batch_is_dealt_to_devices_in_parts_of_one_size():
    order = np.array([7, 3, 9, 1, 4, 8, 2])  # a batch of five, and the last one
    parts = dealt(order, batch_size=5, n_parts=2).reshape(4, 3)
    assert parts.tolist() == [[7, 9, 4], [3, 1, ~4], [8, ~2, ~2], [2, ~2, ~2]]


@pytest.mark.parametrize("n_parts", [2, 3, 20])
def test_devices_share_the_batches_of_one(n_parts):
    alone = list(LengthGroupedSampler(LENGTHS, 16, seed=0))
    sampler = LengthGroupedSampler(LENGTHS, 16, seed=0, n_parts=n_parts)
    steps = np.array(list(sampler)).reshape(32, -1)  # 500 rows: 31 batches and a rest
    assert steps.size == len(sampler)
    for number, step in enumerate(steps):
        assert sorted(step[step >= 0]) == sorted(alone[16 * number : 16 * (number + 1)])
    filler = Examples(ROWS, LENGTHS, second=LENGTHS)[~3]
    assert filler[0] is ROWS[3]
    assert filler[1:] == (-1, -1)


@pytest.mark.parametrize("n", [1, 15, 16, 17])
def test_small_data_makes_whole_epochs(n):
    order = grouped_order(np.ones(n, dtype=int), 16, np.random.default_rng(0))
    assert sorted(order) == list(range(n))


def test_prediction_goes_from_long_to_short_over_all_rows():
    batches = sorted_batches(ROWS, 64)
    order = np.concatenate(batches)
    lengths = [len(ROWS[i]) for i in order]
    assert lengths == sorted(lengths, reverse=True)
    assert sorted(order) == list(range(len(ROWS)))
    assert sorted_batches([], 64) == []


def test_sorted_examples_keep_their_labels():
    ordered = Examples(ROWS, LENGTHS, second=-LENGTHS).sorted_by_length()
    for row, label, second in map(ordered.__getitem__, range(len(ordered))):
        assert len(row) == label == -second
    assert list(ordered.lengths) == sorted(LENGTHS, reverse=True)

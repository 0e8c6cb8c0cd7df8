"""Parts of like length: the cheapest cuts, and the same vectors in the same order."""

from itertools import combinations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from worthit.neural.pretrained.like_length import PART, QUADRATIC, in_parts, like_length


def cost(parts):
    return sum(PART + len(part) * part[0] * (1 + part[0] / QUADRATIC) for part in parts)


@given(st.lists(st.integers(1, 512), min_size=1, max_size=7))
def test_no_other_cuts_take_less(lengths):
    parts = like_length(np.array(lengths))
    assert sorted(np.concatenate(parts)) == list(range(len(lengths)))
    ordered = sorted(lengths, reverse=True)
    cheapest = min(
        cost([ordered[a:b] for a, b in zip((0, *cuts), (*cuts, len(ordered)), strict=True)])
        for n in range(len(ordered))
        for cuts in combinations(range(1, len(ordered)), n)
    )
    assert cost([np.array(lengths)[part] for part in parts]) == pytest.approx(cheapest)


def test_one_long_row_is_read_apart_from_short_ones():
    assert [part.tolist() for part in like_length(np.array([9, 10, 400, 10]))] == [[2], [1, 3, 0]]
    assert len(like_length(np.array([9, 10, 11, 10]))) == 1


def test_rows_without_a_token_are_read_as_one_of_padding():
    mask = torch.arange(400) < torch.tensor([0, 400, 0]).unsqueeze(1)
    found = in_parts(lambda rows, mask: rows[:, 0] + mask.sum(dim=1), torch.ones(3, 400), mask)
    assert found.tolist() == [1, 401, 1]


@pytest.mark.parametrize("width", [(), (3,)])
def test_rows_come_back_in_their_order_and_gradients_are_the_same(width):
    lengths = torch.tensor([5, 300, 7, 1, 290])
    torch.manual_seed(0)
    rows = torch.randn(5, 300, *width, dtype=torch.float64, requires_grad=True)
    read_at_once = []

    def read(some, mask):
        read_at_once.append(tuple(some.shape[:2]))
        return (some.reshape(*mask.shape, -1) * mask.unsqueeze(2)).sum(dim=1) ** 2

    mask = torch.arange(300) < lengths.unsqueeze(1)
    mask[1, 7] = False  # a token that is read as padding, amid the others
    found = in_parts(read, rows, mask)
    (parted,) = torch.autograd.grad(found.sum(), rows)
    whole = read(rows, mask)
    (plain,) = torch.autograd.grad(whole.sum(), rows)
    assert read_at_once == [(2, 300), (3, 7), (5, 300)]
    torch.testing.assert_close(found, whole)
    torch.testing.assert_close(parted, plain)

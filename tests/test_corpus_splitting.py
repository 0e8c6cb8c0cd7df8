"""Splits: what must stay together does, classes keep their shares, the seed alone decides."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from worthit.core.errors import InputError
from worthit.corpus.splitting import components, hold_out

rows = st.lists(
    st.tuples(
        st.sampled_from("abcdefghijklmnop"), st.sampled_from("0123456789"), st.sampled_from("xyz")
    ),
    min_size=12,
    max_size=80,
)


def held(labels: list[str], together: np.ndarray, seed: int = 0) -> np.ndarray:
    return hold_out(labels, together, 0.2, (seed, 1), every_class=False)


@given(rows)
def test_equal_keys_and_equal_groups_are_in_one_set(items: list[tuple[str, str, str]]) -> None:
    keys, groups = [key for key, _, _ in items], [group for _, group, _ in items]
    together = components(keys, groups)
    for values in (keys, groups):
        for value in set(values):
            assert len({together[i] for i, other in enumerate(values) if other == value}) == 1


@given(rows)
def test_sets_are_no_larger_than_they_must_be(items: list[tuple[str, str, str]]) -> None:
    keys, groups = [key for key, _, _ in items], [group for _, group, _ in items]
    together = components(keys, groups)
    for number in set(together.tolist()):
        inside = {i for i in range(len(items)) if together[i] == number}
        reached = {min(inside)}
        while True:  # all that is reached from one row through shared keys and groups
            more = {
                i
                for i in range(len(items))
                for j in reached
                if keys[i] == keys[j] or groups[i] == groups[j]
            }
            if more == reached:
                break
            reached = more
        assert reached == inside


@settings(deadline=None)
@given(rows, st.integers(0, 5), st.randoms(use_true_random=False))
def test_the_split_does_not_depend_on_the_order_of_rows(items, seed, random) -> None:  # type: ignore[no-untyped-def]
    shuffled = list(items)
    random.shuffle(shuffled)
    answers = []
    for order in (items, shuffled):
        labels = [label for _, _, label in order]
        together = components([key for key, _, _ in order], None)
        try:
            mask = held(labels, together, seed)
        except InputError:
            answers.append(None)
        else:
            answers.append(Counter(row for row, out in zip(order, mask, strict=True) if out))
    assert answers[0] == answers[1]


@settings(deadline=None)
@given(rows, st.integers(0, 5))
def test_no_set_stands_on_both_sides_and_the_seed_decides(
    items: list[tuple[str, str, str]], seed: int
) -> None:
    labels = [label for _, _, label in items]
    together = components([key for key, _, _ in items], [group for _, group, _ in items])
    try:
        mask = held(labels, together, seed)
    except InputError:
        return  # everything hangs together
    assert not set(together[mask]) & set(together[~mask])
    assert mask.any() and not mask.all()
    assert (held(labels, together, seed) == mask).all()


@given(
    st.lists(st.integers(3, 60), min_size=2, max_size=5), st.integers(0, 5), st.floats(0.05, 0.5)
)
def test_single_rows_are_stratified_to_within_half_a_row(
    sizes: list[int], seed: int, share: float
) -> None:
    labels = [f"class {c}" for c, n in enumerate(sizes) for _ in range(n)]
    mask = hold_out(labels, np.arange(len(labels)), share, (seed, 1), every_class=True)
    out = Counter(label for label, held_out in zip(labels, mask, strict=True) if held_out)
    for c, n in enumerate(sizes):
        found = out[f"class {c}"]
        assert 1 <= found <= n - 2
        assert abs(found - share * n) <= 0.5 or found in (1, n - 2)


def test_another_seed_gives_another_split() -> None:
    labels, together = ["a", "b"] * 50, np.arange(100)
    assert (held(labels, together, 0) != held(labels, together, 1)).any()


def test_the_split_is_the_same_on_every_machine() -> None:
    mask = held(["a", "b"] * 10, np.arange(20))
    assert np.flatnonzero(mask).tolist() == [0, 10, 13, 15]


def test_a_group_too_large_for_the_quota_stays() -> None:
    labels = ["a", "b"] * 20
    together = np.array([0] * 20 + list(range(1, 21)))
    assert not held(labels, together)[:20].any()


@pytest.mark.parametrize(
    ("labels", "sets", "said"),
    [
        (["a"] * 5 + ["b"], range(6), "class 'b' has one row; at least 3 are needed"),
        (["a"] * 5 + ["b"] * 2, range(7), "class 'b' has 2 rows; at least 3 are needed"),
        (
            ["a"] * 5 + ["b"] * 3,
            [0, 1, 2, 3, 4, 5, 5, 5],
            "class 'b' cannot stand on both sides of a split: its 3 rows fall into 1 set of equal",
        ),
    ],
)
def test_a_class_that_cannot_be_divided_is_refused(labels, sets, said: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(InputError) as caught:
        hold_out(labels, np.array(list(sets)), 0.2, (0, 1), every_class=True)
    assert said in str(caught.value)


def test_a_rare_class_may_be_absent_from_validation() -> None:
    labels = ["a"] * 20 + ["b"] * 2
    mask = hold_out(labels, np.arange(22), 0.1, (0, 2), every_class=False)
    assert mask[:20].sum() == 2
    assert not mask[20:].any()


def test_rows_that_all_hang_together_are_refused() -> None:
    with pytest.raises(InputError, match="the 4 rows cannot be divided"):
        hold_out(["a", "b"] * 2, np.zeros(4, dtype=int), 0.1, (0, 2), every_class=False)

"""Two models that hardly disagree: pseudo-items in the resamples, refusals over groups."""

import numpy as np
import pytest
from scipy import stats

from worthit.compare.alignment import Aligned
from worthit.compare.bootstrap import bootstrap, interval
from worthit.compare.pseudo_items import FEW_DIFFERING, NO_CLASS, class_pseudo_items, pseudo_items
from worthit.compare.refusal import refusal_of, refused_classes
from worthit.compare.units import units_of
from worthit.compare.verdict import judge
from worthit.tests.reports_factory import judged
from worthit.tests.runs_factory import make_run

BOTH = ([0], [1])


def only_second(n, n_differing, groups=None, shares=(0.5, 0.3, 0.2)):
    """Both are right everywhere, but for the first few items, where the first errs."""
    truth = np.repeat(np.arange(3), [round(n * share) for share in shares])
    truth = np.random.default_rng(0).permutation(truth)
    first = np.where(np.arange(n) < n_differing, (truth + 1) % 3, truth)
    ids = tuple(map(str, range(n)))
    return Aligned(ids, ("a", "b", "c"), truth, np.stack([first, truth]), groups)


def ends(items, metric="accuracy", **options):
    return interval(bootstrap(units_of(items), BOTH, metric, **options)[0])


def test_pseudo_items_are_one_in_each_direction_over_the_classes():
    added = pseudo_items(units_of(only_second(200, 3)), BOTH, "accuracy")
    assert added.weights == pytest.approx([0.5, 0.3, 0.2] * 2)
    totals = added.observed()
    assert totals.support[0, 0] == pytest.approx([1, 0.6, 0.4])
    # In the first direction only the first is right; the second says the commonest other class:
    # b where it is a (0.5), a where it is b or c (0.3 + 0.2).
    assert totals.hits[0] == pytest.approx(np.array([[0.5, 0.3, 0.2]] * 2))
    assert totals.predicted[0] == pytest.approx(np.array([[0.5 + 0.5, 0.3 + 0.5, 0.2]] * 2))


def test_where_enough_items_differ_there_are_none():
    few = bootstrap(units_of(only_second(200, FEW_DIFFERING - 1)), BOTH, "accuracy")
    enough = bootstrap(units_of(only_second(200, FEW_DIFFERING)), BOTH, "accuracy")
    assert few[0].pseudo_items and not enough[0].pseudo_items
    assert min(enough[0].values) >= 0  # the other direction was never seen


def test_a_small_class_in_which_few_items_differ_gets_its_part():
    items = only_second(200, 0, shares=(0.7, 0.16, 0.14))  # 140, 32 and 28 items
    first = items.truth.copy()
    for label, n in ((0, 9), (1, 9), (2, 9)):
        first[np.flatnonzero(items.truth == label)[:n]] = (label + 1) % 3
    answers = np.stack([first, items.truth])
    units = units_of(Aligned(items.ids, items.classes, items.truth, answers, None))
    assert units.differing_by_class(BOTH).tolist() == [9, 9, 9]
    for metric in ("accuracy", "f1_weighted"):
        assert pseudo_items(units, BOTH, metric) is None
    for metric in ("f1_macro", "recall_macro"):
        added = pseudo_items(units, BOTH, metric)
        assert added.weights == pytest.approx([0, 0, 1 / 3] * 2)  # 1 in all, were all classes few


def test_a_class_judged_by_itself_gets_one_in_each_direction_however_large_it_is():
    items = only_second(1000, 0)  # 500, 300 and 200 items
    first = items.truth.copy()
    for label, n in ((0, FEW_DIFFERING), (1, FEW_DIFFERING - 1)):
        first[np.flatnonzero(items.truth == label)[:n]] = -1
    answers = np.stack([first, items.truth])
    units = units_of(Aligned(items.ids, items.classes, items.truth, answers, None))
    added = class_pseudo_items(units, BOTH)
    assert added.weights == pytest.approx([0, 1, 1] * 2)
    totals = added.observed()
    assert totals.hits[..., 1:] == pytest.approx(1)
    np.testing.assert_array_equal(totals.predicted, totals.hits)  # wrong answers are of no class
    for positive in range(3):
        chosen, per_class = bootstrap(units, BOTH, "f1_positive", positive)
        assert interval(chosen) == interval(per_class[positive])
    assert [each.pseudo_items for each in per_class] == [False, True, True]
    low, high = interval(per_class[2])  # nothing was seen to differ in it
    assert low < 0 < high


@pytest.mark.parametrize("side", [0, 1])
def test_one_model_that_is_hardly_ever_wrong_or_right_has_an_interval_with_the_truth(side):
    n, share, inside = 1000, 0.002, 0.0
    for n_odd in range(15):
        items = only_second(n, n_odd)
        answers = np.stack(
            [items.answers[0], np.where(items.answers[0] == items.truth, -1, items.truth)]
        )
        units = units_of(Aligned(items.ids, items.classes, items.truth, answers, None))
        low, high = interval(bootstrap(units, [side], "accuracy", n_resamples=2000)[0])
        inside += stats.binom.pmf(n_odd, n, share) * (low <= abs(1 - side - share) <= high)
    assert inside >= 0.93


def test_both_wrong_or_right_alike_over_the_seeds_is_no_difference():
    items = only_second(200, 0)
    wrong = (items.truth + 1) % 3
    answers = np.stack([items.truth] * 4)
    answers[0, :3] = answers[2, :3] = wrong[:3]  # one seed of either side: as good on the mean
    answers[0, 3:7] = wrong[3:7]  # one seed of the first side alone
    answers[:, 7:9] = wrong[7:9]
    answers[3, 7:9] = (wrong[7:9] + 1) % 3  # all wrong, one of them otherwise
    units = units_of(Aligned(items.ids, items.classes, items.truth, answers, None))
    assert units.n_differing(([0, 1], [2, 3])) == 4
    assert units.n_differing(([0], [1])) == 7
    assert units.n_differing(([2, 0, 1], [3])) == 7


@pytest.mark.parametrize("n", [100, 10_000])
def test_the_same_answers_have_an_interval_of_three_items_each_way(n):
    # One item is drawn in either direction on average: the difference of two Poisson numbers.
    low, high = (stats.skellam.ppf(tail, 1, 1) for tail in (0.025, 0.975))
    assert (low, high) == (-3, 3)
    found = ends(only_second(n, 0))
    assert found == pytest.approx((low / n, high / n), rel=0.06)  # of n and the items added


def test_the_same_answers_are_a_tie_on_many_items_and_open_on_few():
    many, few = (judge(0.0, *ends(only_second(n, 0), "f1_macro"), 1.0, 0.01) for n in (10_000, 100))
    assert (many.verdict, many.reason) == ("not worth it", "tie")
    assert (few.verdict, few.reason) == ("cannot tell", "noise")


@pytest.mark.parametrize(
    ("n", "share"),
    [(100, 0.01), (300, 0.003), (300, 0.005), (1000, 0.003)],
)
def test_intervals_hold_the_truth_where_hardly_any_item_differs(n, share):
    # All numbers of differing items that are at all likely, with their chances: no simulation.
    inside = 0.0
    for n_differing in range(25):
        low, high = ends(only_second(n, n_differing), n_resamples=2000)
        inside += stats.binom.pmf(n_differing, n, share) * (low <= share <= high)
    assert inside >= 0.93


def test_the_difference_stays_as_it_is():
    items = only_second(200, 2)
    samples, per_class = bootstrap(units_of(items), BOTH, "accuracy")
    assert samples.observed == pytest.approx(0.01)
    low, high = interval(samples)
    assert low < 0 < samples.observed < high
    assert all(np.std(each.values) > 0 for each in per_class)


def test_few_groups_that_differ_have_no_interval():
    groups = np.arange(600) // 10
    few = only_second(600, 90, groups)
    why = {"kind": "differing", "have": 9, "need": 10}
    assert refusal_of(few, "accuracy", None, BOTH) == why
    assert refused_classes(few, BOTH).all()
    assert refusal_of(few, "accuracy", None) is None  # of one model alone
    enough = only_second(600, 110, groups)
    assert refusal_of(enough, "accuracy", None, BOTH) is None
    found = units_of(enough).differing_by_class
    assert found(BOTH).tolist() == [11, 11, 9]
    assert found(BOTH, with_answers=True).tolist() == [11, 11, 11]  # c is answered wrongly as well
    assert not refused_classes(enough, BOTH).any()
    answers = np.where(enough.answers == enough.truth, enough.answers, -1)
    silent = Aligned(enough.ids, enough.classes, enough.truth, answers, groups)
    assert refused_classes(silent, BOTH).tolist() == [False, False, True]
    assert refusal_of(silent, "f1_positive", 1, BOTH) is None
    assert refusal_of(silent, "f1_positive", 2, BOTH) == why


def pages(groups=None, n_differing=5, n=400, spared=NO_CLASS):
    items = only_second(n, n_differing, groups)
    items.answers[0, items.truth == spared] = spared
    items.answers[0, items.answers[0] == spared] = items.truth[items.answers[0] == spared]
    truth, answers = (
        np.array(["a", "b", "c"], dtype=object)[x] for x in (items.truth, items.answers)
    )
    runs = [make_run(name, truth, answer, groups=None if groups is None else groups.astype(str))
            for name, answer in zip(("tfidf", "gru"), answers, strict=True)]  # fmt: skip
    return judged(runs)[1]


def test_page_says_why_there_is_no_interval_over_groups():
    page = pages(np.arange(400) // 4)
    assert "**Cannot tell: the two differ in only 2 groups.**" in page
    assert "At least 10 groups in which the two differ are needed before anything" in page
    assert "because the two differ in only 2 groups (fewer than 10)" in page


def test_page_says_that_hardly_any_item_tells_the_two_apart():
    assert "because fewer than 20 items of some class are answered rightly by only one" in pages()


def test_page_says_of_which_classes_the_groups_are_too_few():
    page = pages(np.arange(600) // 10, n_differing=200, n=600, spared=2)
    page = page.split("## Per class")[1].split("## ")[0]
    (row,) = (line for line in page.splitlines() if line.startswith("| c "))
    assert "(no interval)" in row
    assert page.count("(no interval)") == 1
    assert page.count("No interval where the two differ in under 10 groups of a class.") == 1


def test_page_says_how_many_classes_have_pseudo_items():
    told = "In 3 classes fewer than 20 items are answered rightly by only one of the two: the"
    assert told in pages()

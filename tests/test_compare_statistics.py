"""Bootstrap, randomisation test, McNemar, Holm, power: against brute force, scipy, statsmodels."""

import time

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar as their_mcnemar
from statsmodels.stats.multitest import multipletests

from worthit.compare.alignment import Aligned
from worthit.compare.bootstrap import bootstrap, interval
from worthit.compare.metrics import METRICS
from worthit.compare.randomisation import randomisation, randomisation_p
from worthit.compare.refusal import refusal_of
from worthit.compare.significance import (
    chances,
    holm,
    mcnemar_p,
    minimum_detectable,
    to_settle,
)
from worthit.compare.units import units_of
from worthit.compare.verdict import judge

BOTH = ([0], [1])


def aligned(n=400, k=3, gain=0.06, n_runs=2, n_groups=None, seed=0):
    rng = np.random.default_rng(seed)
    truth = rng.integers(k, size=n)
    groups = None if n_groups is None else np.arange(n) % n_groups
    hard = rng.random(n) if groups is None else rng.random(n_groups)[groups]
    runs = []
    for run in range(n_runs):
        right = hard + rng.normal(scale=0.15, size=n) < 0.7 + gain * (run > 0)
        runs.append(np.where(right, truth, rng.integers(k, size=n)))
    names = tuple("abcdefghijklmnopqrstuvwxyz"[:k])
    return Aligned(tuple(map(str, range(n))), names, truth, np.stack(runs), groups)


def f1_by_class(truth, answer, k=3):
    """Count F1 of each class anew, for brute force."""
    hits = [np.sum((truth == c) & (answer == c)) for c in range(k)]
    sizes = [np.sum(truth == c) + np.sum(answer == c) for c in range(k)]
    return np.array(
        [2 * hit / size if size else 0.0 for hit, size in zip(hits, sizes, strict=True)]
    )


def test_units_add_up_to_the_test_set():
    for n_groups in (None, 40):
        items = aligned(n_groups=n_groups)
        observed = units_of(items).observed()
        assert np.array_equal(observed.support[0, 0], np.bincount(items.truth))
        for run in (0, 1):
            hits = items.truth[items.truth == items.answers[run]]
            assert np.array_equal(observed.hits[0, run], np.bincount(hits, minlength=3))
            assert np.array_equal(observed.predicted[0, run], np.bincount(items.answers[run]))


def test_answers_outside_the_classes_count_for_no_class():
    items = aligned()
    items.answers[0, :5] = -1
    observed = units_of(items).observed()
    assert observed.predicted[0, 0].sum() == len(items.ids) - 5


def test_bootstrap_agrees_with_scipy_for_accuracy():
    items = aligned()
    samples, _ = bootstrap(units_of(items), BOTH, "accuracy")
    gains = (items.answers[1] == items.truth) * 1.0 - (items.answers[0] == items.truth)
    theirs = stats.bootstrap(
        (gains,), np.mean, n_resamples=10_000, method="percentile", rng=np.random.default_rng(1)
    )
    assert samples.observed == pytest.approx(gains.mean())
    assert samples.se == pytest.approx(gains.std() / np.sqrt(len(gains)), rel=0.03)
    low, high = interval(samples)
    assert low == pytest.approx(theirs.confidence_interval.low, abs=0.004)
    assert high == pytest.approx(theirs.confidence_interval.high, abs=0.004)


def test_bootstrap_agrees_with_brute_force_for_macro_f1():
    items = aligned(n=200)
    samples, per_class = bootstrap(units_of(items), BOTH, "f1_macro")
    rng = np.random.default_rng(3)
    brute = []
    for _ in range(1500):
        pick = rng.integers(200, size=200)
        scores = [f1_by_class(items.truth[pick], answer[pick]) for answer in items.answers]
        brute.append(scores[1] - scores[0])
    means = np.array(brute).mean(axis=1)
    assert samples.se == pytest.approx(means.std(), rel=0.08)
    expected = np.quantile(means, [0.025, 0.975])
    assert interval(samples) == pytest.approx(expected, abs=0.2 * means.std())
    for place in range(3):
        assert per_class[place].se == pytest.approx(np.array(brute)[:, place].std(), rel=0.08)


def test_group_bootstrap_agrees_with_brute_force():
    items = aligned(n=300, n_groups=30)
    samples, _ = bootstrap(units_of(items), BOTH, "accuracy")
    gains = (items.answers[1] == items.truth) * 1.0 - (items.answers[0] == items.truth)
    sums = np.bincount(items.groups, weights=gains)
    sizes = np.bincount(items.groups)
    rng = np.random.default_rng(5)
    picks = rng.integers(30, size=(4000, 30))
    brute = sums[picks].sum(axis=1) / sizes[picks].sum(axis=1)
    assert samples.se == pytest.approx(brute.std(), rel=0.05)


def test_groups_of_like_items_widen_the_interval():
    truth = np.tile([0, 1], 100)
    groups = np.repeat(np.arange(20), 10)
    lucky = np.random.default_rng(0).random(20)[groups]
    answers = np.stack([truth, np.where(lucky < 0.8, truth, 1 - truth)])
    ids = tuple(map(str, range(200)))
    alone = bootstrap(units_of(Aligned(ids, ("a", "b"), truth, answers, None)), BOTH, "accuracy")
    together = bootstrap(
        units_of(Aligned(ids, ("a", "b"), truth, answers, groups)), BOTH, "accuracy"
    )
    assert together[0].se > 2 * alone[0].se


def test_same_numbers_on_every_call_and_in_any_item_order():
    items = aligned()
    order = np.random.default_rng(1).permutation(len(items.ids))
    turned = Aligned(items.ids, items.classes, items.truth[order], items.answers[:, order], None)
    one, again, other = (
        interval(bootstrap(units_of(x), BOTH, "f1_macro")[0]) for x in (items, items, turned)
    )
    assert one == again == other


def test_seeds_widen_the_interval_as_theory_says():
    rng = np.random.default_rng(2)
    n = 20_000
    truth = rng.integers(2, size=n)
    accuracies = [0.70, 0.74, 0.78, 0.82]  # the spread over seeds dwarfs that over items
    runs = [np.where(rng.random(n) < a, truth, 1 - truth) for a in (0.75, *accuracies)]
    ids = tuple(map(str, range(n)))
    units = units_of(Aligned(ids, ("a", "b"), truth, np.stack(runs), None))
    samples, _ = bootstrap(units, ([0], [1, 2, 3, 4]), "accuracy")
    expected = np.std(accuracies, ddof=1) / np.sqrt(4)
    assert samples.seeds_se == pytest.approx(expected, rel=0.1)
    assert samples.items_se < 0.2 * samples.seeds_se


def test_randomisation_is_the_exact_sign_test_for_accuracy():
    items = aligned(n=120, gain=0.1)
    right = [items.answers[i] == items.truth for i in (0, 1)]
    b, c = int((right[0] & ~right[1]).sum()), int((~right[0] & right[1]).sum())
    # Swaps where both are wrong or right change nothing, so this is McNemar's null distribution.
    assert randomisation_p(units_of(items), BOTH, "accuracy") == pytest.approx(
        mcnemar_p(b, c), abs=0.01
    )


def test_randomisation_agrees_with_brute_force_for_macro_f1():
    items = aligned(n=150, gain=0.05, seed=4)
    rng = np.random.default_rng(0)

    def difference(one, other):
        return np.mean(f1_by_class(items.truth, other) - f1_by_class(items.truth, one))

    one, other = items.answers
    limit = abs(difference(one, other)) - 1e-12
    hits = 0
    for _ in range(1500):
        swap = rng.random(150) < 0.5
        drawn = difference(np.where(swap, other, one), np.where(swap, one, other))
        hits += abs(drawn) >= limit
    expected = (1 + hits) / 1501
    assert randomisation_p(units_of(items), BOTH, "f1_macro") == pytest.approx(expected, abs=0.04)


def test_randomisation_of_groups_swaps_whole_groups():
    # One group in which only the second model is right: two outcomes, so p is about 1.
    truth = np.zeros(20, dtype=int)
    truth[10:] = 1
    answers = np.stack([1 - truth, truth])
    items = Aligned(tuple(map(str, range(20))), ("a", "b"), truth, answers, np.zeros(20, dtype=int))
    assert randomisation_p(units_of(items), BOTH, "f1_macro") == 1
    alone = Aligned(items.ids, items.classes, truth, answers, None)
    assert randomisation_p(units_of(alone), BOTH, "f1_macro") < 0.001


def test_randomisation_holds_its_level_when_models_are_equal():
    ps = [
        randomisation_p(units_of(aligned(n=120, gain=0, seed=s)), BOTH, "f1_macro", n_draws=500)
        for s in range(200)
    ]
    assert np.mean(np.array(ps) < 0.05) < 0.1


def test_equal_answers_give_p_one():
    items = aligned()
    same = Aligned(items.ids, items.classes, items.truth, items.answers[[0, 0]], None)
    assert randomisation_p(units_of(same), BOTH, "f1_macro") == 1


def test_repeating_a_lone_baseline_run_changes_nothing():
    items = aligned(n_runs=3)
    tripled = Aligned(items.ids, items.classes, items.truth, items.answers[[0, 0, 1, 2]], None)
    one = randomisation_p(units_of(items), ([0], [1, 2]), "f1_macro")
    other = randomisation_p(units_of(tripled), ([0, 1], [2, 3]), "f1_macro")
    assert one == pytest.approx(other, abs=0.015)


@pytest.mark.parametrize(("b", "c"), [(0, 0), (3, 3), (1, 9), (181, 311), (0, 5)])
def test_mcnemar_agrees_with_statsmodels(b, c):
    theirs = their_mcnemar([[10, b], [c, 10]], exact=True).pvalue
    assert mcnemar_p(b, c) == pytest.approx(1.0 if b == c else theirs)


def test_spread_of_the_draws_is_that_of_signs_flipped_at_random():
    items = aligned(n=300, gain=0.1, seed=3)
    right = items.answers == items.truth
    gaps = right[1].astype(int) - right[0].astype(int)
    found = randomisation(units_of(items), BOTH, "accuracy")
    assert found.sd == pytest.approx(np.sqrt((gaps**2).sum()) / 300, rel=0.03)
    same = Aligned(items.ids, items.classes, items.truth, items.answers[[0, 0]], None)
    assert randomisation(units_of(same), BOTH, "accuracy").sd == 0


@pytest.mark.parametrize("seed", range(5))
def test_holm_agrees_with_statsmodels(seed):
    p = np.random.default_rng(seed).random(6) ** 3
    assert holm(list(p)) == pytest.approx(multipletests(p, method="holm")[1])


def test_minimum_detectable_is_found_four_times_out_of_five():
    se = 0.004
    observed = np.random.default_rng(0).normal(minimum_detectable(se), se, size=20_000)
    assert np.mean(observed > stats.norm.ppf(0.975) * se) == pytest.approx(0.8, abs=0.01)


def test_minimum_detectable_needs_interval_and_test():
    z, power = stats.norm.ppf(0.975), stats.norm.ppf(0.8)
    assert minimum_detectable(0.01, 0.013) == pytest.approx(z * 0.013 + power * 0.01)
    assert minimum_detectable(0.01, 0.008) == minimum_detectable(0.01)


@pytest.mark.parametrize("wider", [1.0, 1.4])
@pytest.mark.parametrize("se", [0.002, 0.005, 0.02])
@pytest.mark.parametrize("true", [0.0, 0.005, 0.01, 0.02])
def test_chances_agree_with_simulating_the_rule(se, true, wider):
    rng = np.random.default_rng(0)
    said = []
    for observed in rng.normal(true, se, size=1500):
        half = stats.norm.ppf(0.975) * se
        p = 2 * stats.norm.sf(abs(observed) / (wider * se))
        said.append(judge(observed, observed - half, observed + half, p, 0.01).verdict)
    expected = chances(se, 0.01, true, null_sd=wider * se)
    for verdict, probability in expected.items():
        assert probability == pytest.approx(said.count(verdict) / 1500, abs=0.04)
    assert sum(expected.values()) == pytest.approx(1)


@pytest.mark.parametrize("wider", [1.0, 1.5])
def test_number_of_items_to_settle_gives_a_clear_verdict_four_times_out_of_five(wider):
    for difference in (0.0, 0.02, 0.025):
        settle = to_settle(
            difference, 0.01, items_se=0.01, seeds_se=0, n=1000, n_seeds=1, null_ratio=wider
        )
        assert settle.items > 1000
        assert settle.seeds is None
        se = 0.01 * np.sqrt(1000 / settle.items)
        then = chances(se, 0.01, difference, null_sd=wider * se)
        clear = then["worth it"] if difference > 0.01 else then["not worth it"]
        assert clear == pytest.approx(0.8, abs=0.02)


def test_a_difference_on_the_margin_cannot_be_settled():
    assert to_settle(0.01, 0.01, 0.01, 0, 1000, 1).items is None


def test_spread_over_seeds_asks_for_seeds():
    settle = to_settle(0.03, 0.01, items_se=0.002, seeds_se=0.02, n=5000, n_seeds=3)
    assert settle.seeds > 3


def test_intervals_are_refused_for_few_groups_and_tiny_classes():
    few = aligned(n_groups=9)
    assert refusal_of(few, "accuracy", None) == {"kind": "groups", "have": 9, "need": 10}
    assert refusal_of(aligned(n_groups=10), "accuracy", None) is None
    tiny = aligned(n=400)
    tiny.truth[tiny.truth == 2] = 0
    tiny.truth[:9] = 2
    assert refusal_of(tiny, "f1_macro", None) == {
        "kind": "class", "label": "c", "have": 9, "need": 10,
    }  # fmt: skip
    assert refusal_of(tiny, "accuracy", None) is None
    assert refusal_of(tiny, "f1_positive", 2) is not None
    assert refusal_of(tiny, "f1_positive", 0) is None


@pytest.mark.parametrize("metric", METRICS)
def test_ten_thousand_items_are_quick(metric):
    items = aligned(n=10_000, k=8)
    units = units_of(items)
    start = time.process_time()
    samples, _ = bootstrap(units, BOTH, metric, positive=1)
    assert time.process_time() - start < 2
    assert len(samples.values) == 10_000

"""The bootstrap intervals, those of the benchmark too, and their slopes; what totals alone say."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from worthit.compare.alignment import Aligned
from worthit.compare.bootstrap import bootstrap, interval
from worthit.compare.metrics import METRICS, metric_slopes, metric_values
from worthit.compare.refusal import refusal_of
from worthit.compare.units import units_of

spec = spec_from_file_location(
    "alternatives", Path(__file__).resolve().parents[1] / "benchmarks" / "alternatives.py"
)
alternatives = module_from_spec(spec)
spec.loader.exec_module(alternatives)
bca, percentile, resample, studentised = (
    getattr(alternatives, name) for name in ("bca", "percentile", "resample", "studentised")
)


def aligned(truth, *answers, groups=None):
    classes = tuple("abcdefgh"[: int(truth.max()) + 1])
    return Aligned(tuple(map(str, range(len(truth)))), classes, truth, np.stack(answers), groups)


def two_models(n=300, seed=0):
    rng = np.random.default_rng(seed)
    truth = rng.integers(3, size=n)
    first = np.where(rng.random(n) < 0.75, truth, rng.integers(3, size=n))
    return aligned(truth, first, np.where(rng.random(n) < 0.5, truth, rng.integers(3, size=n)))


@pytest.mark.parametrize("metric", METRICS)
def test_slopes_are_those_of_small_steps(metric):
    rng = np.random.default_rng(0)
    support, hits = rng.uniform(20, 40, size=4), rng.uniform(5, 20, size=4)
    counts = [hits, hits + rng.uniform(1, 9, size=4), support]
    slopes = metric_slopes(metric, *counts, positive=1)
    for which in range(3):
        for place in range(4):
            moved = [count.copy() for count in counts]
            moved[which][place] += 1e-5
            step = metric_values(metric, *moved, 1) - metric_values(metric, *counts, 1)
            assert slopes[which][place] == pytest.approx(step / 1e-5, rel=1e-3, abs=1e-8)


@pytest.mark.parametrize("metric", METRICS)
def test_influences_of_all_units_sum_to_zero(metric):
    resamples = resample(units_of(two_models()), metric, 1, 10, np.random.default_rng(0))
    assert (resamples.weights * resamples.influence).sum() == pytest.approx(0, abs=1e-9)


def test_delta_method_agrees_with_the_bootstrap():
    for metric in METRICS:
        resamples = resample(units_of(two_models()), metric, 1, 4000, np.random.default_rng(0))
        assert resamples.se == pytest.approx(resamples.values.std(), rel=0.05)


def test_intervals_of_accuracy_agree_with_scipy():
    items = two_models(150)
    gains = (items.answers[1] == items.truth) * 1.0 - (items.answers[0] == items.truth)
    ours = resample(units_of(items), "accuracy", None, 20_000, np.random.default_rng(0))
    for method, ends_of in (("percentile", percentile), ("BCa", bca)):
        theirs = stats.bootstrap(
            (gains,), np.mean, n_resamples=20_000, method=method, rng=np.random.default_rng(1)
        ).confidence_interval
        assert ends_of(ours) == pytest.approx(tuple(theirs), abs=1.01 / 150)  # one step


def test_studentised_interval_is_as_worked_out_on_arrays():
    items = two_models(60)
    gains = (items.answers[1] == items.truth) * 1.0 - (items.answers[0] == items.truth)
    rng = np.random.default_rng(1)
    drawn = gains[rng.integers(60, size=(40_000, 60))]
    t = (drawn.mean(axis=1) - gains.mean()) / (drawn.std(axis=1, ddof=1) / 60**0.5)
    low, high = np.quantile(t, [0.025, 0.975])
    se = gains.std(ddof=1) / 60**0.5
    expected = (gains.mean() - high * se, gains.mean() - low * se)
    ours = resample(units_of(items), "accuracy", None, 40_000, np.random.default_rng(0))
    assert ours.se == pytest.approx(se)
    assert studentised(ours) == pytest.approx(expected, abs=0.1 * se)


def test_equal_answers_have_an_interval_of_no_width():
    truth = np.arange(40) % 2
    same = resample(units_of(aligned(truth, truth, truth)), "f1_macro", None, 50,
                    np.random.default_rng(0))  # fmt: skip
    # As plain intervals have it; the report's has pseudo-items.
    assert percentile(same) == bca(same) == studentised(same) == (0, 0)


# Published totals of a linear model and of RoBERTa on 1,906 items, 367 of them positive: true
# positives, false positives, false negatives. Which items they were is not published.
TOTALS = ((293, 98, 74), (305, 110, 62))
N, N_POSITIVE = 1906, 367


def answers_with(totals, rng):
    """Place the errors of given totals at random."""
    hits, false, missed = totals
    truth = (np.arange(N) < N_POSITIVE) * 1
    answer = truth.copy()
    answer[rng.choice(N_POSITIVE, size=missed, replace=False)] = 0
    answer[N_POSITIVE + rng.choice(N - N_POSITIVE, size=false, replace=False)] = 1
    assert ((truth & answer).sum(), hits) == (hits, N_POSITIVE - missed)
    return truth, answer


def width(ends):
    return ends[1] - ends[0]


def middle(samples):
    return np.quantile(samples, [0.025, 0.975])


def test_totals_alone_give_an_unpaired_interval_and_pairing_narrows_it():
    rng = np.random.default_rng(0)
    truth, linear = answers_with(TOTALS[0], rng)
    _, roberta = answers_with(TOTALS[1], rng)
    f1 = [2 * hits / (2 * hits + false + missed) for hits, false, missed in TOTALS]
    assert [round(100 * value, 1) for value in f1] == [77.3, 78.0]

    one, other = (
        bootstrap(units_of(aligned(truth, answer)), [0], "f1_positive", 1, seed=seed)[0]
        for seed, answer in enumerate((linear, roberta))
    )
    unpaired = other.values - one.values  # two test sets drawn apart: no item is shared
    low, high = np.quantile(unpaired, [0.025, 0.975])
    assert other.observed - one.observed == pytest.approx(0.0071, abs=0.0005)
    assert low < -0.03 < 0.04 < high  # far inside the noise

    # The same totals with RoBERTa failing on the same items as far as it can.
    alike = truth.copy()
    alike[np.flatnonzero((truth == 1) & (linear == 0))[:62]] = 0
    alike[np.flatnonzero((truth == 0) & (linear == 1))] = 1
    alike[np.flatnonzero((truth == 0) & (linear == 0))[: 110 - 98]] = 1
    paired, _ = bootstrap(units_of(aligned(truth, linear, alike)), ([0], [1]), "f1_positive", 1)
    apart, _ = bootstrap(units_of(aligned(truth, linear, roberta)), ([0], [1]), "f1_positive", 1)
    assert paired.observed == pytest.approx(apart.observed) == pytest.approx(f1[1] - f1[0])
    # Totals fit any pairing between the two, so nothing paired follows from them.
    narrow, alone, wide = (
        width(middle(values)) for values in (paired.values, unpaired, apart.values)
    )
    assert narrow < 0.5 * alone < wide


def test_few_groups_get_the_studentised_interval_and_many_the_percentiles():
    items = two_models(400)
    few = aligned(items.truth, *items.answers, groups=np.arange(400) % 12)
    samples, per_class = bootstrap(units_of(few), ([0], [1]), "f1_macro")
    ours = resample(units_of(few), "f1_macro", None, 10_000, np.random.default_rng(0))
    assert samples.delta_se == pytest.approx(ours.se)
    assert interval(samples) == pytest.approx(studentised(ours), abs=0.1 * ours.se)
    assert width(interval(samples)) > width(percentile(ours))
    assert all(each.t is not None for each in per_class)
    assert bootstrap(units_of(items), ([0], [1]), "f1_macro")[0].t is None


def test_small_test_sets_are_refused():
    small = two_models(99)
    assert refusal_of(small, "accuracy", None) == {"kind": "items", "have": 99, "need": 100}
    assert refusal_of(two_models(100), "accuracy", None) is None

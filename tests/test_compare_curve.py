"""Learning curves: crossings by hand, the power law against scipy, and what the index says."""

import numpy as np
import pytest
from scipy.optimize import curve_fit

from worthit.compare.curve import crossing
from worthit.compare.figures.curve import _title
from worthit.compare.pages.curve import curve_section
from worthit.compare.power_law import EXPONENTS, doubt_of, fit_power_law, times_to_cross
from worthit.compare.report import Report
from worthit.core.errors import InputError
from worthit.tests.reports_factory import COMMAND, NEWS, compare_golden
from worthit.tests.runs_factory import answers, make_run, truths

SIZES = np.array([1000, 2000, 4000, 8000, 16000])


def differences(*values, width=0.001):
    return [{"difference": v, "low": v - width, "high": v + width} for v in values]


def test_a_crossing_lies_between_two_sizes_on_a_straight_line_in_log_n():
    found = crossing(SIZES, differences(-0.06, -0.03, 0.01, 0.02, 0.03))
    # Three quarters of the way from 2,000 to 4,000 in log n: 2000 * 2 ** 0.75.
    assert found["n"] == pytest.approx(2000 * 2**0.75)
    assert (found["low"], found["high"], found["changes"], found["ahead"]) == (2000, 4000, 1, -1)
    assert found["sure"] and found["ties"] == 0


def test_a_crossing_within_the_noise_is_not_sure():
    found = crossing(SIZES, differences(-0.06, -0.03, 0.01, 0.02, 0.03, width=0.015))
    assert not found["sure"] and found["ties"] == 1
    none = [{**each, "low": None, "high": None} for each in differences(-0.1, 0.1)]
    assert not crossing(SIZES[:2], none)["sure"]


def test_curves_that_do_not_cross_say_between_what():
    found = crossing(SIZES, differences(0.05, 0.04, 0.03, 0.02, 0.0))
    assert (found["n"], found["low"], found["high"], found["ahead"]) == (None, 1000, 16000, 1)
    assert crossing(SIZES[:2], differences(0.0, 0.0))["ahead"] == 0


def test_equal_scores_between_two_signs_are_the_crossing():
    found = crossing(SIZES, differences(-0.02, 0.0, 0.02, 0.01, -0.01))
    assert (found["n"], found["low"], found["high"], found["changes"]) == (2000, 1000, 4000, 2)


@pytest.mark.parametrize(("a", "b", "c"), [(0.9, 0.03, 0.5), (0.8, 0.01, 1.2), (0.95, 0.1, 0.3)])
def test_the_fit_is_that_of_scipy(a, b, c):
    noise = np.random.default_rng(0).normal(scale=0.0005, size=5)
    scores = a - b * (SIZES / 16000) ** -c + noise
    law = fit_power_law(SIZES, scores[None])

    def curve(n, a, b, c):
        return a - b * (n / 16000) ** -c

    (a, b, c), _ = curve_fit(curve, SIZES, scores, (a, b, c), bounds=((0, 0, 0.02), (1, 1, 3)))
    assert law.a[0] == pytest.approx(a, abs=1e-3)
    assert law.b[0] == pytest.approx(b, abs=1e-3)
    assert law.c[0] == pytest.approx(c, rel=0.02)
    assert law.at(4)[0] == pytest.approx(curve(64000, a, b, c), abs=2e-4)
    assert law.r2[0] == pytest.approx(1, abs=0.01)


def test_a_wished_score_is_where_the_curve_passes_it():
    law = fit_power_law(SIZES, (0.9 - 0.02 * (SIZES / 16000) ** -0.5)[None])
    # 0.9 - 0.02 / sqrt(t) = 0.89 at t = 4, and never 0.9 or more.
    assert law.times_for(0.89)[0] == pytest.approx(4, rel=0.02)
    assert law.times_for(0.91)[0] == np.inf
    rows = np.array([[0.5, 0.6, 0.7, 0.8, 0.99], [0.4, 0.5, 0.6, 0.7, 0.8]])
    steep = fit_power_law(SIZES, rows)
    assert (steep.a <= 1).all() and (steep.b >= 0).all()


def doubt(scores, scale=0.001):
    rng = np.random.default_rng(1)
    scores = np.asarray(scores)
    noisy = scores + rng.normal(scale=scale, size=(300, len(scores)))
    sizes = SIZES[: len(scores)]
    return doubt_of(len(scores), fit_power_law(sizes, scores[None]), fit_power_law(sizes, noisy))


def test_a_fit_that_is_not_identified_is_refused():
    good = 0.9 - 0.03 * (SIZES / 16000) ** -0.5
    assert doubt(good) is None
    assert doubt(good[:3]) == "few"
    assert doubt([0.9, 0.89, 0.88, 0.87, 0.86]) == "flat"
    assert doubt(good, scale=0.2) == "flat"
    assert doubt([0.60, 0.75, 0.66, 0.80, 0.79]) == "uneven"
    at_once = 0.9 - 0.2 * (SIZES / 1000) ** -2.0 * [1, 0, 0, 0, 0]
    assert fit_power_law(SIZES, at_once[None]).c[0] == EXPONENTS[-1]
    assert doubt(at_once, scale=0) in ("shape", "flat")


def test_a_curve_that_levels_off_nowhere_below_a_perfect_score_is_in_doubt():
    sizes, scores = np.array([1099, 2110, 4041, 7997]), np.array([0.1595, 0.2974, 0.4546, 0.5869])
    law = fit_power_law(sizes, scores[None])
    assert law.a[0] == 1 and not law.at_edge[0] and law.r2[0] > 0.99
    assert doubt_of(4, law, law) == "shape"
    # The measured scores level off, many resampled ones do not.
    good, bad = (fit_power_law(SIZES, (a - 0.1 * (SIZES / 16000) ** -0.3)[None])
                 for a in (0.9, 1.05))  # fmt: skip
    assert bad.a[0] == 1
    rows = np.stack([0.9 - 0.1 * (SIZES / 16000) ** -0.3] * 8 + [
        1.05 - 0.1 * (SIZES / 16000) ** -0.3] * 2)  # fmt: skip
    assert doubt_of(5, good, good) is None
    assert doubt_of(5, good, fit_power_law(SIZES, rows)) == "shape"


def test_an_extrapolated_crossing_is_where_the_laws_meet():
    one = fit_power_law(SIZES, (0.8 - 0.02 * (SIZES / 16000) ** -0.5)[None])
    other = fit_power_law(SIZES, (0.82 - 0.06 * (SIZES / 16000) ** -0.5)[None])
    # 0.8 - 0.02 x = 0.82 - 0.06 x at x = 1 / 2, so at four times the data.
    assert times_to_cross(one, other, -1)[0] == pytest.approx(4, rel=0.03)
    assert times_to_cross(other, one, 1)[0] == pytest.approx(4, rel=0.03)
    lower = fit_power_law(SIZES, (0.7 - 0.06 * (SIZES / 16000) ** -0.5)[None])
    assert times_to_cross(one, lower, -1)[0] == np.inf


BEYOND = {"n": 64_000.0, "low": 40_000.0, "high": None, "limit": 160_000, "doubted": None}


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({}, "they would at about 64,000 (40,000 to more than 160,000) items."),
        ({"n": None}, "they may from 40,000 items on, or not within 10 times the data."),
        ({"n": None, "low": None}, "they would not within 10 times the data either."),
        ({"doubted": "gru"}, "with more cannot be estimated: for `gru`, the sizes do not show"),
    ],
)
def test_what_lies_beyond_the_sizes_is_told(changed, told):
    whole, parts = curve_runs(MODELS, n_test=300)
    numbers = Report.from_runs(whole, parts=parts).numbers
    curve = numbers["curve"]
    curve["crossings"]["gru"] |= {"n": None, "ties": 1, "beyond": BEYOND | changed}
    curve["fits"]["gru"] = {"doubt": "shape", "reached": None}
    section = curve_section(numbers)
    assert told in section
    assert "; at one size the interval includes 0." in section


@pytest.mark.parametrize(
    ("last", "told"),
    [
        (-0.03, "The gap shrank from -14.00 to -3.00 points over the last step, from 10,000 to "),
        (-0.15, "The gap grew from -14.00 to -15.00 points over the last step, from 10,000 to "),
        (-0.14, None),
    ],
)
def test_curves_that_do_not_cross_tell_up_to_where_and_how_the_gap_changed(last, told):
    whole, parts = curve_runs(MODELS, n_test=300)
    numbers = Report.from_runs(whole, parts=parts).numbers
    curve = numbers["curve"]
    curve["crossings"]["gru"] |= {"n": None, "ties": 1, "ahead": -1, "beyond": None}
    for point, value in zip(curve["points"][-2:], (-0.14, last), strict=True):
        point["differences"]["gru"]["difference"] = value
    section = curve_section(numbers)
    assert told in section if told else "The gap" not in section
    assert _title(curve) == "gru and tfidf do not cross up to 20,000 items"


def test_curves_that_do_not_cross_are_extrapolated_only_if_both_fits_can_be_relied_on():
    apart = {"tfidf": MODELS["tfidf"], "gru": lambda share: 0.84 - 0.06 * share**-0.5}
    crossings = []
    for models in (apart, {"tfidf": MODELS["tfidf"]} | LEVEL):
        whole, parts = curve_runs(models)
        crossings += Report.from_runs(whole, parts=parts).numbers["curve"]["crossings"].values()
    assert [found["n"] for found in crossings] == [None, None]
    assert crossings[1]["beyond"] == {"doubted": "bert"}
    beyond = crossings[0]["beyond"]
    assert beyond["doubted"] is None and beyond["limit"] == 200_000
    assert beyond["n"] is None  # they level off two points apart


def curve_runs(models, n_test=2000, seeds=1, shares=NEWS):
    """Make runs of every model on five sizes: those on all items, and those on parts of them."""
    truth = truths(n_test, shares)
    whole, parts = [], []
    for size in (1250, 2500, 5000, 10_000, 20_000):
        for place, (name, accuracy) in enumerate(models.items()):
            for seed in range(seeds):
                answer = answers(truth, accuracy(size / 20_000), 1 + place + 10 * seed)
                run = make_run(name, truth, answer, seed=seed)
                sizes = {"train": size * 9 // 10, "validation": size // 10, "test": n_test}
                run.record["dataset"]["sizes"] = sizes
                (whole if size == 20_000 else parts).append(run)
    return whole, parts


MODELS = {
    "tfidf": lambda share: 0.86 - 0.06 * share**-0.3,
    "gru": lambda share: 0.93 - 0.08 * share**-0.5,
}
LEVEL = {"bert": lambda share: 0.93}


def test_section_of_the_index():
    whole, parts = curve_runs(MODELS | LEVEL)
    report = Report.from_runs(whole, parts=parts, wish=0.92, command=COMMAND)
    section = curve_section(report.numbers) + "\n"
    assert "`gru` is below `tfidf` with few items and above it from about" in section
    compare_golden("learning-curve", section)


def test_the_last_size_states_the_numbers_of_the_verdict():
    whole, parts = curve_runs(MODELS, n_test=600)
    numbers = Report.from_runs(whole, parts=parts).numbers
    last, pairing = numbers["curve"]["points"][-1], numbers["pairings"][0]
    assert last["differences"]["gru"] == {n: pairing[n] for n in ("difference", "low", "high")}
    interval = numbers["models"]["gru"]["interval"]
    assert last["models"]["gru"] == {n: interval[n] for n in ("value", "low", "high")}
    assert numbers["curve"]["wish"] == interval["value"]  # the best here, since none was told


def test_a_model_without_all_sizes_is_left_out_and_so_is_a_curve_without_a_second_model():
    whole, parts = curve_runs(MODELS | LEVEL, n_test=300)
    fewer = [run for run in parts if run.model != "bert" or run is not parts[2]]
    assert Report.from_runs(whole, parts=fewer).numbers["curve"]["models"] == ["tfidf", "gru"]
    alone = [run for run in parts if run.model == "tfidf"]
    assert Report.from_runs(whole, parts=alone).numbers["curve"] is None
    with pytest.raises(InputError, match="Got --wish 92, but there is no learning curve"):
        Report.from_runs(whole, wish=0.92)


def test_several_seeds_are_averaged_at_every_size():
    whole, parts = curve_runs(MODELS, n_test=400, seeds=2)
    curve = Report.from_runs(whole, parts=parts).numbers["curve"]
    assert (curve["n_seeds"], curve["n_runs"]) == (2, 16)
    small = [run for run in parts[:4] if run.model == "gru"]
    mean = np.mean([run.record["scores"]["test"]["f1_macro"] for run in small])
    assert curve["points"][0]["models"]["gru"]["value"] == pytest.approx(mean)


def test_a_small_test_set_has_a_curve_without_intervals(tmp_path):
    whole, parts = curve_runs(MODELS, n_test=80)
    report = Report.from_runs(whole, parts=parts).write(tmp_path, html=True, latex=True)
    index = (tmp_path / "README.md").read_text(encoding="utf-8")
    row = index.split("## How much data")[1].split(" 1,250 |")[1].split("\n")[0].split("|")
    assert "(" not in row[0] and "no interval" in row[2]
    assert (tmp_path / "figures" / "learning-curve.png").exists()
    assert (tmp_path / "latex" / "learning-curve.tex").exists()
    table = (tmp_path / "learning-curve.csv").read_text(encoding="utf-8").splitlines()
    assert len(table) == 1 + 5 * 2 and table[0].startswith("model,n,n_train,n_validation,value")
    assert report.summary()["learning_curve"]["points"][0]["n"] == 1250

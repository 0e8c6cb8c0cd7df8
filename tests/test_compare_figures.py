"""Pictures of a pairing: what is drawn is what the numbers say, and nothing lies on anything."""

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.collections import FillBetweenPolyCollection
from matplotlib.transforms import Bbox

from worthit.compare.figures.differences import differences_figure
from worthit.compare.figures.reliability import _sure, reliability_figure
from worthit.compare.figures.style import LOOK
from worthit.compare.report import Report
from worthit.tests.reports_factory import NEWS
from worthit.tests.runs_factory import answers, make_run, truths


def numbers_of(n=900, names=("tfidf", "gru"), shares=NEWS):
    truth = truths(n, shares)
    runs = [
        make_run(name, truth, answers(truth, accuracy, seed), family=family)
        for seed, (name, accuracy, family) in enumerate(
            zip(names, (0.82, 0.84), ("linear", "neural"), strict=True)
        )
    ]
    return Report.from_runs(runs).numbers


def drawn(draw, numbers):
    """Draw a picture of the first pairing without turning it into PNG."""
    with mpl.rc_context(LOOK):
        figure = draw.__wrapped__(numbers, numbers["pairings"][0])
        figure.draw_without_rendering()
        return figure, figure.axes[0]


def places(shown):
    return [each.get_window_extent() for each in shown]


@pytest.mark.parametrize(
    "names", [("tfidf", "gru"), ("a baseline of a long name", "a network of a long name")]
)
def test_words_about_the_better_side_lie_on_nothing(names):
    long = {f"a class with a rather long name {i}": 1 for i in range(4)}
    for shares in (NEWS, long):
        _, axes = drawn(differences_figure, numbers_of(names=names, shares=shares))
        words = places(text for text in axes.texts if "better" in text.get_text())
        (band,) = (c for c in axes.collections if isinstance(c, FillBetweenPolyCollection))
        rest = [band.get_window_extent(), *places(axes.lines)]
        rest += places(text for text in axes.texts if "better" not in text.get_text())
        assert len(words) == 2 and not Bbox.intersection(*words)
        assert not any(Bbox.intersection(word, other) for word in words for other in rest)


def test_reliability_shows_by_how_much_each_part_misses_side_by_side():
    numbers = numbers_of()
    _, axes = drawn(reliability_figure, numbers)
    markers = [line for line in axes.lines if line.get_marker() in ("o", "s")]
    for line, name in zip(markers, ("tfidf", "gru"), strict=True):
        bins = numbers["models"][name]["confidence"]["bins"]
        missed = [100 * (each["right"] - each["top"]) for each in bins]
        assert line.get_ydata() == pytest.approx(missed)
        assert np.round(line.get_xdata()).tolist() == list(range(1, 16))
    one, other = (line.get_xdata() for line in markers)
    assert (one < other).all()
    tops = places(text for text in axes.texts if text.get_text() not in ("tfidf", "gru"))
    assert len(tops) == 30
    assert not any(Bbox.intersection(*pair) for pair in zip(tops, tops[1:], strict=False))


def test_grey_of_reliability_holds_what_chance_makes_of_a_part():
    numbers = numbers_of()
    (part, *_) = numbers["models"]["tfidf"]["confidence"]["bins"]
    _, axes = drawn(reliability_figure, numbers)
    low, high = axes.collections[0].get_segments()[0][:, 1]
    rng = np.random.default_rng(0)
    shares = rng.binomial(part["n"], part["top"], size=20_000) / part["n"]
    inside = abs(100 * (shares - part["top"])) <= high
    assert low == -high and inside.mean() == pytest.approx(0.95, abs=0.02)


@pytest.mark.parametrize(
    ("top", "shown"),
    [(0.5249, "52"), (0.984, "98"), (0.9876, "98.8"), (0.9994, "99.9"), (0.99996, ">99.9"),
     (1.0, "100")],
)  # fmt: skip
def test_a_top_probability_is_never_rounded_to_certainty(top, shown):
    assert _sure(top) == shown

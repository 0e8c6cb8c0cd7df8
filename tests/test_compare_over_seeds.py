"""Mean, deviation and won seeds of a pairing, and the picture of both searches."""

import pytest

from worthit.compare.figures.effort import _end, effort_figure
from worthit.compare.over_seeds import over_seeds
from worthit.compare.pages.evidence import evidence_section
from worthit.compare.pages.fairness import fairness_section
from worthit.compare.pages.model import model_page
from worthit.compare.report import Report
from worthit.tests.reports_factory import NEWS, judged
from worthit.tests.runs_factory import answers, make_run, truths, tuning

SHARES = {"business": 0.4, "sport": 0.6}


def test_five_seeds_against_one_by_hand():
    # Mean 0.84; squared distances 4 + 1 + 0 + 1 + 4 ten-thousandths over 4.
    found = over_seeds([0.83], [0.82, 0.83, 0.84, 0.85, 0.86])
    assert found["baseline"] == {"mean": 0.83, "deviation": None}
    assert found["model"]["mean"] == pytest.approx(0.84)
    assert found["model"]["deviation"] == pytest.approx(0.00025**0.5)
    assert (found["won"], found["share"]) == (3, 0.6)  # 0.83 equals it and does not beat it


def test_seeds_are_held_against_the_mean_of_several():
    found = over_seeds([0.5, 0.75], [0.625, 0.65])
    assert (found["won"], found["share"]) == (1, 0.5)
    assert found["baseline"]["deviation"] == pytest.approx(0.25 / 2**0.5)


def test_one_seed_of_each_says_nothing():
    assert over_seeds([0.5], [0.6]) is None


@pytest.fixture(scope="module")
def report():
    truth = truths(400, SHARES)
    searched = {"tuning": tuning(8)}
    runs = [make_run("tfidf", truth, answers(truth, 0.8, 1), **searched)]
    runs += [
        make_run("gru", truth, answers(truth, 0.7 + 0.05 * s, 2 + s), seed=s, **searched)
        for s in range(5)
    ]
    return Report.from_runs(runs)


def test_report_and_page_tell_how_many_seeds_beat_the_baseline(report):
    (pairing,) = report.numbers["pairings"]
    scores = [s["f1_macro"] for s in report.numbers["models"]["gru"]["scores_by_seed"]]
    (ours,) = [s["f1_macro"] for s in report.numbers["models"]["tfidf"]["scores_by_seed"]]
    won = sum(score > ours for score in scores)
    assert 0 < won < 5
    assert pairing["over_seeds"] == over_seeds([ours], scores)
    page = evidence_section(report.numbers, pairing)
    assert f"{won} of 5 seeds of `gru` ({20 * won}.0 %) beat `tfidf`." in page
    deviation = pairing["over_seeds"]["model"]["deviation"]
    assert f" {100 * deviation:.2f} |" in page


def test_page_shows_both_searches_in_tables_and_one_picture(report):
    (pairing,) = report.numbers["pairings"]
    page = fairness_section(report.numbers, pairing)
    assert "Best so far of `tfidf`:" in page
    assert "Best so far of `gru`:" in page
    assert "(figures/tfidf-vs-gru-effort.png)" in page
    sides = [report.numbers["models"][name] for name in ("tfidf", "gru")]
    drawn = effort_figure(sides)
    assert drawn.startswith(b"\x89PNG")
    assert drawn == effort_figure(sides)
    assert sides[0]["progress"][-1]["trial"] == 7  # the eighth was stopped early
    assert (_end(sides[0], "trial"), _end(sides[0], "seconds")) == (8, pytest.approx(48.8))
    one = report.numbers["models"] | {"gru": sides[1] | {"progress": []}}
    assert "effort.png" not in fairness_section(report.numbers | {"models": one}, pairing)


def test_every_section_about_first_seeds_says_so_once_and_only_with_several():
    truth = truths(400, NEWS)
    runs = [make_run("tfidf", truth, answers(truth, 0.80, 1))]
    runs += [make_run("gru", truth, answers(truth, 0.84, 2 + s), seed=s) for s in range(2)]
    report, page = judged(runs)
    sections = dict(part.partition("\n")[::2] for part in page.split("\n## "))
    said = [name for name, told in sections.items() if "about the first seed of each." in told]
    assert said == ["Was it fair?", "Where they differ", "Together", "Confidence"]
    assert page.count("about the first seed of each.") == len(said)
    assert "words are those of the first seed." in model_page(report.numbers["models"]["gru"])
    alone, page = judged(runs[:2])
    assert "first seed of each" not in page
    assert "first seed" not in model_page(alone.numbers["models"]["gru"])

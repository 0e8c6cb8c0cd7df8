"""The picture of the confusions that change: its numbers by hand, and where it stands."""

import numpy as np

from worthit.compare.figures.confusion_change import (
    MOST_CLASSES,
    _change,
    _most_changed,
    confusion_change_figure,
)
from worthit.tests.reports_factory import NEWS, judged, two_models, written
from worthit.tests.runs_factory import answers, make_run, truths


def by_hand():
    truth = np.array(list("aaaabbbc"), dtype=object)
    one = np.array(list("abbbbbbc"), dtype=object)
    two = np.array(list("aaabbbac"), dtype=object)
    return [make_run("tfidf", truth, one), make_run("gru", truth, two)]


def test_the_change_is_model_minus_baseline_and_truth_goes_down():
    report, _ = judged(by_hand())
    change = _change(report.numbers, report.numbers["pairings"][0])
    assert change.tolist() == [[2, -2, 0], [1, -1, 0], [0, 0, 0]]


def test_of_many_classes_those_whose_confusions_change_most_are_drawn():
    change = np.zeros((15, 15), dtype=int)
    change[np.diag_indices(15)] = 100  # right answers alone are no confusions
    for place in range(MOST_CLASSES):
        change[14 - place, 0] = -1 - place
    kept = _most_changed(change)
    assert kept == [0, *range(3, 14)]  # all but 14, which changes least, and 1 and 2
    assert change[0, 0] == 100  # it is not changed by the choice


def test_the_page_shows_the_picture_that_is_written(tmp_path):
    _, page = written(two_models(600, NEWS, 0.80, 0.86), tmp_path)
    assert "![Change in each confusion](figures/tfidf-vs-gru-confusions.png)" in page
    png = (tmp_path / "figures" / "tfidf-vs-gru-confusions.png").read_bytes()
    assert png.startswith(b"\x89PNG")


def test_there_is_no_picture_where_no_confusion_changes(tmp_path):
    truth = truths(300, NEWS)
    same = answers(truth, 0.8, 1)
    _, page = written([make_run("tfidf", truth, same), make_run("gru", truth, same)], tmp_path)
    assert "They make the same number of each confusion." in page
    assert "-confusions.png" not in page
    assert not list((tmp_path / "figures").glob("*-confusions.png"))


def test_with_several_seeds_it_is_that_of_the_first():
    first = by_hand()
    runs = [*first, make_run("gru", first[0].predictions["truth"].to_numpy(), np.array(
        list("bbbbaaab"), dtype=object), seed=1)]  # fmt: skip
    one, _ = judged(first)
    several, page = judged(runs)
    pairings = [report.numbers["pairings"][0] for report in (one, several)]
    assert (_change(one.numbers, pairings[0]) == _change(several.numbers, pairings[1])).all()
    assert "All of this but the slices is about the first seed of each." in page
    alone, drawn = (
        confusion_change_figure(report.numbers, pairing)
        for report, pairing in zip((one, several), pairings, strict=True)
    )
    assert alone != drawn  # only the second says whose they are

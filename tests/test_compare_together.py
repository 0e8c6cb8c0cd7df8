"""Oracle, average, stack and cascade: hand-computed, against scikit-learn, and as sentences."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from worthit.compare.alignment import Aligned
from worthit.compare.figures.cascade import cascade_figure
from worthit.compare.pages.together import together_section
from worthit.compare.report import Report
from worthit.compare.run import Run
from worthit.compare.stack import best_stack, fit_stack, mix, stacked_out_of_fold
from worthit.compare.together import together_numbers
from worthit.compare.yardstick import Yardstick
from worthit.tests.runs_factory import answers, make_run, truths

TRUTH = ["a", "a", "b", "b", "a", "b"]
BASELINE = [0.9, 0.4, 0.2, 0.1, 0.8, 0.55]  # probability of a: wrong on the second and the last
MODEL = [0.3, 0.8, 0.4, 0.3, 0.9, 0.1]  # wrong on the first


def run_of(name, of_a, truth=TRUTH):
    def frame(prefix):
        ids = pd.Index([f"{prefix}{i}" for i in range(len(truth))], dtype=object)
        of_b = 1 - np.array(of_a)
        table = pd.DataFrame({"truth": truth}, index=ids, dtype=object)
        table["prediction"] = np.where(np.array(of_a) > 0.5, "a", "b")
        return table.assign(p_a=of_a, p_b=of_b)

    record = {"model": name, "dataset": {"classes": ["a", "b"]}, "scores": {}, "cost": {}}
    return Run(record, frame("test-"), None, frame("val-"))


def test_router_average_and_cascade_are_as_worked_out_by_hand():
    found = together_numbers(
        run_of("tfidf", BASELINE), run_of("gru", MODEL), "accuracy", None, 0.01
    )
    assert found["oracle"]["accuracy"] == 1
    assert (found["baseline"], found["model"]) == pytest.approx((4 / 6, 5 / 6))
    # Means of a: 0.6, 0.6, 0.3, 0.2, 0.85, 0.325: all right.
    assert found["average"]["score"] == 1
    assert found["average"]["against_model"]["difference"] == pytest.approx(1 / 6)
    # Least sure first: the last (0.55), the second (0.6); both are mended by the model.
    curve = {row["share"]: row["score"] for row in found["cascade"]["curve"]}
    assert (curve[0.0], curve[0.15], curve[0.35], curve[1.0]) == pytest.approx(
        (4 / 6, 5 / 6, 1, 5 / 6)
    )
    assert 0.6 < found["cascade"]["threshold"] <= 0.8
    assert found["cascade"]["share"] == pytest.approx(2 / 6)
    assert found["cascade"]["validation_score"] == found["cascade"]["score"] == 1
    assert found["cascade"]["validation_best"] == 1


@pytest.mark.parametrize(("margin", "sent"), [(0.98, 2), (0.99, 1), (1.49, 1), (1.50, 0)])
def test_cascade_sends_the_fewest_items_that_surely_lose_less_than_half_the_margin(margin, sent):
    # Sending two is best. Sending one loses 1/6, with a standard error of 1/6: at most 0.493 by
    # 1.96 of them. Sending none loses 2/6 with an error of sqrt(2/9 / 5): at most 0.747.
    found = together_numbers(
        run_of("tfidf", BASELINE), run_of("gru", MODEL), "accuracy", None, margin
    )
    assert found["cascade"]["share"] == pytest.approx(sent / 6)
    assert found["cascade"]["validation_score"] == pytest.approx((4 + sent) / 6)


def test_cascade_takes_validation_items_of_one_group_as_one(tmp_path):
    # Each item five times over: standing alone, five times as many bear out sending fewer.
    runs = [run_of(name, 5 * of_a, 5 * TRUTH) for name, of_a in (("a", BASELINE), ("b", MODEL))]
    groups = pd.Series([f"g{i % 6}" for i in range(30)], index=runs[0].validation.index)
    grouped = [replace(run, validation_groups=groups).write(tmp_path / run.model) for run in runs]
    grouped = [Run.read(run.folder) for run in grouped]
    shares = [
        together_numbers(*pair, "accuracy", None, margin)["cascade"]["share"]
        for pair, margin in ((runs, 0.7), (grouped, 0.7), (grouped, 0.99))
    ]
    # By groups the limits are those of six items: 0.98 is not enough for sending one in six.
    assert shares == pytest.approx([1 / 6, 2 / 6, 1 / 6])


def test_stack_is_logistic_regression_over_log_probabilities():
    rng = np.random.default_rng(0)
    truth = rng.integers(2, size=4000)
    of_b = [np.clip(rng.normal(0.5 + gap * (2 * truth - 1), 0.2), 0.01, 0.99) for gap in (0.2, 0.1)]
    probabilities = np.stack([np.column_stack([1 - p, p]) for p in of_b])
    weights = fit_stack(probabilities, truth)
    odds = np.column_stack([np.log(p / (1 - p)) for p in of_b])
    theirs = LogisticRegression(C=np.inf, tol=1e-8).fit(odds, truth)
    assert weights[:2] == pytest.approx(theirs.coef_[0], rel=0.05)  # our slight ridge
    assert weights[3] - weights[2] == pytest.approx(theirs.intercept_[0], abs=0.03)


def test_balanced_stack_is_logistic_regression_with_balanced_class_weights():
    rng = np.random.default_rng(0)
    truth = (rng.random(4000) < 0.1).astype(int)
    of_b = [np.clip(rng.normal(0.5 + gap * (2 * truth - 1), 0.2), 0.01, 0.99) for gap in (0.2, 0.1)]
    probabilities = np.stack([np.column_stack([1 - p, p]) for p in of_b])
    weights = fit_stack(probabilities, truth, balanced=True)
    odds = np.column_stack([np.log(p / (1 - p)) for p in of_b])
    theirs = LogisticRegression(C=np.inf, tol=1e-8, class_weight="balanced").fit(odds, truth)
    assert weights[:2] == pytest.approx(theirs.coef_[0], rel=0.05)
    assert weights[3] - weights[2] == pytest.approx(theirs.intercept_[0], abs=0.03)


def test_stack_counts_classes_alike_only_where_that_is_better_on_validation():
    # 90 a and 10 b; both models lean to b for the b and for 15 of the a.
    truth = ["a"] * 90 + ["b"] * 10
    of_a = [0.9] * 75 + [0.55] * 15 + [0.55] * 10
    runs = [run_of(name, of_a, truth) for name in ("tfidf", "gru")]
    by_macro = together_numbers(*runs, "f1_macro", None, 0.01)
    assert by_macro["stack"]["balanced"]
    assert by_macro["stack"]["score"] > by_macro["baseline"]
    assert not together_numbers(*runs, "accuracy", None, 0.01)["stack"]["balanced"]


def test_stack_of_a_model_and_noise_trusts_the_model():
    rng = np.random.default_rng(0)
    truth = rng.integers(3, size=2000)
    good = np.full((2000, 3), 0.1)
    good[np.arange(2000), np.where(rng.random(2000) < 0.8, truth, rng.integers(3, size=2000))] = 0.8
    noise = rng.dirichlet(np.ones(3), size=2000)
    weights = fit_stack(np.stack([good, noise]), truth)
    assert weights[0] > 0.7
    assert abs(weights[1]) < 0.1


def test_threshold_never_sees_the_test_split():
    one, other = run_of("tfidf", BASELINE), run_of("gru", MODEL)
    spoilt = replace(other, predictions=other.predictions.assign(prediction="a"))
    found = [together_numbers(one, each, "accuracy", None, 0.01) for each in (other, spoilt)]
    assert found[0]["cascade"]["threshold"] == found[1]["cascade"]["threshold"]
    assert found[0]["stack"]["weights"] == found[1]["stack"]["weights"]


def chance(n, k=4, seed=0, groups=None):
    """Make probabilities that know nothing of the truth, and its yardstick."""
    rng = np.random.default_rng(seed)
    truth, probabilities = rng.integers(k, size=n), rng.dirichlet(np.ones(k), size=(2, n))
    classes = tuple("abcdefgh"[:k])
    ids = tuple(map(str, range(n)))
    aligned = Aligned(ids, classes, truth, probabilities.argmax(axis=2), groups)
    return probabilities, Yardstick(aligned, "accuracy", None)


def with_truth(yardstick, truth):
    return replace(yardstick, aligned=replace(yardstick.aligned, truth=truth))


def test_stack_out_of_fold_of_five_items_leaves_each_out_once():
    of_b = np.array([[0.1, 0.4, 0.8, 0.9, 0.45], [0.7, 0.2, 0.6, 0.3, 0.55]])
    probabilities = np.stack([1 - of_b, of_b], axis=2)
    truth = np.array([0, 0, 1, 1, 1])
    aligned = Aligned(tuple("vwxyz"), ("a", "b"), truth, probabilities.argmax(axis=2), None)
    by_hand = []
    for out in range(5):
        rest = np.arange(5) != out
        weights = fit_stack(probabilities[:, rest], truth[rest])
        by_hand.append(mix(weights, probabilities[:, [out]]).argmax())
    answers = stacked_out_of_fold(probabilities, Yardstick(aligned, "accuracy", None))
    assert answers.tolist() == by_hand
    # Without the last item the first model is believed, and wrong on it; fitted on all of them,
    # the stack is right on it.
    seen = mix(fit_stack(probabilities, truth), probabilities).argmax(axis=1)
    assert (by_hand[4], seen[4], truth[4]) == (0, 1, 1)


def test_no_item_of_a_fold_has_a_say_in_its_answers():
    groups = np.arange(60) // 4
    for each in (None, groups):
        probabilities, validation = chance(60, groups=each)
        answers = stacked_out_of_fold(probabilities, validation)
        for unit in range(15):
            own = groups == unit if each is not None else np.arange(60) == 4 * unit
            truth = np.where(own, (validation.aligned.truth + 1) % 4, validation.aligned.truth)
            other = stacked_out_of_fold(probabilities, with_truth(validation, truth))
            assert (other[own] == answers[own]).all()
        assert (stacked_out_of_fold(probabilities, validation) == answers).all()


def test_stack_of_two_guesses_does_not_look_better_than_a_guess_out_of_fold():
    seen, unseen = [], []
    for seed in range(40):
        probabilities, validation = chance(40, seed=seed)
        weights, _ = best_stack(probabilities, validation)
        seen.append(validation.score(mix(weights, probabilities).argmax(axis=1)))
        unseen.append(validation.score(stacked_out_of_fold(probabilities, validation)))
    assert np.mean(seen) > 0.35  # it fits the noise
    assert np.mean(unseen) == pytest.approx(0.25, abs=0.03)


@pytest.mark.parametrize("metric", ["accuracy", "f1_macro"])
@pytest.mark.parametrize(("n", "one_group"), [(1, False), (2, False), (3, False), (3, True)])
def test_few_validation_items_or_groups_still_give_answers(n, one_group, metric):
    groups = np.zeros(n, dtype=int) if one_group else None
    probabilities, validation = chance(n, groups=groups)
    answers = stacked_out_of_fold(probabilities, replace(validation, metric=metric))
    assert answers.shape == (n,)
    if n == 1 or one_group:  # nothing is left to fit on: the even geometric mean
        assert (answers == probabilities.prod(axis=0).argmax(axis=1)).all()


def test_score_of_the_stack_on_validation_is_out_of_fold_and_its_weights_are_of_all():
    runs = two_runs()
    found = together_numbers(*runs, "accuracy", None, 0.01)["stack"]
    frames = [run.validation.sort_index() for run in runs]
    columns = [f"p_{label}" for label in "abc"]
    probabilities = np.stack([frame[columns].to_numpy(dtype=float) for frame in frames])
    probabilities /= probabilities.sum(axis=2, keepdims=True)
    truth = frames[0]["truth"].map({"a": 0, "b": 1, "c": 2}).to_numpy(dtype=int)
    aligned = Aligned(tuple(frames[0].index), tuple("abc"), truth, np.stack([truth, truth]), None)
    answers = stacked_out_of_fold(probabilities, Yardstick(aligned, "accuracy", None))
    assert found["validation_score"] == pytest.approx(np.mean(answers == truth))
    assert found["weights"] == pytest.approx(fit_stack(probabilities, truth)[:2].tolist())
    assert (found["folds"], found["n_validation"]) == (5, 400)


@pytest.mark.parametrize(
    ("change", "missing", "there"),
    [
        ({"validation": None}, "'gru' has no predictions of validation", "average"),
        ({"predictions": None}, "'gru' gives no probabilities of the test split", "oracle"),
    ],
)
def test_what_is_missing_is_said_in_one_line(change, missing, there):
    one, other = run_of("tfidf", BASELINE), run_of("gru", MODEL)
    if "predictions" in change:
        change = {"predictions": other.predictions[["truth", "prediction"]]}
    found = together_numbers(one, replace(other, **change), "accuracy", None, 0.01)
    assert found["missing"] == missing
    assert there in found
    assert "cascade" not in found


def two_runs(n=800):
    truth = truths(n, {"a": 2, "b": 1, "c": 1})
    return [
        make_run("tfidf", truth, answers(truth, 0.80, 1)),
        make_run("gru", truth, answers(truth, 0.82, 2, hardness_seed=8), seed=1),
    ]


def test_what_speaks_for_running_both_is_chosen_on_validation():
    one, other = run_of("tfidf", BASELINE), run_of("gru", MODEL)
    found = together_numbers(one, other, "accuracy", None, 0.01)
    # All three are right on all of validation: the simplest is chosen.
    assert found["validation"] == pytest.approx({"baseline": 4 / 6, "model": 5 / 6})
    assert [found[name]["validation_score"] for name in ("average", "cascade")] == [1, 1]
    assert found["chosen"] == "average"
    # On validation the mean is now wrong on the first item, however right it is on test.
    worse = replace(other, validation=other.validation.assign(p_a=[0.05, *MODEL[1:]]))
    found = together_numbers(one, worse, "accuracy", None, 0.01)
    assert found["average"]["score"] == 1
    assert found["chosen"] != "average"


def test_page_says_whether_running_both_pays():
    numbers = Report.from_runs(two_runs()).numbers
    section = together_section(numbers, numbers["pairings"][0])
    assert "There is something to gain from running both: the " in section
    assert "perfect choice between the two" in section
    assert "Its score on validation is out of fold (5 folds)" in section
    del numbers["pairings"][0]["together"]["stack"]["folds"]  # as in an old report
    assert "out of fold" not in together_section(numbers, numbers["pairings"][0])
    assert cascade_figure(numbers, numbers["pairings"][0]).startswith(b"\x89PNG")
    runs = two_runs()
    twin = replace(runs[0], record={**runs[0].record, "model": "twin", "family": "neural"})
    same = Report.from_runs([runs[0], twin]).numbers
    section = together_section(same, same["pairings"][0])
    assert "There is nothing clear to gain from running both" in section
    assert "so the cascade is `tfidf`" in section


def told(low, high, ms=(1.0, 20.0), share=0.2):
    """Write the section of a cascade 4 points above the first model, 0.4 below the second."""
    numbers = Report.from_runs(two_runs()).numbers
    pairing = numbers["pairings"][0]
    for name, each in zip(("tfidf", "gru"), ms, strict=True):
        numbers["models"][name]["cost"]["ms_per_item"] = each
    above = {"difference": 0.04, "low": 0.02, "high": 0.06}
    near = {"difference": -0.004, "low": low, "high": high}
    for name in ("average", "stack", "cascade"):
        pairing["together"][name] |= {"against_baseline": above, "against_model": near}
    pairing["together"]["cascade"]["share"] = share
    return together_section(numbers, pairing)


def test_a_cascade_as_good_as_the_better_model_and_faster_is_said_to_save_time():
    section = told(-0.02, 0.012)
    assert "nothing clear to gain" not in section
    assert (
        "The cascade saves 75.0 % of the answering time of `gru` for a difference of -0.40 (-2.00 "
        "to +1.20) from it, and is +4.00 (+2.00 to +6.00) above `tfidf`; a loss of more than the "
        "margin of 1 point is not ruled out."
    ) in section
    assert "(-0.90 to +1.20) from it, and is +4.00 (+2.00 to +6.00) above `tfidf`. A perfect" in (
        told(-0.009, 0.012)
    )


def test_a_cascade_clearly_worse_than_the_better_model_or_slower_saves_nothing():
    for section in (told(-0.02, -0.001), told(-0.02, 0.012, ms=(20.0, 20.0)), told(None, None)):
        assert "There is nothing clear to gain from running both: the " in section


def test_old_reports_have_no_such_section():
    assert together_section({}, {"baseline": "tfidf"}) == ""

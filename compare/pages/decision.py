"""The section of a model page about decision thresholds and calibrated probabilities."""

from typing import Any

from worthit.compare.pages.markdown import emphasis, table
from worthit.compare.pages.names import metric_name
from worthit.compare.pages.phrases import count, duration, points, signed

__all__ = ["decision_section"]

MOST_CLASSES = 10  # with more, F1 of each class would drown the table
MOST_THRESHOLDS = 20  # with more, only those furthest from equal are listed


def decision_section(model: dict[str, Any]) -> str:
    """Write what thresholds and calibration, learned on train, do to the answers.

    Parameters
    ----------
    model : dict
        From :func:`~worthit.compare.model.model_numbers`; runs without ``decision`` have no
        section.
    """
    decision = model.get("decision")
    if not decision:
        return ""
    took = model["cost"].get("decision_seconds")
    spent = f" That took {duration(took)} of the tuning time." if took else ""
    source = (
        f"Learned from out-of-fold answers to the {count(decision['out_of_fold']['n'])} items of "
        "train alone, and shown beside the run: every other score on this page is of the plain "
        f"answers.{spent}"
    )
    name = metric_name(decision["metric"], model["dataset"].get("positive"))
    seed = " These are the first seed's." if len(model["seeds"]) > 1 else ""
    parts = [
        "## Thresholds and calibration",
        source + seed,
        _scores(decision, name),
        _worth(decision, name),
        _thresholds(decision, model["dataset"].get("positive")),
        _calibration(decision),
    ]
    return "\n\n".join(parts)


def _scores(decision: dict[str, Any], name: str) -> str:
    """Write the table plain against thresholds."""
    fold, test = decision["out_of_fold"], decision["test"]
    pairs = [(f"out-of-fold {name}", fold["plain"], fold["thresholds"])]
    names = dict.fromkeys((decision["metric"], "f1_macro", "accuracy"))
    one, other = test["plain"], test["thresholds"]
    positive = one.get("positive")
    pairs += [(f"test {metric_name(m, positive)}", one[m], other[m]) for m in names]
    if len(one["per_class"]) <= MOST_CLASSES:
        pairs += [
            (f"test F1 of {emphasis(label, 40)}", row["f1"], other["per_class"][label]["f1"])
            for label, row in one["per_class"].items()
            if (label, decision["metric"]) != (positive, "f1_positive")
        ]
    rows = [[title, points(a), points(b), signed(b - a)] for title, a, b in pairs]
    return table(["", "plain", "thresholds", "difference"], rows, "lrrr")


def _worth(decision: dict[str, Any], name: str) -> str:
    """Say whether thresholds paid, judged out of fold, and what they did on test."""
    fold, test = decision["out_of_fold"], decision["test"]
    gain = fold["thresholds"] - fold["plain"]
    inside = f"{signed(gain)} {name}, higher in {fold['better']} of {fold['folds']} folds"
    if gain <= 0:
        paid = f"Thresholds did not pay on out-of-fold data ({inside})"
    elif fold["better"] < fold["folds"]:
        paid = f"Thresholds gained too little on out-of-fold data to be sure ({inside})"
    else:
        paid = f"Thresholds paid on out-of-fold data ({inside})"
    metric = decision["metric"]
    on_test = signed(test["thresholds"][metric] - test["plain"][metric])
    return (
        f"{paid}; on the {count(test['plain']['n'])} test items they make a difference of "
        f"{on_test}. Out of fold, each fold is answered with thresholds from the other folds."
    )


def _thresholds(decision: dict[str, Any], positive: str | None) -> str:
    thresholds = decision["thresholds"]
    if len(thresholds) == 2:
        label = positive or list(thresholds)[1]
        return (
            f"With the threshold, {emphasis(label, 40)} is answered from a calibrated probability "
            f"of {thresholds[label]:.3f} upwards."
        )
    equal = 1 / len(thresholds)
    listed = list(thresholds.items())
    if len(listed) > MOST_THRESHOLDS:
        far = {label: max(t / equal, equal / t) for label, t in listed}
        listed = sorted(listed, key=lambda each: -far[each[0]])[:MOST_THRESHOLDS]
    which = "those furthest from it" if len(listed) < len(thresholds) else "the thresholds"
    shown = ", ".join(f"{emphasis(label, 40)} {t:.3f}" for label, t in listed)
    return (
        "The answer is the class whose calibrated probability, divided by its threshold, is "
        f"largest; all equal would be {equal:.3f}, {which} are: {shown}."
    )


def _calibration(decision: dict[str, Any]) -> str:
    brier, ece = decision["brier"], decision["ece"]
    return (
        f"Platt scaling takes the Brier score on test from {brier['plain']:.4f} to "
        f"{brier['calibrated']:.4f} and the expected calibration error from "
        f"{points(ece['plain'])} to {points(ece['calibrated'])} points (lower is better). Brier: "
        "the mean squared distance between probabilities and truth, summed over the classes. "
        "Calibration error: by how much the top probability misses the share of right answers, "
        "over 15 bins with equally many items."
    )

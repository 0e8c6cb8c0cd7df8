"""Numbers of a report as tidy tables: one row for each number, fractions of 1, nothing rounded."""

from typing import Any

import pandas as pd

from worthit.compare.metrics import METRICS

__all__ = ["curve_csv", "pairings_csv", "scores_csv"]

PER_CLASS = ("precision", "recall", "f1")
TESTED = "p holm_p mcnemar_p minimum_detectable margin verdict".split()


def scores_csv(numbers: dict[str, Any]) -> str:
    """Lay out every model's scores and costs.

    Columns: model, seed (empty: the mean over seeds), class (empty: the whole test set), metric,
    value, low, high (the 95 % interval of the chosen metric), n (test items).
    """
    rows = []
    for model in numbers["models"].values():
        scores, interval = model["scores"], model["interval"]
        for metric in (name for name in METRICS if name in scores):
            ends = interval if metric == interval["metric"] else {}
            rows.append(_score(model, "", metric, scores[metric], scores["n"], ends))
        for label, each in scores["per_class"].items():
            rows += [_score(model, label, m, each[m], each["support"]) for m in PER_CLASS]
        if len(model["seeds"]) > 1:
            for seed, own in zip(model["seeds"], model["scores_by_seed"], strict=True):
                rows += [_score(model, "", m, own[m], scores["n"]) | {"seed": seed} for m in own]
        for name, value in model["cost"].items():
            if isinstance(value, int | float):
                rows.append(_score(model, "", name, value, None))
    return _csv(rows, ["model", "seed", "class", "metric", "value", "low", "high", "n"])


def _score(
    model: dict[str, Any],
    label: str,
    metric: str,
    value: float,
    n: int | None,
    ends: dict[str, Any] | None = None,
) -> dict[str, Any]:
    low, high = (ends or {}).get("low"), (ends or {}).get("high")
    return {
        "model": model["model"], "class": label, "metric": metric, "value": value, "low": low,
        "high": high, "n": n,
    }  # fmt: skip


def pairings_csv(numbers: dict[str, Any]) -> str:
    """Lay out every pairing: both scores and their difference, the whole test set and each class.

    Columns: baseline, model, class (empty: the whole test set), metric, baseline_value,
    model_value, difference, low, high, n, and beside the chosen metric p, holm_p, mcnemar_p,
    minimum_detectable, margin and verdict.
    """
    rows: list[dict[str, Any]] = []
    for pairing in numbers["pairings"]:
        names = {name: pairing[name] for name in ("baseline", "model")}
        for metric, each in pairing["metrics"].items():
            chosen = metric == pairing["metric"]
            row = {**names, "class": "", "metric": metric, "n": pairing["n"]}
            row |= {f"{side}_value": each[side] for side in names}
            row |= {"difference": each["difference"]}
            rows.append(row | {name: pairing[name] for name in ("low", "high", *TESTED) if chosen})
        for each in pairing["classes"]:
            for metric in PER_CLASS:
                one, other = each["baseline"][metric], each["model"][metric]
                row = {**names, "class": each["label"], "metric": metric, "n": each["support"]}
                row |= {"baseline_value": one, "model_value": other, "difference": other - one}
                if metric == "f1":
                    row |= {"low": each["low"], "high": each["high"]}
                rows.append(row)
    head = ["baseline", "model", "class", "metric", "baseline_value", "model_value", "difference"]
    return _csv(rows, [*head, "low", "high", "n", *TESTED])


def curve_csv(curve: dict[str, Any]) -> str:
    """Lay out a learning curve.

    Columns: model, n (train and validation items), n_train, n_validation, value, low, high, and
    for all but the baseline difference, difference_low, difference_high.
    """
    rows = []
    for point in curve["points"]:
        for model, each in point["models"].items():
            away = point["differences"].get(model, {})
            rows.append(
                {"model": model, **point, **each, "difference": away.get("difference")}
                | {f"difference_{end}": away.get(end) for end in ("low", "high")}
            )
    head = ["model", "n", "n_train", "n_validation", "value", "low", "high", "difference"]
    return _csv(rows, [*head, "difference_low", "difference_high"])


def _csv(rows: list[dict[str, Any]], columns: list[str]) -> str:
    frame = pd.DataFrame(rows, columns=columns, dtype=object)
    return frame.to_csv(index=False, lineterminator="\n")

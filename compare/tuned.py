"""What the verdicts would be by the metric that models were tuned for, where another one judges."""

from collections.abc import Mapping, Sequence
from typing import Any

from worthit.compare.pairing import measure
from worthit.compare.run import Run
from worthit.compare.significance import holm
from worthit.compare.verdict import Limits, judge

__all__ = ["verdicts_by_tuned_metric"]


def verdicts_by_tuned_metric(
    models: Mapping[str, Sequence[Run]],
    numbers: Mapping[str, dict[str, Any]],
    reference: str,
    others: Sequence[str],
    margin: float,
    limits: Limits,
) -> dict[str, dict[str, Any]]:
    """Judge pairings again by the metric of their searches, if it is not the one that judges.

    Parameters
    ----------
    models : mapping of str to sequence of Run
        Runs by model, one for each seed.
    numbers : mapping of str to dict
        From :func:`~worthit.compare.model.model_numbers`.
    reference : str
        The baseline.
    others : sequence of str
        The models that are paired with it.
    margin, limits
        As of the report.

    Returns
    -------
    dict of str to dict
        By paired model: ``models``, those tuned or stopped by the other metric; ``metric``,
        ``judged``, ``difference``, ``low``, ``high``, ``refusal`` and ``verdict``, after Holm over
        the pairings that share the metric. Pairings without such a model are left out.
    """
    found = {name: _tuned_otherwise([numbers[reference], numbers[name]]) for name in others}
    by_metric: dict[str, list[str]] = {}
    for name, tuned in found.items():
        if tuned:
            by_metric.setdefault(tuned[0]["search_metric"], []).append(name)
    told = {}
    for metric, names in by_metric.items():
        measured = [measure(models[reference], models[name], metric) for name in names]
        adjusted = holm([each.p for each in measured])
        for name, each, p in zip(names, measured, adjusted, strict=True):
            low, high = each.interval
            difference = each.difference.observed
            checks = limits.check(numbers[name]["cost"])
            told[name] = {
                "models": [m["model"] for m in found[name] if m["search_metric"] == metric],
                "metric": metric,
                "judged": numbers[name]["metric"],
                "positive": numbers[name]["dataset"].get("positive"),
                "difference": difference,
                "low": low,
                "high": high,
                "refusal": each.refusal,
                "verdict": judge(difference, low, high, p, margin, checks).verdict,
            }
    return told


def _tuned_otherwise(models: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """List the models that another metric than the judging one has shaped."""
    return [
        model
        for model in models
        if model["search_metric"] != model["metric"]
        and (model["cost"].get("trials") or model.get("curve") or "metric" in model["params"])
    ]

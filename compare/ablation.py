"""Numbers about an ablation: one model, one change at a time, each against the same base."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from worthit.compare.alarms import floor_score
from worthit.compare.model import model_numbers
from worthit.compare.pairing import measure
from worthit.compare.randomisation import DRAWS
from worthit.compare.run import Run
from worthit.compare.significance import holm

__all__ = ["Arm", "ablation_numbers"]

COSTS = ("tune_seconds", "fit_seconds", "ms_per_item", "peak_memory_mb", "parameters", "device")


@dataclass(frozen=True, eq=False)
class Arm:
    """The runs of one change.

    Attributes
    ----------
    field, value : str
        What was changed to what, as typed.
    runs : sequence of Run
        One for each seed; those of the base, if the value is the base's own.
    fields : tuple of str
        All that the change sets, where it is more than ``field``.
    """

    field: str
    value: str
    runs: Sequence[Run]
    fields: tuple[str, ...] = ()


def ablation_numbers(
    base: Sequence[Run], arms: Sequence[Arm], metric: str, command: str
) -> dict[str, Any]:
    """Measure every change against the base.

    Parameters
    ----------
    base : sequence of Run
        Runs of the base, one for each seed.
    arms : sequence of Arm
        The changes, those of a field together.
    metric : str
        The chosen metric.
    command : str
        The command that asked for it.

    Returns
    -------
    dict
        The base's numbers as of any model, and for each change its scores, its paired difference
        on test (change minus base) with interval and Holm-adjusted p, its cost and its curve; what
        the base has ``instead_of`` it, and ``besides`` what else is not as in the base.
        Nothing in it is chosen on test.
    """
    first = model_numbers(base, metric)
    changed = [arm for arm in arms if arm.runs is not base]
    rows = {id(arm): _change(base, arm, metric) for arm in changed}
    adjusted = holm([row["p"] for row in rows.values()])
    for row, p in zip(rows.values(), adjusted, strict=True):
        row["holm_p"] = p
    same = _told(first, base, metric) | {"is_base": True}
    changes = [
        {"field": arm.field, "value": arm.value, **_against(base, arm), **rows.get(id(arm), same)}
        for arm in arms
    ]
    return {
        "model": first["model"],
        "slug": f"{first['slug']}-ablation",
        "dataset": first["dataset"],
        "metric": metric,
        "n": first["scores"]["n"],
        "n_groups": first["n_groups"],
        "seeds": first["seeds"],
        "settings": base[0].record.get("settings") or {},
        "base": first | _told(first, base, metric),
        "changes": changes,
        "command": command,
    }


def _change(base: Sequence[Run], arm: Arm, metric: str) -> dict[str, Any]:
    measured = measure(base, arm.runs, metric)
    low, high = measured.interval
    return {
        **_told(model_numbers(arm.runs, metric), arm.runs, metric),
        "difference": measured.difference.observed,
        "low": low,
        "high": high,
        "refusal": measured.refusal,
        "p": measured.p,
        "draws": DRAWS,
        "is_base": False,
    }


def _against(base: Sequence[Run], arm: Arm) -> dict[str, Any]:
    """Tell what the base has where the change has its own, and what else is unlike the base.

    Another model has defaults of its own, so that ``model=gru`` may change more than the cell.
    """
    ours, theirs = (_parameters(runs[0]) for runs in (base, arm.runs))
    fields = arm.fields or (arm.field,)
    searched = any(runs[0].record["cost"].get("trials") for runs in (base, arm.runs))
    besides = {
        name: {"base": ours[name], "change": value}
        for name, value in theirs.items()
        if name in ours and name not in fields and value != ours[name]
    }
    return {
        "instead_of": {name: ours[name] for name in fields if name in ours},
        "besides": {} if searched else besides,  # what a search finds is no part of the change
    }


def _parameters(run: Run) -> dict[str, Any]:
    record = run.record
    sizes = (record.get("dataset") or {}).get("sizes") or {}
    fixed = {name: v for name, v in (record.get("params") or {}).items() if name != "seed"}
    return fixed | {"model": record["model"], "data.size": sizes.get("train")}


def _told(model: dict[str, Any], runs: Sequence[Run], metric: str) -> dict[str, Any]:
    """Collect what is shown of the base and of every change."""
    kept = [run.record["scores"].get("validation") or {} for run in runs]
    held_out = [scores[metric] for scores in kept if metric in scores]
    name = f"validation_{metric}"
    ends = [run.record["curve"][-1] for run in runs if run.record.get("curve")]
    lasts = [epoch[name] for epoch in ends if epoch.get(name) is not None]
    bests = [run.record["best_epoch"] for run in runs if run.record.get("best_epoch")]
    bar = floor_score(model, metric)
    learns = model.get("family") != "floor"
    return {
        "on_validation": _mean(held_out),
        "on_test": model["interval"]["value"],
        "scores": {key: model["scores"][key] for key in model["scores_by_seed"][0]},
        "f1_by_class": {label: row["f1"] for label, row in model["scores"]["per_class"].items()},
        "cost": {key: model["cost"].get(key) for key in COSTS},
        "best_epoch": _mean(bests),
        "last_epoch": _mean([epoch["epoch"] for epoch in ends]),
        "last_validation": _mean(lasts),
        "curve": _curve(model.get("curve") or [], name),
        "curve_best": runs[0].record.get("best_epoch"),
        "stopped": model.get("stopped"),
        "notes": model.get("notes") or [],
        "runs": model["runs"],
        "alarms": model["alarms"],
        "floor_score": bar,
        "unlearned": [s[metric] for s in model["scores_by_seed"] if learns and s[metric] <= bar],
    }


def _curve(history: list[dict[str, Any]], name: str) -> list[dict[str, float]]:
    return [
        {"epoch": epoch["epoch"], "value": epoch[name]}
        for epoch in history
        if epoch.get(name) is not None
    ]


def _mean(values: Sequence[float]) -> float | None:
    return float(np.mean(values)) if values else None

"""From runs to the numbers of a report: who is paired with whom, and what comes out."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from worthit.compare.alignment import align
from worthit.compare.curve import curve_numbers
from worthit.compare.metrics import METRICS
from worthit.compare.model import model_numbers
from worthit.compare.pairing import Measured, measure, pairing_numbers
from worthit.compare.run import Run
from worthit.compare.sections import pairing_sections
from worthit.compare.significance import holm
from worthit.compare.tuned import verdicts_by_tuned_metric
from worthit.compare.verdict import Limits, is_clear
from worthit.core.errors import InputError

__all__ = ["judge_runs"]


def judge_runs(
    runs: Sequence[Run],
    baseline: str | None,
    metric: str,
    margin: float,
    limits: Limits,
    command: str,
    examples: bool = True,
    parts: Sequence[Run] = (),
    wish: float | None = None,
) -> dict[str, Any]:
    """Judge runs of one data set; see :meth:`worthit.compare.report.Report.from_runs`.

    Returns
    -------
    dict
        The content of report.json.
    """
    models = _by_model(runs)
    reference = _reference(models, baseline)
    _check_metric(metric, margin, runs[0])
    align(runs)  # one test set for all, before any work
    numbers = {name: model_numbers(seeds, metric, examples) for name, seeds in models.items()}
    others = _paired_models(models, reference)
    measured = [measure(models[reference], models[name], metric) for name in others]
    adjusted = holm([each.p for each in measured])
    known = {
        frozenset((reference, name)): each for name, each in zip(others, measured, strict=True)
    }
    tuned = verdicts_by_tuned_metric(models, numbers, reference, others, margin, limits)
    pairings = [
        {
            **pairing_numbers(
                each,
                numbers[reference],
                numbers[name],
                p,
                len(others),
                margin,
                limits,
                tuned.get(name),
            ),
            **pairing_sections(models[reference], models[name], metric, margin, examples),
        }
        for name, each, p in zip(others, measured, adjusted, strict=True)
    ]
    first = numbers[reference]
    return {
        "dataset": first["dataset"],
        "metric": metric,
        "margin": margin,
        "limits": asdict(limits),
        "baseline": reference,
        "command": command,
        "n": first["scores"]["n"],
        "n_groups": align(models[reference]).n_groups,
        "floor": first["floor"],
        "models": {name: {**model, "in_report": True} for name, model in numbers.items()},
        "pairings": pairings,
        **_ranking(models, numbers, metric, known),
        "curve": curve_numbers(models, parts, reference, metric, wish) if parts else None,
        "pages": {},
    }


def _by_model(runs: Sequence[Run]) -> dict[str, list[Run]]:
    """Group runs by model, seeds in order."""
    if len(runs) < 2:
        raise InputError(f"A comparison needs two runs or more, got {len(runs)}.")
    models: dict[str, list[Run]] = {}
    for run in runs:
        models.setdefault(run.model, []).append(run)
    for name, seeds in models.items():
        known = [run.seed for run in seeds]
        if len(set(known)) < len(known):
            raise InputError(
                f"Two runs of '{name}' have the same seed ({known[0]}); give one run for each seed."
            )
        seeds.sort(key=lambda run: run.seed if run.seed is not None else -1)
    if len(models) < 2:
        raise InputError(f"A comparison needs two models or more, got only '{runs[0].model}'.")
    return models


def _reference(models: dict[str, list[Run]], baseline: str | None) -> str:
    if baseline is not None:
        if baseline not in models:
            raise InputError(
                f"The baseline '{baseline}' is not among the runs; choose one of "
                f"{', '.join(models)}."
            )
        return baseline
    linear = [name for name, runs in models.items() if runs[0].record.get("family") == "linear"]
    return (linear or list(models))[0]


def _paired_models(models: dict[str, list[Run]], reference: str) -> list[str]:
    """Every network, pipeline of the user's own or unknown model; all others if there is none."""
    others = [name for name in models if name != reference]
    asked_about = ("neural", "pipeline", None)
    paired = [name for name in others if models[name][0].record.get("family") in asked_about]
    return paired or others


def _check_metric(metric: str, margin: float, run: Run) -> None:
    if metric not in METRICS:
        raise InputError(f"Unknown metric '{metric}'; choose one of {', '.join(METRICS)}.")
    if metric == "f1_positive" and run.positive is None:
        raise InputError(
            f"f1_positive needs two classes, this test set has {len(run.classes)}; choose f1_macro."
        )
    if not 0 < margin < 1:
        raise InputError(
            f"The margin is {margin}; give a fraction above 0 and below 1, 0.01 for one point."
        )


def _ranking(
    models: dict[str, list[Run]],
    numbers: dict[str, dict[str, Any]],
    metric: str,
    known: dict[frozenset[str], Measured],
) -> dict[str, Any]:
    """Order the models by score; find those that cannot be told apart from the best.

    ``known`` holds the pairs that were measured already.
    """
    order = sorted(numbers, key=lambda name: -numbers[name]["interval"]["value"])
    best, rest = order[0], order[1:]
    measured = [
        known.get(frozenset((best, name))) or measure(models[best], models[name], metric)
        for name in rest
    ]
    adjusted = holm([each.p for each in measured])
    refused = numbers[best]["interval"]["refusal"] is not None
    together = [
        name
        for name, each, p in zip(rest, measured, adjusted, strict=True)
        if not is_clear(*each.interval, p)
    ]
    return {
        "ranking": order,
        "best_set": None if refused else [best, *together],
        "best_set_p": dict(zip(rest, adjusted, strict=True)),
    }

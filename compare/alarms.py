"""Alarms: signs that a comparison is not what it seems, found in the numbers alone."""

from collections.abc import Sequence
from math import isfinite
from typing import Any

from worthit.compare.machines import same_machine

__all__ = ["OF_DEFAULTS", "cut_short", "floor_score", "model_alarms", "pairing_alarms"]

FEW_TRIALS = 5  # a search of fewer whole trials has hardly left its default
BUSY = 0.7  # processor seconds per second that a run of its own machine surpasses
OF_DEFAULTS = "en"  # the language of the checkpoints that models take by themselves
SHORT = 20.0  # seconds; of shorter runs, start and end are a large part


def pairing_alarms(
    baseline: dict[str, Any], model: dict[str, Any], pairing: dict[str, Any]
) -> list[dict[str, Any]]:
    """List the alarms of a pairing: those of its two models, and those of the two together.

    Parameters
    ----------
    baseline, model : dict
        Numbers of the models.
    pairing : dict
        Numbers of the pairing.

    Returns
    -------
    list of dict
        Each with ``kind``, most with ``model``, some with more.
    """
    alarms = model_alarms(baseline) + model_alarms(model)
    if pairing["reason_without_limits"] == "baseline better":
        if model.get("family") in ("neural", None):
            epochs = bool(model.get("curve"))
            alarms.append({"kind": "broken", "model": model["model"], "epochs": epochs})
        else:
            alarms.append({"kind": "behind", "model": model["model"]})
    trials = [each["cost"].get("trials") for each in (baseline, model)]
    if trials == [0, 0]:
        alarms.append({"kind": "neither tuned", **_own_pipeline(baseline, model)})
    elif None not in trials and not all(trials):
        tuned, untuned = (baseline, model) if trials[0] else (model, baseline)
        alarm = {"kind": "one tuned", "tuned": tuned["model"], "model": untuned["model"]}
        if untuned.get("settings") is not None:  # of old runs it is not known
            alarm["by_hand"] = list(untuned["settings"])
        alarms.append(alarm | _own_pipeline(untuned))
    alarms += _thresholds(baseline, model, pairing)
    if pairing["by_tuned"]:
        alarms.append({"kind": "other metric", **pairing["by_tuned"]})
    machines = [each["machine"] for each in (baseline, model) if each.get("machine")]
    if len(machines) == 2 and not same_machine(*machines):
        alarms.append({"kind": "machines"})
    return alarms


def _own_pipeline(*models: dict[str, Any]) -> dict[str, Any]:
    """Name the first pipeline of the user's own: it is searched only if its file says over what."""
    found = [model["model"] for model in models if model.get("family") == "pipeline"]
    return {"pipeline": found[0]} if found else {}


def _thresholds(
    baseline: dict[str, Any], model: dict[str, Any], pairing: dict[str, Any]
) -> list[dict[str, Any]]:
    """Tell the difference with learned thresholds where they pay by a margin, out of fold."""
    metric, scores, paying = pairing["metric"], [], []
    for each in (baseline, model):
        decision = each.get("decision") or {}
        fold = decision.get("out_of_fold")
        scores.append(each["scores"][metric])
        if not fold or decision["metric"] != metric or len(each["seeds"]) > 1:
            continue
        gain = fold["thresholds"] - fold["plain"]
        if gain >= pairing["margin"] and fold["better"] == fold["folds"]:
            scores[-1] = decision["test"]["thresholds"][metric]
            paying.append(each["model"])
    if not paying:
        return []
    plain, difference = pairing["difference"], scores[1] - scores[0]
    return [{"kind": "thresholds", "models": paying, "plain": plain, "difference": difference}]


def model_alarms(model: dict[str, Any]) -> list[dict[str, Any]]:
    """List what looks wrong about one model."""
    name, scores = model["model"], model["scores"]
    alarms: list[dict[str, Any]] = []
    if model.get("family") == "floor":
        return alarms
    chosen = model["interval"]["metric"]
    above = scores[chosen] > floor_score(model, chosen)
    for metric in dict.fromkeys((chosen, "accuracy", "f1_macro")):
        bar = floor_score(model, metric)
        if scores[metric] < bar:
            alarms.append(
                {
                    "kind": "below floor",
                    "model": name,
                    "metric": metric,
                    "score": scores[metric],
                    "floor": bar,
                    "guess": bar > model["floor"]["scores"][metric],
                    "above_by": chosen if above else None,
                }
            )
    for label in collapsed(model):
        alarms.append({"kind": "collapsed", "model": name, "label": label})
    tuning = model.get("tuning") or {}
    for field in tuning.get("at_edge") or ():
        alarm = {"kind": "edge", "model": name, "field": field}
        bounds = (tuning.get("bounds") or {}).get(field)
        if bounds and model["params"].get(field) is not None:
            alarm |= {"value": model["params"][field], **bounds}
        alarms.append(alarm)
    curve = model.get("curve") or ()
    if model.get("cut_short"):
        again = bool(model.get("without_limit"))
        stopped = model["cut_short"]
        alarms.append({"kind": "cut short", "model": name, "stopped": stopped, "goes_on": again})
    elif len(curve) > 1 and model.get("best_epoch") is not None:
        if model["best_epoch"] >= max(row["epoch"] for row in curve):
            alarms.append(
                {
                    "kind": "still improving",
                    "model": name,
                    "epoch": model["best_epoch"],
                    "lowest_loss": _lowest_loss(curve),
                }
            )
    language = (model.get("preprocessing") or {}).get("language")
    if model.get("checkpoint") and model["params"].get("checkpoint", "") is None:
        if language not in (None, "none", OF_DEFAULTS):
            alarms.append({"kind": "other language", "model": name, "language": language})
    cost = model["cost"]
    trials = cost.get("trials") or 0
    complete = trials - (cost.get("trials_pruned") or 0)
    if trials and complete < FEW_TRIALS:
        alarms.append({"kind": "few trials", "model": name, "trials": trials, "complete": complete})
    if _beside_other_work(cost):
        share = cost["processor_seconds"] / cost["wall_seconds"]
        alarms.append({"kind": "other work", "model": name, "share": share})
    if model.get("outside"):
        alarms.append({"kind": "outside", "model": name, "n": model["outside"]})
    return alarms


def cut_short(stopped: str | None) -> bool:
    """Tell whether the reason why a training ended is that its time was over."""
    return "time limit" in (stopped or "")


def _lowest_loss(curve: Sequence[dict[str, Any]]) -> float | None:
    """Return the epoch after which the validation loss was lowest; None where there is none."""
    known = [(row.get("validation_loss"), row["epoch"]) for row in curve]
    losses = [(loss, epoch) for loss, epoch in known if loss is not None and isfinite(loss)]
    return min(losses)[1] if losses else None


def floor_score(model: dict[str, Any], metric: str) -> float:
    """Score what learns nothing: always the commonest class, or guesses at the shares of train."""
    floor = model["floor"]
    return float(max(floor["scores"][metric], (floor.get("guess") or {}).get(metric, 0.0)))


def _beside_other_work(cost: dict[str, Any]) -> bool:
    """Tell whether a run on a processor got less of it than a machine of its own would give."""
    wall, processor = cost.get("wall_seconds"), cost.get("processor_seconds")
    if cost.get("device") != "cpu" or wall is None or processor is None or wall < SHORT:
        return False
    return processor < BUSY * wall


def collapsed(model: dict[str, Any]) -> list[str]:
    """List the classes that have test items and are never answered by the first seed."""
    answers = [sum(column) for column in zip(*model["confusion"], strict=True)]
    labels = model["scores"]["per_class"]
    return [
        label
        for label, n_answers in zip(labels, answers, strict=True)
        if not n_answers and labels[label]["support"]
    ]

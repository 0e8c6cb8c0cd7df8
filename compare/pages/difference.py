"""How far apart two models are and what that costs, as parts of a sentence."""

from typing import Any

from worthit.compare.pages.names import metric_name, model_name
from worthit.compare.pages.phrases import as_long, is_faster, points, span, times
from worthit.compare.pages.scores import whole_training

__all__ = ["cost_phrase", "difference_phrase"]


def difference_phrase(numbers: dict[str, Any], pairing: dict[str, Any], evidence: str = "") -> str:
    """Say how far above or below the baseline a model scores, with the interval."""
    metric = metric_name(pairing["metric"], numbers["dataset"].get("positive"))
    difference = pairing["difference"]
    size = points(abs(difference))
    if size == "0.00":
        scored = f"scores **the same {metric}** as"
    else:
        where = "above" if difference > 0 else "below"
        scored = f"scores **{size} points of {metric} {where}**"
    inside = "no interval"
    if not pairing["refusal"]:
        inside = f"95 % interval {span(pairing['low'], pairing['high'])}"
    return f"{scored} {model_name(pairing['baseline'])} ({inside}{evidence})"


def cost_phrase(baseline: dict[str, Any], model: dict[str, Any]) -> str:
    """Say how much longer training and answering take; nothing where costs are unknown."""
    parts = []
    training = _ratio(baseline.get("fit_seconds"), model.get("fit_seconds"))
    if training is not None:
        tuned = any(cost.get("tune_seconds") for cost in (baseline, model))
        whole = _ratio(whole_training(baseline), whole_training(model)) if tuned else None
        parts.append(_pace(training, "train") + ("" if whole is None else _tuned(training, whole)))
    answer = _ratio(baseline.get("ms_per_item"), model.get("ms_per_item"))
    if answer is not None:
        parts.append(_pace(answer, "answer"))
    if training is None or answer is None:
        return "".join(parts)
    if is_faster(training) != is_faster(answer):
        return " but ".join(parts)
    return " and ".join([parts[0], parts[1].removeprefix("takes ")])


def _pace(ratio: float, verb: str) -> str:
    """Say ``takes 5.0 times as long to train``, or ``trains 12 times as fast``."""
    told = as_long(ratio)
    return f"{verb}s {told}" if is_faster(ratio) else f"takes {told} to {verb}"


def _tuned(training: float, whole: float) -> str:
    """Say what the ratio is with what either side searched, in full where it turns round."""
    if is_faster(training) != is_faster(whole):
        return f" ({as_long(whole)} with searches counted)"
    return f" ({times(1 / whole if is_faster(whole) else whole)} with searches counted)"


def _ratio(baseline: float | None, model: float | None) -> float | None:
    return None if not baseline or not model else model / baseline

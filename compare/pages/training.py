"""Sections of a model page about how it came to be: ladder and learning curve."""

from typing import Any

from worthit.compare.pages.fairness import parameters
from worthit.compare.pages.markdown import emphasis, table, text
from worthit.compare.pages.names import metric_name
from worthit.compare.pages.phrases import count, duration, interval, points, signed
from worthit.compare.pages.progress import search_metric
from worthit.compare.pages.refusal import refusal_phrase

__all__ = ["curve_section", "ladder_section"]

MOST_CHANGES = 3  # more are counted, not listed


def ladder_section(model: dict[str, Any]) -> str:
    """Write the table default -> penalty -> balanced -> tuned."""
    ladder = model.get("ladder")
    if not ladder:
        return ""
    positive = model["dataset"].get("positive")
    with_features = any(step.get("features") for step in ladder)
    gains = [step.get("gain") for step in ladder]
    with_cv = any(step.get("cv") is not None for step in ladder)
    rows = []
    before: dict[str, Any] = {}
    for step in ladder:
        test = step["test"]
        change = step.get("what") or _changes(before, step.get("params") or {})
        before = step.get("params") or before
        if positive is None:
            row = {name: test[f"{name}_macro"] for name in ("precision", "recall", "f1")}
        else:
            row = test["per_class"][positive]
        cells = [points(row[name]) for name in ("precision", "recall", "f1")]
        cv = ["-" if step.get("cv") is None else points(step["cv"])] if with_cv else []
        features = [count(step.get("features"))] if with_features else []
        gained = [_gained(step.get("gain"))] if any(gains) else []
        accuracy, time = points(test["accuracy"]), duration(step.get("seconds"))
        cells = [*cv, *cells, accuracy, *gained, *features, time]
        rows.append([text(step["step"], 60), change, *cells])
    what = "macro" if positive is None else emphasis(positive, 40)
    cv = [f"CV {search_metric(model)}"] if with_cv else []
    head = ["step", "what changes", *cv, *(f"{m} {what}" for m in ("P", "R", "F1"))]
    bought = [f"gain in {_gain_metric(model, gains)}"] if any(gains) else []
    head += ["accuracy", *bought, *(["weights in use"] if with_features else []), "time"]
    align = "ll" + "r" * (len(head) - 2)
    chosen = ", only by cross-validation on train (CV)" if with_cv else ""
    note = (
        "The last scores of each row are of the test split, shown for the reader: no step was "
        f"chosen by them{chosen}."
    )
    parts = ["## From the default to the tuned model", table(head, rows, align)]
    if any(gains):
        with_interval = any(gain and gain["low"] is not None for gain in gains)
        note += " A gain is over the step before, on test"
        note += ", with its paired 95 % interval." if with_interval else "."
        parts.append(_most_bought(model, ladder))
    return "\n\n".join([*parts, note])


def _gained(gain: dict[str, Any] | None) -> str:
    if gain is None:
        return ""
    difference, low, high = (gain[name] for name in ("difference", "low", "high"))
    return signed(difference) if low is None else interval(difference, low, high)


def _gain_metric(model: dict[str, Any], gains: list[dict[str, Any] | None]) -> str:
    metric = next(gain["metric"] for gain in gains if gain)
    return metric_name(metric, model["dataset"].get("positive"))


def _most_bought(model: dict[str, Any], ladder: list[dict[str, Any]]) -> str:
    """Say which step bought most, as far as the test set can tell."""
    steps = [step for step in ladder if step.get("gain")]
    metric = _gain_metric(model, [step["gain"] for step in steps])
    best = max(steps, key=lambda step: step["gain"]["difference"])
    gain = best["gain"]
    if gain["difference"] <= 0:
        return f"No step gained {metric} on this test set over the one before."
    said = (
        f"The step {emphasis(best['step'], 40)} bought most: {_gained(gain)} {metric} on this test "
        "set"
    )
    if gain["low"] is None:
        why = refusal_phrase(gain.get("refusal"))
        return f"{said}, without an interval for {metric}{f': {why}' if why else ''}."
    return f"{said}." if gain["low"] > 0 else f"{said}, which cannot tell it from nothing."


def _changes(before: dict[str, Any], params: dict[str, Any]) -> str:
    """Name the parameters that a step changes, if they are few."""
    changed = {k: v for k, v in params.items() if before.get(k, v) != v or k not in before}
    if not before or not changed:
        return ""
    return parameters(changed) if len(changed) <= MOST_CHANGES else f"{len(changed)} parameters"


def curve_section(model: dict[str, Any]) -> str:
    """Write losses and validation scores by epoch, and what the training noted."""
    curve = model.get("curve")
    notes = " ".join(text(line, 400) for line in model.get("notes") or ())
    if not curve:
        return f"## Training\n\n{notes}" if notes else ""
    columns = (
        ("train_loss", "train loss", lambda v: f"{v:.4f}"),
        ("validation_loss", "validation loss", lambda v: f"{v:.4f}"),
        ("validation_accuracy", "validation accuracy", points),
        ("validation_f1_macro", "validation macro F1", points),
        ("seconds", "time", duration),
    )
    kept = [c for c in columns if any(row.get(c[0]) is not None for row in curve)]
    rows = []
    for row in curve:
        cells = [show(row[name]) if row.get(name) is not None else "" for name, _, show in kept]
        best = " (best)" if row.get("epoch") == model.get("best_epoch") else ""
        rows.append([f"{row['epoch']:g}{best}", *cells])
    shown = table(["epoch", *(title for _, title, _ in kept)], rows, "l" + "r" * len(kept))
    stopped = f" Training ended: {text(model['stopped'], 120)}." if model.get("stopped") else ""
    note = f"The weights kept are those of the best epoch, chosen on validation.{stopped}"
    figure = f"![Learning curve](figures/{model['slug']}-learning.png)"
    return f"## Learning curve\n\n{figure}\n\n{shown}\n\n{note} {notes}".rstrip()

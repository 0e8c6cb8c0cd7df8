"""Sections 2 and 3 of a pairing: at a glance, and per class."""

from collections.abc import Sequence
from typing import Any

from worthit.compare.metrics import METRICS
from worthit.compare.pages.machine import machine_sentence
from worthit.compare.pages.markdown import emphasis, table, text
from worthit.compare.pages.names import always, metric_name, model_name
from worthit.compare.pages.phrases import (
    bytes_,
    count,
    duration,
    interval,
    megabytes,
    milliseconds,
    plural,
    points,
    signed,
    span,
    times,
)
from worthit.compare.pseudo_items import FEW_DIFFERING
from worthit.compare.refusal import FEW_ITEMS, MIN_GROUPS, MIN_ITEMS
from worthit.compare.verdict import is_clear

__all__ = ["cost_rows", "glance_section", "kept_sentence", "per_class_section", "whole_training"]

COSTS = (
    ("training", "fit_seconds", duration),
    ("tuning", "tune_seconds", duration),
    ("answer, one item alone", "ms_per_item", milliseconds),
    ("answer, in batches", "ms_per_item_batched", milliseconds),
    ("peak memory", "peak_memory_mb", megabytes),
    ("peak memory of the graphics card", "gpu_memory_mb", megabytes),
    ("size on disk", "model_bytes", bytes_),
    ("parameters in use", "parameters", count),
)


def glance_section(numbers: dict[str, Any], pairing: dict[str, Any]) -> str:
    """Write the table of the two models side by side."""
    baseline, model = (numbers["models"][pairing[side]] for side in ("baseline", "model"))
    rows = _score_rows(numbers, pairing) + cost_rows(baseline["cost"], model["cost"])
    rows += _seeds_row(baseline, model)
    head = ["", model_name(baseline["model"]), model_name(model["model"]), "difference", "ratio"]
    floor, positive = numbers["floor"], numbers["dataset"].get("positive")
    scores = floor["scores"]
    chosen = pairing["metric"]
    floor_scores = f"{points(scores['accuracy'])} accuracy"
    if chosen != "accuracy":
        floor_scores += f" and {points(scores[chosen])} {metric_name(chosen, positive)}"
    groups = f" in {plural(numbers['n_groups'], 'group')}" if numbers["n_groups"] else ""
    note = (
        f"{count(numbers['n'])} test items{groups}; always answering "
        f"{emphasis(floor['label'], 40)} would score {floor_scores}."
    )
    told = [note, kept_sentence([baseline, model]), machine_sentence([baseline, model])]
    said = " ".join(part for part in told if part)
    return f"## At a glance\n\n{table(head, rows, 'lrrrr')}\n\n{said}"


def _score_rows(numbers: dict[str, Any], pairing: dict[str, Any]) -> list[list[str]]:
    positive = numbers["dataset"].get("positive")
    chosen = pairing["metric"]
    order = [chosen, *(name for name in METRICS if name != chosen)]
    rows = []
    for name in order:
        scores = pairing["metrics"].get(name)
        shown_anyway = name != "recall_macro" or numbers["dataset"].get("kind") == "audio"
        if scores is None or not (shown_anyway or name == chosen):
            continue
        cells = [points(scores["baseline"]), points(scores["model"])]
        title, difference = metric_name(name, positive), signed(scores["difference"])
        if name == chosen:
            difference = f"{difference} ({span(pairing['low'], pairing['high'])})"
            title = f"**{title}**"
            if _clear(pairing):
                better = int(pairing["difference"] > 0)
                cells[better] = f"**{cells[better]}**"
        rows.append([title, *cells, difference, ""])
        if name == "f1_positive" and positive is not None:
            rows += _positive_rows(pairing, positive)
    return rows


def _positive_rows(pairing: dict[str, Any], positive: str) -> list[list[str]]:
    row = next(row for row in pairing["classes"] if row["label"] == positive)
    rows = []
    for name in ("precision", "recall"):
        one, other = row["baseline"][name], row["model"][name]
        title = f"{name} of {emphasis(positive, 40)}"
        rows.append([title, points(one), points(other), signed(other - one), ""])
    return rows


def _clear(pairing: dict[str, Any]) -> bool:
    """Tell whether there is a winner outside the noise."""
    return is_clear(pairing["low"], pairing["high"], pairing["holm_p"])


def cost_rows(baseline: dict[str, Any], model: dict[str, Any]) -> list[list[str]]:
    """Rows about cost; what neither side knows is left out."""
    rows = []
    for title, name, show in COSTS:
        one, other = baseline.get(name), model.get(name)
        if one is None and other is None or not one and not other:
            continue
        ratio = other / one if one and other else None
        rows.append([title, show(one), show(other), "", times(ratio)])
        one, other = whole_training(baseline), whole_training(model)
        if name == "tune_seconds" and one and other:
            cells = [duration(one), duration(other), "", times(other / one)]
            rows.append(["tuning and training", *cells])
    trials = [cost.get("trials") for cost in (baseline, model)]
    if trials != [None, None]:
        rows.append(["trials", *map(count, trials), "", ""])
    return rows


def kept_sentence(models: Sequence[dict[str, Any]]) -> str:
    """Say what tuning leaves out of a search whose own network was kept; nothing of the others."""
    sentences = []
    for model in models:
        cost = model["cost"]
        kept = (cost.get("search_seconds") or 0) - (cost.get("tune_seconds") or 0)
        if kept > 0:
            sentences.append(
                f"Tuning {model_name(model['model'])} leaves out the {duration(kept)} of training "
                "the network that the search kept: they count as training."
            )
    return " ".join(sentences)


def _seeds_row(*models: dict[str, Any]) -> list[list[str]]:
    """Say how many seeds each side has; nothing where neither side knows."""
    known = [None if model["seeds"] == [None] else len(model["seeds"]) for model in models]
    return [] if not any(known) else [["seeds", *map(count, known), "", ""]]


def whole_training(cost: dict[str, Any]) -> float | None:
    """Add tuning to training, in seconds; None where training is not known."""
    if cost.get("fit_seconds") is None:
        return None
    return float(cost["fit_seconds"] + (cost.get("tune_seconds") or 0))


def per_class_section(numbers: dict[str, Any], pairing: dict[str, Any]) -> str:
    """Write precision, recall and F1 of both models for every class."""
    one, other = (model_name(pairing[side]) for side in ("baseline", "model"))
    measures = [("P", "precision"), ("R", "recall"), ("F1", "f1")]
    head = ["class", "n", *(f"{s} {m}" for s, _ in measures for m in (one, other))]
    head.append("difference in F1")
    rows = []
    for row in pairing["classes"]:
        cells = [points(row[side][name]) for _, name in measures for side in ("baseline", "model")]
        mark = " (few)" if row["few"] else ""
        difference = interval(row["difference"], row["low"], row["high"])
        rows.append([f"{text(row['label'], 60)}{mark}", count(row["support"]), *cells, difference])
    models = [numbers["models"][pairing[side]]["scores"] for side in ("baseline", "model")]
    rows.append(_mean_row("macro mean", numbers["n"], *models))
    floor = numbers["floor"]
    rows.append(_mean_row(f"floor: {always(floor['label'])}", numbers["n"], floor["scores"]))
    shown = [table(head, rows, "lrrrrrrrl"), _class_notes(pairing["classes"])]
    return "\n\n".join(["## Per class", *shown])


def _class_notes(classes: list[dict[str, Any]]) -> str:
    """Say what the marks mean and how far the intervals can be trusted."""
    notes = []
    if any(row["few"] for row in classes):
        notes.append(
            f"(few): under {FEW_ITEMS} test items, too few to judge the class; under {MIN_ITEMS} "
            "there is no interval."
        )
    n_few = sum(bool(row.get("pseudo_items")) for row in classes if row["low"] is not None)
    if n_few:  # old reports do not know it
        notes.append(
            f"In {plural(n_few, 'class', 'classes')} fewer than {FEW_DIFFERING} items are answered "
            "rightly by only one of the two: the resamples hold pseudo-items (Agresti & Min 2005)."
        )
    if any(row["low"] is not None for row in classes):
        if any(row["low"] is None and row["support"] >= MIN_ITEMS for row in classes):
            notes.append(
                f"No interval where the two differ in under {MIN_GROUPS} groups of a class."
            )
        notes.append(
            "Each class has a 95 % interval of its own: looked at together, about one in twenty "
            "misses by chance."
        )
    elif not notes:
        notes.append("No intervals: there is too little to resample.")
    return " ".join(notes)


def _mean_row(title: str, n: int, *models: dict[str, Any]) -> list[str]:
    """Unweighted means over the classes; one model fills both columns."""
    names = ("precision_macro", "recall_macro", "f1_macro")
    pair = models if len(models) == 2 else models * 2
    cells = [points(each[name]) for name in names for each in pair]
    difference = signed(pair[1]["f1_macro"] - pair[0]["f1_macro"]) if len(models) == 2 else ""
    return [title, count(n), *cells, difference]

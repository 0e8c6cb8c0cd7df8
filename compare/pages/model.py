"""The page of a single run: scores per class, the ladder, the search, the words, the cost."""

from typing import Any

from worthit.compare.pages.alarms import alarm_sentence
from worthit.compare.pages.decision import decision_section
from worthit.compare.pages.fairness import parameters
from worthit.compare.pages.machine import machine_sentence
from worthit.compare.pages.markdown import bullets, code, emphasis, quote, table, text
from worthit.compare.pages.names import always, frozen, metric_name, title_name, zero_shot
from worthit.compare.pages.path import path_section
from worthit.compare.pages.phrases import (
    count,
    duration,
    plural,
    points,
    short_hash,
    span,
)
from worthit.compare.pages.refusal import refusal_phrase
from worthit.compare.pages.reproduce import limits_section, reproduce_section
from worthit.compare.pages.scores import COSTS, kept_sentence
from worthit.compare.pages.search import search_section
from worthit.compare.pages.sides import sides_section
from worthit.compare.pages.training import curve_section, ladder_section
from worthit.compare.pages.words import words_section
from worthit.compare.refusal import FEW_ITEMS

__all__ = ["model_page", "weights_sentence"]

MOST_CLASSES = 20  # a wider confusion matrix is shown as a picture only


def model_page(model: dict[str, Any]) -> str:
    """Write ``<model>.md``.

    Parameters
    ----------
    model : dict
        From :func:`~worthit.compare.model.model_numbers`.
    """
    parts = [
        f"# {title_name(model)} on {text(model['dataset']['name'], 60)}",
        _summary(model),
        _per_class(model),
        _confusion(model),
        ladder_section(model),
        sides_section(model),
        search_section(model),
        path_section(model),
        decision_section(model),
        curve_section(model),
        words_section(model),
        _cost(model),
        _alarms(model),
        reproduce_section("", [model], model["dataset"]),
        limits_section(model["n_groups"], len(model["seeds"])),
        "[All models](README.md)" if model.get("in_report") else "",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _alarms(model: dict[str, Any]) -> str:
    if not model["alarms"]:
        return ""
    return f"## Alarms\n\n{bullets([alarm_sentence(alarm) for alarm in model['alarms']])}"


def _summary(model: dict[str, Any]) -> str:
    interval, positive = model["interval"], model["dataset"].get("positive")
    metric = metric_name(interval["metric"], positive)
    floor, chosen = model["floor"], interval["metric"]
    floor_scores = f"{points(floor['scores'][chosen])} {metric}"
    accuracy = ""
    if chosen != "accuracy":
        floor_scores += f" and {points(floor['scores']['accuracy'])} accuracy"
        accuracy = f", {points(model['scores']['accuracy'])} accuracy"
    if interval["refusal"]:
        inside = f"no interval: {refusal_phrase(interval['refusal'])}"
    else:
        inside = f"95 % interval {span(interval['low'], interval['high'], sign=False)}"
    lines = [
        f"**{points(interval['value'])} {metric}** ({inside}){accuracy} on "
        f"{count(model['scores']['n'])} test items.",
        f"The floor, {always(floor['label'])}, scores {floor_scores}.",
    ]
    if len(model["seeds"]) > 1:
        values = ", ".join(points(s[interval["metric"]]) for s in model["scores_by_seed"])
        lines.append(
            f"Mean of {len(model['seeds'])} seeds: {values}. Confusions, search, training and "
            "words are those of the first seed."
        )
    if model.get("family") == "neural":
        lines.append(weights_sentence(model))
    if zero_shot(model):
        lines.append(f"A {zero_shot(model)}.")
    if model.get("family") == "pipeline":
        lines.append(_origin(model["params"]))
    if model["without_leaked"]:
        rest = model["without_leaked"]
        lines.append(
            f"{plural(rest['leaked'], 'test item stands', 'test items stand')} in the training "
            "data as well; without them "
            f"{points(rest[interval['metric']])} {metric}."
        )
    return quote(lines)


def weights_sentence(model: dict[str, Any]) -> str:
    """Say where a network's weights come from."""
    if not model.get("pretrained"):
        return "The network is trained from scratch: no pretrained weights."
    name = (model.get("checkpoint") or {}).get("name")
    whose = f", those of {text(name, 80)}," if name else ""
    if frozen(model):
        return f"The network's pretrained weights{whose} stay as they are."
    return f"The network starts from pretrained weights{whose.removesuffix(',')}."


def _origin(params: dict[str, Any]) -> str:
    """Say which function of the user's made a pipeline, and what it holds."""
    told = ("file", "function", "source", "seed")
    steps = parameters({name: value for name, value in params.items() if name not in told})
    return (
        f"A scikit-learn pipeline of the user's own, {code(params['function'], 60)} of "
        f"{code(params['file'], 60)} (source {short_hash(params['source'])}): {steps}."
    )


def _per_class(model: dict[str, Any]) -> str:
    rows = []
    scores, floor = model["scores"], model["floor"]
    for label, row in scores["per_class"].items():
        few = " (few)" if row["support"] < FEW_ITEMS else ""
        cells = [points(row[name]) for name in ("precision", "recall", "f1")]
        rows.append([text(label, 60) + few, count(row["support"]), *cells])
    names = ("precision_macro", "recall_macro", "f1_macro")
    n = count(scores["n"])
    rows.append(["macro mean", n, *(points(scores[name]) for name in names)])
    rows.append(["weighted F1", n, "", "", points(scores["f1_weighted"])])
    rows.append(["accuracy", n, "", "", points(scores["accuracy"])])
    floors = [points(floor["scores"][name]) for name in names]
    rows.append([f"floor: {always(floor['label'])}", n, *floors])
    shown = table(["class", "n", "precision", "recall", "F1"], rows, "lrrrr")
    note = ""
    if any(row["support"] < FEW_ITEMS for row in scores["per_class"].values()):
        note = f"\n\n(few): under {FEW_ITEMS} test items, too few to judge the class."
    return f"## Scores per class\n\n{shown}{note}"


def _confusion(model: dict[str, Any]) -> str:
    labels, matrix = list(model["scores"]["per_class"]), model["confusion"]
    figure = f"![Confusion matrix](figures/{model['slug']}-confusion.png)"
    seed = " of the first seed" if len(model["seeds"]) > 1 else ""
    parts = ["## Confusion matrix", figure]
    if len(labels) <= MOST_CLASSES:
        rows = [
            [f"**{text(label, 30)}**", *(count(n) for n in row)]
            for label, row in zip(labels, matrix, strict=True)
        ]
        head = ["truth \\ answer", *(text(label, 30) for label in labels)]
        parts.append(table(head, rows, "l" + "r" * len(labels)))
    parts.append(_worst_confusions(labels, matrix, seed))
    return "\n\n".join(part for part in parts if part)


def _worst_confusions(labels: list[str], matrix: list[list[int]], seed: str) -> str:
    wrong = [
        (n, labels[i], labels[j])
        for i, row in enumerate(matrix)
        for j, n in enumerate(row)
        if i != j and n
    ]
    worst = sorted(wrong, key=lambda each: -each[0])[:3]
    if not worst:
        return ""
    listed = "; ".join(f"{emphasis(t, 40)} taken for {emphasis(a, 40)}, {n:,}" for n, t, a in worst)
    return f"The commonest mistakes{seed}: {listed}."


def _cost(model: dict[str, Any]) -> str:
    cost = model["cost"]
    extra = (
        ("whole run, wall clock", "wall_seconds", duration),
        ("whole run, processor time", "processor_seconds", duration),
    )
    rows = [[t, show(cost[n])] for t, n, show in (*COSTS, *extra) if cost.get(n)]
    if not rows:
        return ""
    told = " ".join(filter(None, (kept_sentence([model]), machine_sentence([model]))))
    return f"## Cost\n\n{table(['', ''], rows, 'lr')}\n\n{told}".rstrip()

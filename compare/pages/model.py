"""The page of a single run: scores per class, the ladder, the search, the words, the cost."""

from typing import Any

from worthit.compare.pages.fairness import alarm_sentence, parameters, progress_table, search_metric
from worthit.compare.pages.markdown import bullets, code, emphasis, table, text
from worthit.compare.pages.names import always, metric_name, title_name
from worthit.compare.pages.phrases import count, duration, plural, points, span
from worthit.compare.pages.reproduce import limits_section, reproduce_section
from worthit.compare.pages.scores import COSTS, machine_sentence
from worthit.compare.pages.verdict import refusal_phrase
from worthit.compare.refusal import FEW_ITEMS

__all__ = ["model_page"]

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
        _ladder(model),
        _search(model),
        _curve(model),
        _words(model),
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
        lines.append(f"Mean of {len(model['seeds'])} seeds: {values}.")
    if model.get("family") == "neural":
        how = (
            "starts from pretrained weights"
            if model.get("pretrained")
            else ("is trained from scratch: no pretrained weights")
        )
        lines.append(f"The network {how}.")
    if model["without_leaked"]:
        rest = model["without_leaked"]
        lines.append(
            f"{plural(rest['leaked'], 'test item')} also in the training data; without them "
            f"{points(rest[interval['metric']])} {metric}."
        )
    return "\n".join(f"> {line}" for line in lines)


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


def _ladder(model: dict[str, Any]) -> str:
    """Write the table default -> penalty -> balanced -> tuned."""
    ladder = model.get("ladder")
    if not ladder:
        return ""
    positive = model["dataset"].get("positive")
    with_features = any(step.get("features") for step in ladder)
    with_cv = any(step.get("cv") is not None for step in ladder)
    rows = []
    for step in ladder:
        test = step["test"]
        if positive is None:
            row = {name: test[f"{name}_macro"] for name in ("precision", "recall", "f1")}
        else:
            row = test["per_class"][positive]
        cells = [points(row[name]) for name in ("precision", "recall", "f1")]
        cv = ["-" if step.get("cv") is None else points(step["cv"])] if with_cv else []
        features = [count(step.get("features"))] if with_features else []
        cells = [*cv, *cells, points(test["accuracy"]), *features, duration(step.get("seconds"))]
        rows.append([text(step["step"], 60), *cells])
    what = "macro" if positive is None else emphasis(positive, 40)
    cv = [f"CV {search_metric(model)}"] if with_cv else []
    head = ["step", *cv, *(f"{m} {what}" for m in ("P", "R", "F1"))]
    head += ["accuracy", *(["features"] if with_features else []), "time"]
    align = "l" + "r" * (len(head) - 1)
    chosen = ", only by cross-validation on train (CV)" if with_cv else ""
    note = (
        "Each step adds one thing to the step before. The scores on the right are of the test "
        f"split, shown for the reader: no step was chosen by them{chosen}."
    )
    return f"## From the default to the tuned model\n\n{table(head, rows, align)}\n\n{note}"


def _search(model: dict[str, Any]) -> str:
    chosen = parameters(model["params"])
    if not chosen:
        return ""
    tuning = model.get("tuning")
    if not tuning or not model["progress"]:
        return f"## Parameters\n\n{chosen}. No search: these are the defaults."
    space, best = tuning.get("space") or {}, model["params"]
    rows = [
        [code(field, 40), code(best.get(field, "-"), 60), code(allowed, 80)]
        + (["at the edge"] if field in (tuning.get("at_edge") or ()) else [""])
        for field, allowed in space.items()
    ]
    fixed = {k: v for k, v in best.items() if k not in space}
    parts = ["## Search", table(["parameter", "chosen", "searched", ""], rows, "llll")]
    if fixed:
        parts.append(f"Not searched: {parameters(fixed)}.")
    trials, pruned = model["cost"].get("trials"), model["cost"].get("trials_pruned")
    effort = f"{plural(trials or len(model['progress']), 'trial')}"
    effort += f", {count(pruned)} of them stopped early" if pruned else ""
    folds = tuning.get("folds")
    judged = f"{folds} folds of train" if folds and folds > 1 else "the validation split"
    took = model["cost"].get("tune_seconds")
    took_phrase = f" in {duration(took)}" if took else ""
    parts.append(f"{effort}{took_phrase}, each judged on {judged}; best so far:")
    parts.append(progress_table(model))
    if len(model["progress"]) > 1:
        parts.append(f"![Best score so far over trials](figures/{model['slug']}-search.png)")
    return "\n\n".join(parts)


def _curve(model: dict[str, Any]) -> str:
    curve = model.get("curve")
    if not curve:
        return ""
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
    return f"## Learning curve\n\n{figure}\n\n{shown}\n\n{note}"


def _words(model: dict[str, Any]) -> str:
    words = model.get("words")
    if not words:
        return ""
    lines = []
    for label, terms in words.items():
        shown = ", ".join(
            f"{code(_with_spaces(term), 40)} {weight:.2f}" for term, weight in terms[:15]
        )
        lines.append(f"{emphasis(label, 60)}: {shown}")
    note = "The terms with the largest weights for each class; ␣ is a space at a word's edge."
    return f"## Strongest words\n\n{bullets(lines)}\n\n{note}"


def _with_spaces(term: str) -> str:
    """Show the spaces around a character n-gram, which a code span would swallow."""
    inner = term.strip(" ")
    left = len(term) - len(term.lstrip(" "))
    return "␣" * left + inner + "␣" * (len(term) - len(inner) - left)


def _cost(model: dict[str, Any]) -> str:
    cost = model["cost"]
    extra = (
        ("whole run, wall clock", "wall_seconds", duration),
        ("whole run, processor time", "processor_seconds", duration),
    )
    rows = [[t, show(cost[n])] for t, n, show in (*COSTS, *extra) if cost.get(n)]
    if not rows:
        return ""
    machine = f"\n\n{machine_sentence(model['machine'])}" if model.get("machine") else ""
    return f"## Cost\n\n{table(['', ''], rows, 'lr')}{machine}"

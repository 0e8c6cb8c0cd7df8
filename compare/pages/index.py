"""The index of a data set: verdicts, ranking, and links to every page."""

from typing import Any

from worthit.compare.front import n_timed, pareto_front, standing
from worthit.compare.pages.answer import answer_block
from worthit.compare.pages.curve import curve_section
from worthit.compare.pages.markdown import emphasis, table, text
from worthit.compare.pages.names import metric_name, model_name, title_name, zero_shot
from worthit.compare.pages.phrases import (
    adjusted_p,
    count,
    duration,
    margin_points,
    milliseconds,
    plural,
    points,
    signed,
    span,
)
from worthit.compare.pages.refusal import refusal_phrase
from worthit.compare.pages.reproduce import limits_section, reproduce_section
from worthit.compare.pages.scores import whole_training

__all__ = ["index_page"]


def index_page(numbers: dict[str, Any]) -> str:
    """Write README.md of ``reports/<dataset>``."""
    name = text(numbers["dataset"]["name"], 60)
    models = list(numbers["models"].values())
    parts = [
        f"# Is {_what(numbers)} worth it on {name}?",
        answer_block(numbers),
        _verdicts(numbers),
        _ranking(numbers),
        _speed(numbers),
        curve_section(numbers),
        _pages(numbers),
        reproduce_section(numbers["command"], models, numbers["dataset"]),
        limits_section(numbers["n_groups"], max(len(m["seeds"]) for m in models)),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _what(numbers: dict[str, Any]) -> str:
    families = {model.get("family") for model in numbers["models"].values()}
    return "the neural network" if "neural" in families else "another model"


def _verdicts(numbers: dict[str, Any]) -> str:
    metric = metric_name(numbers["metric"], numbers["dataset"].get("positive"))
    reference = numbers["models"][numbers["baseline"]]
    head = ["model", metric, "difference", "95 % interval", "Holm p"]
    head += ["training", "one answer", "verdict"]
    rows = [_row(numbers, reference, None)]
    paired = {pairing["model"]: pairing for pairing in numbers["pairings"]}
    for name, model in numbers["models"].items():
        if name != numbers["baseline"]:
            rows.append(_row(numbers, model, paired.get(name)))
    floor = numbers["floor"]
    rows.append(
        [
            f"floor: always {emphasis(floor['label'], 30)}",
            points(floor["scores"][numbers["metric"]]),
        ]
        + [""] * 6
    )
    known = [any(row[i] for row in rows) for i in range(len(head))]
    keep = [i for i, any_known in enumerate(known) if any_known]
    shown = [[row[i] for i in keep] for row in rows]
    groups = f" in {plural(numbers['n_groups'], 'group')}" if numbers["n_groups"] else ""
    note = (
        f"{count(numbers['n'])} test items{groups}. Differences are model minus "
        f"{model_name(numbers['baseline'])}; the margin is {margin_points(numbers['margin'])}."
    )
    align = "".join("lrrlrrrl"[i] for i in keep)
    return f"## Verdicts\n\n{table([head[i] for i in keep], shown, align)}\n\n{note}"


def _row(
    numbers: dict[str, Any], model: dict[str, Any], pairing: dict[str, Any] | None
) -> list[str]:
    cost = model["cost"]
    times = [
        _training(cost),
        milliseconds(cost["ms_per_item"]) if cost.get("ms_per_item") is not None else "",
    ]
    score = points(model["scores"][numbers["metric"]])
    name = f"[{title_name(model)}]({model['slug']}.md){zero_shot(model, before=', ')}"
    if pairing is None:
        role = "the baseline" if model["model"] == numbers["baseline"] else ""
        return [name, score, "", "", "", *times, role]
    verdict = f"[{pairing['verdict']}]({pairing['slug']}.md)"
    adjusted = adjusted_p(pairing["holm_p"], pairing["n_pairings"], pairing["draws"])
    p = adjusted.removeprefix("p = ").removeprefix("p ")
    inside = span(pairing["low"], pairing["high"])
    return [name, score, signed(pairing["difference"]), inside, p, *times, verdict]


def _training(cost: dict[str, Any]) -> str:
    """Show training alone and, where there was a search, with it."""
    if cost.get("fit_seconds") is None:
        return ""
    alone = duration(cost["fit_seconds"])
    tuned = f" ({duration(whole_training(cost))} with tuning)" if cost.get("tune_seconds") else ""
    return alone + tuned


def _ranking(numbers: dict[str, Any]) -> str:
    best = numbers["best_set"]
    refusal = numbers["models"][numbers["ranking"][0]]["interval"]["refusal"]
    if best is None:
        told = (
            f"The order is not to be relied on: {refusal_phrase(refusal)}, too few to say which "
            "models differ."
        )
    elif len(best) == 1:
        told = (
            f"{model_name(best[0])} scores highest, and every other model is clearly below it "
            "(paired interval without 0, and paired randomisation after Holm)."
        )
    else:
        names = ", ".join(model_name(name) for name in best[:-1])
        told = (
            f"{names} and {model_name(best[-1])} cannot be told apart on this test set (paired "
            "interval, and paired randomisation after Holm, against the highest score)."
        )
    return (
        f"## Ranking\n\n![Ranking with intervals](figures/ranking.png)\n\n{told} Overlapping "
        "intervals in the picture do not mean a tie: the models answer the same items, and the "
        "pairings use that."
    )


def _speed(numbers: dict[str, Any]) -> str:
    """Show score against speed, where two models' times are known."""
    if n_timed(numbers) < 2:
        return ""
    front = pareto_front(numbers)
    names = [model_name(name) for name in front]
    if len(front) == 1:
        told = {
            "best": f"{names[0]} is both the best and the fastest.",
            "tied": f"{names[0]} is the fastest; no other is clearly better.",
            "unknown": f"{names[0]} is the fastest; no other that was timed scores higher.",
        }[standing(numbers, front[0])]
    else:
        told = (
            f"Of {', '.join(names[:-1])} and {names[-1]}, each is the best at its speed; every "
            "other that was timed scores no higher than one that is no slower."
        )
        if len(front) == n_timed(numbers):
            told = (
                f"From {names[0]} to {names[-1]}, each model is slower than the one before and "
                "scores higher; whether by more than the noise, the pairings say."
            )
    return f"## Score against speed\n\n![Score against time](figures/pareto.png)\n\n{told}"


def _pages(numbers: dict[str, Any]) -> str:
    lines = [
        f"- [{title_name(numbers['models'][p['model']])} against "
        f"{title_name(numbers['models'][p['baseline']])}]({p['slug']}.md)"
        for p in numbers["pairings"]
    ]
    lines += [f"- [{title_name(m)}]({m['slug']}.md)" for m in numbers["models"].values()]
    earlier = {slug: page for slug, page in numbers["pages"].items() if slug != "data"}
    for slug, page in earlier.items():
        varied = ", one change at a time" if "changes" in page else ""
        lines.append(f"- [{title_name(page)}{varied}]({slug}.md)")
    if "data" in numbers["pages"]:
        lines.append("- [the data](data.md)")
    return "## Pages\n\n" + "\n".join(lines)

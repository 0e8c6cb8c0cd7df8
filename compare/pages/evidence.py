"""Section 4 of a pairing: is the difference real."""

from typing import Any

from worthit.compare.bootstrap import FEW_UNITS
from worthit.compare.metrics import MACRO
from worthit.compare.pages.markdown import table
from worthit.compare.pages.names import metric_name, model_name
from worthit.compare.pages.phrases import (
    adjusted_p,
    count,
    items_phrase,
    p_value,
    percent,
    plural,
    points,
    signed,
    span,
)
from worthit.compare.pages.refusal import refusal_phrase
from worthit.compare.pseudo_items import FEW_DIFFERING

__all__ = ["evidence_section"]

ALMOST = 0.5  # of almost stochastic order


def evidence_section(numbers: dict[str, Any], pairing: dict[str, Any]) -> str:
    """Write who is right where, the tests, the interval, the seeds, and what could be shown."""
    parts = [
        "## Is it real?",
        _two_by_two(pairing),
        " ".join([_mcnemar(pairing), _randomisation(numbers, pairing)]),
        f"{_interval(pairing)} {_detectable(numbers, pairing)}".strip(),
        _seeds(numbers, pairing),
        _order(pairing),
    ]
    return "\n\n".join(part for part in parts if part)


def _two_by_two(pairing: dict[str, Any]) -> str:
    one, other = model_name(pairing["baseline"]), model_name(pairing["model"])
    right = pairing["who_is_right"]
    rows = [
        [f"**{one} right**", count(right["both"]), count(right["baseline"])],
        [f"**{one} wrong**", count(right["model"]), count(right["neither"])],
    ]
    return table(["", f"{other} right", f"{other} wrong"], rows, "lrr")


def _mcnemar(pairing: dict[str, Any]) -> str:
    right = pairing["who_is_right"]
    only_one = right["baseline"] + right["model"]
    which = "Of the first seeds, where" if max(pairing["n_seeds"]) > 1 else "Where"
    if not only_one:
        return "There is no item on which only one of the two is right."
    side = "baseline" if right["baseline"] >= right["model"] else "model"
    tail = (
        ", and takes items one by one although they come in groups" if pairing["n_groups"] else ""
    )
    return (
        f"{which} only one is right, it is {model_name(pairing[side])} in {count(right[side])} of "
        f"{plural(only_one, 'case')} (exact McNemar {p_value(pairing['mcnemar_p'])}; this is "
        f"about accuracy{tail})."
    )


def _randomisation(numbers: dict[str, Any], pairing: dict[str, Any]) -> str:
    metric = metric_name(pairing["metric"], numbers["dataset"].get("positive"))
    unit = "group by group" if pairing["n_groups"] else "item by item"
    sentence = (
        f"Paired randomisation of {metric}: {p_value(pairing['p'])} ({count(pairing['draws'])} "
        f"draws that swap the two models' answers {unit})."
    )
    if max(pairing["n_seeds"]) > 1:
        sentence += " This p takes the trained models as given"
        sentence += "." if pairing["refusal"] else "; the interval covers the seeds as well."
    if pairing["n_pairings"] == 1:
        return f"{sentence} There is one pairing, so Holm changes nothing."
    adjusted = adjusted_p(pairing["holm_p"], pairing["n_pairings"], pairing["draws"])
    return f"{sentence} Holm over the {pairing['n_pairings']} pairings: {adjusted}."


def _interval(pairing: dict[str, Any]) -> str:
    if pairing["refusal"]:
        need = pairing["refusal"]["need"]
        return (
            f"No interval is given, because {refusal_phrase(pairing['refusal'])} (fewer than "
            f"{need}): resampling so few would promise a precision that is not there."
        )
    unit = f"{plural(pairing['n_groups'], 'group')}" if pairing["n_groups"] else "items"
    seeds = " and seeds" if max(pairing["n_seeds"]) > 1 else ""
    return (
        f"Difference {signed(pairing['difference'])}, 95 % interval "
        f"{span(pairing['low'], pairing['high'])} (paired bootstrap over {unit}{seeds}, "
        f"{pairing['resamples']:,} resamples, {_method(pairing)})."
    )


def _method(pairing: dict[str, Any]) -> str:
    if pairing["n_groups"] and pairing["n_groups"] < FEW_UNITS:
        return "studentised, since the groups are few"
    if pairing.get("pseudo_items"):  # old reports do not know it
        where = " of some class" if pairing["metric"] in MACRO else ""
        where = " of the positive class" if pairing["metric"] == "f1_positive" else where
        return (
            "percentiles with pseudo-items (Agresti & Min 2005), because fewer than "
            f"{FEW_DIFFERING} items{where} are answered rightly by only one of the two"
        )
    return "percentiles"


def _detectable(numbers: dict[str, Any], pairing: dict[str, Any]) -> str:
    if pairing["refusal"]:
        return ""
    metric = metric_name(pairing["metric"], numbers["dataset"].get("positive"))
    return (
        f"With this much disagreement, {items_phrase(pairing)} show a true difference of "
        f"{points(pairing['minimum_detectable'])} points of {metric} four times out of five."
    )


def _seeds(numbers: dict[str, Any], pairing: dict[str, Any]) -> str:
    """Show every seed's score where there are several."""
    if max(pairing["n_seeds"]) < 2:
        return ""
    metric, rows, found = pairing["metric"], [], pairing.get("over_seeds") or {}
    for side in ("baseline", "model"):
        model = numbers["models"][pairing[side]]
        values = [scores[metric] for scores in model["scores_by_seed"]]
        shown = ", ".join(points(value) for value in values)
        spread = points(max(values) - min(values)) if len(values) > 1 else ""
        told = found.get(side) or {}
        known = [told.get(name) for name in ("mean", "deviation")]
        described = ["" if value is None else points(value) for value in known]
        rows.append([model_name(model["model"]), str(len(values)), shown, *described, spread])
    head = [
        "",
        "seeds",
        f"{metric_name(metric, numbers['dataset'].get('positive'))} by seed",
        "mean",
        "deviation",
        "range",
    ]
    return f"{table(head, rows, 'lrlrrr')}\n\n{_won(pairing)}".rstrip()


def _won(pairing: dict[str, Any]) -> str:
    """Say how many seeds beat the baseline; old reports do not know it."""
    found = pairing.get("over_seeds")
    if not found:
        return ""
    n = pairing["n_seeds"][1]
    above = model_name(pairing["baseline"])
    if pairing["n_seeds"][0] > 1:
        above = f"the mean of {above}"
    return (
        f"{found['won']} of {plural(n, 'seed')} of {model_name(pairing['model'])} "
        f"({percent(found['share'])}) beat {above}."
    )


def _order(pairing: dict[str, Any]) -> str:
    """Say whether one side is better as a whole over the seeds; old reports do not know it."""
    bounds = pairing.get("order")
    if not bounds:
        return ""
    side = "model" if bounds["model"] <= bounds["baseline"] else "baseline"
    shown = ", ".join(f"{bounds[each]:.2f} for {model_name(pairing[each])}" for each in bounds)
    told = f"{model_name(pairing[side])} is almost stochastically better over the seeds"
    if bounds[side] >= ALMOST:
        told = "Neither is almost stochastically better over the seeds"
    return (
        f"{told}: the 95 % upper bound of the share of evidence against is {shown} (almost "
        f"stochastic order, Dror 2019; below {ALMOST} counts, below 0.2 is safe)."
    )

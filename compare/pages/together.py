"""Section 7 of a pairing: what running both models would bring."""

from typing import Any

from worthit.compare.pages.markdown import table, text
from worthit.compare.pages.names import metric_name, model_name
from worthit.compare.pages.phrases import (
    count,
    first_seed_sentence,
    interval,
    margin_points,
    milliseconds,
    percent,
    points,
)

__all__ = ["together_section"]


def together_section(numbers: dict[str, Any], pairing: dict[str, Any]) -> str:
    """Write the router, the average, the stack and the cascade; nothing in old reports."""
    together = pairing.get("together")
    if not together:
        return ""
    parts = ["## Together", _table(numbers, pairing, together)]
    parts.append(_gain(numbers, pairing, together))
    if "cascade" in together:
        parts.insert(1, f"![Score by share sent on](figures/{pairing['slug']}-cascade.png)")
        parts += [_cascade(numbers, pairing, together)]
    else:
        parts.append(f"No {_left_out(together)}: {text(together['missing'])}.")
    parts.append(first_seed_sentence(pairing))
    return "\n\n".join(part for part in parts if part)


def _left_out(together: dict[str, Any]) -> str:
    return "stack and no cascade" if "average" in together else "average, stack or cascade"


def _table(numbers: dict[str, Any], pairing: dict[str, Any], together: dict[str, Any]) -> str:
    one, other = model_name(pairing["baseline"]), model_name(pairing["model"])
    alone = together.get("validation") or {}
    rows = [
        [f"{title} alone", _points(alone.get(side)), points(together[side]), "", ""]
        for side, title in (("baseline", one), ("model", other))
    ]
    for name, title in _combinations(pairing, together).items():
        each = together[name]
        against = [
            interval(side["difference"], side["low"], side["high"])
            for side in (each["against_baseline"], each["against_model"])
        ]
        rows.append([title, _points(each.get("validation_score")), points(each["score"]), *against])
    perfect = points(together["oracle"]["score"])
    rows.append(["perfect choice between the two", "", perfect, "", ""])
    metric = metric_name(pairing["metric"], numbers["dataset"].get("positive"))
    head = ["", "validation", metric, f"against {one}", f"against {other}"]
    return table(head, rows, "lrrll")


def _points(score: float | None) -> str:
    return "" if score is None else points(score)


def _combinations(pairing: dict[str, Any], together: dict[str, Any]) -> dict[str, str]:
    """Name what there is of average, stack and cascade."""
    found = {"average": "mean of their probabilities"}
    if "stack" in together:
        found["stack"] = "stack fitted on validation"
        share = percent(together["cascade"]["share"])
        found["cascade"] = f"cascade: {share} sent to {model_name(pairing['model'])}"
    return {name: title for name, title in found.items() if name in together}


def _gain(numbers: dict[str, Any], pairing: dict[str, Any], together: dict[str, Any]) -> str:
    """Say whether running both pays, and how much choosing well could bring at most."""
    names = _combinations(pairing, together)
    oracle = together["oracle"]
    best = max(oracle["baseline_accuracy"], oracle["model_accuracy"])
    most = (
        f"A perfect choice between the two answers would reach {points(oracle['accuracy'])} "
        f"accuracy, {points(oracle['accuracy'] - best)} above the better one alone; no way of "
        "choosing between them can bring more."
    )
    chosen = together.get("chosen")
    if chosen is None:  # without validation there is nothing to choose by
        return most
    against = [together[chosen][f"against_{side}"] for side in ("baseline", "model")]
    gain = min(against, key=lambda each: each["difference"])
    how = (
        f"the {_short(names[chosen])}, the best of the three on validation "
        f"({points(together[chosen]['validation_score'])} there, the better one alone "
        f"{points(max(together['validation'].values()))}),"
    )
    if all((each["low"] or 0) > 0 for each in against):
        told = (
            f"There is something to gain from running both: {how} is "
            f"{interval(gain['difference'], gain['low'], gain['high'])} above the better one alone."
        )
    else:
        level = f"{how} is not above the better one alone by more than the noise"
        saved = _saving(numbers, pairing, together)
        told = f"There is nothing clear to gain from running both: {level}."
        if saved:
            told = f"{level[:1].upper()}{level[1:]}, but there is time to save. {saved}"
    return f"{told} {most}"


def _saving(numbers: dict[str, Any], pairing: dict[str, Any], together: dict[str, Any]) -> str:
    """Say what the cascade saves where it is above the first model and holds up to the second."""
    times = _times(numbers, pairing, together)
    if times is None or times[0] >= times[1]:
        return ""
    first, second = (together["cascade"][f"against_{side}"] for side in ("baseline", "model"))
    if None in (first["low"], second["low"]) or first["low"] <= 0 or second["high"] < 0:
        return ""
    one, other = model_name(pairing["baseline"]), model_name(pairing["model"])
    above, lost = (interval(side["difference"], side["low"], side["high"])
                   for side in (first, second))  # fmt: skip
    told = (
        f"The cascade saves {percent(1 - times[0] / times[1])} of the answering time of {other} "
        f"for a difference of {lost} from it, and is {above} above {one}"
    )
    if second["low"] >= -pairing["margin"]:
        return f"{told}."
    margin = margin_points(pairing["margin"])
    return f"{told}; a loss of more than the margin of {margin} is not ruled out."


def _times(
    numbers: dict[str, Any], pairing: dict[str, Any], together: dict[str, Any]
) -> tuple[float, float] | None:
    """Return milliseconds for an answer of the cascade, and of the second model alone."""
    costs = [numbers["models"][pairing[side]]["cost"] for side in ("baseline", "model")]
    one, other = (cost.get("ms_per_item") for cost in costs)
    if one is None or other is None or "cascade" not in together:
        return None
    return one + together["cascade"]["share"] * other, other


def _short(title: str) -> str:
    return title.split(" fitted")[0].split(":")[0]


def _cascade(numbers: dict[str, Any], pairing: dict[str, Any], together: dict[str, Any]) -> str:
    cascade, stack = together["cascade"], together["stack"]
    one, other = model_name(pairing["baseline"]), model_name(pairing["model"])
    share, n = cascade["share"], count(stack["n_validation"])
    weights = " and ".join(f"{weight:.2f}" for weight in stack["weights"])
    fitted = (
        f"The stack multiplies powers of the two models' probabilities ({weights}) with a head "
        f"start for each class, fitted on the {n} validation items{_weighting(stack)}."
        f"{_out_of_fold(stack)}"
    )
    if not share:
        nothing = "On validation sending items on brought less than half the margin"
        return f"{fitted} {nothing}, so the cascade is {one}."
    if share == 1:
        all_on = "On validation nothing short of sending all on did as well"
        return f"{fitted} {all_on}, so the cascade is {other}."
    told = (
        f"{fitted} The cascade asks {one} first, and {other} only where {one} is less than "
        f"{percent(cascade['threshold'])} sure; {_choice(cascade, pairing)}."
    )
    times = _times(numbers, pairing, together)
    if times is not None:
        told += (
            f" One answer then takes {milliseconds(times[0])} on average, "
            f"{other} alone {milliseconds(times[1])}."
        )
    return told


def _weighting(stack: dict[str, Any]) -> str:
    """Say how the validation items counted in fitting the stack, where not alike."""
    if not stack.get("balanced"):
        return ""
    return (
        ", each class counting alike, which scored higher there, by more than its standard error, "
        "than each item counting alike"
    )


def _out_of_fold(stack: dict[str, Any]) -> str:
    """Say of which items the stack's score on validation is; old reports scored all it had seen."""
    if not stack.get("folds"):
        return ""
    return (
        f" Its score on validation is out of fold ({stack['folds']} folds): each item is answered "
        "by a stack that was fitted without it."
    )


def _choice(cascade: dict[str, Any], pairing: dict[str, Any]) -> str:
    """Say how the limit was chosen on validation."""
    there = points(cascade["validation_score"])
    best = points(cascade.get("validation_best", cascade["validation_score"]))
    if best == there:
        return f"that limit was the best on validation ({there} there)"
    return (
        f"of the limits that lose less than {margin_points(pairing['margin'] / 2)}, half the "
        f"margin, against the best on validation, noise included, it sends the fewest items on "
        f"({there} there, the best {best})"
    )

"""How much data: scores by size, where the curves cross, what more of it would bring."""

from typing import Any

from worthit.compare.pages.markdown import bullets, table
from worthit.compare.pages.names import metric_name, model_name
from worthit.compare.pages.phrases import (
    count,
    duration,
    interval,
    plural,
    points,
    rounded,
    signed,
    span,
)
from worthit.compare.power_law import MIN_SIZES, REACH

__all__ = ["curve_section"]

DOUBTS = {
    "few": f"there are fewer than {MIN_SIZES} sizes",
    "flat": "it is not clear that the score grows with the data",
    "shape": "the sizes do not show the shape of the curve",
    "uneven": "the scores do not lie on one such curve",
}


def curve_section(numbers: dict[str, Any]) -> str:
    """Write the section of the index; nothing without a learning curve.

    Parameters
    ----------
    numbers : dict
        The whole report.
    """
    curve = numbers.get("curve")
    if not curve:
        return ""
    others = [name for name in curve["models"] if name != curve["baseline"]]
    parts = [
        "## How much data",
        "![Score against labelled items](figures/learning-curve.png)",
        bullets([_crossing(curve, name) for name in others]),
        _scores(curve, others),
        _note(curve, numbers["dataset"].get("positive")),
        "### What more data would bring",
        _fits(curve),
        _fits_note(curve),
    ]
    return "\n\n".join(parts)


def _crossing(curve: dict[str, Any], name: str) -> str:
    """Say in one sentence where a model passes the baseline, or that it does not."""
    found = curve["crossings"][name]
    model, base = model_name(name), model_name(curve["baseline"])
    between = f"between {count(found['low'])} and {count(found['high'])}"
    if found["n"] is None:
        where = {1: "above", -1: "below", 0: "level with"}[found["ahead"]]
        told = f"{model} is {where} {base} at every size: they do not cross {between} items"
        if found["ties"]:
            at = "one size" if found["ties"] == 1 else plural(found["ties"], "size")
            told += f"; at {at} the interval includes 0"
        return f"{told}.{_beyond(curve, found['beyond'])}{_last_step(curve, name)}"
    before, after = ("below", "above") if found["ahead"] < 0 else ("above", "below")
    told = (
        f"{model} is {before} {base} with few items and {after} it from about "
        f"{rounded(found['n'])} items on ({between})"
    )
    if found["changes"] > 1:
        return (
            f"{model} and {base} change places {found['changes']} times, first at about "
            f"{rounded(found['n'])} items ({between}): neither is ahead for good."
        )
    if found["sure"]:
        return f"{told}; the intervals on both sides of the crossing exclude a tie."
    return f"{told}; an interval beside the crossing holds a tie, so it may lie elsewhere."


def _last_step(curve: dict[str, Any], name: str) -> str:
    """Say how the difference changed from the last size but one to the last."""
    before, last = curve["points"][-2:]
    was, now = (point["differences"][name]["difference"] for point in (before, last))
    if signed(was) == signed(now):
        return ""
    changed = "shrank" if abs(now) < abs(was) else "grew"
    return (
        f" The gap {changed} from {signed(was)} to {signed(now)} points over the last step, from "
        f"{count(before['n'])} to {count(last['n'])} items."
    )


def _beyond(curve: dict[str, Any], beyond: dict[str, Any] | None) -> str:
    """Say where the fitted curves would cross with more data, as far as they can tell."""
    if beyond is None:
        return ""
    if beyond["doubted"]:
        doubted = beyond["doubted"]
        return (
            " Whether they would with more cannot be estimated: for "
            f"{model_name(doubted)}, {DOUBTS[curve['fits'][doubted]['doubt']]}."
        )
    if beyond["n"] is not None:
        return f" By the power laws below they would at {_needed(beyond)} items."
    if beyond["low"] is None:
        return f" By the power laws below they would not within {REACH} times the data either."
    return (
        f" By the power laws below they may from {rounded(beyond['low'])} items on, or not within "
        f"{REACH} times the data."
    )


def _scores(curve: dict[str, Any], others: list[str]) -> str:
    head = ["items", *map(model_name, curve["models"])]
    head += [f"{model_name(name)} minus {model_name(curve['baseline'])}" for name in others]
    rows = []
    for point in curve["points"]:
        cells = [count(point["n"])]
        for name in curve["models"]:
            each = point["models"][name]
            cells.append(_with_interval(points(each["value"]), each, sign=False))
        for name in others:
            each = point["differences"][name]
            cells.append(interval(each["difference"], each["low"], each["high"]))
        rows.append(cells)
    return table(head, rows, "r" + "l" * (len(head) - 1))


def _with_interval(shown: str, each: dict[str, Any], sign: bool) -> str:
    return shown if each["low"] is None else f"{shown} ({span(each['low'], each['high'], sign)})"


def _note(curve: dict[str, Any], positive: str | None) -> str:
    metric = metric_name(curve["metric"], positive)
    first, last = curve["points"][0], curve["points"][-1]
    trials = {name: n for name, n in curve["trials"].items() if n}
    budget = ", ".join(f"{model_name(name)} {plural(n, 'trial')}" for name, n in trials.items())
    tuned = f" Searched anew at every size, with the same budget: {budget}." if budget else ""
    seeds = f", mean of {curve['n_seeds']} seeds" if curve["n_seeds"] > 1 else ""
    looks = (
        f" Every run is a look at the test set, {plural(curve['looks'], 'look')} by then."
        if curve["looks"]
        else ""
    )
    return (
        f"{metric[:1].upper()}{metric[1:]}, 0-100, with 95 % intervals, on the same "
        f"{count(curve['n'])} test items{seeds}. Items are train and validation together (of "
        f"{count(first['n'])}, {count(first['n_validation'])} are validation; of "
        f"{count(last['n'])}, {count(last['n_validation'])}); each part is stratified and lies "
        f"within the next.{tuned} The {plural(curve['n_runs'], 'run')} on parts took "
        f"{duration(curve['seconds'])}.{looks}"
    )


def _fits(curve: dict[str, Any]) -> str:
    goal = points(curve["wish"])
    asked = f"items for {goal}" + ("" if curve["wish_told"] else ", the highest score here")
    n = count(2 * curve["points"][-1]["n"])
    rows = []
    for name in curve["models"]:
        fit = curve["fits"][name]
        if fit["doubt"]:
            needed = _reached(fit) or "no estimate"
            rows.append([model_name(name), f"no estimate: {DOUBTS[fit['doubt']]}", "", needed])
            continue
        gain = fit["double"]
        rows.append(
            [
                model_name(name),
                _with_interval(signed(gain["gain"]), gain, sign=True),
                f"{points(fit['a'])} ({span(fit['a_low'], fit['a_high'], sign=False)})",
                _reached(fit) or _needed(fit["needed"]),
            ]
        )
    return table(["", f"twice the data ({n} items)", "levels off at", asked], rows, "llll")


def _reached(fit: dict[str, Any]) -> str:
    return "" if fit["reached"] is None else f"reached with {count(fit['reached'])}"


def _needed(needed: dict[str, Any]) -> str:
    n, low, high = (
        None if needed[name] is None else rounded(needed[name]) for name in ("n", "low", "high")
    )
    beyond = f"more than {count(needed['limit'])}"
    if n is not None:
        return f"about {n} ({low} to {high or beyond})"
    return beyond if low is None else f"cannot tell ({low} to {beyond})"


def _fits_note(curve: dict[str, Any]) -> str:
    return (
        "From an inverse power law through the scores, a - b n^-c (Figueroa et al. 2012, Hestness "
        f"et al. 2017), refitted to {count(curve['fits_resamples'])} resampled test sets for the "
        "95 % intervals. These include the choice of test items, so one may begin below a score or "
        "a number of items that was reached here; they leave out the choice of training items. It "
        f"holds if new items are like those here. Nothing is said beyond {REACH} times the data."
    )

"""Section 1 of a pairing: the verdict, what it costs, and what would change it."""

from collections.abc import Iterable
from typing import Any

from worthit.compare.pages.difference import cost_phrase, difference_phrase
from worthit.compare.pages.markdown import emphasis, quote
from worthit.compare.pages.money import money, price_sentence
from worthit.compare.pages.names import (
    checkpoint_name,
    from_scratch,
    metric_name,
    model_name,
    subject,
)
from worthit.compare.pages.phrases import (
    adjusted_p,
    duration,
    margin_points,
    milliseconds,
    p_value,
    plural,
    points,
    signed,
)
from worthit.compare.pages.refusal import refusal_phrase, refusal_remedy

__all__ = ["headline", "suspicion_sentence", "verdict_block"]


def verdict_block(numbers: dict[str, Any], pairing: dict[str, Any]) -> str:
    """Write the verdict as a quoted block, the first thing on the page."""
    lines = [
        f"**{headline(pairing)}**",
        _difference_sentence(numbers, pairing),
        _price_sentence(numbers, pairing),
        _classes_sentence(numbers, pairing),
        _change_sentence(pairing),
        _other_views_sentence(pairing),
        _scope_sentence(numbers, pairing),
        suspicion_sentence(pairing["alarms"], pairing["metric"], '"Alarms"'),
    ]
    return quote([line for line in lines if line])


def suspicion_sentence(alarms: Iterable[dict[str, Any]], metric: str, where: str) -> str:
    """Warn of models that learned too little, or had not the time; empty where there is none.

    Parameters
    ----------
    alarms : iterable of dict
        Of one pairing or of several.
    metric : str
        The chosen metric; being below the floor by another one alone is no reason to doubt.
    where : str
        Where to read on.
    """
    alarms = list(alarms)
    cut = dict.fromkeys(alarm["model"] for alarm in alarms if alarm["kind"] == "cut short")
    broken = [
        alarm["model"]
        for alarm in alarms
        if alarm["kind"] == "collapsed"
        or (alarm["kind"] == "below floor" and alarm["metric"] == metric)
    ]
    said = []
    if broken:
        names = list(map(model_name, dict.fromkeys(broken)))
        each = "it" if len(names) == 1 else "each"
        said.append(
            f"Mend {' and '.join(names)} before believing this: {each} answers no better than "
            f"always the same, or never with some class (see {where})."
        )
    if cut:
        said.append(
            f"Training of {' and '.join(map(model_name, cut))} was broken off by the time limit, "
            "so this is about that much training and no more."
        )
    return " ".join(said)


def headline(pairing: dict[str, Any]) -> str:
    """Say the verdict and its reason in one line."""
    margin = margin_points(pairing["margin"])
    reasons = {
        "gain": "Worth it.",
        "baseline better": "Not worth it: the baseline is better.",
        "no gain": "Not worth it: no gain, though the baseline is not shown to be better.",
        "tie": f"Not worth it: a tie within the margin of {margin}.",
        "too small a gain": f"Not worth it: no gain of {margin}.",
        "noise": "Cannot tell: the interval holds both no gain and a gain worth having.",
        "below the margin": f"Cannot tell: better, but not clearly by {margin}.",
        "holm": "Cannot tell: not significant once all pairings are counted.",
        "limit unknown": "Cannot tell: a stated limit could not be checked.",
        "no interval": f"Cannot tell: {refusal_phrase(pairing['refusal'])}.",
    }
    if pairing["reason"] == "limit":
        return f"Not worth it: {' and '.join(map(_broken_phrase, _broken(pairing)))}."
    return reasons[pairing["reason"]]


def _broken(pairing: dict[str, Any]) -> list[dict[str, Any]]:
    return [check for check in pairing["checks"] if check["holds"] is False]


def _broken_phrase(check: dict[str, Any]) -> str:
    if check["limit"] == "max_ms":
        return (
            f"it takes {milliseconds(check['measured'])} to answer where "
            f"{milliseconds(check['allowed'])} are allowed"
        )
    if check["limit"] == "max_price":
        return (
            f"a million answers cost {money(check['measured'])} where {money(check['allowed'])} "
            "are allowed"
        )
    return (
        f"it takes {duration(60 * check['measured'])} to train where "
        f"{duration(60 * check['allowed'])} are allowed"
    )


def _difference_sentence(numbers: dict[str, Any], pairing: dict[str, Any]) -> str:
    model, baseline = (numbers["models"][pairing[side]] for side in ("model", "baseline"))
    evidence = f"randomisation {p_value(pairing['p'])}"
    if pairing["n_pairings"] > 1:
        n_pairings = pairing["n_pairings"]
        adjusted = adjusted_p(pairing["holm_p"], n_pairings, pairing["draws"])
        evidence += f", Holm over {n_pairings} pairings {adjusted.removeprefix('p ')}"
    told = difference_phrase(numbers, pairing, f"; {evidence}")
    sentence = f"{subject(model)}{_pretrained(model)} {told}"
    cost = cost_phrase(baseline["cost"], model["cost"])
    return _capital(f"{sentence}, and {cost}." if cost else f"{sentence}.")


def _price_sentence(numbers: dict[str, Any], pairing: dict[str, Any]) -> str:
    """Say the same costs in money, where the reader stated a price."""
    model, baseline = (numbers["models"][pairing[side]] for side in ("model", "baseline"))
    return price_sentence(pairing.get("prices"), model_name(baseline["model"]), subject(model))


def _pretrained(model: dict[str, Any]) -> str:
    """Name the checkpoint that a verdict is about."""
    name = checkpoint_name(model)
    return f" ({name}, pretrained)" if name else ""


def _classes_sentence(numbers: dict[str, Any], pairing: dict[str, Any]) -> str:
    """Say who is ahead on how many classes, by their intervals, and which class changes most."""
    known = [row for row in pairing["classes"] if row["low"] is not None]
    if len(known) < 2:
        return ""
    clear = [row for row in known if row["low"] > 0 or row["high"] < 0]
    # A class of few items is named only where no larger one is as clear.
    named = clear or known
    most = max(
        [row for row in named if not row["few"]] or named, key=lambda row: abs(row["difference"])
    )
    shown = f"{emphasis(most['label'], 40)} ({signed(most['difference'])} F1)"
    if not clear:
        return f"No class shows a clear difference; the largest is that of {shown}."
    ahead = sum(row["low"] > 0 for row in known)
    sides = {
        subject(numbers["models"][pairing["model"]]): ahead,
        subject(numbers["models"][pairing["baseline"]]): len(clear) - ahead,
    }
    large = "" if len(known) == len(pairing["classes"]) else " with enough items"
    first, *second = [(name, n) for name, n in sides.items() if n]
    if first[1] == len(known):
        told = f"{first[0]} is ahead on every class{large}"
    else:
        told = f"{first[0]} is clearly ahead on {first[1]}"
        told += "".join(f", {name} on {n}" for name, n in second)
        told += f" of {len(known)} classes{large}"
    return _capital(f"{told}; the largest clear difference is that of {shown}.")


def _other_views_sentence(pairing: dict[str, Any]) -> str:
    """Say by which metrics the other side is ahead, and what learned thresholds would change."""
    parts, margin = [], pairing["margin"]
    against = {
        metric: row["difference"]
        for metric, row in pairing["metrics"].items()
        if row["difference"] * pairing["difference"] < 0 and abs(row["difference"]) >= margin
    }
    if against:
        listed = ", ".join(f"{metric_name(m)} ({signed(d)})" for m, d in against.items())
        parts.append(f"It is the other way round by {listed}: which metric counts decides this.")
    for alarm in pairing["alarms"]:
        if alarm["kind"] == "thresholds" and abs(alarm["difference"] - alarm["plain"]) >= margin:
            parts.append(
                f"With learned thresholds where they pay, the difference is "
                f"{signed(alarm['difference'])}, not {signed(alarm['plain'])}."
            )
    return " ".join(parts)


def _change_sentence(pairing: dict[str, Any]) -> str:
    """Say what would change the verdict."""
    reason = pairing["reason"]
    if reason == "limit":
        return (
            f"Without this limit the scores alone would say: {pairing['verdict_without_limits']}."
        )
    if reason == "gain":
        limit = "" if pairing["checks"] else ", or a limit on time or money that it breaks,"
        told = f"A margin above {points(pairing['difference'])} points{limit} would change this."
        if pairing["low"] < pairing["margin"]:
            margin = margin_points(pairing["margin"])
            told += f" A true gain below the margin of {margin} is not ruled out."
        return told
    if reason == "baseline better":
        shown = ""
        if pairing["minimum_detectable"] <= abs(pairing["difference"]):
            detectable = points(pairing["minimum_detectable"])
            shown = (
                f", and the test set is large enough to show a difference of {detectable} points"
            )
        return f"Only a better model would change this: the whole interval lies below 0{shown}."
    if reason == "no gain":
        return (
            "Interval and test differ here: the whole interval lies below 0, but the randomisation "
            f"test ({p_value(pairing['holm_p'])}) does not confirm that the baseline is better."
        )
    if reason in ("tie", "too small a gain"):
        return (
            f"More test items would not help: a gain above {points(pairing['high'])} points is "
            "already unlikely."
        )
    if reason == "limit unknown":
        return "A measured run instead of bare predictions would settle it."
    if reason == "no interval":
        return refusal_remedy(pairing["refusal"])
    return _settle_sentence(pairing)


def _settle_sentence(pairing: dict[str, Any]) -> str:
    """Say how many test items, or seeds, would settle it."""
    settle = pairing["to_settle"]
    if settle["items"] is None:
        return (
            "The observed difference lies so near the margin that no test set of a reasonable "
            "size would settle it; another margin, or a better model, would."
        )
    needs = f"about {settle['items']:,} test items instead of {pairing['n']:,}"
    if settle["seeds"]:
        needs = f"about {settle['seeds']} seeds and {settle['items']:,} test items"
    return (
        f"If the true difference is the observed one, {needs} would settle it four times out "
        "of five."
    )


def _scope_sentence(numbers: dict[str, Any], pairing: dict[str, Any]) -> str:
    model, baseline = (numbers["models"][pairing[side]] for side in ("model", "baseline"))
    seeds = pairing["n_seeds"]
    if max(seeds) > 1:
        how = f"{plural(seeds[0], 'seed')} of the baseline, {seeds[1]} of the other"
        scope = f"This is about models trained like these ({how})"
    elif baseline["seeds"] == model["seeds"] == [None]:
        scope = "This is about these two sets of answers"
    else:
        scope = "This is about these two trained models (one seed each"
        tuned = [_trials(each) for each in (baseline, model)]
        if None not in tuned and not any(tuned):
            scope += ", no tuning of either"
        scope += ")"
    if from_scratch(model):
        scope += "; the network was not pretrained, so nothing here is about pretrained ones"
    return scope + "."


def _trials(model: dict[str, Any]) -> int | None:
    return model["cost"].get("trials")


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]

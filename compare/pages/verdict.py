"""Section 1 of a pairing: the verdict, what it costs, what would change it, and the rule."""

from collections.abc import Iterable
from typing import Any

from worthit.compare.pages.markdown import emphasis, table
from worthit.compare.pages.names import from_scratch, metric_name, model_name, subject
from worthit.compare.pages.phrases import (
    as_long,
    duration,
    is_faster,
    items_phrase,
    limit_name,
    margin_points,
    milliseconds,
    p_value,
    plural,
    points,
    share,
    signed,
    span,
    times,
)
from worthit.compare.pages.scores import whole_training

__all__ = [
    "cost_phrase",
    "difference_phrase",
    "headline",
    "rule_section",
    "suspicion_sentence",
    "tuned_sentence",
    "verdict_block",
]


def verdict_block(numbers: dict[str, Any], pairing: dict[str, Any]) -> str:
    """Write the verdict as a quoted block, the first thing on the page."""
    lines = [
        f"**{headline(pairing)}**",
        _difference_sentence(numbers, pairing),
        _classes_sentence(numbers, pairing),
        _change_sentence(pairing),
        _other_views_sentence(pairing),
        _scope_sentence(numbers, pairing),
        suspicion_sentence(pairing["alarms"], pairing["metric"], '"Alarms"'),
    ]
    return "\n".join(f"> {line}" for line in lines if line)


def suspicion_sentence(alarms: Iterable[dict[str, Any]], metric: str, where: str) -> str:
    """Warn of models that have learned too little to be judged by; empty where there is none.

    Parameters
    ----------
    alarms : iterable of dict
        Of one pairing or of several.
    metric : str
        The chosen metric; being below the floor by another one alone is no reason to doubt.
    where : str
        Where to read on.
    """
    broken = [
        alarm["model"]
        for alarm in alarms
        if alarm["kind"] == "collapsed"
        or (alarm["kind"] == "below floor" and alarm["metric"] == metric)
    ]
    names = list(map(model_name, dict.fromkeys(broken)))
    if not names:
        return ""
    one = len(names) == 1
    return (
        f"Mend {' and '.join(names)} before believing this: {'it' if one else 'each'} answers no "
        f"better than always the same, or never with some class (see {where})."
    )


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


def refusal_phrase(refusal: dict[str, Any] | None) -> str:
    """Say why there is no interval."""
    if refusal is None:
        return ""
    if refusal["kind"] == "groups":
        return f"the test set has only {plural(refusal['have'], 'group')}"
    if refusal["kind"] == "items":
        return f"the test set has only {plural(refusal['have'], 'item')}"
    return f"{emphasis(refusal['label'], 40)} has only {plural(refusal['have'], 'test item')}"


def _broken(pairing: dict[str, Any]) -> list[dict[str, Any]]:
    return [check for check in pairing["checks"] if check["holds"] is False]


def _broken_phrase(check: dict[str, Any]) -> str:
    if check["limit"] == "max_ms":
        return (
            f"it takes {milliseconds(check['measured'])} to answer where "
            f"{milliseconds(check['allowed'])} are allowed"
        )
    return (
        f"it takes {duration(60 * check['measured'])} to train where "
        f"{duration(60 * check['allowed'])} are allowed"
    )


def _difference_sentence(numbers: dict[str, Any], pairing: dict[str, Any]) -> str:
    model, baseline = (numbers["models"][pairing[side]] for side in ("model", "baseline"))
    evidence = f"randomisation {p_value(pairing['p'])}"
    if pairing["n_pairings"] > 1:
        evidence += f", Holm over {pairing['n_pairings']} pairings {p_value(pairing['holm_p'])[2:]}"
    sentence = f"{subject(model)} {difference_phrase(numbers, pairing, f'; {evidence}')}"
    cost = cost_phrase(baseline["cost"], model["cost"])
    return _capital(f"{sentence}, and {cost}." if cost else f"{sentence}.")


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
    """Say what the ratio is with tuning, in full where it goes the other way."""
    if is_faster(training) != is_faster(whole):
        return f" ({as_long(whole)} with tuning)"
    return f" ({times(1 / whole if is_faster(whole) else whole)} with tuning)"


def _ratio(baseline: float | None, model: float | None) -> float | None:
    return None if not baseline or not model else model / baseline


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
        return f"A margin above {points(pairing['difference'])} points{limit} would change this."
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
        return _refusal_remedy(pairing["refusal"])
    return settle_sentence(pairing)


def _refusal_remedy(refusal: dict[str, Any]) -> str:
    if refusal["kind"] == "groups":
        return f"At least {refusal['need']} groups are needed before anything can be said."
    if refusal["kind"] == "items":
        return (
            f"At least {refusal['need']} test items are needed before anything can be said; "
            "`--outer-folds` makes every item one."
        )
    return (
        f"At least {refusal['need']} test items of that class are needed, or a metric in which it "
        "weighs less: `--metric f1_weighted` or `--metric accuracy`."
    )


def settle_sentence(pairing: dict[str, Any]) -> str:
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


def rule_section(pairing: dict[str, Any]) -> str:
    """State the rule, the limits, and how often it would say each verdict here."""
    margin = margin_points(pairing["margin"])
    stated = ", ".join(
        f"{limit_name(check['limit'])} {check['allowed']:g}" for check in pairing["checks"]
    )
    limits = (
        f"The reader's limits: {stated}."
        if stated
        else "No limits were stated (`--max-ms`, `--max-train-minutes`)."
    )
    rule = (
        "**The rule.** *Worth it*: the 95 % interval of the difference lies above 0, the "
        f"difference is at least the margin of {margin}, the randomisation test's p is below "
        "0.05 after Holm, and every limit the reader stated holds. *Not worth it*: the interval "
        "lies below the margin, or a limit is broken. *Cannot tell*: everything else. " + limits
    )
    if pairing["by_tuned"]:
        rule += f" {tuned_sentence(pairing['by_tuned'])}"
    rows = [
        [signed(row["true"]) if row["true"] else "0"]
        + [share(row[name]) for name in ("worth it", "not worth it", "cannot tell")]
        for row in pairing["chances"]
    ]
    if pairing["refusal"]:
        return rule
    head = ["true difference", "worth it", "not worth it", "cannot tell"]
    intro = f"On a test set like this one ({items_phrase(pairing)}) the rule would say:"
    return f"{rule}\n\n{intro}\n\n{table(head, rows, 'rrrr')}"


def tuned_sentence(by_tuned: dict[str, Any]) -> str:
    """Say that models were tuned by one metric and are judged by another, and what that changes."""
    names = " and ".join(model_name(name) for name in by_tuned["models"])
    metric, judged = (
        metric_name(by_tuned[name], by_tuned["positive"]) for name in ("metric", "judged")
    )
    if by_tuned["refusal"]:
        why = refusal_phrase(by_tuned["refusal"])
    else:
        inside = span(by_tuned["low"], by_tuned["high"])
        why = f"{signed(by_tuned['difference'])}, 95 % interval {inside}"
    return (
        f"Tuned for {metric}, judged by {judged} ({names}): by {metric} the verdict would be "
        f"{by_tuned['verdict']} ({why})."
    )


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]

"""The rule of the verdict as the page states it, with how often it would say what."""

from typing import Any

from worthit.compare.pages.markdown import table
from worthit.compare.pages.names import metric_name, model_name
from worthit.compare.pages.phrases import (
    items_phrase,
    limit_name,
    margin_points,
    share,
    signed,
    span,
)
from worthit.compare.pages.refusal import refusal_phrase

__all__ = ["rule_section", "tuned_sentence"]


def rule_section(numbers: dict[str, Any], pairing: dict[str, Any]) -> str:
    """State the rule, the limits, and how often it would say each verdict here."""
    margin = margin_points(pairing["margin"])
    stated = ", ".join(
        f"{limit_name(check['limit'])} {check['allowed']:g}" for check in pairing["checks"]
    )
    limits = (
        f"The reader's limits: {stated}."
        if stated
        else "No limits were stated (`--max-ms`, `--max-train-minutes`, `--max-price`)."
    )
    limits += _price(numbers["limits"], pairing)
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


def _price(limits: dict[str, Any], pairing: dict[str, Any]) -> str:
    """Say how a stated price counts."""
    price = limits.get("price_per_hour")
    if price is None:
        return ""
    stated = f" A price of {price:g} an hour was stated (`--price-per-hour`)"
    if not pairing.get("prices"):
        return f"{stated}, but not every time is known: nothing is priced."
    counts = "" if limits.get("max_price") else "; with `--max-price` it would be a limit as well"
    return f"{stated}: it puts the costs of the verdict into money{counts}."


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

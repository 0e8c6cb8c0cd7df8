"""Section 8 of a pairing: what an extra point costs."""

from typing import Any

from worthit.compare.pages.markdown import table
from worthit.compare.pages.names import metric_name, model_name
from worthit.compare.pages.phrases import duration, megabytes, milliseconds, signed
from worthit.compare.pages.scores import machine_sentence

__all__ = ["cost_section"]

CLOCKS = (
    ("tuning and training", ("tune_seconds", "fit_seconds"), duration),
    ("the whole run, wall clock", ("wall_seconds",), duration),
    ("the whole run, processor time", ("processor_seconds",), duration),
    ("1,000 answers, one at a time", ("ms_per_item",), lambda ms: duration(ms)),
    ("1,000 answers, in batches", ("ms_per_item_batched",), lambda ms: duration(ms)),
)


def cost_section(numbers: dict[str, Any], pairing: dict[str, Any]) -> str:
    """Write times side by side, the price of a point, and the machine; nothing where unknown."""
    baseline, model = (numbers["models"][pairing[side]] for side in ("baseline", "model"))
    if not baseline["cost"] or not model["cost"]:
        return ""
    rows = []
    for title, names, show in CLOCKS:
        cells = [_sum(each["cost"], names) for each in (baseline, model)]
        if None not in cells:
            rows.append([title, *(show(cell) for cell in cells)])
    price = numbers["limits"].get("price_per_hour")
    if price:
        rows += _prices(price, baseline["cost"], model["cost"])
    head = ["", model_name(baseline["model"]), model_name(model["model"])]
    parts = ["## Cost", table(head, rows, "lrr") if rows else "", _per_point(numbers, pairing)]
    machine = baseline.get("machine") or model.get("machine")
    if machine:
        parts.append(
            f"{machine_sentence(machine)} Each model runs in a process of its own, so peak memory "
            "is that model's."
        )
    return "\n\n".join(part for part in parts if part)


def _sum(cost: dict[str, Any], names: tuple[str, ...]) -> float | None:
    values = [cost.get(name) for name in names]
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _prices(price: float, baseline: dict[str, Any], model: dict[str, Any]) -> list[list[str]]:
    """Rows in money, in the currency of ``--price-per-hour``."""
    rows = []
    training = [_sum(cost, ("tune_seconds", "fit_seconds")) for cost in (baseline, model)]
    if None not in training:
        cells = [f"{price * (s or 0) / 3600:,.4g}" for s in training]
        rows.append([f"price of tuning and training, at {price:g} an hour", *cells])
    ms = [cost.get("ms_per_item_batched") or cost.get("ms_per_item") for cost in (baseline, model)]
    if None not in ms:
        cells = [f"{price * (m or 0) * 1e6 / 3.6e6:,.4g}" for m in ms]
        rows.append(["price of a million answers", *cells])
    return rows


def _per_point(numbers: dict[str, Any], pairing: dict[str, Any]) -> str:
    """Say what one point more costs, if there is a point to be had."""
    metric = metric_name(pairing["metric"], numbers["dataset"].get("positive"))
    if pairing["low"] is None or pairing["low"] <= 0:
        return (
            f"There is no clear gain in {metric}, so there is no price of a point: the "
            f"difference is {signed(pairing['difference'])}."
        )
    gain = 100 * pairing["difference"]
    extra = pairing["extra_cost"]
    shown = (
        ("train_seconds", duration, "of tuning and training"),
        ("ms_per_item", milliseconds, "for each answer"),
        ("peak_memory_mb", megabytes, "of memory"),
    )
    known = [(extra[name], show, what) for name, show, what in shown if extra[name] is not None]
    dear = [f"{show(value / gain)} more {what}" for value, show, what in known if value > 0]
    free = [what.removeprefix("of ").removeprefix("for ") for value, _, what in known if value <= 0]
    sentence = f"Each extra point of {metric} takes {', '.join(dear)}." if dear else ""
    if free:
        sentence += f" There is nothing extra to pay in {' or in '.join(free)}."
    return sentence.strip()

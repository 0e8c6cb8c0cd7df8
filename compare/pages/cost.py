"""Section 8 of a pairing: what an extra point costs."""

from typing import Any

from worthit.compare.pages.machine import machine_sentence
from worthit.compare.pages.markdown import table
from worthit.compare.pages.money import cheaper_phrase, money
from worthit.compare.pages.names import metric_name, model_name
from worthit.compare.pages.phrases import duration, megabytes, milliseconds, signed

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
    head = ["", model_name(baseline["model"]), model_name(model["model"])]
    parts = ["## Cost", table(head, rows, "lrr") if rows else "", _per_point(numbers, pairing)]
    if pairing.get("prices"):
        parts.append(_prices(pairing))
    measured = machine_sentence([baseline, model])
    if measured:
        parts.append(
            f"{measured} Each model runs in a process of its own, so peak memory is that model's."
        )
    return "\n\n".join(part for part in parts if part)


def _sum(cost: dict[str, Any], names: tuple[str, ...]) -> float | None:
    values = [cost.get(name) for name in names]
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _prices(pairing: dict[str, Any]) -> str:
    """Show money, in the currency of ``--price-per-hour``, and the volume that pays."""
    found = pairing["prices"]
    sides = [model_name(pairing[side]) for side in ("baseline", "model")]
    rows = [["tuning and training", *map(money, found["training"]), ""]]
    rows += [
        [f"all in all with {row['answers']:,} answers", money(row["baseline"]),
         money(row["model"]), money(row["per_right"])]
        for row in found["volumes"]
    ]  # fmt: skip
    head = [f"at {found['per_hour']:g} an hour", *sides, "a further right answer"]
    return f"{table(head, rows, 'lrrr')}\n\n{_break_even(found, sides)}"


def _break_even(found: dict[str, Any], sides: list[str]) -> str:
    """Say from how many answers on a side is the cheaper one, and what being right costs."""
    cheaper = cheaper_phrase(found, *sides)
    said = f"{cheaper[0].upper()}{cheaper[1:]}."
    per_right = found["per_right"]
    if per_right is None:
        return f"{said} {sides[1]} is not right more often, so it buys no right answers."
    if per_right == 0:
        return f"{said} Its further right answers cost nothing extra once the training is paid."
    return (
        f"{said} Once the training is paid, {sides[1]} pays off where one more right answer is "
        f"worth more than {money(per_right)}."
    )


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

"""Section 6 of a pairing: which items, confusions and slices the two models differ on."""

from typing import Any

from worthit.compare.pages.markdown import bullets, emphasis, table, text
from worthit.compare.pages.names import metric_name, model_name
from worthit.compare.pages.phrases import (
    adjusted_p,
    count,
    first_seed_sentence,
    interval,
    percent,
    plural,
    points,
)
from worthit.compare.pages.words import signs, term_shown
from worthit.compare.refusal import MIN_TEST
from worthit.compare.slices import LEAKS, NEARLY_ALL
from worthit.compare.verdict import is_clear

__all__ = ["differ_section"]

LONGEST = 220


def differ_section(numbers: dict[str, Any], pairing: dict[str, Any]) -> str:
    """Write the overlap of errors, confusions, slices and examples; nothing in old reports."""
    differ = pairing.get("differ")
    if not differ:
        return ""
    parts = [
        "## Where they differ",
        _overlap(pairing),
        _confusions(pairing, differ["confusions"]),
        _slices(numbers, pairing),
        _words(numbers["models"][pairing["baseline"]], differ["words"]),
        *_examples(pairing, differ),
    ]
    return "\n\n".join(part for part in parts if part)


def _overlap(pairing: dict[str, Any]) -> str:
    right, n = pairing["who_is_right"], pairing["n"]
    one, other = model_name(pairing["baseline"]), model_name(pairing["model"])
    seeds = first_seed_sentence(pairing, "All of this but the slices is")
    told = (
        f"Both are right on {count(right['both'])} items ({percent(right['both'] / n)}), only "
        f"{one} on {count(right['baseline'])} ({percent(right['baseline'] / n)}), only {other} on "
        f"{count(right['model'])} ({percent(right['model'] / n)}), neither on "
        f"{count(right['neither'])} ({percent(right['neither'] / n)})."
    )
    return f"{told} {seeds}".rstrip()


def _confusions(pairing: dict[str, Any], rows: list[dict[str, Any]]) -> str:
    if not rows:
        return "They make the same number of each confusion."
    one, other = model_name(pairing["baseline"]), model_name(pairing["model"])
    shown = [
        [
            emphasis(row["truth"], 40),
            emphasis(row["answer"], 40),
            count(row["baseline"]),
            count(row["model"]),
            f"{row['model'] - row['baseline']:+,}",
        ]
        for row in rows
    ]
    figure = f"![Change in each confusion](figures/{pairing['slug']}-confusions.png)"
    intro = "The confusions that change most (fewer is better):"
    grid = table(["truth", "answered", one, other, "change"], shown, "llrrr")
    return f"{figure}\n\n{intro}\n\n{grid}"


def _slices(numbers: dict[str, Any], pairing: dict[str, Any]) -> str:
    slices = pairing["slices"]
    if "missing" in slices:
        return f"No slices: {slices['missing']}."
    rows = slices["rows"]
    if not rows:
        return "No slices: nothing is known of the items that would cut them into large parts."
    metric = metric_name(slices["metric"], numbers["dataset"].get("positive"))
    shown = [
        [
            f"{_name(row)}: {text(row['value'], 40)}",
            count(row["n"]),
            points(row["baseline"]),
            points(row["model"]),
            interval(row["difference"], row["low"], row["high"]),
            adjusted_p(row["holm_p"], len(rows), slices.get("draws"))
            .removeprefix("p = ")
            .removeprefix("p "),
        ]
        for row in rows
    ]
    head = ["slice", "n", model_name(pairing["baseline"]), model_name(pairing["model"])]
    grid = table([*head, f"difference in {metric}", "Holm p"], shown, "lrrrlr")
    return f"{grid}\n\n{_told(pairing, slices, metric)}"


def _told(pairing: dict[str, Any], slices: dict[str, Any], metric: str) -> str:
    """Say on which slices the difference is clear once all looks are counted."""
    rows = slices["rows"]
    clear = [row for row in rows if is_clear(row["low"], row["high"], row["holm_p"])]
    parts = []
    for side, sign in (("baseline", -1), ("model", 1)):
        named = [row for row in clear if sign * row["difference"] > 0]
        if len(named) == len(rows) > 1:
            parts.append(f"{model_name(pairing[side])} is clearly ahead on every slice")
        elif named:
            listed = ", ".join(map(_items, named))
            parts.append(f"{model_name(pairing[side])} is clearly ahead on {listed}")
    told = f"{'; '.join(parts) or 'No slice shows a clear difference'} "
    told += (
        f"(p after Holm over the {plural(len(rows), 'look')}{_test(slices)}; intervals are not "
        "adjusted)."
    )
    if any(row["low"] is None for row in rows):
        told += f" Under {MIN_TEST} items there is no interval, and nothing is called clear."
    if slices["metric"] != pairing["metric"]:
        told += (
            f" In {metric}, because most slices have too few items of a class for the chosen one."
        )
    if slices["skipped"]:
        left_out = plural(slices["skipped"], "value")
        told += f" {left_out} with too few items, or too few of a class, left out."
    if slices["nearly_all"]:
        most = f"{100 * NEARLY_ALL:g} %"
        told += (
            f" {plural(slices['nearly_all'], 'value')} with more than {most} of the items left "
            "out: the overall result says the same."
        )
    return told


def _test(slices: dict[str, Any]) -> str:
    """Say what p a slice's test can show at least; old reports do not know its draws."""
    draws = slices.get("draws")
    if not draws:
        return ""
    least = f"{1 / (1 + draws):.4f}"
    return f", each a randomisation test of {count(draws)} draws that shows no p below {least}"


def _name(row: dict[str, Any]) -> str:
    """Name what a slice is cut by: a column, or the model that could not read all of an item."""
    return model_name(row["reader"]) if "reader" in row else text(row["slice"], 40)


def _items(row: dict[str, Any]) -> str:
    """Name the items of a slice within a sentence."""
    if row["slice"] in LEAKS.values():
        return f"items {'not ' if row['value'] == 'no' else ''}{row['slice']}"
    if "reader" in row:
        return f"items that {_name(row)} {row['value']}"
    return f"{_name(row)} {emphasis(row['value'], 40)}"


def _words(baseline: dict[str, Any], words: list[dict[str, Any]]) -> str:
    if not words:
        return ""
    listed = ", ".join(
        f"{term_shown(row['term'])} ({count(row['n'])}, {emphasis(row['label'], 40)})"
        for row in words
    )
    normaliser = (baseline.get("preprocessing") or {}).get("normaliser")
    note = " (counted in the texts as delivered, before the normaliser)" if normaliser else ""
    return (
        f"Where only {model_name(baseline['model'])} is right, these of its strongest words of "
        f"the right class occur{note}: {listed}{signs([listed])}."
    )


def _examples(pairing: dict[str, Any], differ: dict[str, Any]) -> list[str]:
    if differ["withheld"]:
        return ["Examples were left out (`--no-examples`)."]
    if not differ["examples"]:
        return ["No examples: the texts of the items are not known."]
    parts = []
    for side, wrong in (("baseline", "model"), ("model", "baseline")):
        rows = differ["examples"][side]
        if not rows:
            continue
        lines = [
            f"{emphasis(row['truth'], 40)}, {model_name(pairing[wrong])} said "
            f"{emphasis(row['answer'], 40)}: "
            + " / ".join(f"“{text(part, LONGEST)}”" for part in row["texts"])
            for row in rows
        ]
        parts.append(f"Only {model_name(pairing[side])} right, chosen by lot:\n\n{bullets(lines)}")
    return parts

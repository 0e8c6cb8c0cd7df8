"""The page of an ablation: what each change does against the base, and what it costs."""

from typing import Any

from worthit.compare.alarms import cut_short
from worthit.compare.pages.ablation_scores import other_scores
from worthit.compare.pages.alarms import alarms_in_short
from worthit.compare.pages.machine import machine_sentence
from worthit.compare.pages.markdown import bullets, code, quote, table, text
from worthit.compare.pages.names import metric_name, model_name, title_name
from worthit.compare.pages.phrases import (
    adjusted_p,
    brief,
    count,
    duration,
    interval,
    looks_sentence,
    milliseconds,
    plural,
    points,
    signed,
    span,
    times,
)
from worthit.compare.pages.refusal import refusal_phrase
from worthit.compare.pages.reproduce import limits_section, reproduce_section
from worthit.compare.verdict import is_clear

__all__ = ["ablation_page"]


def ablation_page(numbers: dict[str, Any]) -> str:
    """Write ``<model>-ablation.md``.

    Parameters
    ----------
    numbers : dict
        From :func:`~worthit.compare.ablation.ablation_numbers`.
    """
    base = numbers["base"]
    parts = [
        f"# What changes {title_name(base)} on {text(numbers['dataset']['name'], 60)}",
        quote(_summary(numbers)),
        _scores(numbers),
        _alarms(numbers),
        other_scores(_runs(numbers)),
        _curves(numbers),
        _costs(numbers),
        _notes(numbers),
        reproduce_section(numbers["command"], [base | {"commands": []}], numbers["dataset"]),
        limits_section(numbers["n_groups"], len(numbers["seeds"])),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _summary(numbers: dict[str, Any]) -> list[str]:
    base, changes = numbers["base"], _changed(numbers)
    metric = _metric(numbers)
    settings = numbers["settings"]
    set_to = ", ".join(_setting(name, value) for name, value in settings.items())
    sizes = numbers["dataset"].get("sizes") or {}
    lines = [
        f"{plural(len(changes), 'change')}, one at a time, from one base: "
        f"{model_name(base['model'])} with {set_to or 'its defaults'}, "
        f"{count(sizes.get('train'))} training items"
        f"{_over_seeds(numbers)}.",
        f"The base: **{points(base['on_validation'])} {metric} on validation**, "
        f"{points(base['on_test'])} on {count(numbers['n'])} test items.",
        _best_on_validation(numbers),
        _told_apart(numbers),
        _unlearned(numbers),
    ]
    return list(filter(None, lines))


def _over_seeds(numbers: dict[str, Any]) -> str:
    n = len(numbers["seeds"])
    return f", mean of {n} seeds" if n > 1 else f", seed {numbers['seeds'][0]} alone"


def _best_on_validation(numbers: dict[str, Any]) -> str:
    base = numbers["base"]
    judged = [row for row in _changed(numbers) if row["on_validation"] is not None]
    best = max(judged, key=lambda row: row["on_validation"], default=None)
    if best is None or base["on_validation"] is None:
        return "Nothing was scored on validation."
    if best["on_validation"] <= base["on_validation"]:
        return "On validation, where a choice is made, no change beats the base."
    return (
        "On validation, where a choice is made, the best is "
        f"{_setting(best['field'], best['value'])} with {points(best['on_validation'])}; on test "
        f"it differs from the base by {interval(best['difference'], best['low'], best['high'])}."
    )


def _told_apart(numbers: dict[str, Any]) -> str:
    changes = _changed(numbers)
    clear = [row for row in changes if is_clear(row["low"], row["high"], row["holm_p"])]
    if not clear:
        return (
            "On test no change can be told apart from the base (by its interval and its "
            "Holm-adjusted p)."
        )
    seeds = "" if len(numbers["seeds"]) > 1 else ", as trained here with one seed each"
    better = [_named(row) for row in clear if row["difference"] > 0]
    worse = [_named(row) for row in clear if row["difference"] <= 0]
    parts = [f"better {', '.join(better)}"] * bool(better)
    parts += [f"worse {', '.join(worse)}"] * bool(worse)
    rest = len(changes) - len(clear)
    others = f"; the other {f'{rest} are' if rest > 1 else 'one is'} not clear" if rest else ""
    return (
        f"On test clearly unlike the base{seeds} (interval without 0 and Holm p < 0.05): "
        f"{'; '.join(parts)}{others}."
    )


def _unlearned(numbers: dict[str, Any]) -> str:
    """Name the runs that score no better than what learns nothing."""
    n = len(numbers["seeds"])
    named = []
    for name, row in _runs(numbers).items():
        scores = row["unlearned"]
        if scores:
            seeds = f", {len(scores)} of {n} seeds" if n > 1 else ""
            named.append(f"{name} ({', '.join(map(points, scores))}{seeds})")
    if not named:
        return ""
    floor = points(numbers["base"]["floor_score"])
    return (
        f"**Did not learn**: {', '.join(named)}, where answering without reading scores {floor}; "
        "that tells how the training failed, not what the setting is worth."
    )


def _scores(numbers: dict[str, Any]) -> str:
    base = numbers["base"]
    rows = [["**base**", "", points(base["on_validation"]), points(base["on_test"]), "", "", ""]]
    refusals: dict[str, None] = {}
    for row in numbers["changes"]:
        cells = [_named(row), _instead(row), points(row["on_validation"])]
        if row["is_base"]:
            rows.append([*cells, points(row["on_test"]), "the base", "", ""])
            continue
        if row["refusal"]:
            refusals[refusal_phrase(row["refusal"])] = None
        inside = span(row["low"], row["high"])
        p = adjusted_p(row["holm_p"], len(_changed(numbers)), row.get("draws"))
        p = p.removeprefix("p ").removeprefix("= ")
        rows.append([*cells, points(row["on_test"]), signed(row["difference"]), inside, p])
    head = ["change", "instead of", "validation", "test", "test minus base", "95 %", "Holm p"]
    shown = table(head, rows, "llrrrrr")
    unit = "group by group" if numbers["n_groups"] else "item by item"
    note = (
        f"{_metric(numbers)[:1].upper()}{_metric(numbers)[1:]}, 0-100. Differences are those on "
        f"the test items, paired {unit}, with a paired bootstrap interval; p is of a paired "
        f"randomisation test, adjusted over all changes here{_as_given(numbers)}. Nothing was "
        "chosen on test: whoever picks a setting from this table should go by the validation "
        "column."
    )
    note += _besides(numbers)
    note += looks_sentence(numbers.get("looks"))
    note += "".join(f" No interval: {why}." for why in refusals)
    return f"## One change at a time\n\n{shown}\n\n{note}"


def _instead(row: dict[str, Any]) -> str:
    """Show what the base has in place of what a change sets; older reports do not know."""
    return ", ".join(code(_shown(value), 30) for value in (row.get("instead_of") or {}).values())


def _besides(numbers: dict[str, Any]) -> str:
    """Say what else is unlike the base: another model brings defaults of its own."""
    said: dict[str, list[str]] = {}  # the changes of each difference
    for row in _changed(numbers):
        for name, values in (row.get("besides") or {}).items():
            told = f"{_setting(name, values['change'])} (the base {_shown(values['base'])})"
            said.setdefault(told, []).append(_named(row))
    parts = [f"{', '.join(names)}: {told}" for told, names in said.items()]
    return f" Also changed, by the model's own defaults: {'; '.join(parts)}." if parts else ""


def _shown(value: Any) -> str:
    return str(value).lower() if value is None or isinstance(value, bool) else brief(value)


def _alarms(numbers: dict[str, Any]) -> str:
    lines = alarms_in_short({name: row["alarms"] for name, row in _runs(numbers).items()})
    return f"**Alarms**\n\n{bullets(lines)}" if lines else ""


def _as_given(numbers: dict[str, Any]) -> str:
    if len(numbers["seeds"]) < 2:
        return ""
    return ", and takes the trained models as given, where the interval covers seeds as well"


def _curves(numbers: dict[str, Any]) -> str:
    if not numbers["base"]["curve"]:
        return ""
    rows = []
    named = [("**base**", numbers["base"])]
    named += [(_setting(row["field"], row["value"]), row) for row in _changed(numbers)]
    for name, row in named:
        lost = None
        if row["last_validation"] is not None and row["on_validation"] is not None:
            lost = row["last_validation"] - row["on_validation"]
        epochs = [_epoch(row["best_epoch"]), _epoch(row["last_epoch"])]
        scores = [points(row["on_validation"]), points(row["last_validation"]), signed(lost)]
        rows.append([name, *epochs, *scores])
    head = ["change", "best epoch", "last epoch", "best", "last", "last minus best"]
    figure = f"![Learning curves](figures/{numbers['slug']}-curves.png)"
    seeds = " Epochs and scores are means over seeds; curves are of the first seed."
    note = (
        f"Validation {_metric(numbers)} at the best epoch, whose weights were kept, and at the "
        f"last one. Each panel has a scale of its own, which may leave out first epochs."
        f"{seeds if len(numbers['seeds']) > 1 else ''}"
    )
    return f"## Learning curves\n\n{figure}\n\n{table(head, rows, 'lrrrrr')}\n\n{note}"


def _costs(numbers: dict[str, Any]) -> str:
    base = numbers["base"]
    named = [("**base**", base)]
    named += [(_setting(row["field"], row["value"]), row) for row in _changed(numbers)]
    whole = _training(base)
    rows = []
    for name, row in named:
        seconds, cost = _training(row), row["cost"]
        ratio = times(seconds / whole) if whole and seconds else ""
        size = count(cost["parameters"])
        rows.append([name, duration(seconds), ratio, milliseconds(cost["ms_per_item"]), size])
    head = ["change", "training", "against the base", "one answer", "parameters"]
    tuned = "With tuning.\n\n" if base["cost"].get("tune_seconds") else ""
    shown = table(head, rows, "lrrrr")
    return f"## Cost\n\n{tuned}{shown}\n\n{machine_sentence([base])}".rstrip()


def _training(row: dict[str, Any]) -> float:
    return (row["cost"]["tune_seconds"] or 0) + (row["cost"]["fit_seconds"] or 0)


def _notes(numbers: dict[str, Any]) -> str:
    """Tell which runs did not go as the others: cut off by time, short of memory."""
    rows = [numbers["base"] | {"field": "base", "value": ""}, *_changed(numbers)]
    said: dict[str, list[str]] = {}  # the runs of each note
    for row in rows:
        cut = [row["stopped"] + "."] if cut_short(row["stopped"]) else []
        for note in (*cut, *row["notes"]):
            said.setdefault(note, []).append(_named(row) if row["value"] else "the base")
    lines = [
        f"{'all' if len(names) == len(rows) else ', '.join(names)}: {text(note, 400)}"
        for note, names in said.items()
    ]
    return f"## Notes\n\n{bullets(lines)}" if lines else ""


def _runs(numbers: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the base and every change by name."""
    return {"the base": numbers["base"]} | {_named(row): row for row in _changed(numbers)}


def _changed(numbers: dict[str, Any]) -> list[dict[str, Any]]:
    return [row for row in numbers["changes"] if not row["is_base"]]


def _named(row: dict[str, Any]) -> str:
    return _setting(row["field"], row["value"])


def _setting(name: str, value: Any) -> str:
    return code(f"{name}={_shown(value)}", 60)


def _metric(numbers: dict[str, Any]) -> str:
    return metric_name(numbers["metric"], numbers["dataset"].get("positive"))


def _epoch(number: float | None) -> str:
    return "" if number is None else f"{number:.3g}"

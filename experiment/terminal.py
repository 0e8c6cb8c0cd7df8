"""Results as tables for a terminal 80 columns wide; the command line prints them."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from rich import box
from rich.table import Table
from rich.text import Text

from worthit.compare.alarms import cut_short
from worthit.compare.report import Report
from worthit.compare.run import Run
from worthit.core.catalogue import Entry
from worthit.experiment.limits import goes_on

__all__ = [
    "answers",
    "card_tables",
    "changes",
    "model_json",
    "model_table",
    "models_json",
    "models_table",
    "scores",
    "verdicts",
]


def models_table(models: Mapping[str, Entry]) -> list[Table]:
    """List models with their kinds."""
    table = _table("model", "takes", "what it is")
    for name, entry in models.items():
        table.add_row(name, ", ".join(entry.kinds), Text(entry.summary))
    return [table]


def models_json(models: Mapping[str, Entry]) -> dict[str, Any]:
    """Return the same as an object."""
    listed = {name: {"kinds": e.kinds, "summary": e.summary} for name, e in models.items()}
    return {"models": listed}


def model_table(
    entry: Entry, defaults: Mapping[str, Any], meanings: Mapping[str, str]
) -> list[Any]:
    """List a model's hyper-parameters with their defaults and what they mean."""
    table = _table("field", "default", "what it is")
    for field, value in defaults.items():
        table.add_row(field, Text(repr(value)), Text(meanings[field]))
    head = f"{entry.name} (takes {', '.join(entry.kinds)}): {entry.summary}"
    return [Text(head), table, Text("Set one with --set FIELD=VALUE.")]


def model_json(
    entry: Entry, defaults: Mapping[str, Any], meanings: Mapping[str, str]
) -> dict[str, Any]:
    """Return the same as an object."""
    return {
        "model": entry.name,
        "kinds": entry.kinds,
        "summary": entry.summary,
        "defaults": dict(defaults),
        "meanings": dict(meanings),
    }


def scores(run: Run) -> list[Any]:
    """Show a run's scores on test: per class, then the means."""
    record, test = run.record, run.record["scores"]["test"]
    sizes = record["dataset"]["sizes"]
    table = _table("class", "precision", "recall", "F1", "support", right=4)
    for label, each in test["per_class"].items():
        values = (_points(each[name]) for name in ("precision", "recall", "f1"))
        table.add_row(Text(_short(label)), *values, f"{each['support']:,}")
    means = [("macro F1", "f1_macro"), ("weighted F1", "f1_weighted"), ("accuracy", "accuracy")]
    lines = [f"{name} {_points(test[key])}" for name, key in means]
    if test.get("f1_positive") is not None:
        lines.append(f"F1 of {_short(test['positive'])} {_points(test['f1_positive'])}")
    cost = record["cost"]
    spent = f"tuned in {_seconds(cost['tune_seconds'])}, " if cost["trials"] else ""
    return [
        Text(f"{record['model']} on {record['dataset']['name']}, {sizes['test']:,} test items"),
        table,
        Text("; ".join(lines) + "."),
        Text(
            f"{spent}trained in {_seconds(cost['fit_seconds'])}, "
            f"answers in {cost['ms_per_item']:.2f} ms, run at {record['run']}"
        ),
        *(Text(note) for note in _notes(record)),
    ]


def _notes(record: Mapping[str, Any]) -> list[str]:
    """Return what a reader must know of how the run was made."""
    searched = (record.get("tuning") or {}).get("stopped")
    ended = [f"Search ended early: {searched}."] if cut_short(searched) else []
    if cut_short(record.get("stopped")):
        ended.append(_broken_off(record["stopped"], goes_on(record)))
    return [*ended, *record.get("notes", ())]


def _broken_off(stopped: str, again: bool) -> str:
    """Say that the time limit ended a training, and what is left."""
    more = " With a longer --time-limit, or none, it goes on from there."
    return f"Training ended early: {stopped}.{more if again else ''}"


def verdicts(report: Report) -> list[Any]:
    """Show the verdict of each pairing."""
    table = _table("pairing", "verdict", "difference", "95 %", "Holm p", right=0)
    summary = report.summary()
    for each in summary["pairings"]:
        interval = (
            "none"
            if each["low"] is None
            else f"{100 * each['low']:+.2f} to {100 * each['high']:+.2f}"
        )
        p = each["holm_p"]
        table.add_row(
            f"{each['model']} against {each['baseline']}",
            each["verdict"],
            f"{100 * each['difference']:+.2f}",
            interval,
            "-" if p is None else f"{p:.4f}",
        )
    metric = summary["pairings"][0]["metric"]
    note = f"Differences in points of {metric}, the model minus the baseline."
    ends = [
        Text(f"{name}: {_broken_off(model['cut_short'], bool(model['without_limit']))}")
        for name, model in report.numbers["models"].items()
        if model["cut_short"]
    ]
    return [table, Text(note), *ends]


def changes(made: Mapping[str, Any]) -> list[Any]:
    """Show an ablation: each change against the base."""
    table = _table("change", "validation", "test", "difference", "95 %", "time", right=5)
    base = made["base"]
    table.add_row("base", _known(base["on_validation"]), _known(base["on_test"]), "", "",
                  _seconds(base["cost"]["fit_seconds"]))  # fmt: skip
    for row in made["changes"]:
        what = Text(_short(f"{row['field']}={row['value']}"))
        scores = _known(row["on_validation"]), _known(row["on_test"])
        if row["is_base"]:
            table.add_row(what, *scores, "the base", "", "")
            continue
        inside = (
            "none" if row["low"] is None else f"{100 * row['low']:+.2f} to {100 * row['high']:+.2f}"
        )
        difference = f"{100 * row['difference']:+.2f}"
        spent = _seconds(row["cost"]["fit_seconds"])
        table.add_row(what, *scores, difference, inside, spent)
    note = f"Points of {made['metric']}; differences on test, the change minus the base."
    return [table, Text(note)]


def card_tables(card: Mapping[str, Any]) -> list[Any]:
    """Show a data card: classes per split, then what is odd about the data."""
    splits = list(card["sizes"])
    table = _table("class", *splits, right=len(splits))
    for label, counts in card["classes"].items():
        table.add_row(Text(_short(label)), *(f"{counts.get(split, 0):,}" for split in splits))
    table.add_section()
    table.add_row("all", *(f"{card['sizes'][split]:,}" for split in splits))
    duplicates, near = card["duplicates"], card["near_duplicates"]
    facts = _table("check", "rows", right=1)
    for split, n in card["blank"].items():
        facts.add_row(f"blank, {split}", f"{n:,}")
    for name, counted in (("duplicates", duplicates), ("further near duplicates", near)):
        for split, n in counted["within"].items():
            facts.add_row(f"{name} within {split}", f"{n:,}")
        for pair, n in counted["across"].items():
            facts.add_row(f"{name} across {pair}", f"{n:,}")
    for name, n in (("leaked", card["leaked"]), ("nearly leaked", card["near_leaked"])):
        facts.add_row(f"{name} test items", f"{n:,}")
    if card["leaked_groups"]:
        facts.add_row("groups of test in the training data", f"{card['leaked_groups']['groups']:,}")
        facts.add_row("test items of these groups", f"{card['leaked_groups']['items']:,}")
    facts.add_row("texts with several labels", f"{card['conflicting']:,}")
    head = f"{card['name']}: {card['kind']}, language {card['language']}"
    return [Text(head), table, facts]


def answers(frame: pd.DataFrame, texts: Sequence[str]) -> list[Any]:
    """Show predictions with the probability of the chosen label."""
    table = _table("prediction", "probability", "text", right=0)
    step = len(texts) // len(frame)
    for number, row in enumerate(frame.to_dict(orient="records")):
        text = " | ".join(texts[number * step : (number + 1) * step])
        chosen = row[f"p_{row['prediction']}"]
        table.add_row(Text(str(row["prediction"])), f"{chosen:.3f}", Text(_short(text, 50)))
    return [table]


def _table(first: str, *columns: str, right: int = 0) -> Table:
    """Make a table whose ``right`` columns after the first are numbers."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(first)
    for number, column in enumerate(columns):
        numbers = number < right
        table.add_column(column, justify="right" if numbers else "left", no_wrap=numbers)
    return table


def _points(value: float) -> str:
    return f"{100 * value:.2f}"


def _known(value: float | None) -> str:
    return "-" if value is None else _points(value)


def _seconds(value: float) -> str:
    return f"{value:.1f} s" if value < 100 else f"{value / 60:.1f} min"


def _short(text: str, width: int = 30) -> str:
    flat = " ".join(str(text).split())
    return flat if len(flat) <= width else flat[: width - 1] + "…"

"""Sections 11 and 12: the commands, hashes and versions; what the intervals do not cover."""

import re
from typing import Any

from worthit.compare.pages.markdown import code, code_block
from worthit.compare.pages.names import model_name
from worthit.compare.pages.phrases import short_hash

__all__ = ["limits_section", "reproduce_section"]

# Options of output alone: a command that differs in them is not shown twice.
FRESH = re.compile(r" --fresh(?= |$)")  # for whoever has the runs already
OUTPUT = re.compile(r" --(?:quiet|json)(?= |$)| --reports(?: |=)[^ ]+")


def reproduce_section(command: str, models: list[dict[str, Any]], dataset: dict[str, Any]) -> str:
    """Write the commands, seeds, versions and hashes of the models named."""
    # What made the runs stands before what only renders them.
    made = [c for model in models for c in model["commands"]]
    told = [FRESH.sub("", each) for each in filter(None, [*made, command])]
    commands: dict[str, str] = {}
    for each in told:
        commands.setdefault(OUTPUT.sub("", each), each)
    shown = [code_block(each) for each in commands.values()]
    hashes = []
    if dataset.get("sha256"):
        hashes.append(f"data {short_hash(dataset['sha256'])}")
    hashes.append(f"split {short_hash(dataset.get('split_sha256'))}")
    hashes += [
        f"predictions of {model_name(m['model'])} "
        + ", ".join(short_hash(digest) for digest in m["predictions_sha256"])
        for m in models
    ]
    hashes += [
        f"checkpoint of {model_name(m['model'])} {short_hash(m['checkpoint']['sha256'])}"
        for m in models
        if m.get("checkpoint")
    ]
    parts = ["## Reproduce"]
    if shown:
        parts.append("\n".join(shown))
    sentences = [_capital("; ".join(hashes)) + "."]
    seeds = [f"{model_name(m['model'])} {_seeds(m)}" for m in models if _seeds(m)]
    if seeds:
        sentences.append(f"Seeds: {', '.join(seeds)}.")
    parts.append(" ".join(sentences))
    versions: dict[str, str] = {}
    for model in models:
        versions.update(model.get("versions") or {})
    if versions:
        listed = ", ".join(f"{code(name, 40)} {code(v, 40)}" for name, v in versions.items())
        parts.append(f"Versions: {listed}.")
    return "\n\n".join(parts)


def _seeds(model: dict[str, Any]) -> str:
    return ", ".join(str(seed) for seed in model["seeds"] if seed is not None)


def limits_section(n_groups: int | None, n_seeds: int) -> str:
    """Say what the intervals do not cover."""
    unit = "groups" if n_groups else "items"
    if n_seeds > 1:
        covers = f"The intervals cover the choice of test {unit} and of seeds"
        missing = "not the choice of training items"
    else:
        covers = f"The intervals cover the choice of test {unit}"
        missing = "not the choice of training items or of the seed"
    return (
        f"## Limits\n\n{covers}, {missing}, and not texts from another time or place. Labels are "
        "taken as right."
    )


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]

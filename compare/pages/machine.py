"""The machine that times were measured on, in a sentence."""

from collections.abc import Sequence
from typing import Any

from worthit.compare.machines import accelerator, same_machine
from worthit.compare.pages.markdown import code
from worthit.compare.pages.names import model_name
from worthit.compare.pages.phrases import plural

__all__ = ["machine_sentence"]


def machine_sentence(models: Sequence[dict[str, Any]]) -> str:
    """Name the machine and, where they differ, what of it each model ran on.

    Parameters
    ----------
    models : sequence of dict
        Numbers of one model or two; empty where neither names its machine.
    """
    known = [model for model in models if model.get("machine")]
    if not known:
        return ""
    first, ran_on = known[0]["machine"], [accelerator(model) for model in known]
    if not all(same_machine(first, model["machine"]) for model in known):
        each = [
            f"{model_name(model['model'])} on {_machine(model['machine'], _part(part))}"
            for model, part in zip(known, ran_on, strict=True)
        ]
        return (
            "The two were measured on different machines, so times do not compare: "
            f"{'; '.join(each)}."
        )
    if len(set(ran_on)) == 1:
        return f"Measured on {_machine(first, _part(ran_on[0]))}."
    each = [
        f"{model_name(model['model'])} on {code(part, 60) if part else 'the processor'}"
        for model, part in zip(known, ran_on, strict=True)
    ]
    return f"Measured on {_machine(first)}, {' and '.join(each)}."


def _part(ran_on: str | None) -> str:
    return code(ran_on, 60) if ran_on else "without a GPU"


def _machine(machine: dict[str, Any], part: str = "") -> str:
    cores, memory = machine.get("cores"), machine.get("memory_gb")
    parts = [plural(cores, "core") if cores else "", f"{memory:.0f} GB of memory" if memory else ""]
    cpu = f" ({code(machine['cpu'], 60)})" if machine.get("cpu") else ""
    return ", ".join(filter(None, [*parts, part])) + cpu

"""What runs were measured on: whether two machines are one, and what of it a model ran on."""

from typing import Any

__all__ = ["accelerator", "same_machine"]

HOST = ("cpu", "cores", "memory_gb", "system")


def same_machine(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Tell whether two runs name one machine.

    Only what loads torch can name a graphics card, so one that a single run names is of both;
    two that differ are of two machines.
    """
    cards = {machine.get("gpu") for machine in (one, other)} - {None}
    return len(cards) < 2 and all(one.get(name) == other.get(name) for name in HOST)


def accelerator(model: dict[str, Any]) -> str | None:
    """Name what a model ran on besides the processor, None if nothing.

    Parameters
    ----------
    model : dict
        Numbers of a model with its ``machine`` and ``cost``.
    """
    device, card = model["cost"].get("device"), model["machine"].get("gpu")
    if device is None:  # not told: then whatever there was
        return card
    return None if device.startswith("cpu") else card or device

"""Which models no other beats both in score and in the time of an answer."""

from typing import Any

__all__ = ["n_timed", "pareto_front", "standing"]


def n_timed(numbers: dict[str, Any]) -> int:
    """Count the models whose time to answer is known; a picture needs two."""
    return sum(bool(model["cost"].get("ms_per_item")) for model in numbers["models"].values())


def pareto_front(numbers: dict[str, Any]) -> list[str]:
    """Name the models that no other beats in score without being slower, fastest first.

    Models whose time is not known take no part.
    """
    timed = [
        (model["cost"]["ms_per_item"], -model["scores"][numbers["metric"]], name)
        for name, model in numbers["models"].items()
        if model["cost"].get("ms_per_item")
    ]
    front: list[str] = []
    best = 1.0
    for _, lost, name in sorted(timed):
        if not front or lost < best:
            front.append(name)
            best = lost
    return front


def standing(numbers: dict[str, Any], name: str) -> str:
    """Tell whether a model is alone at the top: ``best``, ``tied`` with others, or ``unknown``.

    Unknown is where the test set is too small to say which models differ.
    """
    best = numbers["best_set"] or ()
    if name not in best:
        return "unknown"
    return "best" if len(best) == 1 else "tied"

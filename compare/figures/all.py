"""Which pictures belong to a report and to a model page, by file name."""

from typing import Any

from worthit.compare.figures.cascade import cascade_figure
from worthit.compare.figures.confusion import confusion_figure
from worthit.compare.figures.confusion_change import confusion_change_figure
from worthit.compare.figures.curve import curve_figure
from worthit.compare.figures.differences import differences_figure
from worthit.compare.figures.effort import effort_figure
from worthit.compare.figures.learning import learning_figure
from worthit.compare.figures.pareto import pareto_figure
from worthit.compare.figures.path import path_figure
from worthit.compare.figures.ranking import ranking_figure
from worthit.compare.figures.reliability import reliability_figure
from worthit.compare.figures.search import search_figure
from worthit.compare.front import n_timed
from worthit.compare.pages.progress import both_searched

__all__ = ["figures_of_model", "figures_of_report"]


def figures_of_report(numbers: dict[str, Any]) -> dict[str, bytes]:
    """Draw the pictures of the index, of every pairing and of every model."""
    pictures = {"ranking": ranking_figure(numbers)}
    if n_timed(numbers) > 1:
        pictures["pareto"] = pareto_figure(numbers)
    if numbers.get("curve"):
        pictures["learning-curve"] = curve_figure(numbers)
    for pairing in numbers["pairings"]:
        pictures[f"{pairing['slug']}-classes"] = differences_figure(numbers, pairing)
        if (pairing.get("differ") or {}).get("confusions"):
            change = confusion_change_figure(numbers, pairing)
            pictures[f"{pairing['slug']}-confusions"] = change
        if "cascade" in (pairing.get("together") or {}):
            pictures[f"{pairing['slug']}-cascade"] = cascade_figure(numbers, pairing)
        sides = [numbers["models"][pairing[side]] for side in ("baseline", "model")]
        if both_searched(sides):
            pictures[f"{pairing['slug']}-effort"] = effort_figure(sides)
        if all("bins" in (side.get("confidence") or {}) for side in sides):
            pictures[f"{pairing['slug']}-reliability"] = reliability_figure(numbers, pairing)
    for model in numbers["models"].values():
        pictures.update(figures_of_model(model))
    return pictures


def figures_of_model(model: dict[str, Any]) -> dict[str, bytes]:
    """Draw the pictures of a model page."""
    slug = model["slug"]
    pictures = {f"{slug}-confusion": confusion_figure(model)}
    if model.get("curve"):
        pictures[f"{slug}-learning"] = learning_figure(model)
    if len(model["progress"]) > 1:
        pictures[f"{slug}-search"] = search_figure(model)
    if model.get("path"):
        pictures[f"{slug}-path"] = path_figure(model)
    return pictures

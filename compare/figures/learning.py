"""Picture of a neural page: losses and validation score by epoch."""

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from worthit.compare.figures.style import BLUE, GREY, MUTED, ORANGE, canvas, label, picture

__all__ = ["learning_figure"]

HEIGHT, TOP = 3.3, 0.9  # inches


@picture
def learning_figure(model: dict[str, Any]) -> Figure:
    """Draw train and validation loss on the left, validation scores on the right.

    Parameters
    ----------
    model : dict
        Numbers of the model, with its ``curve``.
    """
    curve, best = model["curve"], model.get("best_epoch")
    n = (model["dataset"].get("sizes") or {}).get("validation")
    figure, losses = canvas(
        f"How {label(model['model'])} learned",
        f"{label(model['dataset']['name'], 40)}"
        + (f", {n:,} validation items" if n else "")
        + (f"; dashed: best epoch ({best:g}), chosen on validation" if best else ""),
        HEIGHT,
        left=0.65,
        right=3.85,
        top=TOP,
    )
    place = (4.15 / 7.2, 0.5 / HEIGHT, 2.85 / 7.2, (HEIGHT - TOP - 0.5) / HEIGHT)
    scores = figure.add_axes(place)
    _line(losses, curve, "train_loss", "train", BLUE, "-", "o")
    _line(losses, curve, "validation_loss", "validation", ORANGE, "--", "s")
    _line(scores, curve, "validation_f1_macro", "macro F1", ORANGE, "--", "s", 100)
    _line(scores, curve, "validation_accuracy", "accuracy", BLUE, "-", "o", 100)
    for axes, what in ((losses, "loss"), (scores, "validation score, 0-100")):
        if best is not None:
            axes.axvline(best, color=GREY, linewidth=1, linestyle=(0, (4, 3)), zorder=0)
        axes.set_xlabel("epoch")
        axes.set_title(what, loc="left", size=8.5, color=MUTED)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.margins(y=0.12)
        if axes.get_legend_handles_labels()[0]:
            axes.legend(fontsize=8)
    return figure


def _line(
    axes: Axes,
    curve: list[dict[str, Any]],
    name: str,
    title: str,
    color: str,
    style: str,
    marker: str,
    scale: float = 1,
) -> None:
    """Draw one series, if the history has it."""
    points = [(row["epoch"], scale * row[name]) for row in curve if row.get(name) is not None]
    if points:
        epochs, values = zip(*points, strict=True)
        axes.plot(
            epochs, values, color=color, linestyle=style, marker=marker, markersize=4,
            linewidth=1.6, label=title,
        )  # fmt: skip

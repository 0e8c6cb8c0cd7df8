"""Picture of an ablation: the learning curves of all values of a field together, field by field."""

from itertools import groupby
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from worthit.compare.figures.style import INK, MUTED, canvas, label, picture
from worthit.compare.pages.names import plain_metric_name

__all__ = ["curves_figure"]

ACROSS, WIDTH, PANEL, TOP = 2, 7.2, 2.5, 0.6  # panels beside one another; inches
LEAST, BELOW = 10, 2.5  # a panel's height: points, or so many times the range of the best scores
LEGEND, PER_LINE = 0.17, 4  # a line of a panel's legend, above its axes
MARKERS = "osD^vPX*<>"


@picture
def curves_figure(numbers: dict[str, Any]) -> Figure:
    """Draw validation scores by epoch, one panel for each field that was varied.

    Parameters
    ----------
    numbers : dict
        From :func:`~worthit.compare.ablation.ablation_numbers`.
    """
    by_field = groupby(numbers["changes"], lambda row: row["field"])
    fields = [(field, list(rows)) for field, rows in by_field]
    across = min(ACROSS, len(fields))
    n_rows = -(-len(fields) // across)
    height = TOP + n_rows * PANEL
    n = (numbers["dataset"].get("sizes") or {}).get("validation")
    metric = plain_metric_name(numbers["metric"], numbers["dataset"].get("positive"))
    shown = f", {n:,} validation items" if n else ""
    seed = f"; seed {numbers['seeds'][0]}" if len(numbers["seeds"]) > 1 else ""
    figure, first = canvas(
        f"How {label(numbers['model'])} learned under each change",
        f"{label(numbers['dataset']['name'], 40)}{shown}; {label(metric)} on validation, 0-100; "
        f"ring: best epoch{seed}",
        height,
    )
    first.remove()
    for place, (field, rows) in enumerate(fields):
        column, row = place % across, place // across
        left = (0.55 + column * (WIDTH - 0.1) / across) / WIDTH
        bottom = 1 - (TOP + (row + 1) * PANEL - 0.45) / height
        legend = LEGEND * -(-(len(rows) + 1) // PER_LINE)
        size = ((WIDTH - 0.1) / across - 0.7) / WIDTH, (PANEL - 0.75 - legend) / height
        axes = figure.add_axes((left, bottom, *size))
        top = bottom + size[1] + (legend + 0.08) / height
        figure.text(left, top, label(field), size=9, weight="bold", va="bottom")
        _panel(axes, rows, numbers["base"])
        if row == n_rows - 1 or place + across >= len(fields):
            axes.set_xlabel("epoch")
    return figure


def _panel(axes: Axes, rows: list[dict[str, Any]], base: dict[str, Any]) -> None:
    own = next((row["value"] for row in rows if row["is_base"]), None)
    _line(axes, base, "base" if own is None else f"{own} (base)", INK, "", base["curve_best"])
    others = [row for row in rows if not row["is_base"] and row["curve"]]
    colors = mpl.colormaps["plasma"]
    for number, row in enumerate(others):
        color = colors(0.1 + 0.75 * number / max(len(others) - 1, 1))
        marker = MARKERS[number % len(MARKERS)]
        _line(axes, row, label(row["value"], 18), color, marker, row["curve_best"])
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.yaxis.set_major_locator(MaxNLocator(5))
    axes.margins(y=0.12)
    axes.set_ylim(bottom=_bottom([row["curve"] for row in (base, *others)], axes.get_ylim()[0]))
    axes.legend(
        fontsize=7, loc="lower left", bbox_to_anchor=(-0.02, 0.99), ncols=PER_LINE,
        labelcolor=MUTED, handlelength=1.6, columnspacing=1.0, borderaxespad=0.2,
    )  # fmt: skip


def _bottom(curves: list[list[dict[str, Any]]], lowest: float) -> float:
    """Leave out first epochs so low that nothing could be seen of the later ones."""
    bests = [max(100 * step["value"] for step in curve) for curve in curves]
    return max(lowest, min(bests) - max(LEAST, BELOW * (max(bests) - min(bests))))


def _line(
    axes: Axes, row: dict[str, Any], title: str, color: Any, marker: str, best: float | None
) -> None:
    points = [(step["epoch"], 100 * step["value"]) for step in row["curve"]]
    epochs, values = zip(*points, strict=True)
    style = (0, (4, 2)) if title.endswith("base") or "(base)" in title else "-"
    axes.plot(
        epochs, values, color=color, marker=marker, markersize=3.5, linewidth=1.4,
        linestyle=style, label=title,
    )  # fmt: skip
    kept = [point for point in points if point[0] == best]
    for epoch, value in kept:
        axes.plot(
            [epoch], [value], marker="o", markersize=8, markerfacecolor="none",
            markeredgecolor=color, linestyle="none",
        )  # fmt: skip

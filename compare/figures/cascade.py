"""Picture of a pairing: the score when the baseline's least sure items are sent to the model."""

from typing import Any

from matplotlib.figure import Figure

from worthit.compare.figures.style import (
    BLUE,
    GREY,
    INK,
    MUTED,
    ORANGE,
    canvas,
    label,
    picture,
)
from worthit.compare.pages.names import plain_metric_name
from worthit.compare.pages.phrases import percent, points

__all__ = ["cascade_figure"]


@picture
def cascade_figure(numbers: dict[str, Any], pairing: dict[str, Any]) -> Figure:
    """Draw score against share sent on, both models alone, and the choice made on validation.

    Parameters
    ----------
    numbers : dict
        The whole report.
    pairing : dict
        One of its pairings, with ``together`` and its ``cascade``.
    """
    together, cascade = pairing["together"], pairing["together"]["cascade"]
    one, other = label(pairing["baseline"]), label(pairing["model"])
    metric = plain_metric_name(pairing["metric"], numbers["dataset"].get("positive"))
    figure, axes = canvas(
        f"What sending unsure items from {one} to {other} does",
        f"{label(numbers['dataset']['name'], 40)}, {together['n']:,} test items; "
        f"diamond: {points(cascade['score'])} at {percent(cascade['share'])}, chosen on validation",
        3.1,
        left=0.75,
        right=0.95,
    )
    shares = [100 * row["share"] for row in cascade["curve"]]
    scores = [100 * row["score"] for row in cascade["curve"]]
    for side, color, style in (("baseline", BLUE, "-"), ("model", ORANGE, "--")):
        axes.axhline(100 * together[side], color=color, linestyle=style, linewidth=1, zorder=1)
    axes.plot(shares, scores, color=INK, linewidth=1.8, marker="o", markersize=3, zorder=2)
    share, score = 100 * cascade["share"], 100 * cascade["score"]
    axes.plot([share], [score], marker="D", markersize=8, color=INK, markerfacecolor="white",
              markeredgewidth=1.6, zorder=3)  # fmt: skip
    _name_lines(axes, together, one, other)
    values = [*scores, score, 100 * together["baseline"], 100 * together["model"]]
    room = max(max(values) - min(values), 0.5)
    axes.set_ylim(min(values) - 0.12 * room, max(values) + 0.12 * room)
    axes.set_xlim(-2, 102)
    axes.set_xlabel(f"% of the items sent on to {other}, least sure first")
    axes.set_ylabel(f"{label(metric)}, 0-100")
    axes.tick_params(color=GREY)
    return figure


def _name_lines(axes: Any, together: dict[str, Any], one: str, other: str) -> None:
    """Write the names beside the lines, apart from each other."""
    upper, lower = ((one, BLUE), (other, ORANGE))
    values = [100 * together["baseline"], 100 * together["model"]]
    if values[1] > values[0]:
        upper, lower, values = lower, upper, values[::-1]
    for (name, color), value, va in zip((upper, lower), values, ("bottom", "top"), strict=True):
        axes.annotate(
            f"{name}\nalone", (1, value), xycoords=("axes fraction", "data"), xytext=(5, 0),
            textcoords="offset points", va=va, size=8, color=color if name else MUTED,
        )  # fmt: skip

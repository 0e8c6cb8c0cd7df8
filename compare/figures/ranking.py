"""Picture of the index: every model's score with its interval."""

from typing import Any

from matplotlib.figure import Figure

from worthit.compare.figures.style import BLUE, INK, MUTED, ORANGE, canvas, label, picture
from worthit.compare.pages.names import plain_metric_name
from worthit.compare.pages.phrases import points

__all__ = ["ranking_figure"]


@picture
def ranking_figure(numbers: dict[str, Any]) -> Figure:
    """Draw the models from best to worst, the baseline marked.

    Parameters
    ----------
    numbers : dict
        The whole report.
    """
    order = numbers["ranking"]
    metric = plain_metric_name(numbers["metric"], numbers["dataset"].get("positive"))
    names = [label(name) for name in order]
    left = max(0.9, 0.35 + 0.078 * max(len(name) for name in names))
    best = numbers["best_set"] or []
    title = f"{label(order[0])} scores highest"
    if len(best) > 1:
        title = f"{len(best)} of {len(order)} models cannot be told apart at the top"
    figure, axes = canvas(
        title,
        f"{label(numbers['dataset']['name'], 40)}, {numbers['n']:,} test items; bars: 95 % "
        "bootstrap interval; diamond: the baseline",
        0.62 + 0.6 + 0.36 * (len(order) + 0.6),
        left=left,
        right=0.3,
        bottom=0.6,
    )
    ends = []
    for place, name in enumerate(order):
        interval = numbers["models"][name]["interval"]
        value, base = 100 * interval["value"], name == numbers["baseline"]
        color = BLUE if base else ORANGE
        right = value
        if interval["low"] is not None:
            low, right = 100 * interval["low"], 100 * interval["high"]
            axes.plot([low, right], [place, place], color=color, linewidth=2)
            ends += [low, right]
        ends.append(value)
        axes.plot([value], [place], marker="D" if base else "o", markersize=7, color=color)
        axes.annotate(
            points(interval["value"]), (max(right, value), place), xytext=(7, 0), va="center",
            textcoords="offset points", size=8.5, color=INK,
        )  # fmt: skip
    width = max(max(ends) - min(ends), 1.0)
    floor = 100 * numbers["floor"]["scores"][numbers["metric"]]
    low_end = min(ends) - 0.08 * width
    if floor > low_end - width:  # near enough to be worth showing
        low_end = min(low_end, floor - 0.08 * width)
        axes.axvline(floor, color=MUTED, linewidth=1, linestyle=":")
        axes.annotate("floor", (floor, -0.55), xytext=(3, 0), textcoords="offset points",
                      size=7.5, color=MUTED, va="center")  # fmt: skip
    axes.set_xlim(low_end, max(ends) + 0.16 * width)
    axes.set_ylim(len(order) - 0.4, -0.7)
    axes.set_yticks(range(len(order)), names)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set_xlabel(f"{metric} on 0-100")
    return figure

"""Picture of the index: score against the time of an answer, and who is beaten in both."""

from typing import Any

from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from worthit.compare.figures.style import (
    BLUE,
    GREY,
    HALO,
    ORANGE,
    canvas,
    label,
    picture,
)
from worthit.compare.front import pareto_front, standing
from worthit.compare.pages.names import plain_metric_name

__all__ = ["pareto_figure"]


@picture
def pareto_figure(numbers: dict[str, Any]) -> Figure:
    """Draw each model's score with its interval against ms per item on a logarithmic axis.

    Parameters
    ----------
    numbers : dict
        The whole report.
    """
    metric, front = numbers["metric"], pareto_front(numbers)
    models = {
        name: model for name, model in numbers["models"].items() if model["cost"].get("ms_per_item")
    }
    figure, axes = canvas(
        _title(numbers, front),
        f"{label(numbers['dataset']['name'])}, {numbers['n']:,} test items; filled: no other as "
        "fast scores higher; bars: 95 % intervals",
        3.6,
        left=0.75,
        right=0.4,
    )
    points = {
        name: (model["cost"]["ms_per_item"], 100 * model["scores"][metric])
        for name, model in models.items()
    }
    axes.step(*zip(*[points[name] for name in front], strict=True), where="post", color=GREY,
              linewidth=1.2, zorder=1)  # fmt: skip
    for name, (ms, score) in points.items():
        base = name == numbers["baseline"]
        color, interval = BLUE if base else ORANGE, models[name]["interval"]
        if interval["low"] is not None:
            ends = [100 * interval["low"], 100 * interval["high"]]
            axes.plot([ms, ms], ends, color=color, linewidth=1.6, zorder=2)
        axes.plot([ms], [score], marker="D" if base else "o", markersize=7, color=color, zorder=3,
                  markerfacecolor=color if name in front else "white")  # fmt: skip
        axes.annotate(label(name), (ms, score), xytext=(8, 3), textcoords="offset points",
                      size=8.5, path_effects=HALO, zorder=4)  # fmt: skip
    times = [ms for ms, _ in points.values()]
    axes.set_xscale("log")
    axes.set_xlim(min(times) / 1.6, max(times) * 2.2)
    # A decade has too few ticks of its own where all times are of one size.
    within = (1.0, 2.0, 5.0) if max(times) / min(times) < 100 else (1.0,)
    axes.xaxis.set_major_locator(LogLocator(subs=within))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda ms, _: f"{ms:g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.margins(y=0.15)
    axes.set_xlabel("ms to answer one item alone (logarithmic)")
    axes.set_ylabel(
        f"{label(plain_metric_name(metric, numbers['dataset'].get('positive')))}, 0-100"
    )
    return figure


def _title(numbers: dict[str, Any], front: list[str]) -> str:
    """State what the picture shows; the first of the front is the fastest of all."""
    name = label(front[0])
    if len(front) > 1:
        return f"{name} is fastest; a higher score takes longer"
    return {
        "best": f"{name} is both best and fastest",
        "tied": f"{name} is fastest; no other is clearly better",
        "unknown": f"{name} is fastest; no other that was timed scores higher",
    }[standing(numbers, front[0])]

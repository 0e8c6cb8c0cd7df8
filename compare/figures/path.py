"""Picture of an L1 path: score against the number of features in use."""

from typing import Any

from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullLocator

from worthit.compare.figures.style import BLUE, HALO, MUTED, ORANGE, canvas, label, picture
from worthit.compare.pages.names import plain_metric_name
from worthit.compare.pages.path import leanest
from worthit.compare.pages.phrases import brief, count

__all__ = ["path_figure"]


@picture
def path_figure(model: dict[str, Any]) -> Figure:
    """Draw a dot for each C, the leanest within half a point of the best in orange.

    Parameters
    ----------
    model : dict
        Numbers of the model, with its ``path``.
    """
    path = [step for step in model["path"] if step["features"] >= 1]
    lean, folds = leanest(model["path"]), model["path"][0]["folds"]
    metric = plain_metric_name(model["search_metric"], model["dataset"].get("positive"))
    figure, axes = canvas(
        "How few features would do",
        f"{label(model['dataset']['name'], 40)}, L1 penalty, "
        f"{'one fold' if folds == 1 else f'{folds} folds'} of train; numbers: C; orange: the "
        "leanest within half a point of the best",
        2.9,
        left=0.75,
    )
    features, scores = [step["features"] for step in path], [100 * step["score"] for step in path]
    axes.plot(features, scores, color=BLUE, linewidth=2, marker="o", markersize=5)
    for step, x, y in zip(path, features, scores, strict=True):
        axes.annotate(f"{brief(step['C'])}", (x, y), xytext=(0, -13), ha="center", size=8,
                      textcoords="offset points", color=MUTED, path_effects=HALO)  # fmt: skip
        if step is lean:
            axes.plot([x], [y], marker="o", markersize=8, color=ORANGE, zorder=3)
            axes.annotate(
                f"{count(x)} features", (x, y), xytext=(0, 8), ha="center", size=8.5,
                textcoords="offset points", path_effects=HALO,
            )  # fmt: skip
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: count(value)))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.margins(x=0.06, y=0.2)
    axes.set_xlabel("features in use (logarithmic)")
    axes.set_ylabel(f"{label(metric)}, 0-100")
    return figure

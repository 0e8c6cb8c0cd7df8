"""Picture of a search: best score so far against trials."""

from typing import Any

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from worthit.compare.figures.style import BLUE, GREY, canvas, label, picture
from worthit.compare.pages.names import plain_metric_name
from worthit.compare.pages.phrases import points

__all__ = ["search_figure"]


@picture
def search_figure(model: dict[str, Any]) -> Figure:
    """Draw every finished trial as a dot and the best so far as a line.

    Parameters
    ----------
    model : dict
        Numbers of the model, with its ``tuning`` and ``progress``.
    """
    progress, tuning = model["progress"], model["tuning"]
    folds = tuning.get("folds")
    judged = f"{folds} folds of train" if folds and folds > 1 else "validation"
    metric = plain_metric_name(model["search_metric"], model["dataset"].get("positive"))
    figure, axes = canvas(
        f"What the search for {label(model['model'])} found",
        f"{label(model['dataset']['name'], 40)}, {len(progress)} finished trials, each judged on "
        f"{judged}; line: best so far",
        2.9,
        left=0.75,
        right=0.6,
    )
    finished = {row["trial"] for row in progress}
    dots = [
        (t["number"] + 1, 100 * t["score"])
        for t in tuning["trials"]
        if t.get("score") is not None and t["number"] + 1 in finished
    ]
    axes.plot(*zip(*dots, strict=True), linestyle="none", marker="o", markersize=4.5,
              color=GREY, markerfacecolor="white", zorder=1)  # fmt: skip
    trials = [row["trial"] for row in progress]
    best = [100 * row["best"] for row in progress]
    axes.step(trials, best, where="post", color=BLUE, linewidth=2, zorder=2)
    axes.annotate(points(progress[-1]["best"]), (trials[-1], best[-1]), xytext=(6, 0),
                  textcoords="offset points", va="center", size=8.5)  # fmt: skip
    values = sorted(value for _, value in dots)
    # A few hopeless trials must not flatten the rest of the picture.
    low = min(values[len(values) // 10], best[0])
    room = max(best[-1] - low, 0.5)
    axes.set_ylim(low - 0.15 * room, best[-1] + 0.15 * room)
    ticks = MaxNLocator(integer=True).tick_values(1, trials[-1])
    axes.set_xticks(sorted({1, *(int(t) for t in ticks if 1 < t <= trials[-1])}))
    axes.set_xlabel("trial")
    axes.set_ylabel(f"{label(metric)}, 0-100")
    return figure

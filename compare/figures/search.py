"""Picture of a search: best score so far against trials and against time."""

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from worthit.compare.figures.style import BLUE, GREY, canvas, label, picture
from worthit.compare.pages.names import plain_metric_name
from worthit.compare.pages.phrases import points

__all__ = ["search_figure"]

HEIGHT, GAP = 2.9, 0.28  # inches


@picture
def search_figure(model: dict[str, Any]) -> Figure:
    """Draw every finished trial as a dot and the best so far as a line, over trials and over time.

    Parameters
    ----------
    model : dict
        Numbers of the model, with its ``tuning`` and ``progress``.
    """
    progress, tuning = model["progress"], model["tuning"]
    timed = all(row["seconds"] is not None for row in progress)
    folds = tuning.get("folds")
    judged = f"{folds} folds of train" if folds and folds > 1 else "validation"
    metric = plain_metric_name(model["search_metric"], model["dataset"].get("positive"))
    figure, over_trials = canvas(
        f"What the search for {label(model['model'])} found",
        f"{label(model['dataset']['name'], 40)}, {len(progress)} finished trials, each judged on "
        f"{judged}; line: best so far",
        HEIGHT,
        left=0.75,
        right=3.6 if timed else 0.6,
    )
    finished = {row["trial"] for row in progress}
    trials = [t for t in tuning["trials"] if t["number"] + 1 in finished]
    best = [100 * row["best"] for row in progress]
    best.append(best[-1])  # up to the end, through trials that were stopped early
    last = tuning["trials"][-1]["number"] + 1
    _draw(over_trials, trials, "number", [*(row["trial"] for row in progress), last], best)
    ticks = MaxNLocator(nbins=6, integer=True).tick_values(1, last)
    over_trials.set_xticks(sorted({1, *(int(t) for t in ticks if 1 < t <= last)}))
    over_trials.set_xlabel("trial")
    over_trials.set_ylabel(f"{label(metric)}, 0-100")
    values = sorted(100 * trial["score"] for trial in trials)
    # A few hopeless trials must not flatten the rest of the picture.
    low = min(values[len(values) // 10], best[0])
    room = max(best[-1] - low, 0.5)
    over_trials.set_ylim(low - 0.15 * room, best[-1] + 0.15 * room)
    right, end = over_trials, float(last)
    if timed:
        place = over_trials.get_position()
        start = place.x1 + GAP / 7.2
        right = figure.add_axes((start, place.y0, 1 - start - 0.6 / 7.2, place.height))
        right.sharey(over_trials)
        right.tick_params(labelleft=False)
        seconds = [row["seconds"] for row in progress]
        seconds.append(max(t["seconds"] for t in tuning["trials"] if t.get("seconds") is not None))
        unit, size = ("minutes", 60) if seconds[-1] >= 300 else ("seconds", 1)
        _draw(right, trials, "seconds", [each / size for each in seconds], best, size)
        right.set_xlim(left=0)
        end = seconds[-1] / size
        right.set_xlabel(unit)
    right.annotate(points(progress[-1]["best"]), (end, best[-1]),
                   xytext=(6, 0), textcoords="offset points", va="center", size=8.5)  # fmt: skip
    return figure


def _draw(
    axes: Axes,
    trials: list[dict[str, Any]],
    clock: str,
    moments: list[float],
    best: list[float],
    size: float = 1,
) -> None:
    shift = 1 if clock == "number" else 0  # trials are counted from 1
    axes.plot([trial[clock] / size + shift for trial in trials],
              [100 * trial["score"] for trial in trials], linestyle="none", marker="o",
              markersize=4.5, color=GREY, markerfacecolor="white", zorder=1)  # fmt: skip
    axes.step(moments, best, where="post", color=BLUE, linewidth=2, zorder=2)

"""Picture of both sides' searches: best score so far against trials and against time."""

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, NullFormatter, StrMethodFormatter

from worthit.compare.figures.style import BLUE, MUTED, ORANGE, canvas, label, picture
from worthit.compare.pages.names import plain_metric_name
from worthit.compare.pages.phrases import points

__all__ = ["effort_figure"]

HEIGHT, GAP, RIGHT = 2.9, 0.28, 0.6  # inches


@picture
def effort_figure(models: Sequence[dict[str, Any]]) -> Figure:
    """Draw the best so far of a baseline and of a model, over trials and over time.

    Parameters
    ----------
    models : sequence of two dicts
        Numbers of the baseline and of the model, with their ``tuning`` and ``progress``.
    """
    first = models[0]
    timed = all(row["seconds"] for model in models for row in model["progress"])
    judged = " and ".join(f"{label(model['model'])} on {_judged_on(model)}" for model in models)
    figure, over_trials = canvas(
        "What trials and time brought each side",
        f"{label(first['dataset']['name'], 24)}, best so far where each was judged: {judged}",
        HEIGHT,
        left=0.75,
        right=3.6 if timed else RIGHT,
    )
    _draw(over_trials, models, "trial")
    metric = plain_metric_name(first["search_metric"], first["dataset"].get("positive"))
    over_trials.set_ylabel(f"{label(metric)}, 0-100")
    over_trials.set_xlabel("trial")
    over_trials.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
    last = over_trials
    if timed:
        place = over_trials.get_position()
        start = place.x1 + GAP / 7.2
        last = figure.add_axes((start, place.y0, 1 - start - RIGHT / 7.2, place.height))
        last.sharey(over_trials)
        last.tick_params(labelleft=False)
        last.set_xscale("log")  # a network's trial may take a hundred times a baseline's
        last.xaxis.set_major_formatter(StrMethodFormatter("{x:,g}"))
        last.xaxis.set_minor_formatter(NullFormatter())
        _draw(last, models, "seconds")
        last.set_xlabel("seconds of search")
    over_trials.legend(fontsize=8, loc="lower right")
    for model in models:
        row = model["progress"][-1]
        last.annotate(points(row["best"]), (1, 100 * row["best"]),
                      xycoords=("axes fraction", "data"), xytext=(4, 0),
                      textcoords="offset points", va="center", size=8.5, color=MUTED)  # fmt: skip
    return figure


def _draw(axes: Axes, models: Sequence[dict[str, Any]], clock: str) -> None:
    looks = ((BLUE, "-", "o"), (ORANGE, "--", "s"))
    for model, (color, style, marker) in zip(models, looks, strict=True):
        rows = model["progress"]
        at, best = [row[clock] for row in rows], [100 * row["best"] for row in rows]
        axes.plot([*at, max(at[-1], _end(model, clock))], [*best, best[-1]],
                  drawstyle="steps-post", color=color, linestyle=style, marker=marker,
                  markevery=range(len(rows)), markersize=3, linewidth=1.8,
                  label=label(model["model"]))  # fmt: skip


def _end(model: dict[str, Any], clock: str) -> float:
    """Return when the search ended, after trials that were stopped early too."""
    trials = model["tuning"]["trials"]
    if clock == "trial":
        return max(trial["number"] for trial in trials) + 1
    return max(trial.get("seconds") or 0.0 for trial in trials)


def _judged_on(model: dict[str, Any]) -> str:
    folds = model["tuning"].get("folds")
    return f"{folds} folds of train" if folds and folds > 1 else "validation"

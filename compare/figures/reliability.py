"""Picture of a pairing: by how much probabilities miss, from the least sure items to the surest."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from worthit.compare.figures.style import BLUE, LIGHT, MUTED, ORANGE, canvas, label, picture

__all__ = ["reliability_figure"]

LEVEL = 1.96  # standard errors, of what chance makes of a bin 19 times out of 20
SIDES = ((BLUE, "o", -0.17), (ORANGE, "s", 0.17))  # colour, marker and place beside the bin


@picture
def reliability_figure(numbers: dict[str, Any], pairing: dict[str, Any]) -> Figure:
    """Draw the accuracy of each bin of both models minus its mean top probability.

    Side by side, since the surest bins of a good model all lie near 1.

    Parameters
    ----------
    numbers : dict
        The whole report.
    pairing : dict
        One of its pairings, whose models both have ``confidence``.
    """
    models = [numbers["models"][pairing[side]] for side in ("baseline", "model")]
    n_bins = len(models[0]["confidence"]["bins"])
    figure, axes = canvas(
        "How far probabilities miss: below 0 a model is too sure",
        f"{label(numbers['dataset']['name'])}, {pairing['n']:,} test items in {n_bins} parts of "
        "equal size; grey: within chance, 19 times out of 20",
        4.2,
        left=1.5,
        bottom=0.85,
        top=0.88,
    )
    axes.axhline(0, color=MUTED, linewidth=1, zorder=2)
    for row, (model, side) in enumerate(zip(models, SIDES, strict=True)):
        _draw_bins(axes, model, *side)
        _name_bins(axes, model, row, side[0])
    axes.set_xlim(0.4, n_bins + 0.6)
    axes.set_xticks([])
    axes.set_xlabel("mean top probability of each part, %, the least sure part first", labelpad=36)
    axes.set_ylabel("accuracy minus probability, points")
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=2, fontsize=8.5, borderpad=0)
    return figure


def _draw_bins(axes: Axes, model: dict[str, Any], color: str, marker: str, beside: float) -> None:
    bins = model["confidence"]["bins"]
    places = 1 + beside + np.arange(len(bins))
    tops, rights, sizes = (np.array([b[name] for b in bins]) for name in ("top", "right", "n"))
    gaps = 100 * (rights - tops)
    # A part's items differ in how sure they are: chance makes a little less of them than this.
    chance = 100 * LEVEL * np.sqrt(tops * (1 - tops) / sizes)
    axes.vlines(places, -chance, chance, color=LIGHT, linewidth=7, zorder=0)
    axes.vlines(places, np.minimum(gaps, 0), np.maximum(gaps, 0), color=color, linewidth=1.6,
                zorder=2)  # fmt: skip
    name = f"{label(model['model'], 18)}, error {100 * model['confidence']['ece']:.1f} points"
    axes.plot(places, gaps, color=color, marker=marker, linestyle="none", markersize=5, label=name,
              zorder=3)  # fmt: skip


def _name_bins(axes: Axes, model: dict[str, Any], row: int, color: str) -> None:
    """Write a model's mean top probabilities in a row under the picture."""
    style: dict[str, Any] = {"size": 7.5, "color": color, "va": "top", "annotation_clip": False}
    below = -8 - 13 * row  # points under the axes
    for place, each in enumerate(model["confidence"]["bins"], start=1):
        axes.annotate(
            _sure(each["top"]), (place, 0), xycoords=("data", "axes fraction"),
            xytext=(0, below), textcoords="offset points", ha="center", **style,
        )  # fmt: skip
    axes.annotate(
        label(model["model"], 18), (0, 0), xycoords="axes fraction", xytext=(-6, below),
        textcoords="offset points", ha="right", **style,
    )  # fmt: skip


def _sure(top: float) -> str:
    """Show a probability in percent, never rounding to certainty."""
    if 0.9995 <= top < 1:
        return ">99.9"
    return f"{100 * top:.0f}" if top < 0.985 or top == 1 else f"{100 * top:.1f}"

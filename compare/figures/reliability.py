"""Picture of a pairing: top probability against the share of right answers, both models."""

from typing import Any

from matplotlib.figure import Figure

from worthit.compare.figures.style import BLUE, GREY, ORANGE, canvas, label, picture

__all__ = ["reliability_figure"]


@picture
def reliability_figure(numbers: dict[str, Any], pairing: dict[str, Any]) -> Figure:
    """Draw the bins of both models against the diagonal.

    Parameters
    ----------
    numbers : dict
        The whole report.
    pairing : dict
        One of its pairings, whose models both have ``confidence``.
    """
    models = [numbers["models"][pairing[side]] for side in ("baseline", "model")]
    figure, axes = canvas(
        "How often each model is right when it is so sure",
        f"{label(numbers['dataset']['name'], 40)}, {pairing['n']:,} test items in parts of equal "
        "size; on the dashed line: right as often as sure",
        4.4,
        left=0.75,
        right=2.4,
    )
    low = 1.0
    for model, color, marker, style in zip(
        models, (BLUE, ORANGE), ("o", "s"), ("-", "--"), strict=True
    ):
        bins = model["confidence"]["bins"]
        tops, rights = [b["top"] for b in bins], [b["right"] for b in bins]
        low = min(low, *tops, *rights)
        name = f"{label(model['model'])}, error {100 * model['confidence']['ece']:.1f}"
        axes.plot(tops, rights, color=color, marker=marker, linestyle=style, linewidth=1.6,
                  markersize=5, label=name)  # fmt: skip
    low = max(0.0, low - 0.05)
    axes.plot([low, 1], [low, 1], color=GREY, linestyle=(0, (4, 3)), linewidth=1, zorder=0)
    axes.set_xlim(low, 1.02)
    axes.set_ylim(low, 1.02)
    axes.set_xlabel("mean top probability")
    axes.set_ylabel("share of right answers")
    axes.legend(loc="upper left", bbox_to_anchor=(1.02, 1), fontsize=8.5)
    return figure

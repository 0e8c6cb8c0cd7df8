"""Picture of a model page: the confusion matrix, shaded by share of the true class."""

from typing import Any

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from worthit.compare.figures.style import INK, canvas, label, picture

__all__ = ["confusion_figure"]

BLUES = LinearSegmentedColormap.from_list("worthit", ["#ffffff", "#7fb4cc", "#0b6e99", "#073d57"])
PER_POINT = 0.0082  # width of a letter in inches, for each point of its size
LEAST_SHARE = 0.01  # in a large matrix, rarer confusions only clutter the picture
MOST_NUMBERS = 25  # beyond it numbers would not be legible


@picture
def confusion_figure(model: dict[str, Any]) -> Figure:
    """Draw truth (rows) against answer (columns).

    Parameters
    ----------
    model : dict
        Numbers of the model.
    """
    matrix = np.array(model["confusion"])
    labels = [label(name, 20) for name in model["scores"]["per_class"]]
    k = len(labels)
    cell = 0.95 if k <= 3 else 0.62 if k <= 8 else 0.42 if k <= 14 else 0.34 if k <= 25 else 0.2
    longest = max(len(name) for name in labels)
    size = 8.5 if k <= 14 else 7 if k <= 25 else 5.5
    room = 0.1 + PER_POINT * size * longest
    slanted = longest * PER_POINT * size > cell
    left, bottom = room + 0.4, (room if slanted else 0.3) + 0.3
    inner = cell * k
    width = max(left + inner + 0.3, 4.6)
    figure, axes = canvas(
        f"Where {label(model['model'])} errs",
        f"{label(model['dataset']['name'], 28)}, {model['scores']['n']:,} test items; "
        "shade: share of the true class",
        0.62 + inner + bottom,
        width=width,
        left=left,
        right=width - left - inner,
        bottom=bottom,
    )
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    axes.imshow(shares, cmap=BLUES, vmin=0, vmax=1, aspect="auto")
    if k <= MOST_NUMBERS:
        for i in range(k):
            for j in range(k):
                if matrix[i, j] and (k <= 8 or shares[i, j] >= LEAST_SHARE):
                    color = "white" if shares[i, j] > 0.45 else INK
                    axes.text(
                        j, i, f"{matrix[i, j]:,}" if k <= 8 else str(matrix[i, j]), ha="center",
                        va="center", color=color, size=_number_size(matrix[i, j], cell),
                    )  # fmt: skip
    axes.set_yticks(range(k), labels, size=size)
    rotation: dict[str, Any] = {"rotation": 90, "ha": "center"} if slanted else {}
    axes.set_xticks(range(k), labels, size=size, **rotation)
    axes.tick_params(length=0)
    for side in ("top", "right"):
        axes.spines[side].set_visible(True)
    axes.set_xlabel("answer")
    axes.set_ylabel("truth")
    return figure


def _number_size(number: int, cell: float) -> float:
    """Fit the digits into the cell."""
    return min(9.0, cell * 72 * 0.8 / (0.62 * max(len(f"{number:,}"), 2)))

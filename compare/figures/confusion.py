"""Picture of a model page: the confusion matrix, shaded by share of the true class."""

from typing import Any

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from worthit.compare.figures.matrix import matrix_canvas, number_size
from worthit.compare.figures.style import INK, label, picture

__all__ = ["confusion_figure"]

BLUES = LinearSegmentedColormap.from_list("worthit", ["#ffffff", "#7fb4cc", "#0b6e99", "#073d57"])
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
    drawn = matrix_canvas(
        f"Where {label(model['model'])} errs",
        f"{label(model['dataset']['name'], 28)}, {model['scores']['n']:,} test items; "
        "shade: share of the true class",
        labels,
    )
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    drawn.axes.imshow(shares, cmap=BLUES, vmin=0, vmax=1, aspect="auto")
    if k <= MOST_NUMBERS:
        for i in range(k):
            for j in range(k):
                if matrix[i, j] and (k <= 8 or shares[i, j] >= LEAST_SHARE):
                    color = "white" if shares[i, j] > 0.45 else INK
                    drawn.axes.text(
                        j, i, f"{matrix[i, j]:,}" if k <= 8 else str(matrix[i, j]), ha="center",
                        va="center", color=color,
                        size=number_size(f"{matrix[i, j]:,}", drawn.cell),
                    )  # fmt: skip
    return drawn.figure

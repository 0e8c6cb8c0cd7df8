"""Picture of a pairing: the difference of the two confusion matrices, model minus baseline."""

from typing import Any

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from worthit.compare.figures.matrix import Matrix, matrix_canvas, number_size
from worthit.compare.figures.style import BLUE, INK, MUTED, ORANGE, label, picture

__all__ = ["confusion_change_figure"]

SIDES = LinearSegmentedColormap.from_list(
    "worthit sides", [BLUE, "#8fbdd1", "#ffffff", "#e9ad8e", ORANGE]
)
MOST_CLASSES = 12  # with more, those that change most


@picture
def confusion_change_figure(numbers: dict[str, Any], pairing: dict[str, Any]) -> Figure:
    """Draw by how many items each confusion changes, coloured by the side that is better there.

    Every cell that changes states its number with the sign, so that colour only helps.

    Parameters
    ----------
    numbers : dict
        The whole report.
    pairing : dict
        One of its pairings.
    """
    names = [row["label"] for row in pairing["classes"]]
    change = _change(numbers, pairing)
    shown = _most_changed(change)
    change = change[np.ix_(shown, shown)]
    model, baseline = label(pairing["model"], 20), label(pairing["baseline"], 20)
    title = f"Where {model} errs more, and where less, than {baseline}"
    seed = ", first seed of each" if max(pairing["n_seeds"]) > 1 else ""
    some = f"; the {len(shown)} of {len(names)} classes that change most"
    drawn = matrix_canvas(
        title,
        f"{label(numbers['dataset']['name'], 28)}, {pairing['n']:,} test items{seed}"
        + some * (len(shown) < len(names)),
        [label(names[place], 20) for place in shown],
        least=max(5.6, 0.1 * len(title)),
        below=0.42,
    )
    _fill(drawn, change)
    _explain(drawn, model, baseline)
    return drawn.figure


def _change(numbers: dict[str, Any], pairing: dict[str, Any]) -> np.ndarray:
    """Subtract the matrices of the first seeds."""
    one, other = (
        np.array(numbers["models"][pairing[side]]["confusion"]) for side in ("baseline", "model")
    )
    return other - one


def _most_changed(change: np.ndarray) -> list[int]:
    """Choose the classes whose confusions change most, both as truth and as answer, in order."""
    size = np.abs(change)
    np.fill_diagonal(size, 0)
    moved = size.sum(axis=0) + size.sum(axis=1)
    return sorted(np.argsort(-moved, kind="stable")[:MOST_CLASSES].tolist())


def _fill(drawn: Matrix, change: np.ndarray) -> None:
    """Shade and number the cells and frame the right answers."""
    gain = np.where(np.eye(len(change), dtype=bool), change, -change)
    most = max(int(np.abs(gain).max()), 1)
    drawn.axes.imshow(gain / most, cmap=SIDES, vmin=-1, vmax=1, aspect="auto")
    for (i, j), value in np.ndenumerate(change):
        if value:
            shown = f"{value:+,}".replace("-", "\u2212")
            color = "white" if abs(value) > 0.85 * most else INK
            size = number_size(shown, drawn.cell)
            drawn.axes.text(j, i, shown, ha="center", va="center", color=color, size=size)
    for i in range(len(change)):
        frame = Rectangle((i - 0.46, i - 0.46), 0.92, 0.92, fill=False, edgecolor=INK)
        drawn.axes.add_patch(frame)


def _explain(drawn: Matrix, model: str, baseline: str) -> None:
    """Say below the answers what a number means and whose colour is whose."""
    width, height = drawn.figure.get_size_inches()
    style: dict[str, Any] = {"size": 8.5, "va": "bottom"}
    left, text = 0.12 / width, drawn.figure.text
    told = f"items, {model} minus {baseline}: more is better where framed (right), fewer elsewhere"
    text(left, 0.32 / height, told, color=MUTED, **style)
    text(left, 0.1 / height, f"■ {baseline} better", color=BLUE, **style)
    text(1 - left, 0.1 / height, f"{model} better ■", color=ORANGE, ha="right", **style)

"""Axes of a matrix of truth against answer, sized by its classes; two pictures stand on them."""

from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from worthit.compare.figures.style import canvas

__all__ = ["Matrix", "matrix_canvas", "number_size"]

PER_POINT = 0.0082  # width of a letter in inches, for each point of its size


@dataclass(frozen=True, eq=False)
class Matrix:
    """A figure with one square cell for each truth and answer.

    Attributes
    ----------
    figure : matplotlib.figure.Figure
        The whole.
    axes : matplotlib.axes.Axes
        Truth goes down, answer across.
    cell : float
        Width of a cell in inches.
    """

    figure: Figure
    axes: Axes
    cell: float


def matrix_canvas(
    title: str, subtitle: str, labels: list[str], *, least: float = 4.6, below: float = 0.0
) -> Matrix:
    """Open a figure for a matrix and name its rows and columns.

    Parameters
    ----------
    title, subtitle : str
        Plain text.
    labels : list of str
        The classes, shortened.
    least : float
        Width in inches that the text above needs.
    below : float
        Further room under the answers in inches.
    """
    k = len(labels)
    cell = 0.95 if k <= 3 else 0.62 if k <= 8 else 0.42 if k <= 14 else 0.34 if k <= 25 else 0.2
    longest = max(len(name) for name in labels)
    size = 8.5 if k <= 14 else 7 if k <= 25 else 5.5
    room = 0.1 + PER_POINT * size * longest
    slanted = longest * PER_POINT * size > cell
    left, bottom = room + 0.4, (room if slanted else 0.3) + 0.3 + below
    inner = cell * k
    width = max(left + inner + 0.3, least)
    figure, axes = canvas(
        title,
        subtitle,
        0.62 + inner + bottom,
        width=width,
        left=left,
        right=width - left - inner,
        bottom=bottom,
    )
    axes.set_yticks(range(k), labels, size=size)
    rotation: dict[str, Any] = {"rotation": 90, "ha": "center"} if slanted else {}
    axes.set_xticks(range(k), labels, size=size, **rotation)
    axes.tick_params(length=0)
    for side in ("top", "right"):
        axes.spines[side].set_visible(True)
    axes.set_xlabel("answer")
    axes.set_ylabel("truth")
    return Matrix(figure, axes, cell)


def number_size(shown: str, cell: float) -> float:
    """Fit a number into a cell."""
    return min(9.0, cell * 72 * 0.8 / (0.62 * max(len(shown), 2)))

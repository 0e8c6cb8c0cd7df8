"""The family's look: one font, few colours that differ in lightness, title above, n below it."""

import io
import warnings
from collections.abc import Callable
from functools import wraps
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from worthit.compare.pages.markdown import clean

__all__ = [
    "BLUE", "GREY", "HALO", "INK", "LIGHT", "MUTED", "ORANGE", "canvas", "label", "picture",
]  # fmt: skip

INK, MUTED, GREY, LIGHT = "#1b2733", "#6b7682", "#9aa3ad", "#e3e6eb"
BLUE, ORANGE = "#0b6e99", "#c2551b"  # dark blue and lighter orange: also apart in grey
HALO = [withStroke(linewidth=2.5, foreground="white")]  # keeps numbers legible on lines
DPI = 150
SETTINGS: dict[str, Any] = {
    "font.family": "DejaVu Sans",  # comes with matplotlib and has Persian and Cyrillic
    "font.size": 9,
    "text.color": INK,
    "text.parse_math": False,  # a label like "$x$" is not a formula
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.8,
    "axes.unicode_minus": True,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "legend.frameon": False,
    "lines.solid_capstyle": "butt",  # an interval's bar ends where the interval does
}
LOOK: Any = dict(mpl.rcParamsDefault) | SETTINGS  # whatever the user's own matplotlibrc says


def picture(draw: Callable[..., Figure]) -> Callable[..., bytes]:
    """Turn a function that returns a Figure into one that returns PNG bytes in the family's look.

    The same numbers give the same bytes: no date, no software version, no display.
    """

    @wraps(draw)
    def png(*args: Any, **kwargs: Any) -> bytes:
        with mpl.rc_context(LOOK), warnings.catch_warnings():
            # A sign that the font lacks is drawn as a box; that is no news for the reader's log.
            warnings.filterwarnings("ignore", message="Glyph .* missing from font")
            file = io.BytesIO()
            draw(*args, **kwargs).savefig(file, format="png", dpi=DPI, metadata={"Software": None})
            return file.getvalue()

    return png


def canvas(
    title: str,
    subtitle: str,
    height: float,
    *,
    width: float = 7.2,
    left: float = 0.9,
    right: float = 0.2,
    bottom: float = 0.5,
    top: float = 0.62,
) -> tuple[Figure, Axes]:
    """Open a figure with a bold title, a grey subtitle that states the n, and one set of axes.

    Parameters
    ----------
    title, subtitle : str
        Plain text.
    height, width : float
        Inches.
    left, right, bottom, top : float
        Room around the axes in inches.
    """
    figure = Figure(figsize=(width, height))
    across, up = (width - left - right) / width, (height - top - bottom) / height
    axes = figure.add_axes((left / width, bottom / height, across, up))
    x = 0.12 / width
    figure.text(x, 1 - 0.1 / height, _fit(clean(title), 70), weight="bold", size=11, va="top")
    figure.text(x, 1 - 0.34 / height, _fit(clean(subtitle), 105), color=MUTED, size=8.5, va="top")
    return figure, axes


def label(name: object, longest: int = 24) -> str:
    """Shorten a class or model name for an axis."""
    return _fit(clean(name) or "(blank)", longest)


def _fit(shown: str, longest: int) -> str:
    return shown if len(shown) <= longest else shown[: longest - 1].rstrip() + "…"

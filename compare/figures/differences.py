"""Picture of a pairing: the difference in F1 per class, with intervals and the margin."""

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from worthit.compare.figures.style import (
    BLUE,
    GREY,
    HALO,
    INK,
    LIGHT,
    MUTED,
    ORANGE,
    canvas,
    label,
    picture,
)
from worthit.compare.pages.names import plain_metric_name
from worthit.compare.pages.phrases import margin_points, signed

__all__ = ["differences_figure"]


@picture
def differences_figure(numbers: dict[str, Any], pairing: dict[str, Any]) -> Figure:
    """Draw the chosen metric and the F1 of every class, model minus baseline.

    Parameters
    ----------
    numbers : dict
        The whole report.
    pairing : dict
        One of its pairings.
    """
    positive = numbers["dataset"].get("positive")
    metric = plain_metric_name(pairing["metric"], positive)
    main = {"label": metric[:1].upper() + metric[1:], "support": pairing["n"], **pairing}
    classes = sorted(pairing["classes"], key=lambda row: -row["difference"])
    rows = [main, *classes]
    step = 0.36 if len(rows) <= 12 else 0.24
    names = [label(row["label"]) for row in rows]
    supports = [f"n = {row['support']:,}{', few' * bool(row.get('few'))}" for row in rows]
    left = max(0.9, 0.35 + 0.078 * max(len(name) for name in names))
    figure, axes = canvas(
        _title(pairing),
        f"{label(numbers['dataset']['name'], 40)}, {pairing['n']:,} test items; "
        f"grey band: within the margin of {margin_points(pairing['margin'])}",
        0.62 + 0.75 + step * (len(rows) + 1),
        left=left,
        right=0.85,
        bottom=0.6,
    )
    margin = 100 * pairing["margin"]
    # The band ends under the last row, so that the words below it stand on white.
    ends = [-0.6, len(rows) - 0.5]
    axes.fill_betweenx(ends, -margin, margin, color=LIGHT, linewidth=0, zorder=0)
    axes.plot([0, 0], ends, color=MUTED, linewidth=1, zorder=1)
    for place, row in enumerate(rows):
        _draw_row(axes, place, row, main=place == 0)
    axes.set_ylim(len(rows) + 0.25, -0.6)
    _limit_x(axes, rows, margin)
    axes.set_yticks(range(len(rows)), names)
    axes.get_yticklabels()[0].set_fontweight("bold")
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    for place, support in enumerate(supports):
        axes.annotate(
            support, (1, place), xycoords=("axes fraction", "data"), xytext=(6, 0),
            textcoords="offset points", va="center", size=7.5, color=MUTED,
        )  # fmt: skip
    axes.set_xlabel(_x_label(pairing))
    _sides(axes, len(rows) - 0.15, pairing)
    return figure


def _title(pairing: dict[str, Any]) -> str:
    """State what the picture shows."""
    known = [row for row in pairing["classes"] if row["low"] is not None]
    model, baseline = label(pairing["model"], 24), label(pairing["baseline"], 24)
    if not known:
        return f"{model} against {baseline}: no intervals, too few to resample"
    ahead = sum(row["low"] > 0 for row in known)
    behind = sum(row["high"] < 0 for row in known)
    n = len(known)
    large = "" if n == len(pairing["classes"]) else " with enough items"
    if n in (ahead, behind):
        return f"{baseline if behind else model} is ahead on every class{large}"
    if not ahead and not behind:
        return "No class shows a clear difference"
    parts = [f"{model} is clearly ahead on {ahead}"] if ahead else []
    parts += [f"{baseline} {'on' if ahead else 'is clearly ahead on'} {behind}"] if behind else []
    return f"{', '.join(parts)} of {n} classes{large}"


def _draw_row(axes: Axes, place: int, row: dict[str, Any], main: bool) -> None:
    value = 100 * row["difference"]
    few = bool(row.get("few"))
    color = GREY if few else BLUE if value <= 0 else ORANGE
    right = value
    if row["low"] is not None:
        low, high = 100 * row["low"], 100 * row["high"]
        axes.plot([low, high], [place, place], color=color, linewidth=3 if main else 2, zorder=2)
        right = max(high, value)
    axes.plot(
        [value], [place], marker="D" if main else "o", markersize=7, color=color, zorder=3,
        markerfacecolor="white" if few else color, linestyle="none",
    )  # fmt: skip
    axes.annotate(
        signed(row["difference"]).replace("-", "\u2212"), (right, place), xytext=(7, 0),
        textcoords="offset points", va="center", size=8.5, color=INK, path_effects=HALO,
    )  # fmt: skip


def _limit_x(axes: Axes, rows: list[dict[str, Any]], margin: float) -> None:
    values = [100 * row[end] for row in rows for end in ("low", "high") if row[end] is not None]
    values += [100 * row["difference"] for row in rows]
    low, high = min(*values, -1.5 * margin), max(*values, 1.5 * margin)
    width = high - low
    axes.set_xlim(low - 0.06 * width, high + 0.14 * width)


def _x_label(pairing: dict[str, Any]) -> str:
    model, baseline = label(pairing["model"], 24), label(pairing["baseline"], 24)
    unit = "F1 points" if pairing["metric"].startswith("f1") else "points"
    how = "95 % paired bootstrap"
    if pairing["refusal"]:
        judged = any(row["low"] is not None for row in pairing["classes"])
        how = f"{how} where there are enough items" if judged else "no interval"
    return f"{unit}, {model} minus {baseline} ({how})"


def _sides(axes: Axes, y: float, pairing: dict[str, Any]) -> None:
    """Name the better side at each end."""
    style: dict[str, Any] = {"size": 8.5, "va": "center", "xycoords": ("axes fraction", "data")}
    baseline, model = label(pairing["baseline"], 20), label(pairing["model"], 20)
    axes.annotate(f"◀ {baseline} better", (0.01, y), color=BLUE, ha="left", **style)
    axes.annotate(f"{model} better ▶", (0.99, y), color=ORANGE, ha="right", **style)

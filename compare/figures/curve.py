"""Picture of the index: every model's score by labelled items, and where the curves cross."""

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullLocator

from worthit.compare.figures.style import (
    BLUE,
    GREY,
    HALO,
    MUTED,
    ORANGE,
    canvas,
    label,
    picture,
)
from worthit.compare.pages.names import plain_metric_name
from worthit.compare.pages.phrases import count, rounded

__all__ = ["curve_figure"]

BASE = ("-", "D")
STYLES = (("--", "o"), (":", "s"), ("-.", "^"), ("-", "v"))  # tell networks apart in grey
HEIGHT, NAME = 3.6, 0.045  # inches; the share of the axes that a name takes


@picture
def curve_figure(numbers: dict[str, Any]) -> Figure:
    """Draw the curves with their intervals on a logarithmic axis, named at their ends.

    Parameters
    ----------
    numbers : dict
        The whole report, with ``curve``.
    """
    curve = numbers["curve"]
    names, sizes = curve["models"], [point["n"] for point in curve["points"]]
    longest = max(len(label(name)) for name in names)
    figure, axes = canvas(
        _title(curve),
        f"{label(numbers['dataset']['name'], 40)}, {numbers['n']:,} test items"
        + ("; bars: 95 % bootstrap interval" if curve["refusal"] is None else ""),
        HEIGHT,
        left=0.75,
        right=0.35 + 0.075 * longest,
    )
    others = [name for name in names if name != curve["baseline"]]
    for name in names:
        base = name == curve["baseline"]
        style, marker = BASE if base else STYLES[others.index(name) % len(STYLES)]
        shift = 1.0 if base else 1.012 ** (1 + others.index(name))  # bars beside one another
        rows = [point["models"][name] for point in curve["points"]]
        x = [n * shift for n in sizes]
        color = BLUE if base else ORANGE
        axes.plot(x, [100 * row["value"] for row in rows], color=color, linestyle=style,
                  marker=marker, markersize=5, linewidth=1.6)  # fmt: skip
        for at, row in zip(x, rows, strict=True):
            if row["low"] is not None:
                ends = [100 * row["low"], 100 * row["high"]]
                axes.plot([at, at], ends, color=color, linewidth=1.2)
    axes.set_xscale("log")
    axes.set_xlim(sizes[0] / 1.15, sizes[-1] * 1.12)
    axes.xaxis.set_major_locator(FixedLocator(sizes))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xticks(sizes, [f"{n:,}" for n in sizes])
    axes.margins(y=0.08)
    axes.set_xlabel("labelled items, train and validation (logarithmic)")
    metric = plain_metric_name(curve["metric"], numbers["dataset"].get("positive"))
    axes.set_ylabel(f"{label(metric)}, 0-100")
    axes.tick_params(color=GREY)
    _mark(axes, curve)
    _name_ends(axes, curve)
    return figure


def _title(curve: dict[str, Any]) -> str:
    found = [(name, each) for name, each in curve["crossings"].items()]
    if len(found) > 1:
        n = sum(each["n"] is not None for _, each in found)
        return f"{n} of {len(found)} models cross{'es' * (n == 1)} {label(curve['baseline'])}"
    name, each = found[0]
    base = label(curve["baseline"])
    if each["n"] is None and each["ties"]:
        n = curve["points"][-1]["n"]
        return f"{label(name)} and {base} do not cross up to {count(n)} items"
    if each["n"] is None:
        where = {1: "above", -1: "below", 0: "level with"}[each["ahead"]]
        return f"{label(name)} is {where} {base} at every size"
    if each["changes"] > 1:
        return f"{label(name)} and {base} change places {each['changes']} times"
    after = "above" if each["ahead"] < 0 else "below"
    return f"{label(name)} is {after} {base} from about {rounded(each['n'])} items on"


def _mark(axes: Axes, curve: dict[str, Any]) -> None:
    """Draw where the only other model crosses, and the score that was wished for."""
    found = list(curve["crossings"].values())
    if len(found) == 1 and found[0]["n"] is not None:
        axes.axvline(found[0]["n"], color=GREY, linewidth=1, linestyle=(0, (4, 3)), zorder=0)
    if curve["wish_told"]:
        wish = 100 * curve["wish"]
        axes.axhline(wish, color=MUTED, linewidth=1, linestyle=":", zorder=0)
        axes.annotate(f"wished for: {wish:g}", (0, wish), xycoords=("axes fraction", "data"),
                      xytext=(3, 2), textcoords="offset points", size=7.5, color=MUTED,
                      path_effects=HALO)  # fmt: skip


def _name_ends(axes: Axes, curve: dict[str, Any]) -> None:
    """Name each line at its right end, pushed apart where they end together."""
    last = curve["points"][-1]["models"]
    low, high = axes.get_ylim()
    step, before = NAME * (high - low), float("-inf")
    for name in sorted(last, key=lambda name: last[name]["value"]):
        before = max(100 * last[name]["value"], before + step)
        axes.annotate(
            label(name), (1, before), xycoords=("axes fraction", "data"), xytext=(6, 0),
            textcoords="offset points", va="center", size=8.5, path_effects=HALO,
            color=BLUE if name == curve["baseline"] else ORANGE,
        )  # fmt: skip

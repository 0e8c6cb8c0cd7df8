"""Section of a model page about the L1 path: how many features buy which score."""

from typing import Any

from worthit.compare.pages.markdown import table
from worthit.compare.pages.phrases import brief, count, plural, points
from worthit.compare.pages.progress import search_metric

__all__ = ["HALF_A_POINT", "leanest", "path_section"]

HALF_A_POINT = 0.005


def leanest(path: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the step with the fewest features within half a point of the best score."""
    best = max(step["score"] for step in path)
    return min(
        (step for step in path if step["score"] >= best - HALF_A_POINT),
        key=lambda step: step["features"],
    )


def path_section(model: dict[str, Any]) -> str:
    """Write features in use and cross-validated score for a range of C."""
    path = model.get("path")
    if not path:
        return ""
    metric, lean = search_metric(model), leanest(path)
    rows = [
        [brief(step["C"]), count(step["features"]), points(step["score"])]
        + ["leanest within half a point" if step is lean else ""]
        for step in path
    ]
    folds = path[0]["folds"]
    judged = "one fold of train" if folds == 1 else f"{plural(folds, 'fold')} of train (means)"
    sentence = (
        f"{count(lean['features'])} of {count(lean['of'])} features reach within half a point of "
        f"the best that L1 does with these features ({points(max(s['score'] for s in path))} "
        f"{metric})."
    )
    note = (
        f"The chosen settings with an L1 penalty in place of their own, fitted and judged on "
        f"{judged}. A smaller `C` leaves more features out."
    )
    picture = f"figures/{model['slug']}-path.png"
    parts = [
        "## How few features would do",
        sentence,
        table(["C", "features in use", f"CV {metric}", ""], rows, "rrrl"),
        f"![Score against the number of features]({picture})",
        note,
    ]
    return "\n\n".join(parts)

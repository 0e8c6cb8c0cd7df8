"""What an ablation's runs score by all metrics, and on each class."""

from collections.abc import Mapping
from typing import Any

from worthit.compare.pages.markdown import table, text
from worthit.compare.pages.names import metric_name
from worthit.compare.pages.phrases import points

__all__ = ["other_scores"]

MEANS = ("accuracy", "f1_macro", "f1_weighted")
MOST_CLASSES = 8  # of more, a page would be too wide to read


def other_scores(runs: Mapping[str, dict[str, Any]]) -> str:
    """Write a table of test scores.

    Parameters
    ----------
    runs : mapping of str to dict
        The base and every change by name, in Markdown.
    """
    classes = next(iter(runs.values())).get("f1_by_class") or {}  # older reports do not know
    if len(classes) > MOST_CLASSES:
        classes = {}
    rows = []
    for name, run in runs.items():
        of_classes = [points(run["f1_by_class"][label]) for label in classes]
        rows.append([name, *(points(run["scores"][metric]) for metric in MEANS), *of_classes])
    means = [metric_name(metric) for metric in MEANS]
    shown = table(["change", *means, *(f"F1, {text(label, 30)}" for label in classes)], rows,
                  "l" + "r" * (len(MEANS) + len(classes)))  # fmt: skip
    note = "On the test items, 0-100. With one label for each item, accuracy is micro F1 as well."
    return f"## All scores\n\n{shown}\n\n{note}"

"""Why there is no interval, and what it would take."""

from typing import Any

from worthit.compare.pages.markdown import emphasis
from worthit.compare.pages.phrases import plural

__all__ = ["refusal_phrase", "refusal_remedy"]


def refusal_phrase(refusal: dict[str, Any] | None) -> str:
    """Say why there is no interval."""
    if refusal is None:
        return ""
    if refusal["kind"] == "groups":
        return f"the test set has only {plural(refusal['have'], 'group')}"
    if refusal["kind"] == "items":
        return f"the test set has only {plural(refusal['have'], 'item')}"
    if refusal["kind"] == "differing":
        return f"the two differ in only {plural(refusal['have'], 'group')}"
    return f"{emphasis(refusal['label'], 40)} has only {plural(refusal['have'], 'test item')}"


def refusal_remedy(refusal: dict[str, Any]) -> str:
    """Say what it would take to have one."""
    if refusal["kind"] == "groups":
        return f"At least {refusal['need']} groups are needed before anything can be said."
    if refusal["kind"] == "differing":
        return (
            f"At least {refusal['need']} groups in which the two differ are needed before anything "
            "can be said."
        )
    if refusal["kind"] == "items":
        return (
            f"At least {refusal['need']} test items are needed before anything can be said; "
            "`--outer-folds` makes every item one."
        )
    return (
        f"At least {refusal['need']} test items of that class are needed, or a metric in which it "
        "weighs less: `--metric f1_weighted` or `--metric accuracy`."
    )

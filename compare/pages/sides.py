"""How far one side of a pair goes alone, and what that says of the labels."""

from typing import Any

from worthit.compare.pages.markdown import emphasis, table
from worthit.compare.pages.names import always, model_name
from worthit.compare.pages.phrases import interval, points, signed

__all__ = ["sides_section", "sides_told"]

FAR = 0.05  # above the floor in accuracy; less is called a little
NUMBERS = {"first": "first side", "second": "second side"}


def sides_section(model: dict[str, Any]) -> str:
    """Write the section of a model page; nothing but for a linear model on pairs."""
    told = sides_told(model)
    return f"## One side alone\n\n{told}" if told else ""


def sides_told(model: dict[str, Any]) -> str:
    """Write the table of the floor, either side, the overlap and the model, and what it means."""
    sides = model.get("sides")
    if not sides:
        return ""
    floor, scores = model["floor"], model["scores"]
    rows = [[always(floor["label"]), *_cells(floor["scores"]), ""]]
    rows += [[_name(side), *_cells(side["test"]), _gained(side["gain"])] for side in sides]
    above = signed(scores["accuracy"] - floor["scores"]["accuracy"])
    rows.append([model_name(model["model"]), *_cells(scores), above])
    head = ["", "accuracy", "macro F1", "accuracy above the floor"]
    how = (
        "These are linear fits that nobody tuned, on train and validation; nothing is chosen by "
        "their test scores. The overlap is which share of either side's words and letter sequences "
        "stands in the other, whatever they say (Gururangan et al. 2018, Poliak et al. 2018)."
    )
    return "\n\n".join([table(head, rows, "lrrr"), f"{_leaks(model)} {how}"])


def _cells(scores: dict[str, Any]) -> list[str]:
    return [points(scores["accuracy"]), points(scores["f1_macro"])]


def _name(side: dict[str, Any]) -> str:
    if side["what"] == "overlap":
        return "overlap of the sides alone"
    column = f" ({emphasis(side['column'], 40)})" if side.get("column") else ""
    return f"{NUMBERS[side['what']]}{column} alone"


def _gained(gain: dict[str, Any]) -> str:
    difference, low, high = (gain[name] for name in ("difference", "low", "high"))
    return signed(difference) if low is None else interval(difference, low, high)


def _leaks(model: dict[str, Any]) -> str:
    """Say through which sides the labels leak, as far as the test set can tell."""
    sides = [side for side in model["sides"] if side["what"] != "overlap"]
    if any(side["gain"]["low"] is None for side in sides):
        return "The test set is too small to tell whether the labels leak through one side."
    leaking = [side for side in sides if side["gain"]["low"] > 0]
    whole = model["scores"]["accuracy"] - model["floor"]["scores"]["accuracy"]
    if not leaking:
        said = "Neither side alone is above the floor in accuracy by more than chance"
        if doubt := _doubt(model, sides, whole):
            return f"{said}, but {doubt}: this test says little here."
        return f"{said}: as far as these fits can tell, the labels do not leak through one side."
    return " ".join(
        f"**The labels leak{'' if side['gain']['difference'] >= FAR else ' a little'} through the "
        f"{NUMBERS[side['what']]}**: alone it is "
        f"{_gained(side['gain'])} points above the floor"
        + (
            f", {100 * side['gain']['difference'] / whole:.0f} % of what "
            f"{model_name(model['model'])} gains with both"
            if whole > 0
            else ""
        )
        + "; so much of a score here needs no reading of the pair."
        for side in leaking
    )


def _doubt(model: dict[str, Any], sides: list[dict[str, Any]], whole: float) -> str:
    """Say why accuracy is no yardstick here: balanced classes, which give it up, for one."""
    if whole <= 0:
        return f"neither is {model_name(model['model'])}, which has both"
    if any("balance" not in side and side["gain"]["high"] < 0 for side in sides):
        return "these fits of an older version balance the classes, which costs accuracy"
    return ""

"""Alarms in sentences: what looks wrong, and what to do about it."""

from collections.abc import Mapping, Sequence
from typing import Any

from worthit.compare.pages.markdown import code, emphasis, text
from worthit.compare.pages.names import LANGUAGES, metric_name, model_name
from worthit.compare.pages.phrases import brief, percent, plural, points, signed
from worthit.compare.pages.rule import tuned_sentence

__all__ = ["alarm_sentence", "alarms_in_short"]

MOST_CLASSES = 4  # more that have collapsed are counted, not listed
SEARCH_SPACE = "`search_space`"


def alarm_sentence(alarm: dict[str, Any]) -> str:
    """Say an alarm in a sentence, and what to do about it."""
    name = model_name(alarm["model"]) if "model" in alarm else ""
    kind = alarm["kind"]
    if kind == "below floor":
        above = alarm.get("above_by")
        other = f"; by {metric_name(above)}, which decides here, it is above" if above else ""
        floor, how = "majority floor", "always answering the commonest class"
        if alarm.get("guess"):
            floor, how = "floor of guessing", "answering by lot, at the shares of train,"
        return (
            f"{name} is below the {floor}: {points(alarm['score'])} "
            f"{metric_name(alarm['metric'])} where {how} scores {points(alarm['floor'])}{other}."
        )
    if kind == "collapsed":
        return f"{name} never answers {emphasis(alarm['label'], 40)}: the class has collapsed."
    if kind == "edge":
        return _edge_sentence(alarm, name)
    if kind == "cut short":
        again = ""
        if alarm["goes_on"]:
            again = " With a longer `--time-limit` it goes on from there."
        return f"Training of {name} was broken off: {text(alarm['stopped'], 120)}.{again}"
    if kind == "still improving":
        loss = ""
        if _loss_rose(alarm):
            loss = f", though its validation loss was lowest after epoch {alarm['lowest_loss']:g}"
        return (
            f"The last epoch of {name} was its best ({alarm['epoch']:g}); training longer might "
            f"score higher{loss}."
        )
    if kind == "outside":
        return (
            f"{name} gives {plural(alarm['n'], 'answer')} that no test item has as its label; "
            "they count as wrong."
        )
    if kind == "broken":
        where = "learning curve, its learning rate" if alarm["epochs"] else "settings"
        return (
            f"{name} is below the baseline by more than the noise. Is it broken? Look at its "
            f"{where} and its preprocessing before blaming networks."
        )
    if kind == "behind":
        return (
            f"{name} is below the baseline by more than the noise. Look at its features, its "
            "settings and its preprocessing before giving it up."
        )
    if kind == "thresholds":
        names = " and ".join(map(model_name, alarm["models"]))
        return (
            f"Decision thresholds learned on train pay for {names}, judged out of fold. Answered "
            f"with them, the difference on test is {signed(alarm['difference'])} instead of "
            f"{signed(alarm['plain'])}; the verdict is about plain answers."
        )
    if kind == "other language":
        language = LANGUAGES.get(alarm["language"]) or text(alarm["language"])
        return (
            f"{name} starts from a checkpoint that has read English, and the texts are {language}: "
            "name one that has read such texts, with `--set checkpoint=`."
        )
    if kind == "few trials":
        return (
            f"The search of {name} had {plural(alarm['trials'], 'trial')}, of which "
            f"{alarm['complete']} went to the end: it has hardly left its default. `--trials 30` "
            "is a search."
        )
    if kind == "other work":
        return (
            f"{name} got {percent(alarm['share'])} of one processor while it ran: other work ran "
            "beside it, or its disk was slow, so its times are upper bounds."
        )
    if kind == "neither tuned":
        own = ""
        if "pipeline" in alarm:
            own = f", and {SEARCH_SPACE} in the file of {model_name(alarm['pipeline'])},"
        return (
            f"Neither side was tuned; `--trials 30` on both{own} would make it a comparison of "
            "best efforts."
        )
    if kind == "one tuned":
        if "pipeline" in alarm:
            return (
                f"{model_name(alarm['tuned'])} was tuned and {name} was not: it was run as its "
                f"function builds it. A function {SEARCH_SPACE} in the same file gives it a search."
            )
        return (
            f"{model_name(alarm['tuned'])} was tuned and {name} was not{_left_as_is(alarm)}; "
            "`--trials` gives it a search of its own."
        )
    if kind == "other metric":
        return tuned_sentence(alarm)
    return "The two were measured on different machines: their times do not compare."


def alarms_in_short(found: Mapping[str, Sequence[dict[str, Any]]]) -> list[str]:
    """Sum up the alarms of many runs of one model, each kind in a line with the runs it is of.

    Parameters
    ----------
    found : mapping of str to sequence of dict
        Alarms by the run's name, in Markdown.
    """
    said: dict[str, dict[str, list[str]]] = {}  # by what is wrong and by run, with which details
    for name, alarms in found.items():
        for alarm in alarms:
            wrong, detail = _in_short(alarm)
            said.setdefault(wrong, {}).setdefault(name, []).extend(filter(None, [detail]))
    return [
        f"{wrong}: {', '.join(_with(name, details) for name, details in runs.items())}."
        for wrong, runs in said.items()
    ]


def _in_short(alarm: dict[str, Any]) -> tuple[str, str]:
    """Say what is wrong with a run, and the detail that is its own."""
    kind = alarm["kind"]
    if kind == "below floor":
        floor = "guessing" if alarm["guess"] else "always answering the commonest class"
        metric = metric_name(alarm["metric"])
        return f"Below {floor} ({points(alarm['floor'])} {metric})", points(alarm["score"])
    if kind == "collapsed":
        return "Never answers some class", emphasis(alarm["label"], 40)
    if kind == "edge":
        return "The best value lies at the edge of its search space", code(alarm["field"], 40)
    if kind == "outside":
        return "Gives answers that no item has as its label", plural(alarm["n"], "item")
    if kind == "still improving":
        wrong = "The last epoch was the best, so training longer might score higher"
        return wrong, f"least loss at {alarm['lowest_loss']:g}" if _loss_rose(alarm) else ""
    if kind == "cut short":
        return "The time limit broke training off", ""
    return {
        "other language": "The checkpoint has read English, and the texts are of another language",
        "few trials": "The search had so few whole trials that it has hardly left its default",
        "other work": "Other work ran beside it, or its disk was slow, so times are upper bounds",
    }[kind], ""


def _loss_rose(alarm: dict[str, Any]) -> bool:
    """Tell whether the loss speaks against training longer; old reports do not know."""
    lowest = alarm.get("lowest_loss")
    return lowest is not None and lowest < alarm["epoch"]


def _with(name: str, details: list[str]) -> str:
    shown = ", ".join(details[:MOST_CLASSES])
    if len(details) > MOST_CLASSES:
        shown += f" and {len(details) - MOST_CLASSES} more"
    return f"{name} ({shown})" if shown else name


def _left_as_is(alarm: dict[str, Any]) -> str:
    """Say what a model without a search ran with; nothing of old runs, where it is not known."""
    by_hand = alarm.get("by_hand")
    if by_hand:
        return f" ({', '.join(code(field, 40) for field in by_hand)} set by hand)"
    return "" if by_hand is None else " (good defaults)"


def _edge_sentence(alarm: dict[str, Any], name: str) -> str:
    field = alarm["field"]
    if "value" not in alarm:  # a run that did not store its bounds
        return (
            f"The best {code(field, 40)} of {name} lies at the edge of its search space; "
            "a wider space might score higher."
        )
    value, low, high = (alarm[key] for key in ("value", "low", "high"))
    upper = abs(high - value) < abs(value - low)
    sentence = (
        f"The best {code(field, 40)} of {name}, {brief(value)}, lies at the "
        f"{'upper' if upper else 'lower'} end of what was searched, {brief(low)} to {brief(high)}; "
        f"a {'larger' if upper else 'smaller'} one might score higher."
    )
    if not alarm["log"]:
        return sentence
    beyond = brief(3.0 * high if upper else low / 3)
    return f"{sentence} Try {code(f'--set {field}={beyond}', 60)}."

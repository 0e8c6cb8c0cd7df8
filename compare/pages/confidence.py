"""Section 10 of a pairing: whether the probabilities can be believed, and relied on."""

from typing import Any

from worthit.compare.confidence import LEAST_SEEN
from worthit.compare.pages.markdown import table, text
from worthit.compare.pages.names import model_name
from worthit.compare.pages.phrases import count, first_seed_sentence, plural, points, share

__all__ = ["confidence_section"]

MOSTLY = 0.5  # of the error, from which on it has one direction


def confidence_section(numbers: dict[str, Any], pairing: dict[str, Any]) -> str:
    """Write calibration and coverage of both models; nothing in old reports."""
    models = [numbers["models"][pairing[side]] for side in ("baseline", "model")]
    found = [model.get("confidence") for model in models]
    known = [
        (model_name(model["model"]), each)
        for model, each in zip(models, found, strict=True)
        if each and "missing" not in each
    ]
    missing = [each["missing"] for each in found if each and "missing" in each]
    if not known:
        return f"## Confidence\n\nNot known: {text(missing[0])}." if missing else ""
    parts = ["## Confidence"]
    if len(known) == 2:
        parts.append(f"![Reliability of both models](figures/{pairing['slug']}-reliability.png)")
    parts += [_table(known), " ".join(_told(name, each) for name, each in known)]
    parts += [f"Not known of the other: {text(reason)}." for reason in missing]
    n_bins = len(known[0][1]["bins"])
    limits = ""
    if all(each["coverage"] for _, each in known):
        limits = f" A limit on what is answered rests on at least {LEAST_SEEN} validation items."
    parts.append(
        "Calibration error: by how much the top probability misses the share of right answers, "
        f"over {plural(n_bins, 'bin')} of equally many items. Brier score: the mean squared "
        "distance between probabilities and truth, summed over the classes. Both: lower is better."
        + limits
    )
    parts.append(first_seed_sentence(pairing))
    return "\n\n".join(filter(None, parts))


def _table(known: list[tuple[str, dict[str, Any]]]) -> str:
    rows = [
        ["calibration error, points", *(points(each["ece"]) for _, each in known)],
        ["Brier score", *(f"{each['brier']:.4f}" for _, each in known)],
        ["mean top probability", *(points(each["mean_top"]) for _, each in known)],
        ["accuracy", *(points(each["accuracy"]) for _, each in known)],
    ]
    if all(each["coverage"] for _, each in known):
        for place, first in enumerate(known[0][1]["coverage"]):
            cells = [_coverage(each["coverage"][place]) for _, each in known]
            rows.append([f"answered at a precision of {100 * first['precision']:g} %", *cells])
    return table(["", *(name for name, _ in known)], rows, "l" + "r" * len(known))


def _coverage(row: dict[str, Any]) -> str:
    if row["limit"] is None:
        return "not reached"
    reached = "" if row["reached"] is None else f" (reached: {points(row['reached'])})"
    return f"{share(row['share'])}{reached}"


def _told(name: str, each: dict[str, Any]) -> str:
    """Say whether a model is over-confident, and what it can do alone."""
    away = each["mean_top"] - each["accuracy"]
    if abs(away) > max(each["away_noise"], MOSTLY * each["ece"]):
        word = "over-confident" if away > 0 else "too modest"
        told = f"{name} is {word} by {points(abs(away))} points on average."
    elif each["ece"] <= each["ece_noise"]:
        told = (
            f"The probabilities of {name} can be believed as far as {count(each['n'])} items can "
            f"tell: chance alone takes the calibration error up to {points(each['ece_noise'])}."
        )
    else:
        told = (
            f"The probabilities of {name} are too high for some items and too low for others, by "
            f"{points(each['ece'])} points on average."
        )
    rows = [row for row in each["coverage"] or () if row["limit"] is not None and row["share"]]
    if rows and rows[-1]["share"] < 1:
        best = rows[-1]
        told += (
            f" With a limit chosen on validation for a precision of {100 * best['precision']:g} %, "
            f"{name} answers {share(best['share'])} of the {count(each['n'])} test items by itself"
        )
        short = best["reached"] is not None and best["reached"] < best["precision"]
        told += f", but reaches only {points(best['reached'])} on them." if short else "."
    return told

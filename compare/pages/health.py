"""Section 9 of a pairing: the health of its data."""

from typing import Any

from worthit.compare.pages.data import NEAR, known_groups, listed_counts, repeats
from worthit.compare.pages.markdown import bullets, emphasis, table, text
from worthit.compare.pages.names import metric_name, model_name
from worthit.compare.pages.phrases import count, interval, percent, plural, points, signed
from worthit.compare.pages.sides import sides_told

__all__ = ["health_section"]

SPLITS = ("train", "validation", "test")
MOST_CLASSES = 12  # the sizes of more are summed up in a sentence only
SHIFT = 0.05  # a class whose share differs by more between train and test is named


def health_section(numbers: dict[str, Any], pairing: dict[str, Any]) -> str:
    """Write sizes, balance, duplicates, clean scores, label conflicts, suspects and one side alone.

    What is not known, of old runs or of predictions made elsewhere, is left out.
    """
    found = pairing.get("health")
    if not found:
        return ""
    models = [numbers["models"][pairing[side]] for side in ("baseline", "model")]
    parts = [
        *_balance(numbers["dataset"]),
        _duplicates(numbers["dataset"].get("health")),
        _clean(numbers, pairing, found["clean"]),
        _conflicts(numbers["dataset"].get("health")),
        _suspects(pairing, found["suspects"]),
        next(filter(None, map(sides_told, models)), ""),
    ]
    kept = [part for part in parts if part]
    return "\n\n".join(["## Data health", *kept]) if kept else ""


def _balance(dataset: dict[str, Any]) -> list[str]:
    sizes, classes = dataset.get("sizes") or {}, dataset.get("class_sizes") or {}
    known = ", ".join(f"{count(sizes[name])} {name}" for name in SPLITS if sizes.get(name))
    if not classes:
        return []
    train = {label: row["train"] / sizes["train"] for label, row in classes.items()}
    largest, smallest = max(train, key=lambda x: train[x]), min(train, key=lambda x: train[x])
    said = (
        f"Items: {known}. Of {len(classes)} classes {emphasis(largest, 40)} is the largest "
        f"({percent(train[largest])} of train) and {emphasis(smallest, 40)} the smallest "
        f"({percent(train[smallest])})."
    )
    test = {label: row["test"] / sizes["test"] for label, row in classes.items()}
    shifted = max(train, key=lambda label: abs(test[label] - train[label]))
    if abs(test[shifted] - train[shifted]) > SHIFT:
        said += (
            f" Test is made up otherwise than train: {emphasis(shifted, 40)} has "
            f"{percent(test[shifted])} of the items there, {percent(train[shifted])} in train."
        )
    if len(classes) > MOST_CLASSES:
        return [said]
    rows = [
        [text(label, 60), *(count(row[name]) for name in SPLITS), percent(train[label])]
        for label, row in classes.items()
    ]
    return [said, table(["class", *SPLITS, "share of train"], rows, "lrrrr")]


def _duplicates(health: dict[str, Any] | None) -> str:
    if not health:
        return ""
    lines = [
        f"Exact duplicates: {repeats(health['duplicates'])}.",
        f"Further near duplicates ({NEAR}): {repeats(health['near_duplicates'])}.",
    ]
    if not health["leaked"] and not health["near_leaked"]:
        lines.append("No test item stands in the training data, or nearly so.")
    lines += known_groups(health.get("leaked_groups"))  # of older runs it is not known
    return bullets(lines)


def _clean(numbers: dict[str, Any], pairing: dict[str, Any], clean: list[dict[str, Any]]) -> str:
    if not clean:
        return ""
    metric = metric_name(pairing["metric"], numbers["dataset"].get("positive"))
    every = {"n": pairing["n"], **pairing["metrics"][pairing["metric"]]}
    every |= {name: pairing[name] for name in ("difference", "low", "high")}
    names = {"leaked": "without the leaked", "near": "without those with a near duplicate as well"}
    titles = ["all items", *(names[row["without"]] for row in clean)]
    if clean[0]["without"] == "near":  # none is there in full
        titles[1] = "without those with a near duplicate"
    rows = [
        [title, count(row["n"]), points(row["baseline"]), points(row["model"]), _difference(row)]
        for title, row in zip(titles, [every, *clean], strict=True)
    ]
    head = [f"{metric} of", "n", model_name(pairing["baseline"]), model_name(pairing["model"])]
    shown = table([*head, "difference"], rows, "lrrrr")
    leaked = next((row["left_out"] for row in clean if row["without"] == "leaked"), 0)
    near = next((row["left_out"] - leaked for row in clean if row["without"] == "near"), 0)
    said = []
    if leaked:
        n = plural(leaked, "test item stands", "test items stand")
        said.append(f"{n} in the training data as well.")
    if near:
        n = plural(near, "further test item has" if leaked else "test item has",
                   "further test items have" if leaked else "test items have")  # fmt: skip
        said.append(f"{n} a near duplicate in the training or validation data.")
    return f"{' '.join(said)}\n\n{shown}"


def _difference(row: dict[str, Any]) -> str:
    if row["low"] is None:
        return signed(row["difference"])
    return interval(row["difference"], row["low"], row["high"])


def _conflicts(health: dict[str, Any] | None) -> str:
    if not health:
        return ""
    n, rows = health["conflicting"], health["conflicting_rows"]
    if not n:
        return "No input carries more than one label."
    said = f"{plural(n, 'input carries', 'inputs carry')} more than one label "
    said += f"(rows: {listed_counts(rows)})."
    if rows.get("test"):
        said += " Of those in test no model can know which label is meant."
    return said


def _suspects(pairing: dict[str, Any], suspects: dict[str, Any]) -> str:
    if "missing" in suspects:
        return f"Suspected label errors are not known: {text(suspects['missing'])}."
    n = len(suspects["rows"])
    rule = (
        "both models say the same other class, each with at least the mean probability it gives "
        "that class where it is the label (confident learning, Northcutt et al. 2021; of the first "
        "seed)"
    )
    if not n:
        return f"No test item is suspected of a wrong label: there is none where {rule}."
    file = f"{pairing['slug']}-suspects.csv"
    return (
        f"**{plural(n, 'test item is', 'test items are')} suspected of a wrong label** "
        f"({percent(n / suspects['n'])}): {rule}. The list for review, the surest first, is "
        f"[{text(file)}]({file}). It can hold hard items that both models get wrong. Where the "
        "label is the error, both models gain the same, so the difference in accuracy stays."
    )

"""The data page: a data card as Markdown."""

from typing import Any

from worthit.compare.pages.markdown import bullets, emphasis, table, text
from worthit.compare.pages.phrases import count, plural, short_hash

__all__ = ["NEAR", "data_page", "known_groups", "listed_counts", "repeats"]

SPLITS = ("train", "validation", "test")
NEAR = "sharing at least 80 % of their five-character pieces, without case, spaces and signs"
MOST_BAD_ROWS = 20


def data_page(card: dict[str, Any]) -> str:
    """Write data.md.

    Parameters
    ----------
    card : dict
        The data card: sizes, classes, blanks, duplicates, conflicts, lengths.
    """
    parts = [
        f"# The data: {text(card.get('name', 'data'), 60)}",
        _what(card),
        _classes(card),
        _health(card),
        _lengths(card),
        _bad_rows(card),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _what(card: dict[str, Any]) -> str:
    sizes = card["sizes"]
    kinds = {"text": "texts", "pair": "text pairs", "audio": "speech clips"}
    listed = ", ".join(f"{count(sizes.get(s))} {s}" for s in SPLITS if sizes.get(s) is not None)
    facts = [f"{kinds.get(card.get('kind', ''), 'items').capitalize()}: {listed}."]
    if card.get("language") and card["language"] != "none":
        facts.append(f"Language: {text(card['language'])}.")
    if card.get("group"):
        groups = card.get("groups") or {}
        listed = ", ".join(f"{count(n)} in {text(split)}" for split, n in groups.items())
        facts.append(
            f"Groups by {text(card['group'], 60)}{f' ({listed})' if listed else ''}; a group "
            "stays on one side of every split made here."
        )
    if card.get("positive") is not None:
        facts.append(f"Positive class: {emphasis(card['positive'], 40)}.")
    facts.append(
        f"Data {short_hash(card.get('sha256'))}, split {short_hash(card.get('split_sha256'))}."
    )
    return " ".join(facts)


def _classes(card: dict[str, Any]) -> str:
    classes = card["classes"]
    splits = [s for s in SPLITS if any(row.get(s) for row in classes.values())]
    total = sum(row.get(s) or 0 for row in classes.values() for s in splits)
    rows = []
    for label, row in classes.items():
        here = sum(row.get(s) or 0 for s in splits)
        percent = f"{100 * here / total:.1f} %" if total else ""
        rows.append([text(label, 60), *(count(row.get(s) or 0) for s in splits), percent])
    shown = table(["class", *splits, "share"], rows, "l" + "r" * (len(splits) + 1))
    return f"## Classes\n\n{shown}"


def _health(card: dict[str, Any]) -> str:
    blank = card.get("blank") or {}
    duplicates, near = card.get("duplicates") or {}, card.get("near_duplicates") or {}
    lines = [
        f"Blank texts: {listed_counts(blank)}.",
        f"Exact duplicates: {repeats(duplicates)}.",
    ]
    if near:
        lines.append(f"Further near duplicates ({NEAR}): {repeats(near)}.")
    if card.get("leaked"):
        lines.append(
            f"**{plural(card['leaked'], 'test item stands', 'test items stand')} in the training "
            "data as well.** They stay; reports also give the scores without them."
        )
    if card.get("near_leaked"):
        n, further = card["near_leaked"], "further " if card.get("leaked") else ""
        has = plural(n, f"{further}test item has", f"{further}test items have")
        lines.append(
            f"**{has} a near duplicate in the training or validation data.** They stay; reports "
            "also give the scores without them."
        )
    lines += known_groups(card.get("leaked_groups"))
    if card.get("conflicting") is not None:
        lines.append(
            f"{plural(card['conflicting'], 'text carries', 'texts carry')} more than one label"
            f"{_rows_of(card.get('conflicting_rows') or {})}."
        )
    note = "Counted on the files as delivered, without white space around the texts."
    return f"## Health\n\n{bullets(lines)}\n\n{note}"


def _rows_of(counts: dict[str, int]) -> str:
    return f" (rows: {listed_counts(counts)})" if any(counts.values()) else ""


def repeats(found: dict[str, dict[str, int]]) -> str:
    """Count the rows that repeat others, in the parts as they were delivered."""
    within, across = found.get("within") or {}, found.get("across") or {}
    if len(within) == 1:
        return f"{plural(sum(within.values()), 'row')} of the one file, before it was split"
    return (
        f"rows inside a part: {listed_counts(within)}; rows of one part that recur in another: "
        + (listed_counts(across))
    )


def known_groups(found: dict[str, int] | None) -> list[str]:
    """Say how many test items are of groups that models train on; nothing where there are none."""
    if found is None:
        return []
    if not found["items"]:
        return ["No group of the test items stands in the training or validation data."]
    n = plural(found["items"], "test item is", "test items are")
    groups = plural(found["groups"], "group that stands", "groups that stand")
    return [
        f"**{n} of {groups} in the training or validation data as well.** They stay; they may be "
        "easier than items of groups (speakers, premises) that no model has seen. Slices "
        "tell both kinds apart where there are both."
    ]


def listed_counts(counts: dict[str, int]) -> str:
    """List the numbers above 0 with their names, or say that there is none."""
    known = {name: n for name, n in counts.items() if n}
    if not known:
        return "none"
    return ", ".join(f"{text(name)} {count(n)}" for name, n in known.items())


def _lengths(card: dict[str, Any]) -> str:
    """Write one row for each split and unit: characters, words."""
    rows = [
        (f"{split}, {unit}", row)
        for split, units in (card.get("lengths") or {}).items()
        for unit, row in units.items()
    ]
    if not rows:
        return ""
    columns = list(dict.fromkeys(name for _, row in rows for name in row))
    body = [[text(name), *(_number(row.get(column)) for column in columns)] for name, row in rows]
    titles = ["95 % below" if name == "p95" else text(name) for name in columns]
    return f"## Lengths\n\n{table(['', *titles], body, 'l' + 'r' * len(columns))}"


def _number(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,.1f}"
    return count(value) if isinstance(value, int) else text(value) if value is not None else ""


def _bad_rows(card: dict[str, Any]) -> str:
    bad = card.get("bad_rows")
    if not bad:
        return ""
    columns = list(dict.fromkeys(name for row in bad for name in row))
    shown = [[text(row.get(name, ""), 80) for name in columns] for row in bad[:MOST_BAD_ROWS]]
    more = f"\n\nand {len(bad) - MOST_BAD_ROWS} more." if len(bad) > MOST_BAD_ROWS else ""
    grid = table([text(name) for name in columns], shown, "l" * len(columns))
    return f"## Rows that deserve a look\n\n{grid}{more}"

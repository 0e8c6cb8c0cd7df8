"""The data page: a data card as Markdown."""

from typing import Any

from worthit.compare.pages.markdown import bullets, table, text
from worthit.compare.pages.phrases import count, plural, short_hash

__all__ = ["data_page"]

SPLITS = ("train", "validation", "test")


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
        facts.append(f"Groups: {text(card['group'], 60)}; a group stays on one side of the split.")
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
    rows = []
    blank = sum((card.get("blank") or {}).values())
    rows.append(f"{plural(blank, 'blank text')}{_by_split(card.get('blank'))}.")
    duplicates = card.get("duplicates") or {}
    within = duplicates.get("within") or {}
    rows.append(
        f"{plural(sum(within.values()), 'exact duplicate')} within a split{_by_split(within)}."
    )
    across = duplicates.get("across") or {}
    if any(across.values()):
        listed = ", ".join(f"{text(pair)}: {count(n)}" for pair, n in across.items() if n)
        rows.append(
            f"**Leaks**: texts of one split that recur in another ({listed}). They are not "
            "removed; the scores are also given without the leaked test items."
        )
    else:
        rows.append("No text of one split recurs in another.")
    if card.get("conflicting") is not None:
        rows.append(
            f"{plural(card['conflicting'], 'text')} carrying more than one label on different rows."
        )
    near = card.get("near_duplicates")
    if isinstance(near, dict) and any(isinstance(n, int) and n for n in near.values()):
        listed = ", ".join(f"{text(k)}: {count(n)}" for k, n in near.items() if isinstance(n, int))
        rows.append(f"Near duplicates: {listed}.")
    note = "Counted on the files as delivered, without white space around the texts."
    return f"## Health\n\n{bullets(rows)}\n\n{note}"


def _by_split(counts: dict[str, int] | None) -> str:
    known = {split: n for split, n in (counts or {}).items() if n}
    if not known:
        return ""
    return " (" + ", ".join(f"{text(split)} {count(n)}" for split, n in known.items()) + ")"


def _lengths(card: dict[str, Any]) -> str:
    """Write the table of lengths, whatever its columns are."""
    lengths = card.get("lengths") or {}
    rows = {name: row for name, row in lengths.items() if isinstance(row, dict)}
    if not rows:
        flat = {k: v for k, v in lengths.items() if isinstance(v, int | float)}
        rows = {"all": flat} if flat else {}
    if not rows:
        return ""
    columns = list(dict.fromkeys(name for row in rows.values() for name in row))
    body = [
        [text(name), *(_number(row.get(column)) for column in columns)]
        for name, row in rows.items()
    ]
    shown = table(["", *map(text, columns)], body, "l" + "r" * len(columns))
    return f"## Lengths\n\n{shown}"


def _number(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,.1f}"
    return count(value) if isinstance(value, int) else text(value) if value is not None else ""


def _bad_rows(card: dict[str, Any]) -> str:
    bad = card.get("bad_rows")
    if not bad:
        return ""
    shown = [text(row, 200) for row in bad[:20]]
    more = [f"and {len(bad) - 20:,} more"] if len(bad) > 20 else []
    return "## Rows that were left out\n\n" + bullets(shown + more)

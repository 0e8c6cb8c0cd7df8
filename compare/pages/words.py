"""Section of a model page about its words: the strongest and the most surprising of each class."""

import re
from collections.abc import Sequence
from typing import Any

from worthit.compare.pages.markdown import bullets, code, emphasis, table, text
from worthit.compare.pages.phrases import percent

__all__ = ["signs", "term_shown", "words_section"]

FEW_CLASSES = 8  # of more, fewer words each get a row of their own
LONGEST = 100  # characters of an example


def words_section(model: dict[str, Any]) -> str:
    """List the strongest terms of each class, and those that surprise, with examples."""
    words = model.get("words")
    if not words:
        return ""
    lines = []
    for label, terms in words.items():
        shown = ", ".join(f"{term_shown(term)} {weight:.2f}" for term, weight in terms[:15])
        lines.append(f"{emphasis(label, 60)}: {shown}")
    shown = bullets(lines)
    rest = _strongest_in_texts(model) + _surprising(model)
    note = f"The terms with the largest weights for each class{signs([shown, *rest])}."
    return "\n\n".join(["## Strongest words", shown, note, *rest])


def term_shown(term: str) -> str:
    """Show a term as code, with the spaces around it visible."""
    return code(_with_spaces(term), 40)


def signs(parts: Sequence[str]) -> str:
    """Explain the signs that parts with terms use, as the rest of a sentence."""
    used = "".join(parts)
    told = "; ⟨ ⟩ hold a sequence of characters, not a word" if "⟨" in used else ""
    return told + ("; ␣ is a space at a word's edge" if "␣" in used else "")


def _strongest_in_texts(model: dict[str, Any]) -> list[str]:
    """Show the first of them in a training text each."""
    examples, n = model.get("word_examples") or {}, _rows_per_class(model)
    rows = [
        [text(label, 30), term_shown(term), _example(examples[label][term])]
        for label, terms in model["words"].items()
        for term, _ in terms[:n]
        if term in examples.get(label, {})
    ]
    if not rows:
        return []
    shown = table(["class", "term", "example"], rows, "lll")
    return ["The first of them, each in the shortest training text of the class:", shown]


def _surprising(model: dict[str, Any]) -> list[str]:
    found = model.get("surprising_words")
    if found is None:
        return []
    examples, n = model.get("word_examples") or {}, _rows_per_class(model)
    rows = [
        [
            text(label, 30),
            term_shown(each["term"]),
            f"{each['weight']:.2f}",
            percent(each["inside"]),
            percent(each["outside"]),
            _example(examples.get(label, {}).get(each["term"])),
        ]
        for label, terms in found.items()
        for each in terms[:n]
    ]
    meaning = (
        "Terms that speak for a class in the model though they stand more often in texts of the "
        "other classes: beside the rest of a text they mean more than counting them would say, or "
        "the model has learned an accident of its training texts."
    )
    title = "### Surprising words"
    if not rows:
        return [title, f"{meaning} There is none of any weight here."]
    head = ["class", "term", "weight", "texts of the class", "other texts", "example of the class"]
    shown = len(head) if examples else len(head) - 1
    cut = [row[:shown] for row in rows]
    return [title, meaning, table(head[:shown], cut, "llrrrl"[:shown])]


def _example(excerpt: str | None) -> str:
    return "-" if excerpt is None else text(excerpt, LONGEST)


def _rows_per_class(model: dict[str, Any]) -> int:
    return 5 if len(model["words"]) <= FEW_CLASSES else 2


def _with_spaces(term: str) -> str:
    """Show the spaces around a character n-gram, which a code span would swallow."""
    return re.sub(r"(?:^|(?<=⟨)) +| +(?=⟩?$)", lambda edge: "␣" * len(edge[0]), term)

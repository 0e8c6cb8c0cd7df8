"""Section of a model page about its words: the strongest of each class."""

from typing import Any

from worthit.compare.pages.markdown import bullets, code, emphasis

__all__ = ["words_section"]


def words_section(model: dict[str, Any]) -> str:
    """List the strongest terms of each class."""
    words = model.get("words")
    if not words:
        return ""
    lines = []
    for label, terms in words.items():
        shown = ", ".join(
            f"{code(_with_spaces(term), 40)} {weight:.2f}" for term, weight in terms[:15]
        )
        lines.append(f"{emphasis(label, 60)}: {shown}")
    note = "The terms with the largest weights for each class; ␣ is a space at a word's edge."
    return f"## Strongest words\n\n{bullets(lines)}\n\n{note}"


def _with_spaces(term: str) -> str:
    """Show the spaces around a character n-gram, which a code span would swallow."""
    inner = term.strip(" ")
    left = len(term) - len(term.lstrip(" "))
    return "␣" * left + inner + "␣" * (len(term) - len(inner) - left)

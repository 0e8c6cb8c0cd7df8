"""Where two models differ: confusions won and lost, examples either way, words behind them."""

from typing import Any

import numpy as np
import pandas as pd

from worthit.compare.alignment import Aligned, align
from worthit.compare.run import Run

__all__ = ["differ_numbers"]

MOST_CONFUSIONS = 8
N_EXAMPLES = 5
N_WORDS = 8
SEED = 0  # of the choice of examples
LONGEST = 400  # characters of an example that report.json keeps


def differ_numbers(baseline: Run, model: Run, examples: bool = True) -> dict[str, Any]:
    """Collect what single items show, of the first seed each.

    Parameters
    ----------
    baseline, model : Run
        The first seed of each.
    examples : bool
        Whether texts may be quoted; if not, none reaches report.json.

    Returns
    -------
    dict
        ``confusions``, ``examples`` by side (None where they may not or cannot be shown), and
        ``words``: the baseline's strong words in what only it gets right.
    """
    aligned = align([baseline, model])
    items = baseline.items if baseline.items is not None else model.items
    right = aligned.answers == aligned.truth
    only = {"baseline": right[0] & ~right[1], "model": right[1] & ~right[0]}
    numbers: dict[str, Any] = {
        "confusions": _confusions(aligned),
        "examples": None,
        "withheld": not examples,
        "words": [],
    }
    if items is None or "text" not in items.columns:
        return numbers
    ordered = items.loc[list(aligned.ids)]
    numbers["words"] = _words(baseline, aligned, ordered, only["baseline"])
    if examples:
        runs = {"baseline": model, "model": baseline}  # whose answer was wrong
        numbers["examples"] = {
            side: _examples(aligned, ordered, mask, runs[side]) for side, mask in only.items()
        }
    return numbers


def _confusions(aligned: Aligned) -> list[dict[str, Any]]:
    """Count each wrong answer of either model; those that differ most come first."""
    k = len(aligned.classes)
    tables = []
    for answers in aligned.answers:
        inside = answers >= 0
        codes = aligned.truth[inside] * k + answers[inside]
        tables.append(np.bincount(codes, minlength=k * k).reshape(k, k))
    one, other = tables
    rows: list[dict[str, Any]] = [
        {
            "truth": aligned.classes[i],
            "answer": aligned.classes[j],
            "baseline": int(one[i, j]),
            "model": int(other[i, j]),
        }
        for i in range(k)
        for j in range(k)
        if i != j and one[i, j] != other[i, j]
    ]
    rows.sort(key=lambda row: -abs(row["model"] - row["baseline"]))
    return rows[:MOST_CONFUSIONS]


def _examples(
    aligned: Aligned, items: pd.DataFrame, mask: np.ndarray, wrong: Run
) -> list[dict[str, Any]]:
    """Choose examples by seed, not by eye."""
    places = np.flatnonzero(mask)
    chosen = np.random.default_rng(SEED).permutation(places)[:N_EXAMPLES]
    answers = wrong.predictions["prediction"].loc[list(aligned.ids)].to_numpy(dtype=object)
    return [
        {
            "id": aligned.ids[place],
            "truth": aligned.classes[aligned.truth[place]],
            "answer": str(answers[place]),
            "texts": [
                str(items[name].iloc[place])[:LONGEST]
                for name in ("text", "text_pair")
                if name in items.columns
            ],
        }
        for place in sorted(chosen.tolist())
    ]


def _words(
    baseline: Run, aligned: Aligned, items: pd.DataFrame, mask: np.ndarray
) -> list[dict[str, Any]]:
    """Count the baseline's strongest words of the right class in what only it gets right."""
    strong = baseline.record.get("words") or {}
    names = [name for name in ("text", "text_pair") if name in items.columns]
    texts = [items[name].astype(str).str.casefold().to_numpy() for name in names]
    counted: dict[tuple[str, str], int] = {}
    for place in np.flatnonzero(mask):
        label = aligned.classes[aligned.truth[place]]
        sides = [f" {' '.join(side[place].split())} " for side in texts]
        for term, _ in strong.get(label, ()):
            if _occurs(term, sides):
                counted[label, term] = counted.get((label, term), 0) + 1
    order = sorted(counted, key=lambda each: (-counted[each], each))[:N_WORDS]
    return [{"label": label, "term": term, "n": counted[label, term]} for label, term in order]


def _occurs(term: str, sides: list[str]) -> bool:
    """Tell whether a term stands in an item: of a side if it names one, letters in brackets."""
    prefix, colon, rest = term.partition(": ")
    wanted = sides
    if colon and len(sides) == 2 and prefix in ("1", "2", "both"):
        wanted, term = (sides if prefix == "both" else [sides[int(prefix) - 1]]), rest
    letters = term.startswith("⟨") and term.endswith("⟩")
    needle = term[1:-1].casefold() if letters else f" {term.casefold()} "
    found = [needle in side for side in wanted]
    return bool(needle.strip()) and (all(found) if prefix == "both" and colon else any(found))

"""Where two models differ: confusions won and lost, examples either way, words behind them."""

from collections import Counter
from typing import Any

import numpy as np
import pandas as pd

from worthit.compare.alignment import Aligned, align
from worthit.compare.occurrence import occurring
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
    strong, params = baseline.record.get("words") or {}, baseline.record.get("params")
    texts = [items[name].astype(str) for name in ("text", "text_pair") if name in items.columns]
    counted: Counter[tuple[str, str]] = Counter()
    for place in np.flatnonzero(mask):
        label = aligned.classes[aligned.truth[place]]
        terms = [term for term, _ in strong.get(label, ())]
        sides = [side.iloc[place] for side in texts]
        counted.update((label, term) for term in occurring(terms, sides, params))
    order = sorted(counted, key=lambda each: (-counted[each], each))[:N_WORDS]
    return [{"label": label, "term": term, "n": counted[label, term]} for label, term in order]

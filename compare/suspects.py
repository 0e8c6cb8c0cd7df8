"""Suspected label errors: test items where two models confidently say the same other class."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from worthit.compare.probabilities import sure_together
from worthit.compare.run import Run
from worthit.compare.table_file import write_table

__all__ = ["confident_answers", "suspect_numbers", "write_suspects"]

TEXTS = ("text", "text_pair")
LONGEST = 1000  # characters of a text that are kept for the review
FORMULA = "=+-@"  # what a spreadsheet takes for the start of a formula


def suspect_numbers(baseline: Run, model: Run, examples: bool) -> dict[str, Any]:
    """Find the test items whose label both models contradict, of the first seed each.

    Confident learning (Northcutt, Jiang & Chuang 2021): a model is confident of a class where its
    probability is at least the mean it has over the items labelled so. An item is suspect where
    both models answer the same class, confidently, and the label is another.

    Parameters
    ----------
    baseline, model : Run
        With probabilities.
    examples : bool
        Whether the texts may be kept.

    Returns
    -------
    dict
        ``n`` (test items), ``rows`` (``id``, ``label``, ``said``, ``baseline`` and ``model``: the
        probabilities of what was said, and the texts), the surest first; or ``missing``: why not.
    """
    runs, classes = [baseline, model], baseline.classes
    sure = sure_together(runs, classes)
    if isinstance(sure, str):
        return {"missing": sure}
    said = np.stack([confident_answers(each, sure.truth) for each in sure.probabilities])
    suspect = np.flatnonzero((said[0] == said[1]) & (said[0] >= 0) & (said[0] != sure.truth))
    on_said = sure.probabilities[:, suspect, said[0, suspect]]
    on_label = sure.probabilities[:, suspect, sure.truth[suspect]]
    order = np.argsort(-(on_said - on_label).mean(axis=0), kind="stable")
    ids = sorted(baseline.predictions.index)
    items = next((run.items for run in runs if run.items is not None), None)
    rows = []
    for place in order:
        item, number = ids[suspect[place]], suspect[place]
        row = {
            "id": item,
            "label": classes[sure.truth[number]],
            "said": classes[said[0, number]],
            "baseline": float(on_said[0, place]),
            "model": float(on_said[1, place]),
        }
        if examples and items is not None:
            row |= {t: str(items.at[item, t])[:LONGEST] for t in TEXTS if t in items.columns}
        rows.append(row)
    return {"n": len(ids), "rows": rows}


def confident_answers(probabilities: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Return the most probable class where it is at least as probable as usual, else -1.

    Parameters
    ----------
    probabilities : numpy.ndarray of shape (n, k)
        Of one model, which has not seen the items.
    truth : numpy.ndarray of int, shape (n,)
        The labels; the usual probability of a class is the mean over the items labelled so.

    Examples
    --------
    >>> p = np.array([[0.9, 0.1], [0.7, 0.3], [0.8, 0.2]])
    >>> confident_answers(p, np.array([0, 0, 1]))  # 0.8 is usual for the first class
    array([ 0, -1,  0])
    """
    k = probabilities.shape[1]
    support = np.bincount(truth, minlength=k)
    totals = np.bincount(truth, probabilities[np.arange(len(truth)), truth], minlength=k)
    usual = np.divide(totals, support, out=np.full(k, np.inf), where=support > 0)
    top = probabilities.argmax(axis=1)
    # A hair's breadth below counts too: a mean of equal numbers may be rounded up.
    confident = probabilities[np.arange(len(truth)), top] >= usual[top] - 1e-12
    return np.where(confident, top, -1)


def write_suspects(path: Path, pairing: dict[str, Any]) -> None:
    """Write the suspects of a pairing as CSV for a review; without any, no file is left there.

    A cell that a spreadsheet would take for a formula gets an apostrophe in front.
    """
    rows = pairing["health"]["suspects"].get("rows")
    if not rows:
        path.unlink(missing_ok=True)
        return
    names = {
        "label": "label",
        "said": "both_say",
        "baseline": f"p_{pairing['baseline']}",
        "model": f"p_{pairing['model']}",
        **{name: name for name in TEXTS if name in rows[0]},
    }
    frame = pd.DataFrame(
        {title: [_safe(row[name]) for row in rows] for name, title in names.items()},
        index=pd.Index([_safe(row["id"]) for row in rows], dtype=object),
    )
    write_table(path, frame)


def _safe(cell: str | float) -> str | float:
    if isinstance(cell, str) and cell.lstrip()[:1] in tuple(FORMULA):
        return f"'{cell}"
    return cell

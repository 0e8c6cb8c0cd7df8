"""Probabilities of runs as arrays: laid side by side by id, classes in one order."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from worthit.compare.alignment import common_groups
from worthit.compare.run import Run
from worthit.compare.scores import encode

__all__ = ["Sure", "sure_of", "sure_together"]


@dataclass(frozen=True, eq=False)
class Sure:
    """How sure models are of each class, item by item.

    Attributes
    ----------
    truth : numpy.ndarray of int, shape (n,)
        Positions in the classes.
    answers : numpy.ndarray of int, shape (runs, n)
        What was answered; -1 for an answer outside the classes.
    probabilities : numpy.ndarray of shape (runs, n, k)
        Rows sum to 1.
    groups : numpy.ndarray of int, shape (n,), or None
        Group codes 0..G-1, where items do not stand alone.
    """

    truth: np.ndarray
    answers: np.ndarray
    probabilities: np.ndarray
    groups: np.ndarray | None


def sure_together(
    runs: Sequence[Run], classes: Sequence[str], split: str = "predictions"
) -> Sure | str:
    """Lay the probabilities of runs side by side.

    Parameters
    ----------
    runs : sequence of Run
        Of one data set.
    classes : sequence of str
        The order of the columns.
    split : str
        ``predictions`` (test) or ``validation``.

    Returns
    -------
    Sure or str
        Items in the order of their ids; or why it cannot be had, as the rest of a sentence.
    """
    frames = [getattr(run, split) for run in runs]
    where = "the test split" if split == "predictions" else "validation"
    for run, frame in zip(runs, frames, strict=True):
        if frame is None or frame.empty:
            return f"'{run.model}' has no predictions of {where}"
        if not {f"p_{label}" for label in classes} <= set(frame.columns):
            return f"'{run.model}' gives no probabilities of {where}"
    ids = sorted(frames[0].index)
    for run, frame in zip(runs[1:], frames[1:], strict=True):
        if set(frame.index) != set(ids):
            return f"'{run.model}' and '{runs[0].model}' answered other items of {where}"
    ordered = [frame.loc[ids] for frame in frames]
    truth = encode(ordered[0]["truth"].to_numpy(dtype=object), classes)
    if (truth < 0).any():
        return f"{where} has labels that the test split lacks"
    each = [sure_of(frame, classes) for frame in ordered]
    answers = [encode(frame["prediction"].to_numpy(dtype=object), classes) for frame in ordered]
    name = "groups" if split == "predictions" else "validation_groups"
    groups = common_groups([(run, getattr(run, name)) for run in runs], ids)
    return Sure(truth, np.stack(answers), np.stack(each), groups)


def sure_of(frame: pd.DataFrame, classes: Sequence[str]) -> np.ndarray:
    """Return the probabilities of one frame, shape (n, k), rows summing to 1."""
    values = frame[[f"p_{label}" for label in classes]].to_numpy(dtype=float)
    totals = values.sum(axis=1, keepdims=True)
    # Nine digits are stored; a row of zeros, from a tool of the user's, says nothing.
    return np.where(totals > 0, values / np.where(totals > 0, totals, 1), 1 / len(classes))

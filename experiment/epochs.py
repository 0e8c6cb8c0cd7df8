"""A trial of a network: given up when it falls behind by epoch, kept when it is the best so far.

Its one fold is the one it is fitted on for good, train against validation. So the best trial's
network is the model that was searched for, and is not trained a second time.
"""

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from inspect import signature
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone

from worthit.core.files import read_json, write_json
from worthit.experiment.folds import Fold, take

__all__ = ["EpochTrial", "falls_behind", "keep", "kept", "learns_by_epoch", "train_trial"]

FIRST_RIVALS = 4  # trials that are trained to their end before any is given up
FIRST_EPOCHS = 1  # epochs that say too little: a small learning rate starts slowly
MODEL, SLOT = "model", "slot.json"


@dataclass(frozen=True)
class EpochTrial:
    """What came out of a trial.

    Attributes
    ----------
    fitted : classifier
        As it was when its training ended.
    score : float
        On validation.
    by_epoch : list of float
        The best validation score up to each epoch.
    pruned : bool
        Whether it was given up.
    """

    fitted: Any
    score: float
    by_epoch: list[float]
    pruned: bool


def learns_by_epoch(classifier: Any) -> bool:
    """Tell whether a classifier's ``fit`` asks, after each epoch, whether to go on."""
    return "hopeless" in signature(classifier.fit).parameters


def train_trial(
    fold: Fold,
    rivals: Sequence[Sequence[float]],
    classifier: Any,
    inputs: Any,
    labels: NDArray,
    scorer: Callable[[NDArray, NDArray], float],
    time_left: float | None,
    beside: Mapping[str, NDArray] | None = None,
    workspace: Path | None = None,
) -> EpochTrial:
    """Train on a fold's fitted rows; after each epoch, compare with earlier trials.

    Parameters
    ----------
    fold : tuple of fitted rows and held-out rows
        Train and validation.
    rivals : sequence of sequence of float
        ``by_epoch`` of the trials before.
    classifier : classifier
        With the trial's fields.
    inputs, labels : sequences
        Of which the fold names rows.
    scorer : callable
        ``scorer(truth, prediction)``, larger is better.
    time_left : float or None
        Seconds for the training.
    beside : mapping of str to numpy.ndarray, optional
        What ``fit`` takes by name beside the labels.
    workspace : pathlib.Path, optional
        Where an interrupted trial goes on from its last checkpoint; to be removed when it is told.
    """
    rows, held_out = fold
    by_epoch: list[float] = []
    given_up = False

    def hopeless(score: float) -> bool:
        nonlocal given_up
        by_epoch.append(max([score, *by_epoch[-1:]]))
        given_up = falls_behind(by_epoch, rivals)
        return given_up

    asked, truth = take(inputs, held_out), labels[held_out]
    fitted = clone(classifier).fit(
        take(inputs, rows),
        labels[rows],
        validation=(asked, truth),
        workspace=workspace,
        time_limit=time_left,
        hopeless=hopeless,
        **{name: of[rows] for name, of in (beside or {}).items()},
    )
    score = float(scorer(truth, fitted.predict(asked)))
    return EpochTrial(fitted, score, by_epoch, given_up)


def falls_behind(by_epoch: Sequence[float], rivals: Sequence[Sequence[float]]) -> bool:
    """Tell whether a trial is worse than half of its rivals were by the same epoch.

    The median rule (Golovin et al., 2017). A rival that ended earlier counts with its end.
    """
    n = len(by_epoch)
    if n <= FIRST_EPOCHS or len(rivals) < FIRST_RIVALS:
        return False
    then = [rival[min(n, len(rival)) - 1] for rival in rivals if rival]
    return by_epoch[-1] < float(np.median(then))


def keep(folder: Path, fitted: Any, slot: int) -> None:
    """Store the network of the best trial so far in place of the one before."""
    fresh = folder.with_name(f"{folder.name}-new")
    for old in (fresh, folder):
        shutil.rmtree(old, ignore_errors=True)
    fitted.save(fresh / MODEL)
    write_json(fresh / SLOT, {"slot": slot})
    fresh.rename(folder)


def kept(folder: Path, kind: type, slot: int) -> Any | None:
    """Return the network of the trial in a slot, if it was kept; another worker keeps its own."""
    if not (folder / SLOT).exists() or read_json(folder / SLOT) != {"slot": slot}:
        return None
    return kind.load(folder / MODEL)  # type: ignore[attr-defined]

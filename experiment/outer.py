"""The protocol over outer folds: every item gets one answer from a model that never saw it."""

from pathlib import Path

import numpy as np

from worthit.core.files import read_json, write_json
from worthit.core.progress import say
from worthit.corpus import Dataset
from worthit.corpus.outer import outer_folds, pooled
from worthit.experiment.protocol import Material, Outcome, follow_protocol
from worthit.experiment.spec import Spec

__all__ = ["follow_over_folds"]


def follow_over_folds(
    dataset: Dataset, spec: Spec, work: Path, jobs: int, storage: str | None, fresh: bool = False
) -> tuple[Outcome, Material]:
    """Follow the whole protocol, search included, once for each fold, and pool the answers.

    A fold that is done is not done again after an interruption, except the first, whose model is
    the one that is kept.

    Parameters
    ----------
    dataset : Dataset
        Its own split is forgotten: all items are answered.
    spec, work, jobs, storage, fresh
        As for :func:`~worthit.experiment.protocol.follow_protocol`.

    Returns
    -------
    tuple of Outcome and Material
        The first fold's classifier and search; the answers of all folds, in their order; seconds
        summed over folds.
    """
    folds = outer_folds(dataset, spec.outer_folds, spec.outer_seed)
    whole = pooled(dataset, folds)
    answers, truncated, seconds = [], [], []
    first: tuple[Outcome, Material] | None = None
    for number, fold in reversed(list(enumerate(folds))):
        say(f"{spec.model}: outer fold {len(folds) - number}/{len(folds)}")
        place = work / f"fold-{number}"
        done = place / "answers.json"
        if number and done.exists():
            stored = read_json(done)
        else:
            outcome, material = follow_protocol(fold, spec, place, jobs, storage, fresh)
            stored = {
                "answers": outcome.on_test.tolist(),
                "truncated": None if outcome.truncated is None else outcome.truncated.tolist(),
                "seconds": outcome.seconds,
            }
            write_json(done, stored)
            first = outcome, material
        answers.append(np.array(stored["answers"]))
        truncated.append(stored.get("truncated"))  # an older version's fold has none
        seconds.append(stored["seconds"])
    assert first is not None
    outcome, material = first
    outcome.on_test = np.concatenate(answers[::-1])
    outcome.truncated = None if None in truncated else np.concatenate(truncated[::-1])
    outcome.seconds = {name: sum(each.get(name, 0.0) for each in seconds) for name in seconds[0]}
    return outcome, Material(whole, material.train, material.validation, material.folds)

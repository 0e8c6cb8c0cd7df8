"""The record of predictions made by another tool: what is known of them, computed here."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from worthit.compare.scores import score
from worthit.core.errors import InputError
from worthit.core.hashing import sha256_of

__all__ = ["foreign_record", "predictions_hash"]

POSITIVE_NAMES = ("1", "true", "yes", "positive", "pos", "toxic", "spam")


def foreign_record(
    path: Path,
    predictions: pd.DataFrame,
    grouped: bool,
    model: str | None,
    dataset: str,
    positive: str | None,
) -> dict[str, Any]:
    """Build the record that a run made here would have, as far as it can be known.

    Raises
    ------
    InputError
        If there is one true label only, or the positive class is none of the labels.
    """
    truth = predictions["truth"].to_numpy(dtype=object)
    classes = sorted(set(truth))
    if len(classes) < 2:
        raise InputError(
            f"{path} has the one true label {classes[0]!r}; a comparison needs two or more."
        )
    if positive is not None and positive not in classes:
        raise InputError(f"--positive {positive!r} is not a label of {path}: {classes[:10]}.")
    positive = (positive or _positive_class(truth, classes)) if len(classes) == 2 else None
    scores = score(truth, predictions["prediction"].to_numpy(dtype=object), classes, positive)
    return {
        "model": model or path.stem,
        "family": None,
        "pretrained": None,
        "dataset": {
            "name": dataset,
            "kind": None,
            "sha256": None,
            "split_sha256": predictions_hash(predictions, ("truth",)),
            "sizes": {"train": None, "validation": None, "test": len(truth)},
            "classes": classes,
            "positive": positive,
            "grouped": grouped,
        },
        "params": {},
        "seed": None,
        "scores": {"validation": None, "test": scores, "test_without_leaked": None},
        "cost": {},
        "predictions_sha256": predictions_hash(predictions, ("truth", "prediction")),
    }


def _positive_class(truth: np.ndarray, classes: list[str]) -> str:
    """Name the positive class of two: by its name, else the rarer one."""
    named = [label for label in classes if label.strip().lower() in POSITIVE_NAMES]
    if len(named) == 1:
        return named[0]
    counts = Counter(truth)
    return min(classes, key=lambda label: (counts[label], label))


def predictions_hash(predictions: pd.DataFrame, columns: Sequence[str]) -> str:
    """Hash columns in the order of the ids, so that row order does not matter."""
    ordered = predictions.loc[sorted(predictions.index), list(columns)]
    return sha256_of(str(part) for item in ordered.itertuples() for part in item)

"""The record of predictions made by another tool: what is known of them, computed here."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from worthit.compare.scores import score
from worthit.core.errors import InputError
from worthit.core.hashing import sha256_of
from worthit.core.positive import positive_class

__all__ = ["foreign_record", "predictions_hash"]


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
    positive = positive or positive_class(classes, truth) if len(classes) == 2 else None
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


def predictions_hash(predictions: pd.DataFrame, columns: Sequence[str]) -> str:
    """Hash columns in the order of the ids, so that row order does not matter."""
    ordered = predictions.loc[sorted(predictions.index), list(columns)]
    return sha256_of(str(part) for item in ordered.itertuples() for part in item)

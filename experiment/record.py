"""A finished run's record: everything that reports are made from."""

import sys
from collections import Counter
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from worthit.compare.run import TRUNCATED, Run
from worthit.compare.scores import score
from worthit.compare.slices import UNSEEN
from worthit.corpus import Dataset, Split
from worthit.experiment.cost import Meter, folder_bytes, machine
from worthit.experiment.models import find
from worthit.experiment.protocol import Outcome
from worthit.experiment.spec import Spec

__all__ = ["make_run"]

PACKAGES = ("worthit", "numpy", "scipy", "scikit-learn", "optuna")
HEALTH = (
    "blank duplicates near_duplicates leaked near_leaked leaked_groups conflicting conflicting_rows"
).split()
NEURAL_PACKAGES = ("torch", "transformers", "accelerate", "tokenizers")


def make_run(
    dataset: Dataset,
    spec: Spec,
    outcome: Outcome,
    meter: Meter,
    folder: Path,
    more: dict[str, Any],
) -> Run:
    """Put a run together.

    Parameters
    ----------
    dataset : Dataset
        What the model was evaluated on.
    spec : Spec
        What was asked for.
    outcome : Outcome
        What came out.
    meter : Meter
        What it cost.
    folder : pathlib.Path
        The run's folder, with the saved model in ``model/``.
    more : dict
        Entries known to the caller alone: ``run``, ``report``, ``command``, ``looks``, ``ladder``,
        ``path``, ``sides``, ``split_seed``, ``ms_per_item`` and ``threads``.

    Returns
    -------
    Run
        Not yet written.
    """
    classifier, found = outcome.classifier, outcome.found
    test = _predictions(dataset.test, classifier, outcome.on_test)
    validation = _predictions(dataset.validation, classifier, outcome.on_validation)
    # A run that went on from an interruption worked longer than its last process was there.
    parts = ("search_seconds", "tune_seconds", "fit_seconds")
    worked = max(outcome.seconds.get(part, 0.0) for part in parts)
    whole = worked <= meter.wall_seconds
    cost = {
        **outcome.seconds,
        "tune_seconds": outcome.seconds["tune_seconds"] if found else 0.0,
        "wall_seconds": meter.wall_seconds if whole else None,
        "processor_seconds": meter.processor_seconds if whole else None,
        "ms_per_item": more.pop("ms_per_item"),
        "ms_per_item_batched": 1000 * outcome.seconds["predict_seconds"] / len(dataset.test),
        "peak_memory_mb": meter.peak_memory_mb,
        "gpu_memory_mb": meter.gpu_memory_mb,
        "model_bytes": folder_bytes(folder / "model"),
        "parameters": classifier.n_parameters_,
        "trials": len(found.record["trials"]) if found else 0,
        "trials_pruned": found.n_pruned if found else 0,
        "best_validation": found.score if found else None,
        "device": getattr(classifier, "device_", "cpu"),
        "precision": getattr(classifier, "precision_", None),
        "threads": more.pop("threads"),
    }
    entry = find(spec.model)
    record = {
        "run": more.pop("run"),
        "report": more.pop("report"),
        "model": spec.name,
        "family": classifier.family,
        "pretrained": getattr(classifier, "pretrained", False),
        "kinds": entry.kinds,
        "dataset": _describe(dataset, bool(spec.outer_folds)),
        "params": _params(classifier),
        "auto": _auto(classifier),
        "settings": spec.settings,
        "seed": spec.seed,
        "split_seed": more.pop("split_seed"),
        "metric": spec.metric,
        "time_limit": spec.time_limit,
        "preprocessing": {
            "language": dataset.language,
            "normaliser": "hazm" if dataset.language == "fa" else None,
        },
        "scores": {
            "validation": _score(validation, dataset),
            "test": _score(test, dataset),
            "test_without_leaked": _score(test[~test.index.isin(list(dataset.leaked))], dataset)
            if dataset.leaked
            else None,
        },
        "cost": cost,
        "tuning": found.record if found else None,
        "decision": outcome.decision
        and outcome.decision.record(dataset.test.labels, classifier.classes_, outcome.on_test),
        "curve": getattr(classifier, "history_", []),
        "best_epoch": getattr(classifier, "best_epoch_", None),
        "stopped": getattr(classifier, "stopped_", None),
        "checkpoint": getattr(classifier, "checkpoint_", None),
        "notes": getattr(classifier, "notes_", []),
        "truncated_share": getattr(classifier, "truncated_share_", 0.0),
        "words": classifier.strongest() if hasattr(classifier, "strongest") else {},
        "machine": machine(),
        "versions": _versions(entry.family == "neural"),
        "time": datetime.now().isoformat(" ", "milliseconds"),
        **more,
    }
    groups = dataset.validation.groups
    together = None if groups is None else pd.Series(groups, index=validation.index, dtype=object)
    return Run(record, test, _items(dataset, outcome.truncated), validation, together, folder)


def _params(classifier: Any) -> dict[str, Any]:
    if hasattr(classifier, "described"):  # a pipeline has a hundred fields, most of them defaults
        return classifier.described()
    return {name: v for name, v in classifier.get_params().items() if name != "jobs"}


def _auto(classifier: Any) -> dict[str, Any]:
    """Return what became of the parameters that were left to be chosen."""
    choices = classifier.choices() if hasattr(classifier, "choices") else {}
    return {
        name: value
        for name, value in choices.items()
        if getattr(classifier, name) == "auto" and value is not None
    }


def _predictions(split: Split, classifier: Any, answers: NDArray[np.float64]) -> pd.DataFrame:
    frame = pd.DataFrame(
        {"truth": split.labels, "prediction": classifier.classes_[answers.argmax(axis=1)]},
        index=pd.Index(split.ids, name="id", dtype=object),
        dtype=object,
    )
    for number, label in enumerate(classifier.classes_):
        frame[f"p_{label}"] = answers[:, number]
    return frame


def _items(dataset: Dataset, truncated: NDArray[np.bool_] | None) -> pd.DataFrame:
    """List what reports group, slice and quote the test items by."""
    test = dataset.test
    columns: dict[str, Any] = {
        "group": [""] * len(test) if test.groups is None else test.groups,
        "leaked": [str(int(item in dataset.leaked)) for item in test.ids],
        "near_duplicate": [str(int(item in dataset.near_leaked)) for item in test.ids],
        "leaked_group": [str(int(item in (dataset.leaked_groups or {}))) for item in test.ids],
    }
    if dataset.unseen_words is not None:
        columns[UNSEEN] = [str(share) for share in dataset.unseen_words]
    if truncated is not None:
        columns[TRUNCATED] = [str(int(each)) for each in truncated]
    if dataset.kind == "pair":
        columns["text"], columns["text_pair"] = zip(*test.inputs, strict=True)
    else:
        columns[dataset.kind] = test.inputs
    frame = pd.DataFrame(columns, index=pd.Index(test.ids, name="id", dtype=object), dtype=object)
    for name in test.extra.columns:
        free = name
        while free in frame:  # a user's own column called 'leaked', say
            free = f"column {free}"
        frame[free] = test.extra[name].to_numpy()
    return frame


def _score(predictions: pd.DataFrame, dataset: Dataset) -> dict[str, Any] | None:
    if predictions.empty:
        return None
    truth, prediction = predictions["truth"].to_numpy(), predictions["prediction"].to_numpy()
    return score(truth, prediction, dataset.classes, dataset.positive)


def _describe(dataset: Dataset, outer: bool) -> dict[str, Any]:
    splits = {"train": dataset.train, "validation": dataset.validation, "test": dataset.test}
    counted = {name: Counter(split.labels) for name, split in splits.items()}
    return {
        "name": dataset.name,
        "kind": dataset.kind,
        "columns": list(dataset.columns),
        "language": dataset.language,
        "sha256": dataset.sha256,
        "split_sha256": dataset.split_sha256,
        "sizes": {name: len(split) for name, split in splits.items()},
        "classes": list(dataset.classes),
        "positive": dataset.positive,
        "grouped": dataset.test.groups is not None,
        "leaked": len(dataset.leaked),
        "class_sizes": {
            label: {name: counts[label] for name, counts in counted.items()}
            for label in dataset.classes
        },
        # Over outer folds every part is a test part too; what recurs across them is not a leak.
        "health": None if outer else {name: dataset.card[name] for name in HEALTH},
    }


def _versions(neural: bool) -> dict[str, str]:
    versions = {"python": ".".join(map(str, sys.version_info[:3]))}
    for package in PACKAGES + (NEURAL_PACKAGES if neural else ()):
        try:
            versions[package] = version(package)
        except PackageNotFoundError:  # run from a folder that was never installed
            continue
    return versions

"""Makes runs of known quality without training anything; the same arguments give the same run."""

from typing import Any

import numpy as np
import pandas as pd

from worthit.compare.run import Run
from worthit.compare.scores import score

SPLIT = "3f9c" * 16
MACHINE = {"cpu": "Example CPU", "cores": 2, "memory_gb": 16.0, "gpu": None, "system": "Linux"}
TFIDF_COST = {
    "tune_seconds": 184.0,
    "fit_seconds": 17.2,
    "predict_seconds": 0.9,
    "wall_seconds": 203.5,
    "processor_seconds": 371.0,
    "ms_per_item": 1.42,
    "ms_per_item_batched": 0.28,
    "peak_memory_mb": 1060.0,
    "model_bytes": 3_410_000,
    "parameters": 8145,
    "trials": 30,
    "trials_pruned": 11,
    "best_validation": 0.8987,
    "device": "cpu",
    "threads": 2,
}
GRU_COST = {
    "tune_seconds": 0.0,
    "fit_seconds": 86.4,
    "predict_seconds": 1.4,
    "wall_seconds": 93.0,
    "processor_seconds": 170.0,
    "ms_per_item": 3.1,
    "ms_per_item_batched": 0.18,
    "peak_memory_mb": 750.0,
    "model_bytes": 9_650_000,
    "parameters": 2_411_908,
    "trials": 0,
    "trials_pruned": 0,
    "best_validation": None,
    "device": "cpu",
    "threads": 2,
}
CURVE = [
    {
        "epoch": epoch,
        "train_loss": loss,
        "validation_loss": other,
        "validation_accuracy": accuracy,
        "validation_f1_macro": accuracy - 0.004,
        "seconds": 17.0 + epoch / 10,
    }
    for epoch, loss, other, accuracy in (
        (1, 0.71, 0.42, 0.851),
        (2, 0.35, 0.33, 0.884),
        (3, 0.24, 0.31, 0.893),
        (4, 0.16, 0.35, 0.890),
        (5, 0.11, 0.41, 0.886),
    )
]


def truths(n: int, shares: dict[str, float], seed: int = 0) -> np.ndarray:
    """Draw true labels with given shares, every class at least once."""
    rng = np.random.default_rng(seed)
    labels = np.array(list(shares), dtype=object)
    weights = np.array(list(shares.values()))
    drawn = rng.choice(len(labels), size=n, p=weights / weights.sum())
    drawn[: len(labels)] = np.arange(len(labels))
    return labels[drawn]


def answers(truth: np.ndarray, accuracy: float, seed: int, hardness_seed: int = 7) -> np.ndarray:
    """Answer rightly with a probability; two models fail on much the same hard items."""
    classes = np.array(sorted(set(truth)), dtype=object)
    rng = np.random.default_rng(seed)
    hard = np.random.default_rng(hardness_seed).random(len(truth))
    right = hard + rng.normal(scale=0.04, size=len(truth)) < accuracy
    return np.where(right, truth, rng.choice(classes, size=len(truth)))


def make_run(
    model: str,
    truth: np.ndarray,
    answer: np.ndarray,
    *,
    dataset: str = "example",
    seed: int = 0,
    cost: dict[str, Any] | None = None,
    groups: np.ndarray | None = None,
    leaked: np.ndarray | None = None,
    positive: str | None = None,
    **record: Any,
) -> Run:
    """Build a run from truths and answers."""
    classes = sorted(set(truth))
    ids = pd.Index([f"test-{i}" for i in range(len(truth))], dtype=object, name="id")
    neural = model not in ("tfidf", "majority")
    scores = score(truth, answer, classes, positive)
    content = {
        "run": f"runs/{dataset}/{model}-0a1b2c",
        "report": f"reports/{dataset}/{model}.md",
        "model": model,
        "family": "neural" if neural else "linear",
        "pretrained": False,
        "kinds": ["text", "pair"],
        "dataset": {
            "name": dataset,
            "kind": "text",
            "language": "en",
            "sha256": "9b1e" * 16,
            "split_sha256": SPLIT,
            "sizes": {"train": 8 * len(truth), "validation": len(truth), "test": len(truth)},
            "classes": classes,
            "positive": positive,
            "grouped": groups is not None,
            "leaked": 0,
        },
        "params": {"hidden": 128, "balance": "none"} if neural else {"C": 5.0, "penalty": "l1"},
        "settings": {},
        "seed": seed,
        "split_seed": 0,
        "metric": "f1_macro",
        "scores": {"validation": None, "test": scores, "test_without_leaked": None},
        "cost": cost if cost is not None else dict(GRU_COST if neural else TFIDF_COST),
        "tuning": None,
        "curve": CURVE if neural else [],
        "best_epoch": 3 if neural else None,
        "stopped": "2 epochs without a better validation score" if neural else None,
        "ladder": [],
        "words": {},
        "looks": 2,
        "versions": {"worthit": "0.1.0", "torch" if neural else "scikit-learn": "9.9.9"},
        "machine": MACHINE,
        "command": f"python cli.py {'neural ' + model if neural else 'baseline'} {dataset}",
        "time": "2025-01-01T00:00:00Z",
        **record,
    }
    predictions = sure(truth, answer, ids, classes, seed)
    half = np.arange(0, len(truth), 2)  # as good as the test split, and other items
    held_out = pd.Index([f"train-{i}" for i in half], dtype=object, name="id")
    validation = sure(truth[half], answer[half], held_out, classes, seed + 1)
    items = pd.DataFrame(
        {
            "group": "" if groups is None else groups,
            "leaked": "" if leaked is None else np.where(leaked, "1", ""),
            "text": [f"text {i}" for i in range(len(truth))],
        },
        index=ids,
        dtype=object,
    )
    return Run(content, predictions, items, validation)


def sure(
    truth: np.ndarray, answer: np.ndarray, ids: pd.Index, classes: list[str], seed: int
) -> pd.DataFrame:
    """Lay out predictions with probabilities that are higher where the answer is right."""
    frame = pd.DataFrame({"truth": truth, "prediction": answer}, index=ids, dtype=object)
    rng = np.random.default_rng([seed, len(truth)])
    right = answer == truth
    top = 0.51 + 0.48 * np.where(right, rng.beta(4, 2, len(truth)), rng.beta(2, 4, len(truth)))
    for label in classes:
        frame[f"p_{label}"] = np.where(answer == label, top, (1 - top) / (len(classes) - 1))
    return frame


def tuning(n_trials: int = 30, best: float = 0.8987) -> dict[str, Any]:
    """Make a search that improves along a saturating curve."""
    rng = np.random.default_rng(5)
    trials = []
    for number in range(n_trials):
        pruned = number % 4 == 3
        value = best - 0.03 * np.exp(-number / 6) - 0.012 * rng.random() * (number != n_trials - 3)
        trials.append(
            {
                "number": number,
                "state": "pruned" if pruned else "complete",
                "score": None if pruned else float(value),
                "seconds": 6.1 * (number + 1),
                "params": {"C": 5.0},
            }
        )
    return {
        "folds": 5,
        "space": {"C": "0.1 to 100, log", "word_ngrams": "1, 2, 3", "sublinear": "yes, no"},
        "fixed": {"penalty": "l1"},
        "at_edge": [],
        "time_limit": None,
        "stopped": "all trials done",
        "trials": trials,
        "best": n_trials - 3,
    }


def decision(truth: np.ndarray, plain: np.ndarray, decided: np.ndarray) -> dict[str, Any]:
    """Make thresholds and calibration of two classes that paid on out-of-fold data."""
    classes = sorted(set(truth))
    return {
        "metric": "f1_macro",
        "calibration": {
            "method": "Platt scaling",
            "slopes": {classes[1]: 1.42},
            "intercepts": {classes[1]: -0.31},
        },
        "thresholds": {classes[0]: 0.6251, classes[1]: 0.3749},
        "out_of_fold": {
            "n": 9600, "folds": 4, "better": 4, "plain": 0.8987, "thresholds": 0.9041,
        },
        "test": {
            "plain": score(truth, plain, classes, classes[1]),
            "thresholds": score(truth, decided, classes, classes[1]),
        },
        "brier": {"plain": 0.1416, "calibrated": 0.1336},
        "ece": {"plain": 0.0554, "calibrated": 0.0181},
    }  # fmt: skip

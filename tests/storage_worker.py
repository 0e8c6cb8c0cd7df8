"""A worker for the tests of shared searches: a search over a toy classifier, in its own process."""

import json
import time
from pathlib import Path
from typing import Any

import numpy as np
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution
from sklearn.base import BaseEstimator

from worthit.experiment import heartbeat, slots
from worthit.experiment.tuning import Search, search

LABELS = np.array(["a", "b"] * 50, dtype=object)
FOLDS = [(np.arange(100), np.arange(fold, 100, 3)) for fold in range(3)]


class Dial(BaseEstimator):
    """Right about more of its items the nearer ``x`` is to 0.3; slow as it is told to be."""

    family = "baseline"
    threads = True

    def __init__(self, x: float = 0.5, kind: str = "round", delay: float = 0.0, log: str = ""):
        self.x = x
        self.kind = kind
        self.delay = delay
        self.log = log

    def search_space(self) -> dict[str, BaseDistribution]:
        kinds = CategoricalDistribution(["round", "square"])
        return {"x": FloatDistribution(0.0, 1.0), "kind": kinds}

    def fit(self, inputs: Any, labels: Any) -> "Dial":
        if self.log:
            with Path(self.log).open("a", encoding="utf-8") as file:
                file.write(f"{self.x}\n")
        time.sleep(self.delay)
        return self

    def predict(self, inputs: Any) -> Any:
        n_right = round(len(inputs) * (1 - abs(self.x - 0.3)))
        return np.concatenate([inputs[:n_right], np.full(len(inputs) - n_right, "c", dtype=object)])


def accuracy(truth: Any, prediction: Any) -> float:
    return float(np.mean(truth == prediction))


def tune(
    storage: str | Path, trials: int, classifier: Dial | None = None, **options: Any
) -> Search:
    """Search over the toy classifier, in this process."""
    settings = {"time_limit": None, "seed": 0, "jobs": 1} | options
    classifier = classifier or Dial()
    return search(
        classifier, LABELS, LABELS, FOLDS, accuracy, trials=trials, storage=storage, **settings
    )


def work(
    folder: str, name: str, storage: str, trials: int, delay: float, worker: str, together: Any
) -> None:
    """Do the same as a process of its own; what was found goes to ``<name>.json``."""
    heartbeat.INTERVAL, heartbeat.GRACE, slots.POLL = 1, 3, 0.05
    if together:  # loaded and waiting, so that all begin at once
        together.wait(30)
    classifier = Dial(delay=delay, log=str(Path(folder, f"{name}.log")))
    found = tune(storage, trials, classifier, fixed=("delay", "log"), worker=worker)
    part = Path(folder, f"{name}.part")
    part.write_text(json.dumps(found.record), encoding="utf-8")
    part.rename(Path(folder, f"{name}.json"))

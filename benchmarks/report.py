"""How long the report takes: resampling, judging, rendering.

    python benchmarks/report.py [--items 10000] [--classes 8] [--models 3]

The runs are made up: models that answer rightly 80 to 86 % of the items, mostly the same ones. The
first row is one metric's paired bootstrap of 10,000 resamples; the second judges all pairings; the
rest write what was judged into an empty folder: pages, pictures and CSV, then the same with one
HTML file and LaTeX tables. Each row is the fastest of three repetitions: other work only slows.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from worthit.compare.alignment import align
from worthit.compare.bootstrap import RESAMPLES, bootstrap
from worthit.compare.report import Report
from worthit.compare.run import Run
from worthit.compare.units import units_of
from worthit.core.progress import progress
from worthit.tests.runs_factory import answers, make_run, truths

REPETITIONS = 3
NAMES = ("gru", "cnn", "lstm", "rnn", "average")


def main() -> None:
    """Print a row for each part of the work."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--items", type=int, default=10_000)
    parser.add_argument("--classes", type=int, default=8)
    parser.add_argument("--models", type=int, default=3)
    options = parser.parse_args()
    runs = made_up(options.items, options.classes, options.models)
    units = units_of(align(runs))
    report = Report.from_runs(runs)
    parts: dict[str, Callable[[], Any]] = {
        f"one bootstrap, {RESAMPLES:,} resamples": lambda: bootstrap(units, ([0], [1]), "f1_macro"),
        "judging all pairings": lambda: Report.from_runs(runs),
        "pages, pictures, CSV": lambda: written(report),
        "the same, HTML and LaTeX": lambda: written(report, html=True, latex=True),
    }
    print(f"{options.items:,} items, {options.classes} classes, {options.models} models")
    with progress(REPETITIONS * len(parts), "measuring", "repetition") as bar:
        for name, work in parts.items():
            seconds = []
            for _ in range(REPETITIONS):
                start = time.perf_counter()
                work()
                seconds.append(time.perf_counter() - start)
                bar.update()
            print(f"{name:36}{min(seconds):8.2f} s", flush=True)


def made_up(n_items: int, n_classes: int, n_models: int) -> list[Run]:
    """Make a baseline and networks on one test set, with classes of very different size."""
    truth = truths(n_items, {f"class {i}": 1 / (i + 1) for i in range(n_classes)})
    shares = np.linspace(0.80, 0.86, n_models)
    return [
        make_run(name, truth, answers(truth, share, seed))
        for seed, (name, share) in enumerate(zip(("tfidf", *NAMES), shares, strict=False))
    ]


def written(report: Report, **also: bool) -> None:
    """Write a report into a folder that is then removed."""
    with tempfile.TemporaryDirectory() as folder:
        report.write(Path(folder), **also)


if __name__ == "__main__":
    main()

"""Tuning against the usual way: Optuna over scikit-learn's pipeline with cross_val_score.

    python benchmarks/tuning.py DATA [--trials 30] [--seed 0] [--text COLUMN] [--label COLUMN]

Both ways get the same folds of the training split, the same metric (macro F1), the same space, the
same sampler with the same seed, the same settings to begin with, and two processes or threads. The
usual way makes all its trials; then ours searches until the full cross-validated score of its best
setting, by its own folds, is at least the usual way's best. Both best settings are then scored once
more by scikit-learn's pipeline. Naive Bayes weights and elastic net are left out: the usual way
does not have the one and takes hours for the other.
"""

import argparse
import tempfile
import time
import warnings
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import optuna
from joblib.externals.loky import get_reusable_executor
from optuna.distributions import BaseDistribution, CategoricalDistribution
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import FeatureUnion, make_pipeline

from worthit import experiment
from worthit.baselines.tfidf import TfidfClassifier
from worthit.core.progress import progress
from worthit.experiment.cost import Meter
from worthit.experiment.folds import Fold, make_folds
from worthit.experiment.proposals import propose
from worthit.experiment.scoring import Scorer
from worthit.experiment.tuning import search

JOBS = 2
LARGEST = 4  # times the trials of the usual way before ours gives up
SEARCHED = (
    "penalty", "analyzer", "word_max", "char_min", "char_max", "min_df", "sublinear", "C", "balance"
)  # fmt: skip


class Shared(TfidfClassifier):
    """The baseline over the space that a scikit-learn pipeline can search as well."""

    def search_space(self) -> dict[str, BaseDistribution]:
        """Leave out what scikit-learn lacks."""
        space = super().search_space()
        penalties = {"penalty": CategoricalDistribution(["l1", "l2"])}
        return {name: space[name] for name in SEARCHED} | penalties


def main() -> None:
    """Run the usual way and ours one after the other, each in a process of its own."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", nargs="?")
    parser.add_argument("--text")
    parser.add_argument("--label")
    parser.add_argument("--trials", type=int, default=30)
    parser.add_argument("--seed", type=int, default=0)
    options = vars(parser.parse_args())
    usual = alone(usual_way, options)
    ours = alone(our_way, options, usual["score"])
    again = alone(scored_by_pipeline, options, ours["params"])
    print(f"{'':36}{'usual way':>14}{'ours':>14}")
    row("trials made", usual["trials"], ours["trials"])
    row("best cross-validated macro F1, own", usual["score"], ours["score"])
    row("the same by scikit-learn's pipeline", usual["score"], again)
    row("seconds until the usual way's best", usual["seconds"], ours["seconds"])
    row("seconds for all trials made", usual["seconds"], ours["all_seconds"])
    row("peak memory, MB", usual["memory"], ours["memory"])
    reached = "" if ours["score"] >= usual["score"] else " (NOT reached)"
    print(f"\nratio of seconds: {usual['seconds'] / ours['seconds']:.1f}{reached}")
    print(f"usual: {usual['params']}\nours:  {ours['params']}")


def row(what: str, *values: float) -> None:
    """Print a line of the table."""
    cells = (f"{value:14.4f}" if value < 1 else f"{value:14,.0f}" for value in values)
    print(f"{what:36}{''.join(cells)}")


def alone(way: Any, *arguments: Any) -> Any:
    """Call a function in a new process, so that its memory is its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        result = pool.submit(way, *arguments).result()
        pool.submit(end_workers).result()
    return result


def end_workers() -> None:
    """End joblib's worker processes, for which the process would wait five minutes."""
    get_reusable_executor().shutdown(wait=True)


def material(options: dict[str, Any]) -> tuple[list[Any], np.ndarray, list[Fold], Scorer]:
    """Load the training split and cut its folds."""
    named = {name: options[name] for name in ("text", "label") if options[name]}
    dataset = experiment.load(options["data"], **named)
    train = dataset.train
    folds = make_folds(train.labels, train.keys, train.groups, options["seed"])
    return train.inputs, train.labels, folds, Scorer.of(dataset, "f1_macro")


def starting_classifier() -> Shared:
    """Return the baseline without naive Bayes weights."""
    return Shared(naive_bayes=False)


def our_way(options: dict[str, Any], target: float) -> dict[str, Any]:
    """Search until the target is reached; seconds include the counting of n-grams."""
    texts, labels, folds, scorer = material(options)
    with Meter() as meter, tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        classifier = starting_classifier()
        counts = classifier.prepare(texts)
        counting = time.perf_counter() - started
        trials = options["trials"]
        while True:
            found = search(
                classifier,
                counts,
                labels,
                folds,
                scorer,
                trials=trials,
                time_limit=None,
                seed=options["seed"],
                jobs=JOBS,
                storage=Path(folder) / "search.log",
            )
            if found.score >= target or trials >= LARGEST * options["trials"]:
                break
            trials += 10
    log = found.record["trials"]
    reached = [t for t in log if t["state"] == "complete" and t["score"] >= target] or log[-1:]
    return {
        "score": found.score,
        "params": found.params,
        "trials": len(log),
        "seconds": counting + reached[0]["seconds"],
        "all_seconds": counting + log[-1]["seconds"],
        "memory": meter.peak_memory_mb,
    }


def usual_way(options: dict[str, Any]) -> dict[str, Any]:
    """Vectorise, fit and score every fold of every trial anew."""
    texts, labels, folds, _ = material(options)
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    space, defaults = starting_classifier().search_space(), starting_classifier()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        sampler = optuna.samplers.TPESampler(
            seed=options["seed"], multivariate=True, constant_liar=True, n_startup_trials=8
        )
    study = optuna.create_study(direction="maximize", sampler=sampler)
    tried: list[dict[str, Any]] = []
    while (start := propose(defaults, space, tried, None)) is not None:
        study.enqueue_trial(start)
        tried.append(start)
    with Meter() as meter, progress(options["trials"], "the usual way", "trial") as bar:
        started = time.perf_counter()
        for _ in range(options["trials"]):
            trial = study.ask(space)
            study.tell(trial, cross_validated(trial.params, texts, labels, folds))
            bar.update()
        seconds = time.perf_counter() - started
    return {
        "score": study.best_value,
        "params": study.best_params,
        "trials": options["trials"],
        "seconds": seconds,
        "memory": meter.peak_memory_mb,
    }


def scored_by_pipeline(options: dict[str, Any], params: dict[str, Any]) -> float:
    """Score a setting by scikit-learn's pipeline on the same folds."""
    texts, labels, folds, _ = material(options)
    return cross_validated(params, texts, labels, folds)


def cross_validated(
    params: dict[str, Any], texts: list[str], labels: np.ndarray, folds: list[Fold]
) -> float:
    """Return scikit-learn's cross_val_score, averaged over folds."""
    scores = cross_val_score(
        pipeline(params), texts, labels, cv=folds, scoring="f1_macro", n_jobs=JOBS
    )
    return float(scores.mean())


def pipeline(params: dict[str, Any]) -> Any:
    """Make the pipeline most people write for these settings."""
    shared = {"min_df": params["min_df"], "sublinear_tf": params["sublinear"]}
    word = TfidfVectorizer(ngram_range=(1, params["word_max"]), **shared)
    char = TfidfVectorizer(
        analyzer="char_wb", ngram_range=(params["char_min"], params["char_max"]), **shared
    )
    chosen = {"word": word, "char": char, "both": FeatureUnion([("word", word), ("char", char)])}
    model = LogisticRegression(
        solver="liblinear",
        l1_ratio=1.0 if params["penalty"] == "l1" else 0.0,
        C=params["C"],
        class_weight="balanced" if params["balance"] == "weights" else None,
    )
    return make_pipeline(chosen[params["analyzer"]], OneVsRestClassifier(model))


if __name__ == "__main__":
    main()

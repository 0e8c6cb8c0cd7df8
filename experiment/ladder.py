"""The ladder from scikit-learn's defaults to the tuned baseline: what each step bought."""

import time
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from sklearn.base import clone

from worthit.compare.gain import gain
from worthit.compare.scores import score
from worthit.core.progress import progress
from worthit.corpus.language import normalise
from worthit.experiment.protocol import Material, Outcome
from worthit.experiment.scoring import Scorer
from worthit.experiment.tuning import score_fold

__all__ = ["climb"]


UNTUNED = {"step": "untuned", "what": "this tool's own defaults"}
TUNED = {"step": "tuned", "what": "what the search chose"}


def climb(
    outcome: Outcome, material: Material, scorer: Scorer, jobs: int, prepared: Any
) -> list[dict[str, Any]]:
    """Evaluate the steps that lead to a fitted baseline.

    The steps are fixed beforehand and nothing is chosen among them: their test scores describe,
    and belong to the same look at the test split as the run's own.

    Parameters
    ----------
    outcome : Outcome
        The finished run. A classifier without ``rungs`` has no ladder.
    material : Material
        What the run worked on.
    scorer : Scorer
        The run's metric, for the cross-validated column.
    jobs : int
        Processes over folds.
    prepared : object
        What the classifier's ``prepare`` made of train; used after a search only.

    Returns
    -------
    list of dict
        ``step``, ``what``, ``params``, ``cv`` (mean over the inner folds; None without a search),
        ``test`` (scores), ``gain`` (what the metric gains on test over the step before; not in the
        first), ``features`` (coefficients in use) and ``seconds``, in climbing order.
    """
    rungs = getattr(outcome.classifier, "rungs", {})
    if not rungs:
        return []
    found, dataset = outcome.found, material.dataset
    steps: list[dict[str, Any]] = []
    answers: list[NDArray] = []
    with progress(len(rungs) + bool(found), "ladder", "step") as bar:
        for name, (what, changes) in rungs.items():
            candidate = clone(outcome.classifier).set_params(**changes)
            cv = None
            if found:
                in_search = clone(candidate).set_params(**candidate.search_fields)
                folds = Parallel(n_jobs=jobs)(
                    delayed(score_fold)(fold, in_search, prepared, dataset.train.labels, scorer)
                    for fold in material.folds
                )
                cv = float(np.mean(folds))
            step = {"step": name, "what": what, "params": changes, "cv": cv}
            steps.append(step | _test(candidate, material, answers))
            bar.update()
        if found:
            first = found.record["trials"][0]
            untuned = clone(outcome.classifier).set_params(**first["params"])
            step = UNTUNED | {"params": first["params"], "cv": first["score"]}
            steps.append(step | _test(untuned, material, answers))
            bar.update()
        answers.append(_labels(outcome.classifier, outcome.on_test))
        steps.append(
            {
                **(TUNED if found else UNTUNED),
                "params": found.params if found else {},
                "cv": found.score if found else None,
                "test": _scores(answers[-1], material),
                "features": outcome.classifier.n_parameters_,
                "seconds": outcome.seconds["fit_seconds"],
            }
        )
    test = dataset.test
    for step, before, after in zip(steps[1:], answers, answers[1:], strict=False):
        step["gain"] = gain(
            test.labels, before, after, test.groups, dataset.classes, scorer.metric, scorer.positive
        )
    return steps


def _test(candidate: Any, material: Material, answers: list[NDArray]) -> dict[str, Any]:
    start = time.perf_counter()
    candidate.fit(*material.both)
    seconds = time.perf_counter() - start
    test = normalise(material.dataset.test.inputs, material.dataset.language)
    answers.append(_labels(candidate, candidate.predict_proba(test)))
    return {
        "test": _scores(answers[-1], material),
        "features": candidate.n_parameters_,
        "seconds": seconds,
    }


def _labels(classifier: Any, probabilities: NDArray[np.float64]) -> NDArray:
    return classifier.classes_[probabilities.argmax(axis=1)]


def _scores(prediction: NDArray, material: Material) -> dict[str, Any]:
    dataset = material.dataset
    return score(dataset.test.labels, prediction, dataset.classes, dataset.positive)

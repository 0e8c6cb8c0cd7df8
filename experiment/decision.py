"""Thresholds and calibration of a searched baseline, learned from out-of-fold answers alone.

With the chosen settings, each inner fold of the search is answered once more, by a model fitted on
the others. What is learned from these answers is shown beside the run's own, which stay the most
probable class as fitted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from sklearn.base import clone

from worthit.compare.calibration import brier, expected_calibration_error
from worthit.compare.scores import encode, score
from worthit.core.progress import say
from worthit.experiment.folds import Fold
from worthit.experiment.platt import Platt
from worthit.experiment.scoring import Scorer
from worthit.experiment.thresholds import decide, tune_thresholds

__all__ = ["Decision", "learn_decision"]


@dataclass(frozen=True)
class Decision:
    """How to calibrate a classifier's probabilities, and how to answer from them.

    Attributes
    ----------
    platt : Platt
        Calibration.
    thresholds : numpy.ndarray of shape (n_classes,)
        On calibrated probabilities, in the order of the data set's classes, summing to one.
    scorer : Scorer
        With the metric that the thresholds were tuned for.
    out_of_fold : dict
        ``n``, ``folds``, the metric over all items ``plain`` and with ``thresholds``, and
        ``better``: the number of folds in which thresholds scored higher.
    """

    platt: Platt
    thresholds: NDArray[np.float64]
    scorer: Scorer
    out_of_fold: dict[str, float]

    def record(
        self, labels: NDArray, columns: Sequence[str], answers: NDArray[np.float64]
    ) -> dict[str, Any]:
        """Put ``decision`` of run.json together: what was learned, and what it does on test.

        Parameters
        ----------
        labels : numpy.ndarray of shape (n,)
            True labels of the test split.
        columns : sequence of str
            The classifier's classes.
        answers : numpy.ndarray of shape (n, n_classes)
            Its probabilities, columns as named.
        """
        classes, positive = self.scorer.classes, self.scorer.positive
        names, truth = np.array(classes, dtype=object), encode(labels, classes)
        plain = _in_order(answers, columns, classes)
        calibrated = self.platt.calibrate(plain)
        answered = {
            "plain": plain.argmax(axis=1),
            "thresholds": decide(calibrated, self.thresholds),
        }
        both = {"plain": plain, "calibrated": calibrated}
        problems = classes if len(classes) > 2 else classes[1:]
        return {
            "metric": self.scorer.metric,
            "calibration": {
                "method": "Platt scaling",
                "slopes": dict(zip(problems, self.platt.slopes, strict=True)),
                "intercepts": dict(zip(problems, self.platt.intercepts, strict=True)),
            },
            "thresholds": dict(zip(classes, self.thresholds, strict=True)),
            "out_of_fold": self.out_of_fold,
            "test": {
                name: score(labels, names[codes], classes, positive)
                for name, codes in answered.items()
            },
            "brier": {name: brier(each, truth) for name, each in both.items()},
            "ece": {name: expected_calibration_error(each, truth) for name, each in both.items()},
        }


def learn_decision(
    classifier: Any,
    rows: Any,
    labels: NDArray,
    folds: Sequence[Fold],
    scorer: Scorer,
    jobs: int,
) -> Decision:
    """Learn calibration and thresholds from the training split.

    What thresholds bring is estimated by cross-fitting: those that answer a fold are learned,
    calibration included, from the other folds' answers. Both scores are of all items together,
    which for F1 is less biased than a mean over folds (Forman & Scholz 2010, "Apples-to-apples in
    cross-validation studies").

    Parameters
    ----------
    classifier : classifier
        With the chosen settings.
    rows : indexable of length n
        Training inputs, or what the classifier's ``prepare`` made of them.
    labels : numpy.ndarray of shape (n,)
        Training labels.
    folds : sequence of (fitted rows, held-out rows)
        Those of the search.
    scorer : Scorer
        With the run's metric.
    jobs : int
        Threads or processes over folds.
    """
    say("learning thresholds and calibration")
    candidate = clone(classifier).set_params(**getattr(classifier, "search_fields", {}))
    workers = "threads" if getattr(classifier, "threads", False) else "processes"
    answers = Parallel(n_jobs=min(jobs, len(folds)), prefer=workers)(
        delayed(_answer)(fold, candidate, rows, labels, scorer.classes) for fold in folds
    )
    held_out = [asked for _, asked in folds]
    plain, truth = np.concatenate(answers), encode(labels[np.concatenate(held_out)], scorer.classes)
    fold_of = np.repeat(np.arange(len(folds)), [len(asked) for asked in held_out])
    platt, thresholds = _learn(plain, truth, scorer)
    return Decision(platt, thresholds, scorer, _cross_fit(plain, truth, fold_of, scorer))


def _answer(
    fold: Fold, classifier: Any, rows: Any, labels: NDArray, classes: Sequence[str]
) -> NDArray[np.float64]:
    fitted, asked = fold
    known, unknown = (
        [rows[i] for i in part] if isinstance(rows, list) else rows[part] for part in fold
    )
    classifier = clone(classifier).fit(known, labels[fitted])  # threads share what they were given
    return _in_order(classifier.predict_proba(unknown), classifier.classes_, classes)


def _in_order(
    answers: NDArray[np.float64], columns: Sequence[str], classes: Sequence[str]
) -> NDArray[np.float64]:
    """Order columns as the classes; one that a fold's fitted rows lack has probability 0."""
    ordered = np.zeros((len(answers), len(classes)))
    ordered[:, encode(columns, classes)] = answers
    return ordered


def _learn(
    plain: NDArray[np.float64], truth: NDArray[np.int64], scorer: Scorer
) -> tuple[Platt, NDArray[np.float64]]:
    platt = Platt.fit(plain, truth)
    positive = None if scorer.positive is None else scorer.classes.index(scorer.positive)
    return platt, tune_thresholds(platt.calibrate(plain), truth, scorer.metric, positive)


def _cross_fit(
    plain: NDArray[np.float64], truth: NDArray[np.int64], fold_of: NDArray[np.int64], scorer: Scorer
) -> dict[str, float]:
    names = np.array(scorer.classes, dtype=object)
    answers, better = plain.argmax(axis=1), 0
    decided = np.empty_like(answers)
    n_folds = int(fold_of.max()) + 1
    for number in range(n_folds):
        here = fold_of == number
        platt, thresholds = _learn(plain[~here], truth[~here], scorer)
        decided[here] = decide(platt.calibrate(plain[here]), thresholds)
        one, other = (scorer(names[truth[here]], names[each[here]]) for each in (answers, decided))
        better += other > one
    return {
        "n": len(truth),
        "folds": n_folds,
        "plain": scorer(names[truth], names[answers]),
        "thresholds": scorer(names[truth], names[decided]),
        "better": int(better),
    }

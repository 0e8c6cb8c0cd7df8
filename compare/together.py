"""Both models together: a perfect router, their average, a stack, and a cascade.

Everything that is chosen is chosen on validation: the stack's weights, the cascade's threshold, and
which of them speaks for running both.
"""

from typing import Any

import numpy as np

from worthit.compare.alignment import Aligned, align
from worthit.compare.cascade import cascade_numbers
from worthit.compare.probabilities import sure_together
from worthit.compare.run import Run
from worthit.compare.stack import N_FOLDS, best_stack, mix, stacked_out_of_fold
from worthit.compare.yardstick import Yardstick

__all__ = ["together_numbers"]

COMBINATIONS = ("average", "cascade", "stack")  # of equally good ones, the simplest is chosen


def together_numbers(
    baseline: Run, model: Run, metric: str, positive: str | None, margin: float
) -> dict[str, Any]:
    """Collect what the report says about using both models, of the first seed each.

    Parameters
    ----------
    baseline, model : Run
        With probabilities, of test and of validation.
    metric : str
        The chosen metric.
    positive : str, optional
        The positive class.
    margin : float
        The difference that matters to the reader, as a fraction: the cascade may lose half of it.

    Returns
    -------
    dict
        ``oracle``, and either ``average``, ``stack`` and ``cascade``, with the one ``chosen`` on
        validation, or ``missing``: why not.
    """
    runs = [baseline, model]
    aligned = align(runs)
    classes = aligned.classes
    place = None if positive is None else classes.index(positive)
    on_test = Yardstick(aligned, metric, place)
    numbers = _router(on_test)
    test = sure_together(runs, classes)
    if isinstance(test, str):
        return {**numbers, "missing": test}
    numbers["average"] = on_test.compare(_average(test.probabilities))
    validation = sure_together(runs, classes, "validation")
    if isinstance(validation, str):
        return {**numbers, "missing": validation}
    ids = tuple(map(str, range(len(validation.truth))))
    there = Aligned(ids, classes, validation.truth, validation.answers, validation.groups)
    on_validation = Yardstick(there, metric, place)
    weights, balanced = best_stack(validation.probabilities, on_validation)
    stacked = stacked_out_of_fold(validation.probabilities, on_validation)
    numbers["average"]["validation_score"] = on_validation.score(_average(validation.probabilities))
    numbers["stack"] = {
        **on_test.compare(mix(weights, test.probabilities).argmax(axis=1)),
        "weights": [float(weight) for weight in weights[:2]],
        "balanced": balanced,
        "n_validation": len(validation.truth),
        "folds": min(N_FOLDS, there.n_groups or len(ids)),
        "validation_score": on_validation.score(stacked),
    }
    numbers["cascade"] = cascade_numbers(test, on_test, validation, on_validation, margin)
    alone = zip(("baseline", "model"), validation.answers, strict=True)
    numbers["validation"] = {side: on_validation.score(answers) for side, answers in alone}
    combined = {name: numbers[name]["validation_score"] for name in COMBINATIONS}
    return {**numbers, "chosen": max(combined, key=lambda name: combined[name])}


def _router(test: Yardstick) -> dict[str, Any]:
    """Score either model, and a perfect choice between the two."""
    truth = test.aligned.truth
    one, other = test.aligned.answers
    right = other == truth
    oracle = np.where(right, other, one)
    return {
        "n": len(truth),
        "baseline": test.score(one),
        "model": test.score(other),
        "oracle": {
            "score": test.score(oracle),
            "accuracy": float(np.mean(oracle == truth)),
            "baseline_accuracy": float(np.mean(one == truth)),
            "model_accuracy": float(np.mean(right)),
        },
    }


def _average(probabilities: np.ndarray) -> np.ndarray:
    return probabilities.mean(axis=0).argmax(axis=1)

"""Both models together: a perfect router, their average, a stack, and a cascade.

Everything that is chosen is chosen on validation: the stack's weights, the cascade's threshold, and
which of them speaks for running both.
"""

from dataclasses import replace
from typing import Any

import numpy as np
from scipy import optimize, special, stats

from worthit.compare.alignment import Aligned, align
from worthit.compare.bootstrap import bootstrap, interval
from worthit.compare.influence import influences, standard_errors
from worthit.compare.metrics import metric_values
from worthit.compare.probabilities import Sure, sure_together
from worthit.compare.refusal import refusal_of
from worthit.compare.run import Run
from worthit.compare.scores import class_counts
from worthit.compare.units import units_of

__all__ = ["fit_stack", "together_numbers"]

COMBINATIONS = ("average", "cascade", "stack")  # of equally good ones, the simplest is chosen
SHARES = tuple(round(0.05 * step, 2) for step in range(21))
RESAMPLES = 2000  # six intervals beside the main one: ends good to a tenth of their width
RIDGE = 1e-3  # keeps weights finite where one model is never wrong on validation
ROUNDING = 1e-12  # scores that differ by less are one score
LEAST = 1e-6  # a probability below it is taken as this: its logarithm must not decide alone


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
    aligned = align([baseline, model])
    place = None if positive is None else aligned.classes.index(positive)
    judge = _Judge(aligned, metric, place)
    one, other = aligned.answers
    right = other == aligned.truth
    oracle = np.where(right, other, one)
    numbers: dict[str, Any] = {
        "n": len(aligned.ids),
        "baseline": judge.score(one),
        "model": judge.score(other),
        "oracle": {
            "score": judge.score(oracle),
            "accuracy": float(np.mean(oracle == aligned.truth)),
            "baseline_accuracy": float(np.mean(one == aligned.truth)),
            "model_accuracy": float(np.mean(right)),
        },
    }
    runs = [baseline, model]
    test = sure_together(runs, aligned.classes)
    if isinstance(test, str):
        return {**numbers, "missing": test}
    average = test.probabilities.mean(axis=0).argmax(axis=1)
    numbers["average"] = judge.compare(average)
    validation = sure_together(runs, aligned.classes, "validation")
    if isinstance(validation, str):
        return {**numbers, "missing": validation}

    def there(answers: np.ndarray) -> float:
        return _score(metric, validation.truth, answers, len(aligned.classes), place)

    numbers["average"]["validation_score"] = there(
        validation.probabilities.mean(axis=0).argmax(axis=1)
    )
    weights, balanced = _best_stack(validation, metric, place)
    numbers["stack"] = {
        **judge.compare(_mix(weights, test.probabilities).argmax(axis=1)),
        "weights": [float(weight) for weight in weights[:2]],
        "balanced": balanced,
        "n_validation": len(validation.truth),
        "validation_score": there(_mix(weights, validation.probabilities).argmax(axis=1)),
    }
    numbers["cascade"] = _cascade(judge, test, validation, margin)
    one, other = validation.answers
    numbers["validation"] = {"baseline": there(one), "model": there(other)}
    combined = {name: numbers[name]["validation_score"] for name in COMBINATIONS}
    return {**numbers, "chosen": max(combined, key=lambda name: combined[name])}


class _Judge:
    """Scores answers to the test items, and sets them against both models."""

    def __init__(self, aligned: Aligned, metric: str, positive: int | None) -> None:
        self.aligned, self.metric, self.positive = aligned, metric, positive
        self.refused = refusal_of(aligned, metric, positive) is not None

    def score(self, answers: np.ndarray) -> float:
        return _score(self.metric, self.aligned.truth, answers, self._k, self.positive)

    @property
    def _k(self) -> int:
        return len(self.aligned.classes)

    def compare(self, answers: np.ndarray) -> dict[str, Any]:
        """Score, and the difference from either model with its interval."""
        result: dict[str, Any] = {"score": self.score(answers)}
        for place, side in enumerate(("baseline", "model")):
            pair = replace(self.aligned, answers=np.stack([self.aligned.answers[place], answers]))
            samples, _ = bootstrap(
                units_of(pair), ([0], [1]), self.metric, self.positive, n_resamples=RESAMPLES
            )
            low, high = (None, None) if self.refused else interval(samples)
            result[f"against_{side}"] = {"difference": samples.observed, "low": low, "high": high}
        return result


def _score(
    metric: str, truth: np.ndarray, answers: np.ndarray, k: int, positive: int | None
) -> float:
    return float(metric_values(metric, *class_counts(truth, answers, k), positive))


def _best_stack(validation: Sure, metric: str, positive: int | None) -> tuple[np.ndarray, bool]:
    """Fit a stack with items counting alike, or with classes counting alike where that pays.

    The likelihood is for the common classes; a metric that counts every class alike may not be. But
    a few items of a rare class then weigh as much as all of a common one, so that it must score
    higher by more than its standard error.
    """
    truth, k = validation.truth, validation.probabilities.shape[-1]
    fits = [fit_stack(validation.probabilities, truth, balanced=each) for each in (False, True)]
    answers = [_mix(weights, validation.probabilities).argmax(axis=1) for weights in fits]
    scores = [_score(metric, truth, each, k, positive) for each in answers]
    error = _standard_error(truth, answers[0], answers[1], k, metric, positive)
    balanced = scores[1] - scores[0] > error + ROUNDING
    return fits[int(balanced)], bool(balanced)


def fit_stack(
    probabilities: np.ndarray, truth: np.ndarray, *, balanced: bool = False
) -> np.ndarray:
    """Fit a logarithmic pool: how much to trust either model, and each class's head start.

    ``p_k ~ exp(w_1 log p_1k + w_2 log p_2k + b_k)``, by maximum likelihood with a slight ridge
    (Genest & Zidek 1986, "Combining probability distributions"): 2 + k numbers, so that a small
    validation split is enough.

    Parameters
    ----------
    probabilities : numpy.ndarray of shape (2, n, k)
        Of the two models on validation.
    truth : numpy.ndarray of int, shape (n,)
        Positions of the true classes.
    balanced : bool
        Whether every class counts alike, instead of every item.

    Returns
    -------
    numpy.ndarray of shape (2 + k,)
        The two weights, then the head starts.
    """
    n, k = probabilities.shape[1:]
    logs = np.log(np.maximum(probabilities, LEAST))
    hit = np.eye(k)[truth]
    counts = np.bincount(truth, minlength=k)
    share = 1 / (counts[truth] * np.count_nonzero(counts)) if balanced else np.full(n, 1 / n)
    # The ridge pulls towards an even geometric mean, not towards guessing.
    middle = np.concatenate([[0.5, 0.5], np.zeros(k)])

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        scores = _mix(weights, probabilities)
        surprise = special.logsumexp(scores, axis=1) - scores[np.arange(n), truth]
        excess = share[:, None] * (special.softmax(scores, axis=1) - hit)  # (n, k)
        slopes = [(excess * log).sum() for log in logs] + list(excess.sum(axis=0))
        away = weights - middle
        return share @ surprise + RIDGE * (away**2).sum(), np.array(slopes) + 2 * RIDGE * away

    return optimize.minimize(loss, middle, jac=True, method="L-BFGS-B").x


def _mix(weights: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    logs = np.log(np.maximum(probabilities, LEAST))
    return weights[0] * logs[0] + weights[1] * logs[1] + weights[2:]


def _cascade(judge: _Judge, test: Sure, validation: Sure, margin: float) -> dict[str, Any]:
    """Send the items that the baseline is least sure of to the model."""
    metric, positive, k = judge.metric, judge.positive, test.probabilities.shape[-1]
    order = np.argsort(test.probabilities[0].max(axis=1), kind="stable")
    curve = []
    for share in SHARES:
        answers = _sent(test, order[: round(share * len(order))])
        curve.append({"share": share, "score": _score(metric, test.truth, answers, k, positive)})
    threshold, score, best = _threshold(validation, metric, positive, margin)
    chosen = np.flatnonzero(test.probabilities[0].max(axis=1) < threshold)
    return {
        "curve": curve,
        "threshold": threshold,
        "validation_score": score,
        "validation_best": best,
        "share": len(chosen) / len(order),
        **judge.compare(_sent(test, chosen)),
    }


def _sent(sure: Sure, items: np.ndarray) -> np.ndarray:
    answers = sure.answers[0].copy()
    answers[items] = sure.answers[1][items]
    return answers


def _threshold(
    validation: Sure, metric: str, positive: int | None, margin: float
) -> tuple[float, float, float]:
    """Choose below which probability to send an item on: the fewest items that do as well as any.

    As well: what is lost against the best limit, with the upper end of its 95 % interval, lies
    within half the margin (a test of non-inferiority). The curve is flat where both models are
    good, and its highest point there is chance.

    Returns
    -------
    threshold, score, best : float
        The limit, its score on validation, and the best score there of any limit.
    """
    top, k = validation.probabilities[0].max(axis=1), validation.probabilities.shape[-1]
    limits = [0.0, *np.quantile(top, SHARES[1:-1]), 1.1]  # above 1 everything is sent
    answers = [_sent(validation, np.flatnonzero(top < limit)) for limit in limits]
    scores = [_score(metric, validation.truth, each, k, positive) for each in answers]
    best = int(np.argmax(scores))  # of equally good ones, fewest are sent

    def most_lost(place: int) -> float:
        pair = (answers[place], answers[best])
        error = _standard_error(validation.truth, *pair, k, metric, positive)
        return scores[best] - scores[place] + stats.norm.ppf(0.975) * error

    within = (place for place in range(best) if most_lost(place) <= margin / 2 + ROUNDING)
    chosen = next(within, best)
    return float(limits[chosen]), scores[chosen], scores[best]


def _standard_error(
    truth: np.ndarray, one: np.ndarray, other: np.ndarray, k: int, metric: str, positive: int | None
) -> float:
    """Return the standard error of the difference between two lists of answers."""
    classes = tuple(str(place) for place in range(k))
    units = units_of(Aligned((), classes, truth, np.stack([one, other]), None))
    influence = influences(units, units.observed(), np.array([-1.0, 1.0]), metric, positive)
    return float(standard_errors(units, units.weights[None], influence)[0])

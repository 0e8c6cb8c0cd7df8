"""A stack of two models: their probabilities weighed by what validation says of each."""

from dataclasses import replace

import numpy as np
from scipy import optimize, special

from worthit.compare.yardstick import Yardstick

__all__ = ["N_FOLDS", "best_stack", "fit_stack", "mix", "stacked_out_of_fold"]

N_FOLDS = 5  # fewer where there are fewer items, or groups
RIDGE = 1e-3  # keeps weights finite where one model is never wrong on validation
LEAST = 1e-6  # a probability below it is taken as this: its logarithm must not decide alone
ROUNDING = 1e-12  # scores that differ by less are one score


def best_stack(probabilities: np.ndarray, validation: Yardstick) -> tuple[np.ndarray, bool]:
    """Fit a stack with items counting alike, or with classes counting alike where that pays.

    The likelihood is for the common classes; a metric that counts every class alike may not be. But
    a few items of a rare class then weigh as much as all of a common one, so that it must score
    higher by more than its standard error.

    Parameters
    ----------
    probabilities : numpy.ndarray of shape (2, n, k)
        Of the two models on validation.
    validation : Yardstick
        Scores answers there.

    Returns
    -------
    weights : numpy.ndarray of shape (2 + k,)
        As of :func:`fit_stack`.
    balanced : bool
        Whether classes count alike.
    """
    truth = validation.aligned.truth
    if not len(truth):  # all items are of one group, and that is out of fold
        return _even(probabilities.shape[2]), False
    fits = [fit_stack(probabilities, truth, balanced=each) for each in (False, True)]
    plain, even = (mix(weights, probabilities).argmax(axis=1) for weights in fits)
    gain = validation.score(even) - validation.score(plain)
    balanced = gain > validation.error(plain, even) + ROUNDING
    return fits[int(balanced)], bool(balanced)


def stacked_out_of_fold(
    probabilities: np.ndarray, validation: Yardstick, *, seed: int = 0
) -> np.ndarray:
    """Answer every validation item by a stack fitted without its fold.

    Answers to the items that a stack was fitted on would score too high beside those of ways to
    combine that fit less.

    Parameters
    ----------
    probabilities : numpy.ndarray of shape (2, n, k)
        Of the two models on validation.
    validation : Yardstick
        Scores answers there.
    seed : int
        Of the parting into folds; groups stay whole.

    Returns
    -------
    numpy.ndarray of int, shape (n,)
        Positions of the answers.
    """
    aligned = validation.aligned
    folds = _folds(len(aligned.truth), aligned.groups, seed)
    answers = np.empty(len(folds), dtype=int)
    for fold in np.unique(folds):
        out = folds == fold
        rest = replace(validation, aligned=aligned.take(~out))
        weights, _ = best_stack(probabilities[:, ~out], rest)
        answers[out] = mix(weights, probabilities[:, out]).argmax(axis=1)
    return answers


def _folds(n: int, groups: np.ndarray | None, seed: int) -> np.ndarray:
    """Part items, or whole groups, by lot into folds of about equally many."""
    units = np.arange(n) if groups is None else groups
    n_units = int(units.max()) + 1
    order = np.random.default_rng(seed).permutation(n_units)
    return (order % min(N_FOLDS, n_units))[units]


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
    middle = _even(k)  # the ridge pulls towards it, not towards guessing

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        scores = mix(weights, probabilities)
        surprise = special.logsumexp(scores, axis=1) - scores[np.arange(n), truth]
        excess = share[:, None] * (special.softmax(scores, axis=1) - hit)  # (n, k)
        slopes = [(excess * log).sum() for log in logs] + list(excess.sum(axis=0))
        away = weights - middle
        return share @ surprise + RIDGE * (away**2).sum(), np.array(slopes) + 2 * RIDGE * away

    return optimize.minimize(loss, middle, jac=True, method="L-BFGS-B").x


def _even(k: int) -> np.ndarray:
    """Return the weights of an even geometric mean."""
    return np.concatenate([[0.5, 0.5], np.zeros(k)])


def mix(weights: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """Return the stack's scores, shape (n, k), highest for what it answers."""
    logs = np.log(np.maximum(probabilities, LEAST))
    return weights[0] * logs[0] + weights[1] * logs[1] + weights[2:]

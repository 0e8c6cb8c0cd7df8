"""A stack of two models: their probabilities weighed by what validation says of each."""

import numpy as np
from scipy import optimize, special

from worthit.compare.yardstick import Yardstick

__all__ = ["best_stack", "fit_stack", "mix"]

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
    fits = [fit_stack(probabilities, truth, balanced=each) for each in (False, True)]
    plain, even = (mix(weights, probabilities).argmax(axis=1) for weights in fits)
    gain = validation.score(even) - validation.score(plain)
    balanced = gain > validation.error(plain, even) + ROUNDING
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
        scores = mix(weights, probabilities)
        surprise = special.logsumexp(scores, axis=1) - scores[np.arange(n), truth]
        excess = share[:, None] * (special.softmax(scores, axis=1) - hit)  # (n, k)
        slopes = [(excess * log).sum() for log in logs] + list(excess.sum(axis=0))
        away = weights - middle
        return share @ surprise + RIDGE * (away**2).sum(), np.array(slopes) + 2 * RIDGE * away

    return optimize.minimize(loss, middle, jac=True, method="L-BFGS-B").x


def mix(weights: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """Return the stack's scores, shape (n, k), highest for what it answers."""
    logs = np.log(np.maximum(probabilities, LEAST))
    return weights[0] * logs[0] + weights[1] * logs[1] + weights[2:]

"""Answers to skewed classes: weights in the loss, or another choice of training rows."""

import numpy as np

from worthit.core.errors import InputError

__all__ = ["BALANCES", "check_balance", "class_weights", "resampled"]

BALANCES = ("none", "weights", "oversample", "undersample")


def check_balance(balance: str) -> None:
    """Refuse what a network cannot do.

    Raises
    ------
    InputError
        If ``balance`` is not one of ``BALANCES``.
    """
    choices = ", ".join(BALANCES)
    if balance == "smote":
        raise InputError(
            "Got balance='smote', which mixes feature vectors, and a neural model has token ids; "
            f"choose one of {choices}."
        )
    if balance not in BALANCES:
        raise InputError(f"Unknown balance {balance!r}; choose one of {choices}.")


def class_weights(labels: np.ndarray, balance: str) -> np.ndarray | None:
    """Weigh each class by the inverse of its frequency, so that the mean over rows is 1.

    Returns
    -------
    numpy.ndarray or None
        ``n / (n_classes * count)`` for each class; None unless ``balance`` is ``weights``.
    """
    if balance != "weights":
        return None
    counts = np.bincount(labels)
    return len(labels) / (len(counts) * counts)


def resampled(labels: np.ndarray, balance: str, seed: int) -> np.ndarray:
    """Choose the rows to train on.

    Parameters
    ----------
    labels : numpy.ndarray
        Class numbers of the training rows.
    balance : str
        ``oversample`` repeats rows of the smaller classes until all are as large as the largest,
        ``undersample`` drops rows until all are as small as the smallest; else every row is
        taken once.
    seed : int
        Seed of the choice.

    Returns
    -------
    numpy.ndarray
        Row numbers, ascending.
    """
    counts = np.bincount(labels)
    generator = np.random.default_rng(seed)
    members = [np.flatnonzero(labels == number) for number in range(len(counts))]
    if balance == "oversample":
        extra = [generator.choice(rows, counts.max() - len(rows)) for rows in members]
        return np.sort(np.concatenate([*members, *extra]))
    if balance == "undersample":
        chosen = [generator.choice(rows, counts.min(), replace=False) for rows in members]
        return np.sort(np.concatenate(chosen))
    return np.arange(len(labels))

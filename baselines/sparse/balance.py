"""Class balancing of the rows being fitted: weights in the loss, or resampled rows."""

import numpy as np
from imblearn.over_sampling import SMOTE, RandomOverSampler
from imblearn.under_sampling import RandomUnderSampler
from numpy.typing import NDArray
from scipy import sparse

from worthit.core.errors import InputError

__all__ = ["BALANCES", "balance_rows", "balance_weights"]

BALANCES = ("none", "weights", "oversample", "undersample", "smote")


def balance_weights(codes: NDArray[np.int64], n_classes: int) -> NDArray[np.float64]:
    """Weigh items so that every class weighs the same: n / (n_classes * count of its class).

    Parameters
    ----------
    codes : numpy.ndarray of shape (n_items,)
        Class numbers from 0.
    n_classes : int
        Number of classes.

    Returns
    -------
    numpy.ndarray of shape (n_items,)
        With mean 1.
    """
    counts = np.bincount(codes, minlength=n_classes)
    return (len(codes) / (n_classes * counts))[codes]


def balance_rows(
    features: sparse.csr_array, codes: NDArray[np.int64], how: str, seed: int
) -> tuple[sparse.csr_array, NDArray[np.int64]]:
    """Resample rows so that every class has as many, by imbalanced-learn.

    Parameters
    ----------
    features : scipy.sparse.csr_array of shape (n_items, n_features)
        Features of the rows being fitted, and of those alone.
    codes : numpy.ndarray of shape (n_items,)
        Class numbers.
    how : str
        ``"oversample"``, ``"undersample"`` or ``"smote"`` (Chawla 2002).
    seed : int
        For the draw.

    Returns
    -------
    tuple of features and codes
        Of the resampled rows.

    Raises
    ------
    InputError
        If a class is too small for SMOTE's neighbours.
    """
    samplers = {
        "oversample": RandomOverSampler(random_state=seed),
        "undersample": RandomUnderSampler(random_state=seed),
    }
    if how in samplers:
        # Rows are chosen by number: resampling the matrix itself would copy it twice.
        chosen, new_codes = samplers[how].fit_resample(np.arange(len(codes))[:, None], codes)
        return features[chosen.ravel()], new_codes
    smallest = int(np.bincount(codes).min())
    if smallest < 2:
        raise InputError(
            "balance 'smote' got a class with a single item to fit on; it needs two and more: "
            "choose 'weights' or 'oversample'."
        )
    smote = SMOTE(k_neighbors=min(5, smallest - 1), random_state=seed)
    resampled, new_codes = smote.fit_resample(sparse.csr_matrix(features), codes)
    return sparse.csr_array(resampled), new_codes

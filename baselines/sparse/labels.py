"""Checks at the door of ``fit``, shared by the baselines."""

from collections.abc import Sequence, Sized

import numpy as np
from numpy.typing import NDArray

from worthit.core.errors import InputError

__all__ = ["check_choice", "encode_labels"]


def encode_labels(inputs: Sized, labels: Sequence) -> tuple[NDArray, NDArray[np.int64]]:
    """Check that labels fit the inputs and number them.

    Parameters
    ----------
    inputs : sized of length n
        Training inputs.
    labels : sequence of length n
        Their labels.

    Returns
    -------
    tuple of numpy.ndarray of shape (n_classes,) and numpy.ndarray of shape (n,)
        Sorted classes, and for each label its position among them.

    Raises
    ------
    InputError
        If the lengths differ or there are fewer than two classes.
    """
    if len(inputs) != len(labels):
        raise InputError(
            f"Got {len(labels)} labels for {len(inputs)} inputs; every input needs one label."
        )
    classes, codes = np.unique(np.asarray(labels, dtype=object), return_inverse=True)
    if len(classes) < 2:
        raise InputError(
            f"Got labels of {len(classes)} class ({', '.join(map(str, classes))}); a classifier "
            "needs two and more: check the label column."
        )
    return classes, codes


def check_choice(field: str, value: str, choices: Sequence[str]) -> None:
    """Refuse a value that is not among a field's choices.

    Raises
    ------
    InputError
        Naming the field, the value and the choices.
    """
    if value not in choices:
        raise InputError(f"Got {field}='{value}'; choose one of {', '.join(choices)}.")

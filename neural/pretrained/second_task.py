"""Labels of a second task: another column of the data, which may be blank here and there."""

from collections.abc import Sequence

import numpy as np

from worthit.core.errors import InputError

__all__ = ["note_of", "number_labels"]


def number_labels(
    column: str, labels: Sequence | np.ndarray | None, n_inputs: int
) -> tuple[list[str], np.ndarray]:
    """Turn the labels of a second task into numbers.

    Parameters
    ----------
    column : str
        Its name, for messages.
    labels : sequence, numpy.ndarray or None
        One for each input, None, NaN or blank where there is none.
    n_inputs : int
        How many there should be.

    Returns
    -------
    tuple of list of str and numpy.ndarray
        The classes, sorted, and each input's class number, -1 where it has none.

    Raises
    ------
    InputError
        If labels are missing, or there are fewer than two classes.
    """
    if labels is None or len(labels) != n_inputs:
        given = "none" if labels is None else len(labels)
        raise InputError(
            f"Got auxiliary={column!r} and {given} labels of that column for {n_inputs} training "
            "inputs; every input needs one, which may be blank."
        )
    names = ["" if one is None or one != one else str(one).strip() for one in labels]
    classes = sorted(set(names) - {""})
    if len(classes) < 2:
        raise InputError(
            f"The auxiliary column {column!r} has {len(classes)} labels; a second task needs at "
            "least two."
        )
    numbers = {name: number for number, name in enumerate(classes)}
    return classes, np.array([numbers.get(name, -1) for name in names])


def note_of(column: str | None, classes: Sequence[str], numbers: np.ndarray, weight: float) -> str:
    """Say what a second head learned, from how many inputs, and how much it counted.

    Parameters
    ----------
    column : str or None
        The task's name.
    classes, numbers
        What :func:`number_labels` returned.
    weight : float
        Of its loss, beside that of the task's own.
    """
    n_labelled = np.count_nonzero(numbers >= 0)
    return (
        f"A second head learned {len(classes)} classes of {column!r} from {n_labelled:,} of "
        f"{len(numbers):,} training inputs, its loss weighted {weight:g}; only the first head "
        "answers."
    )

"""Which of two classes is the positive one, decided the same way wherever data comes in."""

from collections import Counter
from collections.abc import Iterable, Sequence

__all__ = ["positive_class"]

# Labels that name the class people look for, in the order in which they are tried.
NAMES = ("1", "true", "yes", "positive", "pos", "toxic", "spam", "hate", "offensive")


def positive_class(classes: Sequence[str], labels: Iterable[str]) -> str | None:
    """Name the positive class of two: by its name, else the rarer one.

    Parameters
    ----------
    classes : sequence of str
        All classes.
    labels : iterable of str
        Labels to count where no name tells.

    Returns
    -------
    str or None
        None where there are not exactly two classes.

    Examples
    --------
    >>> positive_class(["ham", "Spam"], [])
    'Spam'
    >>> positive_class(["a", "b"], ["a", "b", "b"])
    'a'
    """
    if len(classes) != 2:
        return None
    by_name = {label.strip().lower(): label for label in classes}
    for name in NAMES:
        if name in by_name:
            return by_name[name]
    counts = Counter(labels)
    return min(classes, key=lambda label: (counts[label], label))

"""Which features speak for a class: the largest coefficients, by name."""

import numpy as np
from numpy.typing import NDArray

from worthit.baselines.sparse.features import Features
from worthit.baselines.sparse.logistic import LinearModel

__all__ = ["strongest_features"]


def strongest_features(
    features: Features, model: LinearModel, classes: NDArray, n: int
) -> dict[str, list[tuple[str, float]]]:
    """Name the n features with the largest positive coefficients for each class.

    Words are named where there are any, characters otherwise: pieces of words say little to a
    reader who can see the words.

    Parameters
    ----------
    features : Features
        Fitted.
    model : LinearModel
        Fitted on them.
    classes : numpy.ndarray of shape (n_classes,)
        Labels in the order of the problems.
    n : int
        Features for each class.

    Returns
    -------
    dict of str to list of (str, float)
        Names with coefficients, strongest first, for each class.
    """
    analyzers = [
        analyzer
        for (analyzer, _), block in zip(features.keys, features.blocks, strict=True)
        for _ in range(len(block.columns))
    ]
    analyzers += ["share"] * features.n_shares
    shown = np.array([analyzer != "char" for analyzer in analyzers])
    candidates = np.flatnonzero(shown if "word" in analyzers else np.ones(len(shown), dtype=bool))
    names = features.names
    found = {}
    for number, label in enumerate(classes):
        column = model.coefficients[:, 0 if len(classes) == 2 else number]
        weights = (-column if len(classes) == 2 and number == 0 else column)[candidates]
        order = np.argsort(-weights, kind="stable")[:n]
        found[str(label)] = [
            (names[candidates[i]], float(weights[i])) for i in order if weights[i] > 0
        ]
    return found

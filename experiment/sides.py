"""How far a part of each pair goes: one side alone, and how much the sides overlap alone."""

import time
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from worthit.baselines.sparse.counts import count
from worthit.baselines.tfidf import TfidfClassifier
from worthit.compare.gain import gain
from worthit.compare.scores import score
from worthit.core.progress import say
from worthit.corpus.language import normalise
from worthit.experiment.protocol import Material

__all__ = ["fit_sides"]

Pairs = list[tuple[str, str]]
BALANCE = "none"


def fit_sides(material: Material, seed: int, jobs: int) -> list[dict[str, Any]]:
    """Fit on each side of the pairs alone, and on the overlap of the sides alone.

    Where one side is enough to tell the labels, they leak through it: what the data asks was not
    needed (Gururangan et al. 2018; Poliak et al. 2018). Nothing is tuned, and nothing is chosen by
    the test scores, which belong to the same look at the test split as the run's own. Classes are
    not balanced: that gives up the accuracy which is held against the majority floor.

    Parameters
    ----------
    material : Material
        What a run on pairs worked on.
    seed : int
        Of the run.
    jobs : int
        Threads.

    Returns
    -------
    list of dict
        ``what`` (``"first"``, ``"second"``, ``"overlap"``), ``column`` (of the side), ``test``
        (scores), ``gain`` (what accuracy gains over the majority floor), ``balance`` (of
        classes), ``seconds``; empty where the data is not pairs.
    """
    dataset = material.dataset
    if dataset.kind != "pair":
        return []
    say("fitting on one side of the pairs alone")
    pairs, labels = material.both
    test = normalise(dataset.test.inputs, dataset.language)
    columns = dataset.columns if len(dataset.columns) == 2 else (None, None)
    truth, groups = dataset.test.labels, dataset.test.groups
    known, counts = np.unique(dataset.train.labels.astype(str), return_counts=True)
    floor = np.full(len(test), known[counts.argmax()], dtype=object)
    found = []
    for what, column in (("first", columns[0]), ("second", columns[1]), ("overlap", None)):
        start = time.perf_counter()
        if what == "overlap":
            answers = _by_overlap(pairs, labels, test)
        else:
            side = int(what == "second")
            alone = TfidfClassifier(balance=BALANCE, seed=seed, jobs=jobs).fit(
                [pair[side] for pair in pairs], labels.tolist()
            )
            answers = alone.predict([pair[side] for pair in test])
        found.append(
            {
                "what": what,
                "column": column,
                "test": score(truth, answers, dataset.classes, dataset.positive),
                "gain": gain(truth, floor, answers, groups, dataset.classes, "accuracy"),
                "balance": BALANCE,
                "seconds": time.perf_counter() - start,
            }
        )
    return found


def _by_overlap(pairs: Pairs, labels: NDArray, test: Pairs) -> NDArray:
    """Answer from which share of either side's n-grams stands in the other, whatever they are."""
    linear = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    return linear.fit(_shares(pairs), labels).predict(_shares(test))


def _shares(pairs: Pairs) -> NDArray[np.float64]:
    shares = count(pairs).shares
    return np.hstack([shares["word"], shares["char"]])

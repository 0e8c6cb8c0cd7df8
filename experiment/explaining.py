"""What a run's page tells beyond scores: ladder, L1 path, importances, sides of pairs, words.

All of it is learned from train and validation, but for test scores, which nothing is chosen by, and
none of it counts as tuning time.
"""

from typing import Any

from worthit.core.progress import say
from worthit.experiment.importances import importances
from worthit.experiment.ladder import climb
from worthit.experiment.path import follow_path
from worthit.experiment.protocol import Material, Outcome
from worthit.experiment.scoring import Scorer
from worthit.experiment.sides import fit_sides

__all__ = ["explain"]


def explain(
    outcome: Outcome, material: Material, scorer: Scorer, outer_folds: int, jobs: int
) -> dict[str, Any]:
    """Put the entries of run.json together that explain a finished run.

    Parameters
    ----------
    outcome : Outcome
        The finished run. Importances are added to the record of its search.
    material : Material
        What it worked on.
    scorer : Scorer
        With the run's metric.
    outer_folds : int
        Over outer folds there is no ladder, path or side: each fold would have its own.
    jobs : int
        Processes, or threads.

    Returns
    -------
    dict
        ``ladder``, ``path``, ``sides`` of pairs, and what ``describe_words`` of the classifier
        returns.
    """
    classifier, found = outcome.classifier, outcome.found
    if found:
        found.record["importances"] = importances(
            found.record["trials"], found.space, classifier.seed
        )
    if outer_folds:
        return {"ladder": [], "path": []}
    explained = hasattr(classifier, "rungs") or hasattr(classifier, "fit_path")
    prepared = classifier.prepare(material.train) if found and explained else None
    labels = material.dataset.train.labels
    return {
        "ladder": climb(outcome, material, scorer, jobs, prepared),
        "path": follow_path(classifier, prepared, labels, material.folds, scorer, jobs)
        if found
        else [],
        "sides": fit_sides(material, classifier.seed, jobs)
        if classifier.family == "linear"
        else [],
        **_words(classifier, material),
    }


def _words(classifier: Any, material: Material) -> dict[str, Any]:
    if not hasattr(classifier, "describe_words"):
        return {}
    say("looking up words in the training texts")
    return classifier.describe_words(*material.both)

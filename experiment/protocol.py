"""The protocol for one model: search on train, fit, refit, and answer the test split."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone

from worthit.core.errors import InputError
from worthit.core.launched import n_launched
from worthit.core.progress import say
from worthit.corpus import Dataset, Split
from worthit.corpus.language import normalise
from worthit.experiment.decision import Decision, learn_decision
from worthit.experiment.epochs import kept, learns_by_epoch
from worthit.experiment.folds import Fold, make_folds, take
from worthit.experiment.models import fields_of, find, new_classifier
from worthit.experiment.scoring import Scorer
from worthit.experiment.spec import Spec
from worthit.experiment.study import worker_of
from worthit.experiment.tuning import Search, search

__all__ = ["Material", "Outcome", "answer", "follow_protocol", "second_labels", "start"]


@dataclass(frozen=True)
class Material:
    """What a run works on: normalised inputs with their labels, and the inner folds.

    Attributes
    ----------
    dataset : Dataset
        For labels and ids.
    train, validation : list
        Normalised inputs.
    folds : list of (fitted rows, held-out rows)
        Of train, empty without a search. For a network, one: fitted on train, held out
        validation, as rows of both.
    """

    dataset: Dataset
    train: list[Any]
    validation: list[Any]
    folds: list[Fold]

    @property
    def both(self) -> tuple[list[Any], NDArray]:
        """Inputs and labels of train and validation together."""
        labels = [self.dataset.train.labels, self.dataset.validation.labels]
        return self.train + self.validation, np.concatenate(labels)


@dataclass
class Outcome:
    """A fitted classifier and its answers.

    Attributes
    ----------
    classifier : classifier
        As it answered the test split.
    found : Search or None
        None without a search.
    decision : Decision or None
        Thresholds and calibration; for a searched linear baseline on one test split.
    on_validation, on_test : numpy.ndarray of shape (n_items, n_classes)
        Probabilities. A baseline answered validation before it was refitted with it.
    truncated : numpy.ndarray of bool, shape (n_items,), or None
        Which test items the classifier's ``max_length`` cut; None where it has none.
    seconds : dict of str to float
        ``tune_seconds``, ``fit_seconds``, ``predict_seconds``; of the first, ``decision_seconds``
        went into thresholds and calibration. Where a search's own network is kept, its training
        counts as the fit and no more as tuning, together with what the frozen part took in whatever
        trial it ran; what it took there for a fit after the search counts likewise.
        ``search_seconds`` are those of the whole search.
    """

    classifier: Any
    found: Search | None = None
    decision: Decision | None = None
    on_validation: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 0)))
    on_test: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 0)))
    truncated: NDArray[np.bool_] | None = None
    seconds: dict[str, float] = field(default_factory=dict)


def start(dataset: Dataset, spec: Spec, jobs: int) -> Any:
    """Make the classifier that a run starts from.

    A network also learns which metric chooses its epoch, and which class is the positive one.

    Raises
    ------
    InputError
        If the model has no such field.
    """
    neural = find(spec.model).family == "neural"
    driven = {"metric": spec.metric, "positive": dataset.positive} if neural else {}
    fields = fields_of(spec.model) if driven else {}
    driven = {name: value for name, value in driven.items() if name in fields}
    return new_classifier(spec.model, driven | spec.settings, spec.seed, jobs)


def second_labels(classifier: Any, split: Split) -> dict[str, NDArray]:
    """Return the labels of a second task, as ``fit`` takes them, where the classifier names one.

    Raises
    ------
    InputError
        If the data has no such column.
    """
    column = getattr(classifier, "auxiliary", None)
    if column is None:
        return {}
    if column not in split.extra:
        known = ", ".join(map(repr, split.extra.columns)) or "none"
        raise InputError(
            f"Got auxiliary={column!r}, but the data has no such column beside text and label; "
            f"there are {known}."
        )
    return {"auxiliary": split.extra[column].to_numpy(dtype=object)}


def answer(outcome: Outcome, material: Material, inputs: list[Any]) -> NDArray[np.float64]:
    """Answer raw inputs, normalisation included: (n_items, n_classes) probabilities."""
    return outcome.classifier.predict_proba(normalise(inputs, material.dataset.language))


def follow_protocol(
    dataset: Dataset,
    spec: Spec,
    work: Path,
    jobs: int,
    storage: str | None,
    fresh: bool = False,
) -> tuple[Outcome, Material]:
    """Search, fit and answer, looking at the test split once, at the end.

    A baseline is searched by cross-validation on train, and refitted on train and validation
    with what was chosen. A network is searched on validation, trains on train and keeps the epoch
    that is best on validation.

    Parameters
    ----------
    dataset : Dataset
        Checked and split.
    spec : Spec
        Model, settings, budget, metric and seed.
    work : pathlib.Path
        Where an interrupted run left what it resumes from.
    jobs : int
        Processes for search and fit.
    storage : str or None
        Address of a study that workers share; a journal in ``work`` otherwise.
    fresh : bool
        Forget what such a database knows of this search.

    Returns
    -------
    tuple of Outcome and Material
    """
    neural = find(spec.model).family == "neural"
    outcome = Outcome(start(dataset, spec, jobs))
    scorer = Scorer.of(dataset, spec.metric)
    searched = bool(spec.trials and outcome.classifier.search_space())
    material = _gather(dataset, outcome, neural, searched)
    rows = _shared_rows(outcome.classifier, material)
    with _timed(outcome, "tune_seconds"):
        if searched:
            # Every run has its own study, the same on all machines that share a database.
            study = "/".join(work.parts[-3:])
            where = {
                "storage": storage or work / "search.log",
                "study_name": study,
                "worker": worker_of(work),
                "fresh": fresh,
                "best_model": work / "best",
            }
            _tune(outcome, material, rows, spec, scorer, jobs, where)
    if outcome.found:  # an interrupted or shared search took longer than this process
        searched = max(trial["seconds"] for trial in outcome.found.all_trials)
        searched += outcome.seconds.get("decision_seconds", 0.0)
        outcome.seconds["tune_seconds"] = max(outcome.seconds["tune_seconds"], searched)
        outcome.seconds["search_seconds"] = outcome.seconds["tune_seconds"]
    if neural:
        _fit_network(outcome, material, rows, spec, work)
    else:
        _fit_baseline(outcome, material, spec)
    del rows  # test is answered without what is known of them, and with their memory
    outcome.seconds["fit_seconds"] += outcome.seconds.pop("normalising")
    with _timed(outcome, "predict_seconds"):
        outcome.on_test = answer(outcome, material, dataset.test.inputs)
    outcome.truncated = _truncated(outcome, dataset)
    return outcome, material


def _truncated(outcome: Outcome, dataset: Dataset) -> NDArray[np.bool_] | None:
    """Ask, outside the time of the answers, which test items the classifier did not read whole."""
    if not hasattr(outcome.classifier, "truncated"):
        return None
    return outcome.classifier.truncated(normalise(dataset.test.inputs, dataset.language))


def _gather(dataset: Dataset, outcome: Outcome, neural: bool, searched: bool) -> Material:
    with _timed(outcome, "normalising"):  # what training needs; test is normalised when asked
        texts = normalise(dataset.train.inputs, dataset.language)
        held_out = normalise(dataset.validation.inputs, dataset.language)
    train, n_train = dataset.train, len(dataset.train)
    folds = (
        [(np.arange(n_train), np.arange(n_train, n_train + len(dataset.validation)))]
        if neural
        else []
        if not searched
        else make_folds(train.labels, train.keys, train.groups, outcome.classifier.seed)
    )
    return Material(dataset, texts, held_out, folds)


def _shared_rows(classifier: Any, material: Material) -> Any:
    """Prepare train and validation, once for search, fit and answers, or return None.

    None for a network that learns by epoch: a search keeps it, and what was prepared for that is
    not held in memory while it trains.
    """
    neural = len(material.folds) == 1
    if not neural or learns_by_epoch(classifier) or not hasattr(classifier, "prepare"):
        return None
    return classifier.prepare(material.both[0])


def _tune(
    outcome: Outcome,
    material: Material,
    shared: Any,
    spec: Spec,
    scorer: Scorer,
    jobs: int,
    where: dict[str, Any],
) -> None:
    classifier, neural = outcome.classifier, len(material.folds) == 1
    rows: Any
    rows, labels = material.both if neural else (material.train, material.dataset.train.labels)
    if hasattr(classifier, "prepare"):
        say(f"{spec.model}: preparing {len(rows):,} items")
        rows = classifier.prepare(rows) if shared is None else shared
    outcome.found = search(
        classifier,
        rows,
        labels,
        material.folds,
        scorer,
        fixed=tuple(spec.settings),
        trials=spec.trials,
        time_limit=spec.time_limit,
        seed=spec.seed,
        jobs=jobs,
        beside=_beside(material, classifier),
        **where,
    )
    classifier.set_params(**outcome.found.params)
    if classifier.family == "linear" and not spec.outer_folds:  # each of those has its own test
        with _timed(outcome, "decision_seconds"):
            outcome.decision = learn_decision(
                classifier, rows, labels, material.folds, scorer, jobs
            )


def _beside(material: Material, classifier: Any) -> dict[str, NDArray]:
    """Return what fits take beside labels, for the rows of train and validation together."""
    second = second_labels(classifier, material.dataset.train)
    unused = np.full(len(material.dataset.validation), None, dtype=object)
    return {name: np.concatenate([labels, unused]) for name, labels in second.items()}


def _fit_network(outcome: Outcome, material: Material, shared: Any, spec: Spec, work: Path) -> None:
    dataset, found = material.dataset, outcome.found
    train, validation = material.train, material.validation
    if shared is not None:
        train, validation = (take(shared, rows) for rows in material.folds[0])
    with _timed(outcome, "fit_seconds"):
        best = found and kept(work / "best", type(outcome.classifier), found.slot)
        if best:  # the search has trained it on the very same rows
            outcome.classifier = best
        else:
            _fit(
                outcome.classifier,
                train,
                dataset.train.labels,
                validation=(validation, dataset.validation.labels),
                workspace=work / "fit",
                time_limit=_time_left(outcome, spec),
                **second_labels(outcome.classifier, dataset.train),
            )
    # Training that went on from a checkpoint, or was a trial, also took what it took before; so did
    # outputs of a frozen part that another trial had left it.
    trained = getattr(outcome.classifier, "fit_seconds_", 0.0)
    outcome.seconds["fit_seconds"] = max(outcome.seconds["fit_seconds"], trained)
    in_search = trained if best else getattr(outcome.classifier, "shared_seconds_", 0.0)
    outcome.seconds["tune_seconds"] = max(0.0, outcome.seconds["tune_seconds"] - in_search)
    outcome.on_validation = outcome.classifier.predict_proba(validation)


def _time_left(outcome: Outcome, spec: Spec) -> float | None:
    """Return the seconds that a search leaves for the fit: twice its longest trial at least."""
    if spec.time_limit is None or outcome.found is None:
        return spec.time_limit
    ends: dict[int, list[float]] = {}
    for trial in outcome.found.all_trials:
        ends.setdefault(trial["worker"], [0.0]).append(trial["seconds"])
    longest = max(float(max(np.diff(sorted(each)))) for each in ends.values())
    left = spec.time_limit - outcome.seconds["tune_seconds"]
    return min(spec.time_limit, max(left, 2 * longest))


def _fit(classifier: Any, *inputs: Any, **options: Any) -> None:
    """Fit a network, with the processes of a launcher if it learns by steps that they can share."""
    if n_launched() > 1 and learns_by_epoch(classifier):
        from worthit.neural.training.ranks import fit_together  # torch

        fit_together(classifier, *inputs, **options)
    else:
        classifier.fit(*inputs, **options)


def _fit_baseline(outcome: Outcome, material: Material, spec: Spec) -> None:
    say(f"{spec.model}: fitting")
    # What validation says of the chosen settings; this fit is not part of the model's cost.
    before = clone(outcome.classifier).fit(material.train, material.dataset.train.labels)
    outcome.on_validation = before.predict_proba(material.validation)
    with _timed(outcome, "fit_seconds"):
        outcome.classifier.fit(*material.both)


@contextmanager
def _timed(outcome: Outcome, name: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    outcome.seconds[name] = time.perf_counter() - start

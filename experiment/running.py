"""One run from a spec: found in the store, or made there under a lock."""

from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from worthit.compare.alarms import OF_DEFAULTS
from worthit.compare.run import Run
from worthit.compare.slugs import slug
from worthit.core.progress import say
from worthit.corpus import Dataset, Split
from worthit.experiment.cost import Meter, ms_per_item
from worthit.experiment.explaining import explain
from worthit.experiment.limits import key_without_limit, not_limited, take_up
from worthit.experiment.models import check_kind, find
from worthit.experiment.outer import follow_over_folds
from worthit.experiment.place import Place
from worthit.experiment.protocol import answer, follow_protocol, second_labels, start
from worthit.experiment.record import make_run
from worthit.experiment.scoring import Scorer
from worthit.experiment.spec import Spec
from worthit.experiment.storage import open_storage
from worthit.experiment.store import Store

__all__ = ["check", "find_run", "make"]


def check(dataset: Dataset, spec: Spec) -> None:
    """Refuse at once what would fail later: unknown model, wrong kind of data, unknown field.

    Raises
    ------
    InputError
        With what is wrong.
    """
    check_kind(find(spec.model), dataset.kind)
    Scorer.of(dataset, spec.metric)
    classifier = start(dataset, spec, jobs=1)
    classifier.check()
    _check_labels(classifier, dataset.train)


def _check_labels(classifier: Any, train: Split) -> None:
    """Refuse fields that are sound by themselves, but not with the labels of this data."""
    for labels in second_labels(classifier, train).values():
        from worthit.neural.pretrained.second_task import number_labels

        number_labels(classifier.auxiliary, labels, len(train))
    if hasattr(classifier, "positive"):
        from worthit.neural.training.scores import scorer

        scorer(classifier.metric, np.unique(train.labels), classifier.positive)
    if hasattr(classifier, "check_labels"):
        classifier.check_labels(train.labels)


def _has_read_other_texts(classifier: Any, dataset: Dataset) -> bool:
    """Tell whether a pretrained body, which the user did not choose, is of another language."""
    own = getattr(classifier, "pretrained", False) and getattr(classifier, "checkpoint", "") is None
    return own and dataset.language not in ("none", OF_DEFAULTS)


def find_run(dataset: Dataset, spec: Spec, place: Place) -> Run | None:
    """Return a finished run from the store, or None; see :func:`limits.not_limited`."""
    classifier = start(dataset, spec, jobs=1)
    store = Store(place.runs, dataset.name)
    folder = store.path(spec.name, spec.key(dataset, classifier))
    if Store.is_finished(folder):
        return Run.read(folder)
    unlimited = key_without_limit(spec, dataset, classifier)
    as_good = not_limited(store.folder, spec, unlimited) if unlimited else None
    return Run.read(as_good) if as_good else None


def make(dataset: Dataset, spec: Spec, place: Place) -> Run:
    """Make a run in this process, or read it if it is there.

    An interrupted run goes on from where it was, and so does one that a shorter time limit ended.

    Parameters
    ----------
    dataset : Dataset
        Checked and split.
    spec : Spec
        What to run.
    place : Place
        Where, and with what.

    Returns
    -------
    Run
        As stored.
    """
    check(dataset, spec)
    if place.storage and spec.trials:
        open_storage(place.storage)  # a wrong address shows before any work is done
    classifier = start(dataset, spec, jobs=1)
    store = Store(place.runs, dataset.name)
    folder = store.path(spec.name, spec.key(dataset, classifier))
    unlimited = key_without_limit(spec, dataset, classifier)
    with store.claimed(folder, place.fresh) as work:
        if store.is_finished(folder):
            return Run.read(folder)
        if _has_read_other_texts(classifier, dataset):
            say(
                f"{spec.name}: its own checkpoint has read English, and these texts are another "
                f"language ({dataset.language}); name one with --set checkpoint=."
            )
        if unlimited and not place.fresh:
            take_up(store.folder, spec, unlimited, work)
        options = (spec, work, place.n_jobs, place.storage, place.fresh)
        with Meter() as meter, threadpool_limits(limits=place.n_jobs):
            if spec.outer_folds:
                outcome, material = follow_over_folds(dataset, *options)
            else:
                outcome, material = follow_protocol(dataset, *options)
        dataset = material.dataset
        more = {
            "run": folder.as_posix(),
            "report": (place.reports / slug(dataset.name) / f"{slug(spec.name)}.md").as_posix(),
            "command": place.command,
            "without_limit": unlimited,
            "purpose": place.purpose,
            "split_seed": place.split_seed,
            "threads": place.n_jobs,
            "ms_per_item": ms_per_item(
                lambda one: answer(outcome, material, one), dataset.test.inputs
            ),
            "outer_folds": spec.outer_folds,
            **explain(
                outcome, material, Scorer.of(dataset, spec.metric), spec.outer_folds, place.n_jobs
            ),
            "looks": store.look(folder.name, dataset.sha256, dataset.test_sha256),
        }
        outcome.classifier.save(folder / "model")
        return make_run(dataset, spec, outcome, meter, folder, more).write(folder)

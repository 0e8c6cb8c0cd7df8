"""The Optuna driver: searches any classifier's own space, stops hopeless trials, resumes.

Trials run one after the other, each spread over processes by fold, so a search depends on its
seed alone and not on timing. The sampler is made anew for each trial from the seed and the trial's
slot: a search that was killed and repeated draws what it would have drawn. Workers that share a
storage fill the slots of one study together; see :mod:`worthit.experiment.slots`.

A point that the search chose may be one that nothing can be trained with. Such a trial counts as
stopped with the worst of scores, so that its slot is filled and the sampler keeps away from it; the
record has it apart, since it says nothing of how well the model does.
"""

import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from optuna.distributions import BaseDistribution
from optuna.trial import FrozenTrial
from sklearn.base import clone

from worthit.core.errors import TimeLimitError, UntrainableError
from worthit.core.progress import progress, say
from worthit.experiment.epochs import keep, learns_by_epoch, train_trial
from worthit.experiment.folds import Fold, take
from worthit.experiment.storage import database_errors
from worthit.experiment.study import new_worker, open_slots
from worthit.experiment.tuning_record import FAILED, scored, told_of_space, told_of_trials

__all__ = ["Search", "score_fold", "search"]

Scorer = Callable[[NDArray, NDArray], float]
FIRST_ROUND = 2  # folds after which a trial may be stopped
WORST = 0.0  # of every metric that a search knows


@dataclass(frozen=True)
class Search:
    """What a search found and what it did.

    Attributes
    ----------
    params : dict
        The best trial's fields.
    score : float
        Its mean score over the folds.
    record : dict
        Everything the report tells of the search; see ``tuning`` in run.json.
    space : mapping of str to distribution
        What was searched.
    slot : int
        The best trial's slot.
    """

    params: dict[str, Any]
    score: float
    record: dict[str, Any] = field(repr=False)
    space: Mapping[str, BaseDistribution] = field(repr=False, default_factory=dict)
    slot: int = 0

    @property
    def all_trials(self) -> list[dict[str, Any]]:
        """Those that came to a score, and those that failed."""
        return self.record["trials"] + self.record["failed"]

    @property
    def n_pruned(self) -> int:
        """Number of trials that were stopped early."""
        return sum(trial["state"] == "pruned" for trial in self.record["trials"])


def search(
    classifier: Any,
    inputs: Any,
    labels: NDArray,
    folds: Sequence[Fold],
    scorer: Scorer,
    *,
    fixed: Sequence[str] = (),
    trials: int,
    time_limit: float | None,
    seed: int,
    jobs: int,
    storage: str | Path,
    study_name: str = "search",
    worker: str | None = None,
    fresh: bool = False,
    beside: Mapping[str, NDArray] | None = None,
    best_model: Path | None = None,
) -> Search:
    """Search a classifier's space for the best mean score over folds.

    Parameters
    ----------
    classifier : classifier
        With its default fields; they are trial 0. Its ``search_fields``, if any, hold during the
        search only. Folds run in threads if it says ``threads``, else in processes. See
        :func:`~worthit.experiment.proposals.propose` for ``starts`` and ``steps``.
    inputs : indexable of length n
        Training inputs, or what the classifier's ``prepare`` made of them.
    labels : numpy.ndarray of shape (n,)
        Training labels.
    folds : sequence of (fitted rows, held-out rows)
        Shared by all trials.
    scorer : callable
        ``scorer(truth, prediction)``, larger is better.
    fixed : sequence of str
        Fields that the user set; the search leaves them alone.
    trials : int
        Trials to finish, those of an interrupted search and of other workers included; at least 1.
    time_limit : float or None
        Seconds after which this worker starts no trial.
    seed : int
        Of the sampler.
    jobs : int
        Processes over folds.
    storage : str or pathlib.Path
        A journal file of one's own; or, as a string, ``journal:FILE`` or the address of a database,
        which several workers share.
    study_name : str
        Tells searches in one storage apart.
    worker : str or None
        This worker's name in a shared study, by default a new one. Give the name of a process
        that is known to be dead to go on with its trial at once.
    fresh : bool
        Forget what a search of that name has done.
    beside : mapping of str to numpy.ndarray of shape (n,), optional
        What ``fit`` takes by name beside the labels, such as labels of a second task.
    best_model : pathlib.Path or None
        Folder in which the best trial of a network is kept, with its slot; beside it lie the
        checkpoints of the running one, which goes on from them after an interruption.

    Returns
    -------
    Search

    Raises
    ------
    UntrainableError
        If trial 0 comes to nothing; of a later one it is said, and the search goes on.
    """
    started = time.monotonic()
    fields = classifier.get_params()
    space = {
        name: distribution
        for name, distribution in classifier.search_space().items()
        if name not in fixed
    }
    with database_errors(storage):
        slots = open_slots(storage, study_name, trials, seed, worker or new_worker(), fresh)
        earlier = max((one.user_attrs["seconds"] for one in slots.finished(own=True)), default=0.0)
    stopped = "all trials were done"
    by_epoch = len(folds) == 1 and learns_by_epoch(classifier)
    running = best_model and best_model.with_name(f"{best_model.name}-running")
    candidate = clone(classifier).set_params(**getattr(classifier, "search_fields", {}))
    with (
        database_errors(storage),
        progress(
            trials, f"tuning {type(classifier).__module__.rpartition('.')[2]}", "trial"
        ) as bar,
        Parallel(n_jobs=min(jobs, len(folds)), prefer=_workers(classifier)) as pool,
    ):
        bar.update(len(slots.finished()))
        while (done := len(slots.finished())) < trials:
            spent = earlier + time.monotonic() - started
            left = None if time_limit is None else time_limit - spent
            if done and left is not None and left <= 0:
                stopped = f"the time limit of {time_limit:.0f} s was reached, with "
                stopped += f"{trials - done} of {trials} trials left"
                break
            # A trial without anything to keep when time is over is as if it had not been begun.
            over: AbstractContextManager = suppress(TimeLimitError) if done else nullcontext()
            with over, slots.next_trial(classifier, space) as trial:
                if trial is None:  # other workers have the last ones; one that dies gives it back
                    slots.wait()
                else:
                    trial_classifier = clone(candidate).set_params(**trial.params)
                    job = (trial_classifier, inputs, labels, scorer, left, beside)
                    try:
                        if by_epoch:
                            rivals = [
                                each.user_attrs["by_epoch"] for each in scored(slots.finished())
                            ]
                            one = train_trial(folds[0], rivals, *job, running)
                            trial.set_user_attr("by_epoch", one.by_epoch)
                            scores, pruned = [one.score], one.pruned
                        else:
                            scores = _score_folds(pool, job, folds, _best_folds(slots.best()))
                            pruned = len(scores) < len(folds)
                    except UntrainableError as error:
                        if trial.user_attrs["slot"] == 0:  # the user's own choice, not the search's
                            raise
                        trial.set_user_attr(FAILED, str(error))
                        scores, pruned = [WORST] * min(FIRST_ROUND, len(folds)), True
                        place = f"{trial.user_attrs['slot'] + 1} of {trials}"
                        say(f"Trial {place} failed, and the search goes on: {error}")
                    seconds = earlier + time.monotonic() - started
                    slots.tell(trial, scores, seconds, pruned=pruned)
                    if by_epoch and best_model and _is_best(slots.best(), trial.number):
                        keep(best_model, one.fitted, trial.user_attrs["slot"])
                    if running:
                        shutil.rmtree(running, ignore_errors=True)
            if best := slots.best():
                bar.set_postfix_str(f"best {100 * (best.value or 0):.2f}", refresh=False)
            bar.update(len(slots.finished()) - bar.n)
        slots.wait_for_running()
    best = slots.best()
    assert best is not None
    record = {
        "folds": len(folds),
        "fixed": {name: fields[name] for name in fixed},
        "time_limit": time_limit,
        "stopped": stopped,
        **told_of_space(space, best.params),
        **told_of_trials(slots.finished(), best),
    }
    return Search(
        dict(best.params), float(best.value or 0.0), record, space, best.user_attrs["slot"]
    )


def _score_folds(
    pool: Parallel, job: tuple, folds: Sequence[Fold], best: list[float] | None
) -> list[float]:
    """Score a trial on its folds; stop after the first ones if it falls well behind the best."""
    first = pool(delayed(score_fold)(fold, *job) for fold in folds[:FIRST_ROUND])
    n_seen = sum(len(held_out) for _, held_out in folds[:FIRST_ROUND])
    if best is not None and np.mean(best[:FIRST_ROUND]) - np.mean(first) > _hopeless(n_seen):
        return list(first)
    return [*first, *pool(delayed(score_fold)(fold, *job) for fold in folds[FIRST_ROUND:])]


def score_fold(
    fold: Fold,
    classifier: Any,
    inputs: Any,
    labels: NDArray,
    scorer: Scorer,
    time_left: float | None = None,
    beside: Mapping[str, NDArray] | None = None,
) -> float:
    """Fit on a fold's fitted rows and score the answers to its held-out rows.

    A network chooses its epoch on the held-out rows, as it does when it is fitted for good.
    """
    fitted, held_out = fold
    classifier = clone(classifier)  # threads share what they were given
    asked, truth = take(inputs, held_out), labels[held_out]
    options: dict[str, Any] = {name: of[fitted] for name, of in (beside or {}).items()}
    if classifier.family == "neural":
        options |= {"validation": (asked, truth), "time_limit": time_left}
    classifier.fit(take(inputs, fitted), labels[fitted], **options)
    return float(scorer(truth, classifier.predict(asked)))


def _workers(classifier: Any) -> str:
    return "threads" if getattr(classifier, "threads", False) else "processes"


def _hopeless(n: int) -> float:
    """Return the deficit on n items at which a trial is given up.

    A race: a trial goes on only level with the best one at half time. The slack is the standard
    error of a difference between classifiers that disagree on one item in a hundred; one that is
    further behind on half of the items hardly ever wins on all.
    """
    return float(0.1 / np.sqrt(n))


def _is_best(best: FrozenTrial | None, number: int) -> bool:
    return best is not None and best.number == number


def _best_folds(best: FrozenTrial | None) -> list[float] | None:
    return best.user_attrs["folds"] if best else None

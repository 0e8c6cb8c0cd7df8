"""What a time limit leaves: runs that it did not change, and trainings that it broke off."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from math import inf
from pathlib import Path
from typing import Any

from worthit.compare.alarms import cut_short
from worthit.compare.slugs import slug
from worthit.core.files import read_json
from worthit.core.progress import say
from worthit.corpus import Dataset
from worthit.experiment.epochs import learns_by_epoch
from worthit.experiment.spec import Spec

__all__ = ["goes_on", "key_without_limit", "not_limited", "take_up"]

CHECKPOINTS = "fit"  # below a run's work folder


def key_without_limit(spec: Spec, dataset: Dataset, classifier: Any) -> str | None:
    """Return the key that a run would have without a time limit; None where a limit decides more.

    A limit can only break the one training of a network off. A search, or a training in each outer
    fold, spends the time that there is.
    """
    if spec.trials or spec.outer_folds or not learns_by_epoch(classifier):
        return None
    return replace(spec, time_limit=None).key(dataset, classifier)


def not_limited(runs: Path, spec: Spec, key: str) -> Path | None:
    """Return a finished run that is as it would be under a limit: it ended by itself, and in time.

    Parameters
    ----------
    runs : pathlib.Path
        The folder of the data set's runs.
    spec : Spec
        What to run.
    key : str
        Its :func:`key_without_limit`.
    """
    allowed = inf if spec.time_limit is None else spec.time_limit
    for folder, record in _alike(runs, spec, key):
        if not goes_on(record) and record["cost"]["fit_seconds"] <= allowed:
            return folder
    return None


def take_up(runs: Path, spec: Spec, key: str, work: Path) -> None:
    """Move the checkpoints of the longest run that a shorter limit broke off into a work folder."""
    if (work / CHECKPOINTS).exists():  # this run has some of its own
        return
    allowed = inf if spec.time_limit is None else spec.time_limit
    shorter = [
        (record["time_limit"], folder / "work" / CHECKPOINTS)
        for folder, record in _alike(runs, spec, key)
        if goes_on(record) and record["time_limit"] < allowed
    ]
    there = [(limit, folder) for limit, folder in shorter if folder.is_dir()]
    if there:
        limit, folder = max(there)
        try:
            folder.rename(work / CHECKPOINTS)
        except FileNotFoundError:  # a run under another limit has just taken them
            return
        say(f"{spec.name}: going on from where a limit of {limit:.0f} s ended its training.")


def goes_on(record: Mapping[str, Any]) -> bool:
    """Tell whether a finished run would go on if it had more time."""
    return record.get("without_limit") is not None and cut_short(record.get("stopped"))


def _alike(runs: Path, spec: Spec, key: str) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Read the finished runs that differ from this one in nothing but their time limit."""
    for path in sorted(runs.glob(f"{slug(spec.name)}-*/run.json")):
        record = read_json(path)
        if record.get("without_limit") == key:
            yield path.parent, record

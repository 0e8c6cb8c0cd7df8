"""Which stored runs belong in one report: the newest of each model and seed on one test set."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from worthit.compare.run import Run
from worthit.compare.slugs import slug
from worthit.core.errors import InputError
from worthit.core.progress import say
from worthit.experiment.store import Store

__all__ = ["CURVE", "choose_curve", "choose_runs", "with_looks"]

CURVE = "learning curve"  # the purpose of runs on a part of the training items


def choose_runs(root: Path, name: str, models: Sequence[str] | None) -> list[Run]:
    """Choose runs of one data set for a report.

    All come from the data and the split that the newest run used. If some models have several
    seeds, only seeds that every model has are taken, so that no model is judged by more tries.

    Parameters
    ----------
    root : pathlib.Path
        Folder of all runs.
    name : str
        Name of the data set.
    models : sequence of str or None
        Models wished for; None for all.

    Returns
    -------
    list of Run
        In the order in which they were made.

    Raises
    ------
    InputError
        If there are no runs, or none of a wished model.
    """
    store = Store(root, name)
    found = [run for run in _newest_first(store) if run.record.get("purpose") != CURVE]
    if not found:
        there = sorted(path.name for path in root.glob("*") if any(path.glob("*/run.json")))
        hint = f"there are runs of {', '.join(there)}" if there else "there are no runs at all"
        raise InputError(
            f"No finished run of '{slug(name)}' below {root} ({hint}); make one with baseline, "
            "neural or compare."
        )
    same = [run for run in found if _test_set(run) == _test_set(found[0])]
    if len(same) < len(found):
        say(f"Left out {len(found) - len(same)} runs on other data or another split of it.")
    newest: dict[tuple[str, int | None], Run] = {}
    # One of many settings tried in an ablation stands for its model only if nothing else does.
    for run in sorted(same, key=lambda run: bool(run.record.get("purpose"))):
        newest.setdefault((run.model, run.seed), run)
    names = list(models or dict.fromkeys(model for model, _ in newest))
    for wished in names:
        if not any(model == wished for model, _ in newest):
            raise InputError(
                f"No finished run of '{wished}' on {name}; there are runs of "
                f"{', '.join(sorted({model for model, _ in newest}))}."
            )
    seeds = {wished: {seed for model, seed in newest if model == wished} for wished in names}
    common = set.intersection(*seeds.values())
    chosen = [run for (model, seed), run in newest.items() if model in names and seed in common]
    if not common:  # one run of each model, and the report names their seeds
        chosen = [next(run for run in newest.values() if run.model == wished) for wished in names]
    return chosen[::-1]


def _test_set(run: Run) -> tuple[str | None, str | None]:
    dataset = run.record["dataset"]
    return dataset.get("sha256"), dataset.get("split_sha256")


def choose_curve(root: Path, name: str, chosen: Sequence[Run]) -> list[Run]:
    """Choose the runs on smaller training parts that belong to the runs of a report.

    Parameters
    ----------
    root : pathlib.Path
        Folder of all runs.
    name : str
        Name of the data set.
    chosen : sequence of Run
        Runs on all training items.

    Returns
    -------
    list of Run
        Of the same model, seed, settings, metric and test items; the newest for each size.
    """
    wholes = {_what(run): set(run.predictions.index) for run in chosen}
    newest: dict[tuple, Run] = {}
    for run in _newest_first(Store(root, name)):
        if run.record.get("purpose") != CURVE or _what(run) not in wholes:
            continue
        if set(run.predictions.index) == wholes[_what(run)]:
            newest.setdefault((_what(run), run.record["dataset"]["sizes"]["train"]), run)
    return list(newest.values())


def with_looks(root: Path, name: str, runs: Sequence[Run]) -> list[Run]:
    """Give runs on one test split the looks at it so far, those by later runs included.

    Parameters
    ----------
    root : pathlib.Path
        Folder of all runs.
    name : str
        Name of the data set.
    runs : sequence of Run
        All runs of a report.
    """
    noted = Store(root, name).looks_so_far(run.folder.name for run in runs if run.folder)
    looks = max([noted, *(run.record.get("looks") or 0 for run in runs)])
    return [replace(run, record={**run.record, "looks": looks}) for run in runs]


def _what(run: Run) -> tuple:
    settings = repr(sorted((run.record.get("settings") or {}).items()))
    content = run.record["dataset"].get("sha256")
    return run.model, run.seed, run.record.get("metric"), settings, content


def _newest_first(store: Store) -> list[Run]:
    return sorted(store.runs(), key=lambda run: str(run.record.get("time")), reverse=True)

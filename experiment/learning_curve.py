"""The runs of a learning curve: every model on growing parts of the training items."""

from collections.abc import Sequence
from dataclasses import replace

from worthit.compare.run import Run
from worthit.core.errors import InputError
from worthit.core.progress import say
from worthit.corpus import Dataset
from worthit.corpus.sizing import nested_parts
from worthit.experiment.isolation import make_isolated
from worthit.experiment.place import Place
from worthit.experiment.running import check
from worthit.experiment.spec import Spec
from worthit.experiment.stored import CURVE

__all__ = ["SHARES", "check_curve", "run_curve"]

SHARES = (1 / 16, 1 / 8, 1 / 4, 1 / 2)  # and the whole, which any comparison runs


def check_curve(asked: bool, outer_folds: int, wish: float | None) -> None:
    """Refuse what does not go together, before anything is run.

    Raises
    ------
    InputError
        If a score is wished for without a curve, or there is no one test split.
    """
    if wish is not None and not asked:
        raise InputError(
            f"Got --wish {100 * wish:g} without a learning curve to read it from; add "
            "--learning-curve."
        )
    if asked and outer_folds:
        raise InputError(
            f"Got --learning-curve with --outer-folds {outer_folds}; a curve needs one test split: "
            "leave out one of them."
        )


def run_curve(dataset: Dataset, specs: Sequence[Spec], place: Place) -> list[Run]:
    """Make the runs on parts of train and validation, the same test split for all.

    Budget, settings and seeds are those of the runs on all items. A run that is there is not made
    again, an interrupted one goes on.

    Raises
    ------
    InputError
        If the data is too small to be made smaller.
    """
    parts = nested_parts(dataset, SHARES, place.split_seed)
    if not parts:
        raise InputError(
            f"{dataset.name} has {len(dataset.train):,} training items, too few for a learning "
            "curve: half of them must hold 10 of each class on average; leave out --learning-curve."
        )
    for part in parts:
        for spec in specs:
            check(part, spec)
    where = replace(place, purpose=CURVE)
    runs: list[Run] = []
    total = len(parts) * len(specs)
    for part in parts:
        n = len(part.train) + len(part.validation)
        for spec in specs:
            say(f"[curve {len(runs) + 1}/{total}] {spec.name} on {n:,} items, seed {spec.seed}")
            runs.append(make_isolated(part, spec, where))
    return runs

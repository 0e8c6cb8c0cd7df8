"""Several models on one data set: the missing runs are made, then the reports are written."""

from collections.abc import Sequence

from worthit.compare.run import Run
from worthit.core.errors import InputError
from worthit.core.progress import say
from worthit.corpus import Dataset
from worthit.experiment.isolation import make_isolated
from worthit.experiment.models import find
from worthit.experiment.place import Place
from worthit.experiment.running import check
from worthit.experiment.spec import Spec

__all__ = ["order_models", "run_all"]


def order_models(models: Sequence[str], baseline: str | None) -> list[str]:
    """Check the models of a comparison and put the reference first.

    Parameters
    ----------
    models : sequence of str
        Names as given.
    baseline : str or None
        The reference; the first baseline among the models unless told.

    Returns
    -------
    list of str
        The reference first, the others in the order given.

    Raises
    ------
    InputError
        If a model is unknown or named twice, or there is nothing to compare.
    """
    if baseline is not None and baseline not in models:
        models = [baseline, *models]
    twice = sorted({model for model in models if list(models).count(model) > 1})
    if twice:
        raise InputError(f"The model '{twice[0]}' is listed twice; list every model once.")
    entries = [find(model) for model in models]
    names = [entry.name for entry in entries]
    if len(set(names)) < len(names):
        raise InputError(
            f"Two models would be called '{max(names, key=names.count)}' in the reports; rename a "
            "file or its function."
        )
    if len(models) < 2:
        raise InputError(f"Got {len(models)} model; a comparison needs two: --models tfidf,gru.")
    linear = [
        model for model, entry in zip(models, entries, strict=True) if entry.family == "baseline"
    ]
    reference = baseline or (linear[0] if linear else models[0])
    return [reference, *(model for model in models if model != reference)]


def run_all(dataset: Dataset, specs: Sequence[Spec], place: Place) -> list[Run]:
    """Make the runs that are missing, each in a process of its own, one after the other.

    Every spec is checked before the first one is run.
    """
    for spec in specs:
        check(dataset, spec)
    runs = []
    for number, spec in enumerate(specs, start=1):
        say(f"[{number}/{len(specs)}] {spec.name} on {dataset.name}, seed {spec.seed}")
        runs.append(make_isolated(dataset, spec, place))
    return runs

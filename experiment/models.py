"""All models by name or by a file of the user's own."""

from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from worthit import baselines, neural
from worthit.core.catalogue import Entry, load_class
from worthit.core.errors import InputError
from worthit.experiment.meanings import field_meanings
from worthit.experiment.own.user_file import UserFile, is_user_file, run_name

__all__ = [
    "available",
    "check_family",
    "check_kind",
    "fields_of",
    "find",
    "load_classifier",
    "meanings_of",
    "new_classifier",
]

# What the driver sets by options of its own, not by --set, and where a pipeline comes from.
DRIVEN = ("seed", "jobs", "file", "function", "source")


def available() -> dict[str, Entry]:
    """List every model by name: baselines first, then neural ones."""
    return {**baselines.available(), **neural.available()}


def find(name: str) -> Entry:
    """Return the entry of a model, named as in the list or as FILE.py:FUNCTION.

    Raises
    ------
    InputError
        If there is no such model; names the ones there are.
    """
    if is_user_file(name):
        summary = UserFile.read(name).summary
        return Entry(run_name(name), "worthit.experiment.own", ("text", "pair"), summary)
    models = available()
    if name not in models:
        near = get_close_matches(name, models, n=1)
        hint = f" Did you mean '{near[0]}'?" if near else ""
        raise InputError(f"Unknown model '{name}'; choose one of {', '.join(models)}.{hint}")
    return models[name]


def check_kind(entry: Entry, kind: str) -> None:
    """Refuse data of a kind that a model does not take."""
    if kind not in entry.kinds:
        takers = [name for name, other in available().items() if kind in other.kinds]
        raise InputError(
            f"'{entry.name}' takes {' and '.join(entry.kinds)}, but the data is of kind '{kind}'; "
            f"choose one of {', '.join(takers)}."
        )


def check_family(name: str, family: str) -> None:
    """Refuse a network where a baseline is asked for, and the reverse."""
    if find(name).family != family:
        others = [other for other, entry in available().items() if entry.family == family]
        command = "neural" if family == "baseline" else "baseline --model"
        raise InputError(
            f"'{name}' is not a {family} model; choose one of {', '.join(others)}, or run it by "
            f"'{command} {name}'."
        )


def fields_of(name: str) -> dict[str, Any]:
    """Return a model's hyper-parameters with their defaults."""
    return _default_classifier(name).get_params()


def meanings_of(name: str) -> dict[str, str]:
    """Return what a model's hyper-parameters mean; empty for those of a user's own pipeline."""
    classifier = _default_classifier(name)
    return field_meanings(type(classifier), classifier.get_params())


def _default_classifier(name: str) -> Any:
    if is_user_file(name):
        # Here, since it imports scikit-learn, which listing models must not.
        from worthit.experiment.own.pipeline import PipelineClassifier

        return PipelineClassifier.of(name)
    return load_class(find(name))()


def load_classifier(record: Mapping[str, Any], folder: Path, user_file: str | None) -> Any:
    """Load the fitted classifier of a run.

    Parameters
    ----------
    record : mapping
        The run's record.
    folder : pathlib.Path
        Where the classifier was saved.
    user_file : str or None
        The Python file that a pipeline of the user's own was made from.

    Raises
    ------
    InputError
        If a file is named for another sort of model, or the model cannot be loaded.
    """
    if record.get("family") == "pipeline":
        from worthit.experiment.own.pipeline import PipelineClassifier

        return PipelineClassifier.load(folder, user_file)
    if user_file is not None:
        raise InputError(
            f"Got the file '{user_file}' for a run of '{record['model']}', which needs none; "
            "leave out --model."
        )
    return load_class(find(record["model"])).load(folder)  # type: ignore[attr-defined]


def new_classifier(name: str, settings: Mapping[str, Any], seed: int, jobs: int) -> Any:
    """Make a classifier with some fields set.

    Raises
    ------
    InputError
        If the model has no such field.
    """
    classifier = _default_classifier(name)
    fields = classifier.get_params()
    for field in settings:
        if field not in fields or field in DRIVEN:
            raise InputError(
                f"'{name}' has no field '{field}' to set; it has "
                f"{', '.join(one for one in fields if one not in DRIVEN)}."
            )
    driven = {"seed": seed, "jobs": jobs}
    shared = {field: value for field, value in driven.items() if field in fields}
    return classifier.set_params(**settings, **shared)

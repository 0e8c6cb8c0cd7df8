"""All models by name or by a file of the user's own; fields set from words on a command line."""

import ast
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from worthit import baselines, neural
from worthit.core.catalogue import Entry, load_class
from worthit.core.errors import InputError
from worthit.experiment.own.user_file import UserFile, is_user_file, run_name

__all__ = [
    "available",
    "check_family",
    "check_kind",
    "fields_of",
    "find",
    "load_classifier",
    "new_classifier",
    "parse_settings",
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


def parse_settings(words: Sequence[str], models: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Turn ``field=value`` and ``model.field=value`` into fields for each model.

    A plain field goes to every model that has it. Values are read as Python literals, ``true``
    and ``false`` as truth values, and anything else as a word.

    Parameters
    ----------
    words : sequence of str
        As given to ``--set``.
    models : sequence of str
        Names of the models that will run.

    Returns
    -------
    dict of str to dict
        Fields and values by model.

    Raises
    ------
    InputError
        If a word is not of that form, or names a field that no model has.
    """
    fields = {model: fields_of(model) for model in models} if words else {}
    found: dict[str, dict[str, Any]] = {model: {} for model in models}
    names = {run_name(model): model for model in models}
    for word in words:
        name, equals, text = word.partition("=")
        if not equals or not name:
            raise InputError(f"Got --set '{word}'; expected FIELD=VALUE or MODEL.FIELD=VALUE.")
        model, dot, field = name.rpartition(".")
        model = names.get(model, model)
        if dot and model not in models:
            raise InputError(
                f"Got --set '{word}', but '{model}' does not run; running: {', '.join(models)}."
            )
        takers = [one for one in ([model] if dot else models) if field in fields[one]]
        if not takers or field in DRIVEN:
            known = sorted({one for each in fields.values() for one in each if one not in DRIVEN})
            raise InputError(
                f"Got --set '{word}', but no model that runs has a field '{field}'; "
                f"there are {', '.join(known)}."
            )
        for taker in takers:
            found[taker][field] = (
                _read_own(text)
                if is_user_file(taker)
                else _read_value(text, fields[taker][field], word)
            )
    return found


def _read_own(text: str) -> Any:
    """Read a value for a pipeline of the user's own, which checks it when it is fitted."""
    from worthit.experiment.own.params import read_plain

    return read_plain(text)


def _read_value(text: str, default: Any, word: str) -> Any:
    """Read a value and hold it against the default's type."""
    value = _literal(text)
    if isinstance(default, float) and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    mistaken = isinstance(value, bool) and not isinstance(default, bool)
    if default is not None and (mistaken or not isinstance(value, type(default))):
        raise InputError(
            f"Got --set '{word}'; expected a value like {default!r}, "
            f"not {type(value).__name__} {value!r}."
        )
    return value


def _literal(text: str) -> Any:
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    if text.lower() == "none":
        # 'none' is a value of several fields (balance=none), never the empty value.
        return text
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text

"""Fields of models from words on a command line: FIELD=VALUE, read by the field's own type."""

import ast
from collections.abc import Sequence
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from worthit.core.catalogue import load_class
from worthit.core.errors import InputError
from worthit.experiment.models import DRIVEN, fields_of, find
from worthit.experiment.own.user_file import is_user_file, run_name

__all__ = ["SIZE", "parse_settings", "read_value", "training_size"]

SIZE = "data.size"


def parse_settings(words: Sequence[str], models: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Turn ``field=value`` and ``model.field=value`` into fields for each model.

    A plain field goes to every model that has it; see :func:`read_value`. What concerns the data
    is left to :func:`training_size`.

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
        if name.strip() == SIZE:
            continue
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
            found[taker][field] = read_value(text, taker, field, f"--set '{word}'")
    return found


def training_size(words: Sequence[str]) -> int | None:
    """Return what ``data.size=N`` asks for, the number of training items; None without it.

    Raises
    ------
    InputError
        If it is not a positive whole number.
    """
    asked = [word for word in words if word.partition("=")[0].strip() == SIZE]
    if not asked:
        return None
    text = asked[-1].partition("=")[2].strip()
    if not text.isdecimal() or int(text) == 0:
        raise InputError(f"Got --set '{asked[-1]}'; expected a number of training items.")
    return int(text)


def read_value(text: str, model: str, field: str, given: str) -> Any:
    """Read a field's value by the type that the model's class states for it.

    ``none`` is None where the field can be None, as reports write it. A field of words takes any
    other text as it stands. Else a number or truth value is read, and a text only where the field
    takes both, such as ``embedding``, a width or ``auto``. For a pipeline of the user's own, any
    Python literal is taken: it checks its fields itself.

    Parameters
    ----------
    text : str
        The value as typed.
    model, field : str
        Whose it is.
    given : str
        What the user typed, for the message.

    Raises
    ------
    InputError
        If it is of another type.
    """
    if is_user_file(model):
        from worthit.experiment.own.params import read_plain

        return read_plain(text)
    types = _types(get_type_hints(load_class(find(model)))[field])
    if type(None) in types and text.strip().lower() == "none":
        return None
    if types <= {str, type(None)}:
        return text
    value = _literal(text)
    if type(value) is int and int not in types and float in types:
        value = float(value)
    if type(value) in types:
        return value
    if str in types:
        return text
    default = fields_of(model)[field]
    raise InputError(
        f"Got {given}; expected a value like {default!r}, not {type(value).__name__} {value!r}."
    )


def _types(hint: Any) -> set[type]:
    """Return the types that an annotation allows."""
    return set(get_args(hint)) if get_origin(hint) in (Union, UnionType) else {hint}


def _literal(text: str) -> Any:
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text

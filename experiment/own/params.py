"""Parameters of any scikit-learn estimator as plain values: to set, search, hash and show.

Tuples, such as an n-gram range, stand here as words, ``"(1, 2)"``: a study cannot store them.
"""

import ast
import inspect
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import numpy as np
from optuna.distributions import BaseDistribution, CategoricalDistribution

from worthit.core.errors import InputError

__all__ = [
    "changed_params",
    "check_space",
    "plain_params",
    "plain_space",
    "read_plain",
    "set_plain",
    "set_seed",
]

PLAIN = (bool, int, float, str, type(None))


def plain_params(estimator: Any) -> dict[str, Any]:
    """Return all nested parameters that are plain values: numbers, words, tuples of these."""
    found = {name: _as_plain(value) for name, value in estimator.get_params().items()}
    return {name: value for name, value in found.items() if _is_plain(value)}


def changed_params(estimator: Any) -> dict[str, Any]:
    """Return what a reader needs: every step's class, and parameters that are not its default."""
    parts = {"": estimator} | {
        name: value for name, value in estimator.get_params().items() if _is_estimator(value)
    }
    told: dict[str, Any] = {}
    for name, part in parts.items():
        told[name or "estimator"] = type(part).__name__
        fields = inspect.signature(type(part)).parameters
        for own, value in part.get_params(deep=False).items():
            full = f"{name}__{own}" if name else own
            shown = _as_plain(value)
            if own in fields and _as_plain(fields[own].default) is shown:
                continue
            if _is_plain(shown):
                if own not in fields or _as_plain(fields[own].default) != shown:
                    told[full] = shown
            elif inspect.isroutine(value) or isinstance(value, np.ufunc):
                told[full] = value.__name__
    return told


def set_plain(estimator: Any, values: Mapping[str, Any]) -> None:
    """Set parameters, tuples among them as words."""
    estimator.set_params(**{name: _from_plain(value) for name, value in values.items()})


def read_plain(text: str) -> Any:
    """Read a value from the command line; the estimator itself will check it."""
    with suppress(ValueError, SyntaxError):
        return _as_plain(ast.literal_eval(text))
    return {"true": True, "false": False}.get(text, text)


def set_seed(estimator: Any, seed: int) -> Any:
    """Set the seed wherever a ``random_state`` is None; returns the estimator."""
    names = [
        name
        for name, value in estimator.get_params().items()
        if name.rpartition("__")[2] == "random_state" and value is None
    ]
    return estimator.set_params(**dict.fromkeys(names, seed))


def plain_space(space: Mapping[str, BaseDistribution]) -> dict[str, BaseDistribution]:
    """Write tuples among the choices as words."""
    return {
        name: CategoricalDistribution([_as_plain(choice) for choice in distribution.choices])
        if isinstance(distribution, CategoricalDistribution)
        else distribution
        for name, distribution in space.items()
    }


def check_space(space: Mapping[str, Any], estimator: Any, file: str) -> None:
    """Refuse a search space that does not fit the pipeline it stands beside.

    The pipeline as it is built is trial 0, so each range must hold the value that it has there.

    Raises
    ------
    InputError
        Naming the parameter and what is wrong with it.
    """
    params, where = estimator.get_params(), f"'search_space' of {file}"
    for name, distribution in space.items():
        if name not in params:
            raise InputError(
                f"{where} has '{name}', which the pipeline has not; it has "
                f"{', '.join(sorted(plain_params(estimator)))}."
            )
        if not isinstance(distribution, BaseDistribution):
            raise InputError(
                f"{where} has {type(distribution).__name__} for '{name}'; give an Optuna "
                "distribution, such as FloatDistribution(0.01, 100, log=True)."
            )
        if isinstance(distribution, CategoricalDistribution):
            choices = [_as_plain(choice) for choice in distribution.choices]
            if not all(isinstance(choice, PLAIN) for choice in choices):
                raise InputError(
                    f"{where} has choices for '{name}' that are neither numbers, words nor tuples "
                    "of these; search the parameters of a step instead."
                )
            inside, allowed = _as_plain(params[name]) in choices, ", ".join(map(str, choices))
        else:
            low, high = distribution.low, distribution.high  # type: ignore[attr-defined]
            number = isinstance(params[name], int | float)
            inside, allowed = number and low <= params[name] <= high, f"{low:g} to {high:g}"
        if not inside:
            raise InputError(
                f"{where} has '{name}' in {allowed}, but the pipeline is built with "
                f"{params[name]!r}; let the space hold that, since it is the first trial."
            )


def _as_plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    if type(value) in (tuple, list):
        plain = tuple(_as_plain(each) for each in value)
        return str(plain) if all(isinstance(each, PLAIN) for each in plain) else value
    return value


def _from_plain(value: Any) -> Any:
    if isinstance(value, str) and value.startswith("("):  # a token pattern may start so, too
        with suppress(ValueError, SyntaxError):
            read = ast.literal_eval(value)
            return read if isinstance(read, tuple) else value
    return value


def _is_plain(value: Any) -> bool:
    return isinstance(value, PLAIN)


def _is_estimator(value: Any) -> bool:
    return hasattr(value, "get_params") and hasattr(value, "fit") and not isinstance(value, type)

"""A fitted pipeline as a skops file: types by name, never code, and only types that are trusted.

Trusted are classes of scikit-learn, scipy and numpy, functions of the scikit-learn packages where
pipelines find theirs, and what the user's own file defines, if the user names that file.
"""

import zipfile
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import skops.io as skops
from sklearn.pipeline import Pipeline

from worthit.core.errors import InputError

__all__ = ["check_storable", "dump", "load"]

LIBRARIES = ("sklearn", "scipy", "numpy")
FUNCTIONS = ("sklearn.feature_selection.", "sklearn.metrics.", "sklearn.preprocessing.")


def check_storable(estimator: Any, module: ModuleType) -> None:
    """Refuse, before anything is fitted, a pipeline that could not be stored and loaded.

    Parameters
    ----------
    estimator : estimator
        Not fitted.
    module : module
        The user's file, which built it.

    Raises
    ------
    InputError
        Naming what cannot be stored.
    """
    content = _dumped(estimator, module)
    skops.loads(content, trusted=_trusted(content, module))


def dump(estimator: Any, path: Path, module: ModuleType | None) -> list[str]:
    """Write a fitted pipeline; return what of the user's own file it needs, by name.

    Raises
    ------
    InputError
        If it holds what cannot be stored.
    """
    content = _dumped(estimator, module)
    path.write_bytes(content)
    prefix = f"{module.__name__}." if module else "."
    names = _trusted(content, module)
    return [name.removeprefix(prefix) for name in names if name.startswith(prefix)]


def load(path: Path, module: ModuleType | None = None) -> Any:
    """Read a pipeline; without the user's file, only if it needs nothing of that.

    Raises
    ------
    InputError
        If the file is damaged or asks for a type that is not trusted.
    """
    try:
        content = path.read_bytes()
        return skops.loads(content, trusted=_trusted(content, module))
    except InputError:
        raise
    except Exception as error:
        raise InputError(
            f"{path} is damaged or was written by other versions ({type(error).__name__}); copy "
            "the run's folder again, or make the run again."
        ) from error


def _dumped(estimator: Any, module: ModuleType | None) -> bytes:
    try:
        return skops.dumps(_without_samplers(estimator), compression=zipfile.ZIP_DEFLATED)
    except Exception as error:
        raise InputError(
            f"The pipeline cannot be stored in a model file ({type(error).__name__}: "
            f"{' '.join(str(error).split())[:200]}); build it from scikit-learn's own parts and "
            f"from classes and functions that {_file(module)} defines."
        ) from error


def _without_samplers(estimator: Any) -> Any:
    """Leave out the steps that resample rows in fitting: they answer nothing."""
    if type(estimator).__module__ != "imblearn.pipeline":
        return estimator
    return Pipeline([step for step in estimator.steps if not hasattr(step[1], "fit_resample")])


def _trusted(content: bytes, module: ModuleType | None) -> list[str]:
    """Return the names beyond skops' own list that a file asks for, if all may be trusted."""
    names = skops.get_untrusted_types(data=content)
    refused = [name for name in names if not _is_trusted(name, module)]
    if refused:
        name = refused[0].removeprefix(f"{module.__name__}." if module else "")
        hint = " (a lambda: write a function with def)" if name.endswith("<lambda>") else ""
        raise InputError(
            f"The pipeline holds '{name}'{hint}, which model files may not hold; use classes of "
            f"scikit-learn, and functions that {_file(module)} defines at its top level."
        )
    return names


def _is_trusted(name: str, module: ModuleType | None) -> bool:
    home, _, attribute = name.rpartition(".")
    if module is not None and home == module.__name__:
        found = getattr(module, attribute, None)
        # What the file merely imports, a name of the operating system's say, is not its own.
        return getattr(found, "__module__", None) == home and callable(found)
    if home.partition(".")[0] not in LIBRARIES:
        return False
    try:
        found = getattr(import_module(home), attribute)
    except (ImportError, AttributeError):
        return False
    return isinstance(found, type) or home.startswith(FUNCTIONS)


def _file(module: ModuleType | None) -> str:
    return Path(module.__file__).name if module and module.__file__ else "your file"

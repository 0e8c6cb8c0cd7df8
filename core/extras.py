"""Imports of optional dependencies that fail with the pip line to run."""

from importlib import import_module
from types import ModuleType

from worthit.core.errors import MissingExtraError

__all__ = ["require"]


def require(module: str, who: str, extra: str) -> ModuleType:
    """Import an optional module, or say which pip line installs it.

    Parameters
    ----------
    module : str
        Name of the module to import.
    who : str
        What needs it, as the reader knows it: a model's or an option's name.
    extra : str
        The extra of this package that installs the module.

    Returns
    -------
    types.ModuleType
        The imported module.

    Raises
    ------
    MissingExtraError
        If the module is not installed.
    """
    try:
        return import_module(module)
    except ImportError as error:
        raise MissingExtraError(
            f"{who} needs {module}, which cannot be imported ({error}): "
            f"pip install 'worthit[{extra}]'."
        ) from error

"""A Python file of the user's, run because the user named it; light, so that naming is instant."""

import ast
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

from worthit.compare.slugs import slug
from worthit.core.errors import InputError
from worthit.core.hashing import sha256_of
from worthit.experiment.own.telling import telling

__all__ = ["UserFile", "is_user_file", "module_name", "run_name"]


def is_user_file(model: str) -> bool:
    """Tell whether a model is named by a Python file, as FILE.py:FUNCTION."""
    return model.endswith(".py") or ".py:" in model


def run_name(model: str) -> str:
    """Return what runs and reports call a model: FILE-FUNCTION for a user's own.

    Examples
    --------
    >>> run_name("models/mine.py:make_pipeline"), run_name("tfidf")
    ('mine-make_pipeline', 'tfidf')
    """
    if not is_user_file(model):
        return model
    path, _, function = model.rpartition(":")
    return slug(f"{Path(path).stem}-{function}") if path else model


def module_name(source: str) -> str:
    """Name the module of a file by its source alone: a renamed file defines the same types."""
    return f"worthit_user_{source}"


@dataclass(frozen=True)
class UserFile:
    """A file and the function in it that makes a pipeline.

    Attributes
    ----------
    path : pathlib.Path
        As the user named it.
    function : str
        Name of the function; empty where only what else the file defines is needed.
    text : str
        The file's source.
    """

    path: Path
    function: str
    text: str

    @classmethod
    def read(cls, model: str) -> "UserFile":
        """Read what FILE.py:FUNCTION names; nothing is run yet.

        Raises
        ------
        InputError
            If no function is named or the file cannot be read.
        """
        file, _, function = model.rpartition(":")
        if not file.endswith(".py") or not function:
            raise InputError(
                f"Got '{model}'; name the function in it that returns the pipeline as well: "
                f"{file if file.endswith('.py') else model.rstrip(':')}:make_pipeline."
            )
        return cls.read_file(file, function)

    @classmethod
    def read_file(cls, file: str, function: str = "") -> "UserFile":
        """Read a file by its path."""
        path = Path(file).expanduser()
        if not path.is_file():
            raise InputError(
                f"There is no file '{file}'; name your pipeline as FILE.py:FUNCTION, the path "
                "counted from the folder you are in."
            )
        try:
            return cls(path, function, path.read_text(encoding="utf-8-sig"))
        except UnicodeDecodeError as error:
            raise InputError(f"'{file}' is not UTF-8 text; save it as UTF-8.") from error

    @property
    def source(self) -> str:
        """Twelve hexadecimal digits of the source's hash."""
        return sha256_of([self.text])[:12]

    @property
    def summary(self) -> str:
        """First line of the function's docstring, read without running the file."""
        try:
            body = ast.parse(self.text).body
        except SyntaxError:  # told in full when the file is run
            body = []
        for node in body:
            if isinstance(node, ast.FunctionDef) and node.name == self.function:
                return (ast.get_docstring(node) or "").partition("\n")[0] or self._default_summary
        return self._default_summary

    @property
    def _default_summary(self) -> str:
        return f"A scikit-learn pipeline of your own, from {self.path.name}."

    def module(self) -> ModuleType:
        """Run the file, once for each content, and return it as a module.

        Raises
        ------
        InputError
            If running it fails.
        """
        name = module_name(self.source)
        if name not in sys.modules:
            module = ModuleType(name)
            module.__file__ = str(self.path)
            sys.modules[name] = module  # dataclasses and model files look classes up there
            try:
                with telling(self.path.name, f"Running {self.path.name} failed"):
                    exec(compile(self.text, str(self.path), "exec"), module.__dict__)
            except BaseException:
                del sys.modules[name]
                raise
            _send_code_to_workers(module)
        return sys.modules[name]

    def build(self) -> Any:
        """Call the function and return its estimator, unfitted.

        Raises
        ------
        InputError
            If there is no such function, it raises, or returns anything else.
        """
        where = f"'{self.function}' of {self.path.name}"
        estimator = self._call(self.function)
        if isinstance(estimator, type):
            raise InputError(
                f"{where} returned the class {estimator.__name__}; return an instance of it, "
                f"{estimator.__name__}()."
            )
        needed = ("fit", "predict", "get_params", "set_params")
        missing = [name for name in needed if not hasattr(estimator, name)]
        if missing:
            raise InputError(
                f"{where} returned {type(estimator).__name__}, which has no {missing[0]}; return a "
                "scikit-learn classifier, or a pipeline that ends in one, not fitted."
            )
        return estimator

    def space(self) -> dict[str, Any]:
        """Return what a search may vary, from ``search_space`` beside the function; else nothing.

        Raises
        ------
        InputError
            If it raises, or returns no dict.
        """
        if not hasattr(self.module(), "search_space"):
            return {}
        space = self._call("search_space")
        if not isinstance(space, dict):
            raise InputError(
                f"'search_space' of {self.path.name} returned {type(space).__name__}; return a "
                "dict of STEP__PARAMETER to an Optuna distribution."
            )
        return space

    def _call(self, name: str) -> Any:
        module = self.module()
        function: Callable[[], Any] | None = getattr(module, name, None)
        if not callable(function):
            there = [
                other
                for other, value in vars(module).items()
                if isinstance(value, FunctionType) and value.__module__ == module.__name__
            ]
            has = f"it has {', '.join(there)}" if there else "it defines none"
            raise InputError(f"{self.path.name} has no function '{name}'; {has}.")
        what = f"'{name}' of {self.path.name}, called without arguments, failed"
        with telling(self.path.name, what), warnings.catch_warnings():
            # Tuples among choices are written as words before a study sees them.
            warnings.filterwarnings("ignore", message="Choices for a categorical distribution")
            return function()


def _send_code_to_workers(module: ModuleType) -> None:
    """Pickle what the file defines with its code: worker processes cannot import the file."""
    try:
        cloudpickle = import_module("joblib.externals.cloudpickle")
    except ModuleNotFoundError:  # since joblib 1.6 it is a package of its own
        cloudpickle = import_module("cloudpickle")
    cloudpickle.register_pickle_by_value(module)

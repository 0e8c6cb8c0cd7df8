"""Models by file name: listing them imports nothing, a new model is one new file."""

import ast
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from worthit.core.errors import MissingExtraError

__all__ = ["Entry", "entries", "load_class"]


@dataclass(frozen=True)
class Entry:
    """What a model's file says of itself, read without importing it.

    Attributes
    ----------
    name : str
        The file's name without ``.py``, and the model's name on the command line.
    package : str
        The package that holds it, for example ``"worthit.neural"``.
    kinds : tuple of str
        Kinds of input it takes: ``text``, ``pair``, ``audio``.
    summary : str
        First line of the file's docstring.
    """

    name: str
    package: str
    kinds: tuple[str, ...]
    summary: str

    @property
    def family(self) -> str:
        """``"neural"`` or ``"baseline"``, by the package."""
        return "neural" if self.package.endswith(".neural") else "baseline"


def entries(folder: Path, package: str) -> dict[str, Entry]:
    """List the models of a package: every public file whose class states its ``kinds``.

    Parameters
    ----------
    folder : pathlib.Path
        The package's folder.
    package : str
        Its import name.

    Returns
    -------
    dict of str to Entry
        In alphabetical order.
    """
    files = sorted(path for path in folder.glob("*.py") if not path.name.startswith("_"))
    return {path.stem: _read_entry(path, package) for path in files}


def load_class(entry: Entry) -> type:
    """Import a model's file and return its classifier, the one name in ``__all__``.

    Raises
    ------
    MissingExtraError
        If the file needs a package that is not installed.
    """
    try:
        module = import_module(f"{entry.package}.{entry.name}")
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("worthit"):
            raise
        extra = "neural" if entry.family == "neural" else "all"
        raise MissingExtraError(
            f"'{entry.name}' needs {error.name}: pip install 'worthit[{extra}]'."
        ) from error
    (name,) = module.__all__
    return getattr(module, name)


def _read_entry(path: Path, package: str) -> Entry:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    summary = (ast.get_docstring(tree) or path.stem).splitlines()[0]
    return Entry(path.stem, package, _stated_kinds(tree), summary)


def _stated_kinds(tree: ast.Module) -> tuple[str, ...]:
    """Find ``kinds = (...)`` in a class body, with or without an annotation."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.ClassDef):
            continue
        for statement in node.body:
            targets = (
                statement.targets
                if isinstance(statement, ast.Assign)
                else [statement.target]
                if isinstance(statement, ast.AnnAssign)
                else []
            )
            if any(isinstance(target, ast.Name) and target.id == "kinds" for target in targets):
                return tuple(ast.literal_eval(statement.value))  # type: ignore[attr-defined]
    return ()

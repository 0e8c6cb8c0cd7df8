"""The built-in set: which library does this sentence come from? Real text on every machine."""

import ast
import gc
import inspect
from collections import defaultdict
from collections.abc import Iterator
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from worthit.core.errors import InputError
from worthit.core.progress import progress
from worthit.corpus import prose
from worthit.corpus.cache import cached
from worthit.corpus.table import Table

__all__ = ["docstrings_table"]

# Import names of core dependencies, and the names that people know them by.
LIBRARIES = {
    "numpy": "numpy",
    "scipy": "scipy",
    "sklearn": "scikit-learn",
    "pandas": "pandas",
    "matplotlib": "matplotlib",
    "optuna": "optuna",
    "joblib": "joblib",
    "imblearn": "imbalanced-learn",
}
# Tests, build scripts, generated files and other projects' code that is shipped along.
NOT_THEIR_PROSE = {
    "_build_utils",
    "_lib",
    "_precompute",
    "_pyinstaller",
    "_testing",
    "_tests",
    "_vendor",
    "auto_generated",
    "distutils",
    "externals",
    "test",
    "testing",
    "tests",
}


def docstrings_table() -> Table:
    """Read the first prose of each public docstring of the libraries, never importing them.

    Texts that differ in case only are duplicates: the first is kept, or none where two libraries
    have the text, for then nobody could tell. The group is the module. Parsing takes seconds, so
    the result is cached by the libraries' versions and by the code that makes it.

    Returns
    -------
    Table
        Columns ``text``, ``label`` and ``group``, in the same order on every machine.
    """
    ours = [Path(file).read_text(encoding="utf-8") for file in (__file__, prose.__file__)]
    installed = [
        f"{name} {version(name)} {_folder_of(package)}" for package, name in LIBRARIES.items()
    ]
    return Table("docstrings", cached("docstrings", [*ours, *installed], _read_columns))


def _read_columns() -> dict[str, list[str]]:
    found: list[tuple[str, str, str]] = []
    with progress(len(LIBRARIES), "reading docstrings", "library") as bar:
        for package, label in LIBRARIES.items():
            found += [
                (text, label, module)
                for module, docstring in _docstrings(package)
                if (text := prose.first_prose(docstring))
            ]
            bar.update()
    labels: defaultdict[str, set[str]] = defaultdict(set)
    for text, label, _ in found:
        labels[text.casefold()].add(label)
    rows: dict[str, tuple[str, str, str]] = {}
    for row in found:
        folded = row[0].casefold()
        if len(labels[folded]) == 1:
            rows.setdefault(folded, row)
    texts, names, modules = zip(*rows.values(), strict=True)
    return {"text": list(texts), "label": list(names), "group": list(modules)}


def _docstrings(package: str) -> Iterator[tuple[str, str]]:
    """Yield each public docstring with its module's name, file by file in alphabetical order."""
    root = _folder_of(package)
    files = sorted((file.relative_to(root).as_posix(), file) for file in root.rglob("*.py"))
    for relative, file in files:
        folders = relative.split("/")[:-1]
        source = file.read_text(encoding="utf-8", errors="replace")
        if NOT_THEIR_PROSE.intersection(folders) or file.name == "conftest.py":
            continue
        if '"""' in source:
            module = f"{package}.{relative.removesuffix('.py').replace('/', '.')}"
            for docstring in _of_module(_parse(source)):
                yield module.removesuffix(".__init__"), docstring


def _folder_of(package: str) -> Path:
    spec = find_spec(package)  # finds a top-level package without importing it
    if spec is None or spec.origin is None:
        raise InputError(
            f"The built-in set reads the sources of {package}, which is not installed; "
            "pip install worthit brings it."
        )
    return Path(spec.origin).parent


def _parse(source: str) -> ast.Module:
    # A tree is a million small objects and none is garbage yet: collecting costs a fifth more.
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        return ast.parse(source)
    finally:
        if was_enabled:
            gc.enable()


def _of_module(tree: ast.Module) -> Iterator[str]:
    if docstring := ast.get_docstring(tree):
        yield docstring
    yield from _of_body(tree.body)


def _of_body(body: list[ast.stmt]) -> Iterator[str]:
    """Yield the docstrings of public functions, classes and methods.

    Methods of private classes count: they are public through the classes that inherit them.
    """
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            docstring = None if node.name.startswith("_") else ast.get_docstring(node)
            if docstring:
                yield docstring
        if isinstance(node, ast.ClassDef | ast.If | ast.Try):
            yield from _of_body(node.body)
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            yield from _added(node.value)


def _added(call: ast.Call) -> Iterator[str]:
    """Yield what add_newdoc(place, name, docstring) gives to a function written in C."""
    if isinstance(call.func, ast.Name) and call.func.id == "add_newdoc":
        constants = (node.value for node in ast.walk(call) if isinstance(node, ast.Constant))
        # Beside it stand names, and what is to be replaced in it.
        docstring = max((value for value in constants if isinstance(value, str)), key=len)
        yield inspect.cleandoc(docstring)

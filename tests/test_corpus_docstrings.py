"""The built-in set: plain prose, no names of libraries, modules on one side."""

import ast
import re
import subprocess
import sys

import pytest

from worthit.corpus import Dataset, load
from worthit.corpus.docstrings import LIBRARIES, _of_module
from worthit.corpus.prose import first_prose


@pytest.mark.parametrize(
    ("docstring", "prose"),
    [
        ("Return the *sorted* copy.\n\nParameters\n----------\nx : int", "Return the sorted copy."),
        ("Fit the NumPy-style model\nof scikit-learn's kind.", "Fit the style model of kind."),
        ("Title of it\n===========\n\nThe prose follows here.", "The prose follows here."),
        ("Compute ``x.y(1)``. Then sort all of it.", "Then sort all of it."),
        ("Sort all of it. Then call f(x). And rest now.", "Sort all of it."),
        ("Return the `~.axes.Axes` of :class:`.Figure`.", "Return the Axes of Figure."),
        ("See `the user guide <https://a.b>`_ for this one.", "See the user guide for this one."),
        ("Variance.\n\nIt is the mean square. [1]_", "Variance. It is the mean square."),
        ("Do the following:\n\n- sort\n- stop", "Do the following:"),
        ("Args:\n    x: the number to sort.", ""),
        (">>> f(1)", ""),
        ("", ""),
    ],
)
def test_first_prose(docstring: str, prose: str) -> None:
    assert first_prose(docstring) == prose


def test_public_docstrings_are_found_and_private_ones_are_not() -> None:
    source = '''
"""module"""
def f():
    """f"""
    def inner():
        """inner"""
def _g():
    """_g"""
class _Base:
    """_Base"""
    def method(self):
        """method"""
if True:
    class C:
        """C"""
        async def wait(self):
            """wait"""
add_newdoc("here", ("added", """
    added"""))
'''
    assert list(_of_module(ast.parse(source))) == ["module", "f", "method", "C", "wait", "added"]


@pytest.fixture(scope="module")
def built_in() -> Dataset:
    return load()


def test_every_library_stands_in_every_split(built_in: Dataset) -> None:
    assert set(built_in.classes) == set(LIBRARIES.values())
    for label, counts in built_in.card["classes"].items():
        assert min(counts.values()) > 0, label
        # Fewer than ten in test, and no verdict on macro F1 could be given.
        assert counts["test"] >= 10, label


def test_no_module_and_no_text_stands_on_two_sides(built_in: Dataset) -> None:
    train, validation, test = built_in.splits.values()
    for one, other in ((train, validation), (train, test), (validation, test)):
        assert not set(one.groups) & set(other.groups)  # type: ignore[arg-type]
        assert not set(one.keys) & set(other.keys)
    assert built_in.group_name == "group"


def test_texts_are_plain_and_name_no_library(built_in: Dataset) -> None:
    names = re.compile(
        r"\b(?:numpy|scipy|sklearn|scikit|pandas|matplotlib|pyplot|optuna|joblib|imblearn|"
        r"np|pd|plt|mpl)\b|[`_=<>{}|\\]",
        re.IGNORECASE,
    )
    texts = [text for split in built_in.splits.values() for text in split.inputs]
    assert len(texts) > 8000
    assert [text for text in texts if names.search(text)] == []
    assert max(map(len, texts)) <= 300


def test_it_has_no_conflicts_and_no_duplicates(built_in: Dataset) -> None:
    assert built_in.card["conflicting"] == 0
    assert built_in.card["duplicates"]["within"] == {"all": 0}


def test_reading_the_sources_imports_none_of_them() -> None:
    code = (
        "import sys\n"
        "from worthit.corpus.docstrings import _docstrings\n"
        "print(len(list(_docstrings('joblib'))) > 50, 'joblib' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "True False\n"

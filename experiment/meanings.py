"""What a model's fields mean, read where they are documented: its class and what that builds on."""

import inspect
import re
from collections.abc import Iterable

__all__ = ["field_meanings"]

SECTION = re.compile(r"^Parameters\n-+\n(.*?)(?=^\w[^\n]*\n-{3,}|\Z)", re.MULTILINE | re.DOTALL)
QUOTED = re.compile(r"``\"?(.*?)\"?``")
ENTRY = re.compile(r"^(\w[\w, ]*) : [^\n]*\n((?:[ \t]+\S[^\n]*\n?|\n)*)", re.MULTILINE)


def field_meanings(model: type, fields: Iterable[str]) -> dict[str, str]:
    """Read the numpydoc Parameters of a class and its bases; the nearest class wins.

    Parameters
    ----------
    model : type
        A classifier's class.
    fields : iterable of str
        Its fields, in the order of the result.

    Returns
    -------
    dict of str to str
        On one line each; empty where nothing is said.

    Examples
    --------
    >>> class Model:
    ...     '''A model.
    ...
    ...     Parameters
    ...     ----------
    ...     width, height : int
    ...         Of the ``box``.
    ...     '''
    >>> field_meanings(Model, ["height", "depth"])
    {'height': "Of the 'box'.", 'depth': ''}
    """
    found: dict[str, str] = {}
    for each in model.__mro__:
        text = inspect.cleandoc(each.__dict__.get("__doc__") or "")
        section = SECTION.search(f"{text}\n")
        for names, meaning in ENTRY.findall(section[1] if section else ""):
            plain = " ".join(QUOTED.sub(r"'\1'", meaning).split())
            for name in names.split(","):
                found.setdefault(name.strip(), plain)
    return {field: found.get(field, "") for field in fields}

"""The first prose of a docstring: plain sentences, without code, markup and library names."""

import re
from collections.abc import Iterator

__all__ = ["first_prose"]

# Names by which the libraries call themselves; the task is to tell them apart without these.
NAMES = (
    "numpy",
    "np",
    "scipy",
    "scikit[- ]?learn",
    "sklearn",
    "scikits?",
    "pandas",
    "pd",
    "matplotlib",
    "mpl",
    "mpl_toolkits",
    "pyplot",
    "plt",
    "pylab",
    "optuna",
    "optunahub",
    "joblib",
    "imbalanced[- ]?learn",
    "imblearn",
    r"f2py\w*",
)
# With the joint that ties them to the next word: "NumPy-style" becomes "style".
NAME = re.compile(rf"(?<!\w)(?:{'|'.join(NAMES)})(?:['’]s)?(?!\w)-?", re.IGNORECASE)

# Prose ends at a directive, a prompt, a list, a field, a table, or a section's title.
END = re.compile(
    r"\.\. |>>> |[-*•+] |\(?\w[.)] |:\w+[^:`]*:(?!`)|[-=~+|]{3}|"
    r"(?:Args?|Arguments|Parameters?|Returns?|Yields?|Raises?|Examples?|Notes?|Attributes|"
    r"See [Aa]lso|References|Warnings?|Todo|Usage|Methods):?$"
)
UNDERLINE = re.compile(r"([-=~^*#\"'`+])\1{2,}$")

ROLE = re.compile(r":[a-zA-Z:+-]+:(?=`)")  # :func:`sort`
TARGET = re.compile(r"(?<=[\w.])\s*<[^>`]*>(?=`)")  # `a page <https://...>`_
MARKED = re.compile(r"(`{1,2})(.+?)\1_{0,2}|(?<![\w*])(\*{1,2})(\w(?:[^*]*\w)?)\3(?![\w*])")
REFERENCE = re.compile(r"[~.!][\w.]+|[A-Za-z]\w*(?:\.[A-Za-z]\w*)+")
FOOTNOTE = re.compile(r"\s*\[[\w*#]{1,12}\]_")
# A word that is code: dotted, underscored, called, indexed, assigned, a path, a template.
CODE = re.compile(
    r"\w\.\w{2}|\w_|_\w|\w\(|\)\(|[=\\{}|<>@#$%^~*]|\w\[|\[\w+\]|::|//|\w/\w+/|^--?\w"
)
WORD = re.compile(r"[A-Za-z]{2,}")
SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z\"'(])")
FEWEST_WORDS, MOST_CHARACTERS = 3, 300


def first_prose(docstring: str) -> str:
    r"""Return the first sentences of a docstring that are prose, as plain text.

    A sentence with code in it is passed over. Then whole sentences are taken to the end of their
    paragraph, and beyond it where they are very short.

    Parameters
    ----------
    docstring : str
        With its indentation cleaned, as ``ast.get_docstring`` returns it.

    Returns
    -------
    str
        Empty where there is no prose of three words or more.

    Examples
    --------
    >>> first_prose("Return the *sorted* copy of a NumPy array.\n\nParameters\n----------\n")
    'Return the sorted copy of a array.'
    """
    prose = ""
    for paragraph in _paragraphs(docstring):
        for sentence in SENTENCE_END.split(_without_markup(paragraph)):
            plain = " ".join(NAME.sub("", sentence).split())
            if _is_code(plain):
                if prose:
                    break  # what follows may refer to what is left out
            elif len(prose) + len(plain) > MOST_CHARACTERS:
                break
            else:
                prose = f"{prose} {plain}".strip()
        if len(WORD.findall(prose)) >= FEWEST_WORDS:
            return prose
    return ""


def _paragraphs(docstring: str) -> Iterator[str]:
    """Yield the paragraphs before the first section, directive, list or example, each on a line."""
    for paragraph in docstring.strip().split("\n\n"):
        lines = [line.strip() for line in paragraph.strip().splitlines()]
        if lines and UNDERLINE.match(lines[0]):
            lines = lines[1:]
        if len(lines) > 1 and UNDERLINE.match(lines[1]):
            if END.match(lines[0]):
                return
            lines = lines[2:]  # a title and its underline
        end = next((i for i, line in enumerate(lines) if END.match(line)), None)
        if lines[:end]:
            yield " ".join(lines[:end])
        if end is not None or (lines and lines[-1].endswith("::")):
            return


def _without_markup(text: str) -> str:
    text = TARGET.sub("", FOOTNOTE.sub("", ROLE.sub("", text)))
    return MARKED.sub(_content, text)


def _content(match: re.Match[str]) -> str:
    """Return what the marks enclose; of a reference such as ~.axes.Axes its last name."""
    content = match[2] or match[4]
    return content.rsplit(".")[-1] if REFERENCE.fullmatch(content) else content


def _is_code(sentence: str) -> bool:
    return any(CODE.search(word) for word in sentence.split())

"""The language of a data set, guessed from its script, and the normalisation that Persian needs."""

import re
import sys
from collections import Counter
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from worthit.core.errors import MissingExtraError
from worthit.core.progress import progress

__all__ = ["LANGUAGES", "guess_language", "normalise"]

LANGUAGES = ("en", "ru", "fa", "none")
SAMPLE = 1000
SCRIPTS = {
    "latin": re.compile(r"[A-Za-z]"),
    "cyrillic": re.compile(r"[\u0400-\u04ff]"),
    "arabic": re.compile(r"[\u0600-\u06ff]"),
}
# Letters that Persian has and Arabic lacks; letters of Russian's neighbours that Russian lacks.
PERSIAN = re.compile(r"[پچژگکی]")
NOT_RUSSIAN = re.compile(r"[іїєґўјљњћђџќѓѕқңғүұһә]", re.IGNORECASE)
ENGLISH = re.compile(r"\b(?:the|of|and|to|in|is|that|for|it|was|on|with|as|this|what|how)\b")
LATIN_WORD = re.compile(r"[a-z]+")


def guess_language(inputs: list[Any], kind: str = "text") -> str:
    """Guess the language from a sample of the inputs.

    The script decides between Latin, Cyrillic and Arabic letters; within them, the commonest
    English words (a fiftieth of the words at least), letters that Russian lacks and letters that
    only Persian has tell these three languages from their neighbours.

    Returns
    -------
    str
        ``en``, ``ru``, ``fa``, or ``none`` where it is none of them.

    Examples
    --------
    >>> guess_language(["Где же правда?"]), guess_language(["What is the truth?"])
    ('ru', 'en')
    """
    if kind == "audio":
        return "none"
    step = max(1, len(inputs) // SAMPLE)
    sides = (text if isinstance(text, str) else "\n".join(text) for text in inputs[::step])
    sample = "\n".join(sides)
    letters = Counter({name: len(script.findall(sample)) for name, script in SCRIPTS.items()})
    script, n_letters = letters.most_common(1)[0]
    if n_letters <= letters.total() / 2:
        return "none"
    if script == "cyrillic":
        return "ru" if len(NOT_RUSSIAN.findall(sample)) < n_letters / 100 else "none"
    if script == "arabic":
        return "fa" if len(PERSIAN.findall(sample)) > n_letters / 50 else "none"
    words = len(LATIN_WORD.findall(sample.lower()))
    return "en" if len(ENGLISH.findall(sample.lower())) >= words / 50 else "none"


def normalise(inputs: list[Any], language: str) -> list[Any]:
    """Bring texts, or both sides of pairs, to one spelling.

    Parameters
    ----------
    inputs : list of str or of tuple of str
        As in a split.
    language : str
        ``fa`` has one: hazm's normaliser (spacing, letter forms, digits). Others come back as
        they are.

    Raises
    ------
    MissingExtraError
        If the texts are Persian and hazm is not installed.
    """
    if language != "fa":
        return inputs
    texts = dict.fromkeys(
        side for item in inputs for side in ((item,) if isinstance(item, str) else item)
    )
    normaliser = _hazm_normalizer()
    # The sides of pairs repeat, so each text is normalised once.
    spelt = {}
    with progress(len(texts), "normalising Persian", "text") as bar:
        for text in texts:
            spelt[text] = normaliser.normalize(text)
            bar.update()
    return [
        spelt[item] if isinstance(item, str) else tuple(spelt[side] for side in item)
        for item in inputs
    ]


@cache
def _hazm_normalizer() -> Any:
    return _hazm_text_modules().Normalizer()


def _hazm_text_modules() -> ModuleType:
    """Import hazm's text modules without the rest of it.

    The package's own ``__init__`` imports taggers and embeddings, which need gensim and fasttext.
    So its name is lent to an empty module with the same folder, long enough to import the few
    files that need nothing of the kind.
    """
    spec = find_spec("hazm")
    if spec is None or not spec.submodule_search_locations:
        raise MissingExtraError(
            "Persian texts need hazm: pip install 'worthit[persian]' and "
            "pip install --no-deps hazm==0.10.0."
        )
    before = {name: module for name, module in sys.modules.items() if name.split(".")[0] == "hazm"}
    package = ModuleType("hazm")
    package.__path__ = list(spec.submodule_search_locations)
    for name in before:
        del sys.modules[name]
    sys.modules["hazm"] = package
    try:
        for file in ("utils", "stemmer", "word_tokenizer", "lemmatizer", "normalizer"):
            module = import_module(f"hazm.{file}")
            # Later files import these names from the package itself.
            vars(package).update({k: v for k, v in vars(module).items() if not k.startswith("_")})
    except ImportError as error:
        raise MissingExtraError(
            f"hazm needs {error.name}, which cannot be imported: pip install 'worthit[persian]'."
        ) from error
    finally:
        for name in [name for name in sys.modules if name.split(".")[0] == "hazm"]:
            del sys.modules[name]
        sys.modules.update(before)
    return package

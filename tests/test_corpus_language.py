"""Languages guessed from scripts; Persian brought to one spelling."""

import importlib.util
import sys

import pytest

from worthit.core.errors import MissingExtraError
from worthit.corpus import language
from worthit.corpus.language import guess_language, normalise

has_hazm = all(importlib.util.find_spec(name) for name in ("hazm", "nltk", "flashtext"))


@pytest.mark.parametrize(
    ("texts", "guessed"),
    [
        (["What is the capital of France?", "It was the best of times."], "en"),
        (["Die Katze sitzt unter einem Baum und schl\u00e4ft."], "none"),
        (["Где же правда?", "Верблюдов-то за что?"], "ru"),
        (["Це їхній дім, і він є великий."], "none"),
        (["این یک کتاب خوب است", "چه کسی می‌گوید؟"], "fa"),
        (["هذا كتاب جيد في المدرسة"], "none"),
        (["12 34", "!!"], "none"),
        (["这是一本好书"], "none"),
    ],
)
def test_the_script_tells_the_language(texts: list[str], guessed: str) -> None:
    assert guess_language(texts) == guessed


def test_pairs_are_guessed_by_both_sides() -> None:
    assert guess_language([("Where is it?", "It is in the box.")], "pair") == "en"


def test_clips_have_no_language() -> None:
    assert guess_language(["a.flac"], "audio") == "none"


@pytest.mark.parametrize("code", ["en", "ru", "none"])
def test_other_languages_come_back_as_they_are(code: str) -> None:
    texts = ["  A  text ", "کتاب ها"]
    assert normalise(texts, code) == texts
    assert not any(name.split(".")[0] == "hazm" for name in sys.modules)


@pytest.mark.skipif(not has_hazm, reason="hazm is not installed")
def test_persian_gets_one_spelling_on_both_sides() -> None:
    half_space = "\u200c"
    assert normalise(["كتاب ها"], "fa") == [f"کتاب{half_space}ها"]
    assert normalise([("كتاب ها", "12")], "fa") == [(f"کتاب{half_space}ها", "۱۲")]


@pytest.mark.skipif(not has_hazm, reason="hazm is not installed")
def test_hazm_is_borrowed_without_its_taggers() -> None:
    normalise(["کتاب"], "fa")
    assert not any(name.split(".")[0] in ("hazm", "gensim", "fasttext") for name in sys.modules)


def test_a_missing_hazm_names_both_pip_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language, "find_spec", lambda name: None)
    language._hazm_normalizer.cache_clear()
    with pytest.raises(MissingExtraError) as caught:
        normalise(["کتاب"], "fa")
    language._hazm_normalizer.cache_clear()
    assert str(caught.value) == (
        "Persian texts need hazm: pip install 'worthit[persian]' and "
        "pip install --no-deps hazm==0.10.0."
    )

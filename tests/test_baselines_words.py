"""Words in training texts: surprising ones, counted by hand, and short examples."""

import numpy as np
import pytest

from worthit.baselines.sparse.surprising import LONGEST, excerpt
from worthit.baselines.tfidf import TfidfClassifier

GOOD = ["not terrible at all"] * 6 + ["lovely film"] * 30
BAD = ["not nice bad thing"] * 20 + ["terrible thing"] * 16
TEXTS = GOOD + BAD
LABELS = np.array(["good"] * len(GOOD) + ["bad"] * len(BAD), dtype=object)


@pytest.fixture(scope="module")
def classifier():
    fields = {"analyzer": "word", "word_max": 1, "naive_bayes": False, "min_df": 1, "C": 10.0}
    return TfidfClassifier(**fields).fit(TEXTS, LABELS)


def test_weights_and_shares_are_those_of_the_model_with_any_number_of_classes():
    texts = ["xx ww"] * 8 + ["yy"] * 40 + ["xx vv"] * 30 + ["ww"] * 40 + ["uu xx"] * 6
    labels = np.array(["1"] * 48 + ["0"] * 70 + ["2"] * 6, dtype=object)
    for analyzer in ("word", "both", "char"):
        fields = {"analyzer": analyzer, "word_max": 1, "naive_bayes": False, "norm": "none"}
        classifier = TfidfClassifier(**fields, balance="none", C=100.0).fit(texts, labels)
        names, coefficients = classifier.features_.names, classifier.model_.coefficients
        found = classifier.describe_words(texts, labels, n=50)["surprising_words"]
        assert any(found.values())
        for number, label in enumerate(classifier.classes_):
            weights = [word["weight"] for word in found[label]]
            assert weights == sorted(weights, reverse=True)
            for word in found[label]:
                weight = coefficients[names.index(word["term"]), number]
                assert word["weight"] == pytest.approx(weight)
                assert 0 <= word["inside"] < word["outside"] <= 1
                assert (analyzer == "char") == word["term"].startswith("⟨")


def test_a_word_that_the_rest_of_the_text_explains_is_found():
    # By "ww" alone the texts "xx ww" would be of class 0: "xx" saves them, rare as it is in 1.
    texts = ["xx ww"] * 8 + ["yy"] * 40 + ["xx vv"] * 30 + ["ww"] * 40
    labels = np.array(["1"] * 48 + ["0"] * 70, dtype=object)
    fields = {"analyzer": "word", "word_max": 1, "naive_bayes": False, "norm": "none", "C": 100.0}
    words = TfidfClassifier(**fields, balance="none").fit(texts, labels)
    found = words.describe_words(texts, labels)
    (word,) = found["surprising_words"]["1"]
    assert word["term"] == "xx"
    assert (word["inside"], word["outside"]) == (8 / 48, 30 / 70)
    assert found["word_examples"]["1"]["xx"] == "xx ww"


def test_examples_come_from_the_class_and_are_short(classifier):
    long = TEXTS[:-1] + [f"terrible {'and so on ' * 200}thing"]
    examples = classifier.describe_words(long, LABELS)["word_examples"]
    for label, by_term in examples.items():
        texts = {text for text, each in zip(long, LABELS, strict=True) if each == label}
        for term, text in by_term.items():
            assert len(text) <= LONGEST + 2
            assert text in texts and term in text.split()  # the shortest ones are whole


def test_words_of_a_pair_are_shown_on_their_side():
    pairs = [("a cat sleeps", "an animal rests")] * 6 + [("a dog runs", "nobody is outside")] * 6
    labels = np.array(["yes"] * 6 + ["no"] * 6, dtype=object)
    classifier = TfidfClassifier(analyzer="word", word_max=1).fit(pairs, labels)
    examples = classifier.describe_words(pairs, labels)["word_examples"]
    assert examples["no"]["2: nobody"] == "nobody is outside"
    assert examples["yes"]["1: cat"] == "a cat sleeps"


@pytest.mark.parametrize(
    ("text", "term", "shown"),
    [
        ("short  text\nof two lines", "text", "short text of two lines"),
        ("a " * 100 + "New-York, b" + " c" * 100, "new york", "New-York"),
        ("needle " + "x " * 100, "needle", "needle"),
        ("x " * 100 + "needle", "needle", "needle"),
        ("x " * 100, "(absent", "x x"),
        ("ab" * 100, "", "abab"),
    ],
)
def test_excerpt_is_cut_around_the_term(text, term, shown):
    cut = excerpt(text, term)
    assert shown in cut and len(cut) <= LONGEST + 2
    assert "\n" not in cut


def test_texts_without_words_have_no_words_to_tell_of():
    classifier = TfidfClassifier().fit(["", "!", "", "?"], ["a", "b", "a", "b"])
    assert classifier.describe_words(["", "!"], ["a", "b"]) == {
        "surprising_words": {"a": [], "b": []}, "word_examples": {},
    }  # fmt: skip

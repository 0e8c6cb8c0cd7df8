"""Our n-gram counts and features against scikit-learn's, on any text."""

import unicodedata

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

from worthit.baselines.sparse.counts import Counts, count
from worthit.baselines.sparse.features import Features
from worthit.baselines.sparse.weighting import Selection

# What a word is, as a regular expression: built from the Unicode data base, not from our code.
MARKS = "".join(
    chr(code)
    for code in range(0x20000)
    if unicodedata.category(chr(code)) in ("Mn", "Mc") and not chr(code).isalnum()
)
WORD = rf"(?=\w[\w{MARKS}\u200c]*[\w{MARKS}])\w[\w{MARKS}]*(?:\u200c+[\w{MARKS}]+)*"
# Scripts, marks, emoji, joiners and white space of every sort, beside plain letters.
ALPHABET = "abAB  \n\t.,'é̈ßΣςДжيک\u200cن🙂👩\u200d🚀ｱ1_\u00a0\u2028\ud7ff"
TEXTS = st.lists(st.text(ALPHABET, max_size=25) | st.text(max_size=12), min_size=1, max_size=8)


def dense(block, columns, vocabulary):
    """Our counts with scikit-learn's column order."""
    names = block.terms.spell(columns)
    order = [vocabulary[name] for name in names]
    out = np.zeros((block.matrix.shape[0], len(vocabulary)), dtype=np.int64)
    out[:, order] = block.matrix[:, columns].toarray()
    return out, names


def theirs(texts, **options):
    vectorizer = CountVectorizer(token_pattern=WORD, **options)
    try:
        matrix = vectorizer.fit_transform(texts)
    except ValueError:  # scikit-learn refuses an empty vocabulary
        return None, {}
    return matrix.toarray(), vectorizer.vocabulary_


@settings(max_examples=150, deadline=None)
@given(TEXTS, st.integers(1, 3))
def test_word_counts_equal_scikit_learns(texts, word_max):
    block = count(texts, analyzers=("word",), word_max=word_max).blocks[0]
    expected, vocabulary = theirs(texts, ngram_range=(1, word_max))
    columns = np.arange(block.matrix.shape[1])
    if expected is None:
        assert len(columns) == 0
        return
    ours, names = dense(block, columns, vocabulary)
    assert sorted(names) == sorted(vocabulary)
    np.testing.assert_array_equal(ours, expected)


@settings(max_examples=150, deadline=None)
@given(TEXTS, st.integers(1, 5), st.integers(0, 3))
def test_character_counts_equal_scikit_learns(texts, char_min, more):
    char_max = char_min + more
    block = count(texts, analyzers=("char",), char_max=char_max).blocks[0]
    orders = block.terms.orders
    wanted = (orders >= char_min) | ((orders < char_min) & block.terms.whole_chunk)
    expected, vocabulary = theirs(texts, analyzer="char_wb", ngram_range=(char_min, char_max))
    if expected is None:
        assert not wanted.any()
        return
    ours, names = dense(block, np.flatnonzero(wanted), vocabulary)
    assert sorted(names) == sorted(vocabulary)
    np.testing.assert_array_equal(ours, expected)


OPTIONS = st.fixed_dictionaries(
    {
        "binary": st.booleans(),
        "sublinear": st.booleans(),
        "norm": st.sampled_from(["l2", "l1", "none"]),
        "min_df": st.integers(1, 3),
        "max_df": st.sampled_from([1.0, 0.7, 0.5]),
    }
)


def assert_features_equal(texts, new, options, analyzer, n_range, lowercase, stop_words):
    """Compare features of fitted and of new texts with scikit-learn's, column by column."""
    how = {"lowercase": lowercase, "stop_words": stop_words, f"{analyzer}_max": n_range[1]}
    counts = count(texts, analyzers=(analyzer,), **how)
    selections = {analyzer: Selection(*n_range, **options)}
    features = Features.fit(counts, selections, how | {"analyzers": (analyzer,)})
    vectorizer = TfidfVectorizer(
        analyzer={"word": "word", "char": "char_wb"}[analyzer],
        token_pattern=WORD if analyzer == "word" else None,
        ngram_range=n_range,
        lowercase=lowercase,
        stop_words="english" if analyzer == "word" and stop_words == "english" else None,
        binary=options["binary"],
        sublinear_tf=options["sublinear"],
        norm=None if options["norm"] == "none" else options["norm"],
        min_df=options["min_df"],
        max_df=options["max_df"],
    )
    try:
        expected = vectorizer.fit_transform(texts).toarray()
    except ValueError:  # nothing is left, or min_df is above max_df
        assert features.transform(counts).shape[1] == 0
        return
    names = features.vocabularies[0].strings
    order = [vectorizer.vocabulary_[name] for name in names]
    assert sorted(order) == list(range(expected.shape[1]))
    ours = features.transform(counts).toarray()
    np.testing.assert_allclose(ours, expected[:, order], rtol=0, atol=1e-12)
    ours, expected = features.transform_new(new).toarray(), vectorizer.transform(new).toarray()
    np.testing.assert_allclose(ours, expected[:, order], rtol=0, atol=1e-12)


@settings(max_examples=150, deadline=None)
@given(TEXTS, TEXTS, OPTIONS, st.integers(1, 2), st.integers(0, 1), st.booleans(), st.booleans())
def test_word_features_equal_tfidf_vectorizers(texts, new, options, n_min, more, lowercase, stop):
    texts = [f"{text} the of it {text[:5]}" if i % 2 else text for i, text in enumerate(texts)]
    stop_words = "english" if stop else "none"
    orders = (n_min, n_min + more)
    assert_features_equal(texts, new, options, "word", orders, lowercase, stop_words)


@settings(max_examples=150, deadline=None)
@given(TEXTS, TEXTS, OPTIONS, st.integers(1, 5), st.integers(0, 3), st.booleans())
def test_character_features_equal_tfidf_vectorizers(texts, new, options, n_min, more, lowercase):
    orders = (n_min, n_min + more)
    assert_features_equal(texts, new, options, "char", orders, lowercase, "none")


EDGES = {
    "empty texts": ["", " ", "", "one"],
    "one-token texts": ["a", "word", "word", "I"],
    "emoji": ["🙂👍🏽 good 👩\u200d🚀 good", "👩\u200d🚀", "🙂🙂🙂🙂"],
    "combining marks": ["cafe\u0301 café", "हिन्दी की किताब", "ด้วยกัน ด้วยกัน", "\u0301\u0301 a\u0301"],
    "right-to-left text": ["שלום עולם שלום", "مَرْحَبًا بالعالم", "abc שלום 12"],
    "joiners": [
        "می\u200cروم خانه",
        "\u200cمی\u200c\u200cروم\u200c",
        "a\u200c b\u200cc \u200c\u200c",
    ],
    "many of one gram": ["na " * 700, "hahaha" * 120, "na"],
    "odd spaces": ["a\u00a0bc\u2003de\u3000f", "x\u200by\u2028zz\x1fq", "tab\tnew\nline\r\n"],
    "no surrogates needed": ["\ud7ff\ue000 \ufffd\uffff", "\x00\x00 a\x00b", "\U0010ffff" * 3],
    "case that changes length": ["İstanbul STRASSE ΟΔΟΣ ΣΣ", "ŉ ǰ ﬃ ẞ"],
}


@pytest.mark.parametrize("edge", EDGES)
@pytest.mark.parametrize("analyzer", ["word", "char"])
@pytest.mark.parametrize("lowercase", [True, False])
def test_features_of_odd_texts_equal_tfidf_vectorizers(edge, analyzer, lowercase):
    options = {"binary": False, "sublinear": True, "norm": "l2", "min_df": 1, "max_df": 1.0}
    texts, orders = EDGES[edge], {"word": (1, 2), "char": (2, 5)}[analyzer]
    assert_features_equal(texts, texts[::-1], options, analyzer, orders, lowercase, "none")


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text("abZßдЖ12_ .,'\n", max_size=25), min_size=1, max_size=8))
def test_words_without_marks_and_joiners_are_those_of_scikit_learns_own_pattern(texts):
    block = count(texts, analyzers=("word",), word_max=1).blocks[0]
    usual = CountVectorizer().build_analyzer()
    expected = {word for text in texts for word in usual(text)}
    assert set(block.terms.spell(np.arange(block.matrix.shape[1]))) == expected


@settings(max_examples=60, deadline=None)
@given(TEXTS, TEXTS)
def test_new_texts_get_the_features_that_counting_all_at_once_gives(fitted, new):
    settings_ = {"analyzers": ("word", "char"), "word_max": 2, "char_max": 4}
    together = count([*fitted, *new], **settings_)
    selections = {"word": Selection(1, 2), "char": Selection(2, 4)}
    features = Features.fit(together[np.arange(len(fitted))], selections, settings_)
    expected = features.transform(together[np.arange(len(fitted), len(together))])
    np.testing.assert_allclose(
        features.transform_new(new).toarray(), expected.toarray(), atol=1e-12
    )


def test_pairs_are_split_into_what_one_side_has_and_what_both_have():
    counts = count([("the cat sat", "the dog sat sat")], analyzers=("word",), word_max=1)
    words = {}
    for block in counts.blocks:
        columns = np.flatnonzero(block.matrix.toarray()[0])
        spelled = block.terms.spell(columns)
        words[block.side] = dict(zip(spelled, block.matrix.toarray()[0, columns], strict=True))
    assert words == {
        "first": {"cat": 1},
        "second": {"dog": 1, "sat": 1},
        "both": {"the": 1, "sat": 1},
    }
    # 2 shared words of 3 in the first, of 4 in the second, of 5 in either
    np.testing.assert_allclose(counts.shares["word"], [[2 / 3, 2 / 4, 2 / 5]])


def test_rows_of_counts_are_rows_of_every_block():
    texts = ["one two", "", "three", "one"]
    counts, part = count(texts), count(texts)[[2, 0]]
    assert isinstance(part, Counts)
    assert len(part) == 2
    features = Features.fit(counts, {"word": Selection(1, 2), "char": Selection(2, 5)}, {})
    rows = features.transform(counts)[[2, 0]]
    assert (features.transform(part) != rows).nnz == 0
    assert (features.transform(counts[1:][[1]]) != rows[[0]]).nnz == 0


def test_words_with_a_zero_width_non_joiner_stay_whole():
    block = count(["می\u200cروم خانه"], analyzers=("word",), word_max=1).blocks[0]
    assert block.terms.spell(np.arange(2)) == ["می\u200cروم", "خانه"]


@pytest.mark.parametrize("texts", [[""], ["", "   ", "\n"], ["!", "?"]])
def test_texts_without_words_give_empty_rows(texts):
    features = Features.fit(count(texts), {"word": Selection(1, 2)}, {})
    matrix = features.transform(count(texts))
    assert sparse.issparse(matrix)
    assert matrix.shape == (len(texts), 0)

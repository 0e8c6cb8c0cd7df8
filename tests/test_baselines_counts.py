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


@settings(max_examples=100, deadline=None)
@given(TEXTS, st.booleans(), st.integers(1, 2))
def test_features_equal_tfidf_vectorizers_to_1e_12(texts, sublinear, min_df):
    counts = count(texts)
    features = Features.fit(counts, {"word": Selection(1, 2, min_df, 1.0, sublinear)}, {})
    vectorizer = TfidfVectorizer(
        token_pattern=WORD, ngram_range=(1, 2), min_df=min_df, sublinear_tf=sublinear
    )
    ours = features.transform(counts).toarray()
    try:
        expected = vectorizer.fit_transform(texts).toarray()
    except ValueError:
        assert ours.shape[1] == 0
        return
    order = [vectorizer.vocabulary_[name] for name in features.names]
    np.testing.assert_allclose(ours, expected[:, order], atol=1e-12)


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

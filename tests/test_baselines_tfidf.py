"""The TF-IDF classifier against the plain scikit-learn pipeline, and what it refuses."""

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline, make_union

from worthit.baselines.sparse.logistic import log_count_ratio
from worthit.baselines.tfidf import TfidfClassifier
from worthit.core.errors import InputError

SUBJECTS = ["the striker", "a goalkeeper", "the minister", "a senator", "the chip", "a robot"]
ENDINGS = ["ran fast", "spoke today", "was new", "won the cup", "lost a vote", "got faster"]
LABELS = ["sport", "sport", "politics", "politics", "tech", "tech"]


def toy(n=240, seed=0, classes=3):
    """Short sentences whose subject gives the label away, with some labels flipped."""
    rng = np.random.default_rng(seed)
    subjects, endings = rng.integers(2 * classes, size=n), rng.integers(6, size=n)
    texts = [f"{SUBJECTS[s]} {ENDINGS[e]}" for s, e in zip(subjects, endings, strict=True)]
    labels = np.array([LABELS[s] for s in subjects], dtype=object)
    flipped = rng.random(n) < 0.1
    labels[flipped] = rng.choice(LABELS[: 2 * classes], size=flipped.sum())
    return texts, labels


def plain(balance, **options):
    """What the classifier should equal without naive Bayes weights."""
    vectorizers = make_union(
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True),
        TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True),
    )
    model = LogisticRegression(
        solver="liblinear", tol=1e-6, class_weight=balance, random_state=0, **options
    )
    return make_pipeline(vectorizers, OneVsRestClassifier(model))


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("penalty", ["l1", "l2"])
def test_decisions_equal_the_plain_pipelines(classes, penalty):
    texts, labels = toy(classes=classes)
    ours = TfidfClassifier(
        naive_bayes=False,
        penalty=penalty,
        C=2.0,
        balance="none",
        min_df=1,
        char_max=4,
        tolerance=1e-6,
    ).fit(texts, labels)
    options = {"l1_ratio": 1.0} if penalty == "l1" else {"l1_ratio": 0.0, "dual": True}
    theirs = plain(None, C=2.0, **options).fit(texts, labels)
    new, _ = toy(seed=1, classes=classes)
    np.testing.assert_allclose(ours.predict_proba(new), theirs.predict_proba(new), atol=2e-3)
    np.testing.assert_array_equal(ours.predict(new), theirs.predict(new))


def test_balancing_by_weights_is_scikit_learns_for_two_classes():
    texts, labels = toy(classes=2)
    keep = np.flatnonzero((labels == "sport") | (np.arange(len(labels)) % 4 == 0))
    texts, labels = [texts[i] for i in keep], labels[keep]
    ours = TfidfClassifier(
        naive_bayes=False, C=1.0, min_df=1, char_max=4, tolerance=1e-6, balance="weights"
    ).fit(texts, labels)
    theirs = plain("balanced", C=1.0, l1_ratio=0.0, dual=True).fit(texts, labels)
    np.testing.assert_allclose(ours.predict_proba(texts), theirs.predict_proba(texts), atol=2e-3)


def test_more_processes_change_nothing():
    # Enough text that the processes share the features as read-only memory maps.
    texts, labels = toy(n=4000)
    texts = [f"{text} {i} {i % 97} {i % 89}" for i, text in enumerate(texts)]
    one, two = (TfidfClassifier(jobs=jobs).fit(texts, labels) for jobs in (1, 2))
    np.testing.assert_array_equal(one.model_.coefficients, two.model_.coefficients)


def test_elastic_net_reaches_the_objective_of_saga():
    texts, labels = toy(classes=2)
    ours = TfidfClassifier(
        analyzer="word",
        naive_bayes=False,
        penalty="elasticnet",
        C=2.0,
        balance="none",
        min_df=1,
        tolerance=1e-8,
    ).fit(texts, labels)
    features = ours.features_.transform_new(texts)
    saga = LogisticRegression(solver="saga", l1_ratio=0.5, C=2.0, tol=1e-8, max_iter=20000)
    saga.fit(features, labels)
    np.testing.assert_allclose(ours.model_.coefficients[:, 0], saga.coef_[0], atol=1e-3)
    np.testing.assert_allclose(ours.model_.intercepts, saga.intercept_, atol=1e-3)


def test_log_count_ratio_is_that_of_wang_and_manning():
    features = np.array([[2.0, 0.0], [1.0, 1.0], [0.0, 4.0]])
    from scipy import sparse

    ratio = log_count_ratio(sparse.csr_array(features), np.array([True, True, False]))
    # p = 1 + (3, 1), q = 1 + (0, 4)
    np.testing.assert_allclose(ratio, [np.log((4 / 6) / (1 / 6)), np.log((2 / 6) / (5 / 6))])


@pytest.mark.parametrize("balance", ["oversample", "undersample", "smote"])
def test_every_way_of_balancing_fits(balance):
    texts, labels = toy()
    assert (
        TfidfClassifier(balance=balance).fit(texts, labels).predict(texts) == labels
    ).mean() > 0.8


@pytest.mark.parametrize("pairs", [False, True])
def test_prepared_inputs_give_the_same_answers_as_raw_ones(pairs):
    texts, labels = toy()
    new, _ = toy(seed=1)
    if pairs:
        texts, new = (list(zip(one, reversed(one), strict=True)) for one in (texts, new))
    classifier = TfidfClassifier(min_df=2, word_max=1)
    counts = classifier.prepare([*texts, *new])
    raw = classifier.fit(texts, labels).predict_proba(new)
    rows = np.arange(len(texts))
    prepared = classifier.fit(counts[rows], labels).predict_proba(counts[rows + len(texts)])
    np.testing.assert_allclose(prepared, raw, atol=1e-9)


def test_strongest_words_name_what_gives_the_label_away():
    texts, labels = toy()
    strongest = TfidfClassifier().fit(texts, labels).strongest(3)
    assert set(strongest) == {"sport", "politics", "tech"}
    for label, words in strongest.items():
        subjects = {s.split()[1] for s, own in zip(SUBJECTS, LABELS, strict=True) if own == label}
        assert words[0][0].split()[-1] in subjects or words[0][0].split()[0] in subjects


def test_pairs_with_empty_sides_are_answered_alone_or_together():
    pairs = [("a cat", "a cat sat"), ("a dog", ""), ("", ""), ("", "a cat")] * 3
    classifier = TfidfClassifier(min_df=1).fit(pairs, ["x", "y", "y", "x"] * 3)
    together = classifier.predict_proba(pairs)
    alone = np.vstack([classifier.predict_proba([pair]) for pair in pairs])
    np.testing.assert_allclose(alone, together, atol=1e-12)


def test_texts_without_any_feature_get_the_prior():
    classifier = TfidfClassifier(balance="none").fit(["", "", "", ""], ["a", "a", "a", "b"])
    np.testing.assert_allclose(classifier.predict_proba([""]), [[0.75, 0.25]], atol=1e-9)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"penalty": "l3"}, "Got penalty='l3'; choose one of l1, l2, elasticnet."),
        ({"C": 0.0}, "Got C=0.0; it must be above 0."),
        ({"l1_ratio": 2.0}, "Got l1_ratio=2.0; it must lie between 0 and 1."),
        ({"char_min": 6}, "char_min between 1 and char_max"),
        ({"analyzer": "sentence"}, "choose one of word, char, both"),
        ({"balance": "luck"}, "choose one of none, weights, oversample"),
    ],
)
def test_impossible_fields_are_refused(fields, sentence):
    with pytest.raises(InputError, match=sentence.replace("(", r"\(")):
        TfidfClassifier(**fields).fit(["a b", "c d"], ["x", "y"])


def test_labels_must_fit_the_inputs():
    with pytest.raises(InputError, match="Got 1 labels for 2 inputs"):
        TfidfClassifier().fit(["a", "b"], ["x"])

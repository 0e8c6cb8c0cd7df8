"""NBSVM against the paper's formulas written out with scikit-learn, and what it refuses."""

import numpy as np
import pytest
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.svm import LinearSVC

from worthit.baselines.nbsvm import NbsvmClassifier
from worthit.core.errors import InputError

SUBJECTS = {"sport": "striker goalkeeper", "politics": "minister senator", "tech": "chip robot"}
ENDINGS = ["ran fast", "spoke today", "was new", "won won the cup", "lost a vote", "got faster"]


def toy(n=200, seed=0, classes=3):
    """Short sentences whose subject gives the label away, with some labels flipped."""
    rng = np.random.default_rng(seed)
    labels = rng.choice(list(SUBJECTS)[:classes], n).astype(object)
    texts = [f"the {rng.choice(SUBJECTS[label].split())} {rng.choice(ENDINGS)}" for label in labels]
    flipped = rng.random(n) < 0.1
    labels[flipped] = rng.choice(list(SUBJECTS)[:classes], flipped.sum())
    return texts, labels


def by_the_paper(texts, labels, new, C, beta):
    """Margins of each class against the rest, as equations 1 to 4 of the paper have them."""
    vectorizer = CountVectorizer(ngram_range=(1, 2), binary=True)
    f, f_new = vectorizer.fit_transform(texts).toarray(), vectorizer.transform(new).toarray()
    margins = []
    for label in np.unique(labels):
        inside = labels == label
        p, q = 1 + f[inside].sum(axis=0), 1 + f[~inside].sum(axis=0)
        r = np.log((p / np.abs(p).sum()) / (q / np.abs(q).sum()))
        svm = LinearSVC(C=C, tol=1e-8, max_iter=100_000).fit(f * r, inside)
        w = svm.coef_[0]
        mean = np.abs(w).sum() / len(w)
        margins.append((f_new * r) @ ((1 - beta) * mean + beta * w) + svm.intercept_)
    return np.column_stack(margins)


@pytest.mark.parametrize("beta", [0.0, 0.25, 1.0])
@pytest.mark.parametrize("classes", [2, 3])
def test_margins_are_those_of_the_paper(classes, beta):
    (texts, labels), (new, _) = toy(classes=classes), toy(seed=1, classes=classes)
    ours = NbsvmClassifier(C=0.5, beta=beta, tolerance=1e-8).fit(texts, labels)
    theirs = by_the_paper(texts, labels, new, 0.5, beta)
    margins = ours.model_.decide(ours._transform(new)) / 2
    np.testing.assert_allclose(margins, theirs[:, 1:] if classes == 2 else theirs, atol=1e-4)


@pytest.mark.parametrize("classes", [2, 3])
def test_probabilities_keep_the_order_of_the_margins(classes):
    texts, labels = toy(classes=classes)
    model = NbsvmClassifier().fit(texts, labels)
    margins = model.model_.decide(model._transform(texts))[:, -1]
    chances = model.predict_proba(texts)
    np.testing.assert_allclose(chances.sum(axis=1), 1)
    if classes == 2:
        order = np.argsort(margins)
        assert (np.diff(chances[order, 1]) >= 0).all()
        assert ((chances[:, 1] > 0.5) == (margins > 0)).all()
    else:
        most = model.model_.decide(model._transform(texts)).argmax(axis=1)
        assert (chances.argmax(axis=1) == most).all()


def test_how_often_a_word_stands_in_a_text_does_not_matter():
    model = NbsvmClassifier(word_max=1).fit(*toy())
    once, often = model.predict_proba(["the striker won", "the striker won won won striker"])
    np.testing.assert_array_equal(once, often)


@pytest.mark.parametrize("pairs", [False, True])
def test_prepared_inputs_give_the_same_answers_as_raw_ones(pairs):
    (texts, labels), (new, _) = toy(), toy(seed=1)
    if pairs:
        texts, new = (list(zip(one, reversed(one), strict=True)) for one in (texts, new))
    model = NbsvmClassifier(word_max=1, tolerance=1e-6)
    counts = model.prepare([*texts, *new])
    raw = model.fit(texts, labels).predict_proba(new)
    rows = np.arange(len(texts))
    prepared = model.fit(counts[rows], labels).predict_proba(counts[rows + len(texts)])
    np.testing.assert_allclose(prepared, raw, atol=1e-4)


def test_strongest_words_name_what_gives_the_label_away():
    for label, words in NbsvmClassifier().fit(*toy()).strongest(2).items():
        assert all(set(name.split()) & set(SUBJECTS[label].split()) for name, _ in words)


@pytest.mark.parametrize("balance", ["weights", "oversample", "undersample", "smote"])
def test_balancing_raises_the_recall_of_a_rare_class(balance):
    texts, labels = toy(n=400, classes=2)
    rare = np.flatnonzero((labels == "sport") | (np.arange(400) % 12 == 0))
    texts, labels = [texts[i] for i in rare], labels[rare]
    plain = NbsvmClassifier(C=0.01).fit(texts, labels)
    balanced = NbsvmClassifier(C=0.01, balance=balance).fit(texts, labels)
    number = list(plain.classes_).index("politics")
    assert (
        balanced.predict_proba(texts)[:, number].mean()
        > plain.predict_proba(texts)[:, number].mean()
    )


def test_texts_without_any_feature_get_the_prior():
    model = NbsvmClassifier().fit(["", "", "", ""], ["a", "a", "a", "b"])
    np.testing.assert_allclose(model.predict_proba([""]), [[0.75, 0.25]], atol=1e-9)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"C": 0.0}, "Got C=0.0; it must be above 0."),
        ({"beta": 1.5}, "Got beta=1.5; it must lie between 0 and 1."),
        ({"word_max": 0}, "Got word_max=0; it must be 1 or more."),
        ({"min_df": 0}, "Got min_df=0; it must be 1 or more."),
        ({"smoothing": 0.0}, "Got smoothing=0.0; it must be above 0."),
        ({"balance": "luck"}, "choose one of none, weights, oversample"),
    ],
)
def test_impossible_fields_are_refused(fields, sentence):
    with pytest.raises(InputError, match=sentence):
        NbsvmClassifier(**fields).fit(["a b", "c d"], ["x", "y"])

"""The contract of every model, baseline or neural, known by its file alone: no exception list."""

import inspect
from functools import cache

import numpy as np
import pytest
from sklearn.base import clone

from worthit import baselines, neural
from worthit.core.catalogue import load_class

ENTRIES = {**baselines.available(), **neural.available()}
CASES = [
    (name, kind)
    for name, entry in ENTRIES.items()
    for kind in ("text", "pair")
    if kind in entry.kinds
]
each_model = pytest.mark.parametrize("name", list(ENTRIES))
each_case = pytest.mark.parametrize(("name", "kind"), CASES)

# A toy needs no full-sized network: any model that has such a field gets such a value.
SMALL = {"epochs": 8, "patience": 8, "batch_size": 8, "dropout": 0.1, "word_dropout": 0.0}
SMALL |= {"hidden": 32, "embedding": 32, "checkpoint": "scratch"}

TOPICS = {
    "sport": "match goal team player coach league",
    "money": "bank share market profit price trade",
    "space": "rocket orbit moon star planet comet",
}
FILLERS = "the a of and today they said about new one".split()


def new(name, **values):
    model_class = load_class(ENTRIES[name])
    fields = inspect.signature(model_class).parameters
    return model_class(**{key: value for key, value in SMALL.items() if key in fields}, **values)


@cache
def toy(kind, n=90, seed=0):
    """Sentences in which the topic words tell the label; one class is larger than the others."""
    generator = np.random.default_rng(seed)
    labels = generator.choice(list(TOPICS), n, p=[0.4, 0.3, 0.3])
    texts = []
    for label in labels:
        telling = generator.choice(TOPICS[label].split(), 3)
        texts.append(" ".join(generator.permutation([*telling, *generator.choice(FILLERS, 5)])))
    inputs = texts if kind == "text" else [("they said this today", text) for text in texts]
    return inputs, list(map(str, labels))


@cache
def fitted(name, kind):
    return new(name).fit(*toy(kind), validation=toy(kind, n=30, seed=1))


@each_case
def test_learns_a_toy_task(name, kind):
    model = fitted(name, kind)
    inputs, labels = toy(kind, n=60, seed=2)
    accuracy = np.mean(model.predict(inputs) == np.array(labels))
    if model.family == "floor":  # it learns nothing from texts: turned around, they teach the same
        texts, truth = toy(kind)
        other = new(name).fit(texts[::-1], truth)
        np.testing.assert_allclose(other.predict_proba(inputs), model.predict_proba(inputs))
    else:
        assert accuracy > 0.9


@each_case
def test_gives_back_the_labels_it_was_given(name, kind):
    model = fitted(name, kind)
    assert list(model.classes_) == sorted(TOPICS)
    predictions = model.predict(toy(kind)[0])
    assert isinstance(predictions, np.ndarray)
    assert set(predictions) <= set(TOPICS)


@each_case
def test_probabilities_sum_to_one_and_agree_with_the_labels(name, kind):
    model = fitted(name, kind)
    inputs, _ = toy(kind, n=60, seed=2)
    probabilities = model.predict_proba(inputs)
    assert probabilities.shape == (60, 3)
    assert probabilities.dtype == np.float64
    assert (probabilities >= 0).all()
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-9)
    best = np.asarray(model.classes_)[probabilities.argmax(axis=1)]
    assert list(best) == list(model.predict(inputs))


@each_case
def test_same_seed_gives_same_predictions(name, kind):
    inputs, _ = toy(kind, n=60, seed=2)
    again = new(name).fit(*toy(kind), validation=toy(kind, n=30, seed=1))
    np.testing.assert_array_equal(
        again.predict_proba(inputs), fitted(name, kind).predict_proba(inputs)
    )


@each_case
def test_fits_without_validation(name, kind):
    model = new(name)
    assert model.fit(*toy(kind, n=30)) is model
    assert len(model.predict(toy(kind)[0])) == 90


@each_case
def test_saved_and_loaded_model_is_the_same(name, kind, tmp_path):
    model = fitted(name, kind)
    inputs, _ = toy(kind, n=60, seed=2)
    model.save(tmp_path / "model")
    loaded = type(model).load(tmp_path / "model")
    assert loaded.get_params() == model.get_params()
    assert list(loaded.classes_) == list(model.classes_)
    assert list(loaded.predict(inputs)) == list(model.predict(inputs))
    np.testing.assert_allclose(
        loaded.predict_proba(inputs), model.predict_proba(inputs), atol=1e-12
    )


@each_case
def test_inputs_longer_than_the_model_reads_are_told(name, kind):
    model = fitted(name, kind)
    long, short = "goal " * getattr(model, "max_length", 300), "goal"
    inputs = {"text": [short, long, short], "pair": [(short, short), (long, short), (short, long)]}
    told = {"text": [False, True, False], "pair": [False, True, True]}[kind]
    limited = "max_length" in model.get_params()
    assert hasattr(model, "truncated") == limited
    assert not limited or model.truncated(inputs[kind]).tolist() == told


@each_case
def test_answering_leaves_nothing_in_the_model(name, kind, tmp_path):
    fitted(name, kind).save(tmp_path / "model")
    model = type(fitted(name, kind)).load(tmp_path / "model")
    before = set(vars(model))
    model.predict(toy(kind)[0])
    assert set(vars(model)) == before


@each_case
def test_saved_model_holds_no_pickle(name, kind, tmp_path):
    fitted(name, kind).save(tmp_path / "model")
    endings = {path.suffix for path in (tmp_path / "model").rglob("*") if path.is_file()}
    assert endings
    assert not endings & {".pkl", ".pickle", ".joblib", ".bin", ".pt", ".pth"}


@each_case
def test_empty_inputs_are_fine(name, kind):
    empty = ["", " ", "?!"] if kind == "text" else [("", ""), ("", "goal"), ("goal", "")]
    inputs, labels = toy(kind)
    model = new(name).fit([*inputs, *empty], [*labels, "sport", "money", "space"])
    assert model.predict_proba(empty).shape == (3, 3)
    assert np.isfinite(model.predict_proba(empty)).all()


@each_case
def test_one_class_is_refused_in_a_sentence(name, kind):
    with pytest.raises(ValueError, match=r"class"):
        new(name).fit(toy(kind)[0][:4], ["sport"] * 4)


@each_model
def test_every_constructor_field_is_a_parameter(name):
    model_class = load_class(ENTRIES[name])
    fields = set(inspect.signature(model_class).parameters)
    assert set(model_class().get_params()) == fields
    assert {"seed", "balance"} <= fields


@each_model
def test_clone_is_equal(name):
    model = new(name, seed=7)
    copy = clone(model)
    assert copy is not model
    assert copy.get_params() == model.get_params()


@each_model
def test_file_states_the_kinds_of_the_class(name):
    assert load_class(ENTRIES[name]).kinds == ENTRIES[name].kinds
    assert ENTRIES[name].kinds


@each_model
def test_search_space_contains_every_default(name):
    model = load_class(ENTRIES[name])()
    for field, distribution in model.search_space().items():
        default = model.get_params()[field]
        assert distribution._contains(distribution.to_internal_repr(default)), field

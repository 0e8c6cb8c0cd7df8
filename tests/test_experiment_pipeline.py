"""A user's own scikit-learn pipeline as a model: run, stored, loaded, searched, refused."""

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import skops.io
from sklearn.base import clone
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from worthit import experiment
from worthit.core.errors import InputError
from worthit.corpus import load
from worthit.experiment.comparison import order_models
from worthit.experiment.models import find
from worthit.experiment.own.answers import probabilities
from worthit.experiment.own.pipeline import PipelineClassifier
from worthit.experiment.own.user_file import run_name
from worthit.experiment.place import Place
from worthit.experiment.prediction import predict
from worthit.experiment.protocol import start
from worthit.experiment.running import make
from worthit.experiment.settings import parse_settings
from worthit.experiment.spec import Spec
from worthit.experiment.specs import make_specs

IMPORTS = """
from imblearn.over_sampling import RandomOverSampler
from imblearn.pipeline import make_pipeline as make_sampled
from optuna.distributions import CategoricalDistribution, FloatDistribution
from os import system
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.feature_selection import SelectKBest, chi2
from sklearn.linear_model import LinearRegression, LogisticRegression, SGDClassifier
from sklearn.model_selection import FixedThresholdClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.svm import SVC, LinearSVC
"""
OWN = '''
class Lower(TransformerMixin, BaseEstimator):
    def fit(self, X, y=None):
        return self

    def transform(self, X):
        return [text.lower() for text in X]


def join(pairs):
    return [" ".join(pair) for pair in pairs]


class Guess(ClassifierMixin, BaseEstimator):
    """Answers by one word and knows no probabilities."""

    def fit(self, X, y):
        self.classes_ = sorted(set(y))
        return self

    def predict(self, X):
        return ["good" if "great" in text else "bad" for text in X]
'''


@pytest.fixture
def write(tmp_path):
    """Write mine.py with a function ``make`` of the given body; returns FILE.py:make."""

    def written(body, more="", name="mine.py"):
        code = f"{IMPORTS}{OWN}\n\ndef make():\n    {body}\n\n{more}"
        (tmp_path / name).write_text(code, encoding="utf-8")
        return f"{tmp_path / name}:make"

    return written


@pytest.fixture(scope="module")
def reviews(tmp_path_factory):
    rng = np.random.default_rng(0)
    words = {"good": ["great", "fine", "lovely"], "bad": ["awful", "poor", "dull"]}
    rows = ["text,label"]
    for i in range(120):
        label = "good" if i % 3 else "bad"
        rows.append(f"a {rng.choice(words[label])} film number {i},{label}")
    path = tmp_path_factory.mktemp("data") / "reviews.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return load(path)


@pytest.fixture
def place(tmp_path):
    return Place(runs=tmp_path / "runs", reports=tmp_path / "reports", jobs=1)


TEXTS = ["a great film", "an awful film", "a fine film", "a dull film"] * 5
LABELS = ["good", "bad"] * 10
PLAIN = "return make_pipeline(TfidfVectorizer(), LogisticRegression(C=10))"


def test_a_pipeline_gives_the_answers_that_it_gives_alone(write):
    model = PipelineClassifier.of(write(PLAIN)).fit(TEXTS, LABELS)
    alone = make_pipeline(TfidfVectorizer(), LogisticRegression(C=10, random_state=0))
    alone.fit(TEXTS, LABELS)
    np.testing.assert_array_equal(model.predict_proba(TEXTS), alone.predict_proba(TEXTS))
    assert list(model.predict(TEXTS)) == list(alone.predict(TEXTS))
    assert model.n_parameters_ == np.count_nonzero(alone[-1].coef_) + 1


@pytest.mark.parametrize(
    "last",
    [
        "LinearSVC()",
        "SGDClassifier()",
        "SVC(kernel='linear')",
        "RandomForestClassifier(5)",
        "FixedThresholdClassifier(LogisticRegression(), threshold=0.9)",
        "make_pipeline(SelectKBest(chi2, k=3), LogisticRegression())",
    ],
)
def test_probabilities_sum_to_one_and_agree_with_the_pipelines_answers(write, tmp_path, last):
    model = PipelineClassifier.of(write(f"return make_pipeline(TfidfVectorizer(), {last})"))
    model.fit(TEXTS, LABELS)
    chances = model.predict_proba(TEXTS)
    np.testing.assert_allclose(chances.sum(axis=1), 1)
    assert list(model.predict(TEXTS)) == list(model.estimator_.predict(TEXTS))
    model.save(tmp_path / "model")
    loaded = PipelineClassifier.load(tmp_path / "model")
    np.testing.assert_array_equal(loaded.predict_proba(TEXTS), chances)


class Margins:
    """An estimator with a decision function alone, over classes in an order of its own."""

    def __init__(self, margins, classes):
        self.margins, self.classes_ = np.array(margins), classes

    def decision_function(self, inputs):
        return self.margins

    def predict(self, inputs):
        margins = self.margins if self.margins.ndim == 2 else np.c_[-self.margins, self.margins]
        return [self.classes_[i] for i in margins.argmax(axis=1)]


def test_margins_become_probabilities_by_logistic_function_and_softmax():
    two = probabilities(Margins([0.0, np.log(3)], ["a", "b"]), ["x", "y"], np.array(["a", "b"]))
    np.testing.assert_allclose(two, [[0.5, 0.5], [0.25, 0.75]])
    three = Margins([[0.0, np.log(2), np.log(5)]], ["c", "a", "b"])
    chances = probabilities(three, ["x"], np.array(["a", "b", "c"]))
    np.testing.assert_allclose(chances, [[2 / 8, 5 / 8, 1 / 8]])


def test_an_estimator_without_scores_is_certain_of_its_answers(write):
    model = PipelineClassifier.of(write("return Guess()")).fit(TEXTS, LABELS)
    assert model.predict_proba(["a great film", "a film"]).tolist() == [[0.0, 1.0], [1.0, 0.0]]


def test_pairs_come_as_a_list_of_two_texts(write):
    body = "return make_pipeline(FunctionTransformer(join), TfidfVectorizer(), LinearSVC())"
    pairs = [("a film", text) for text in TEXTS]
    model = PipelineClassifier.of(write(body)).fit(pairs, LABELS)
    assert list(model.predict(pairs)) == LABELS


def test_the_seed_goes_where_none_is_set(write):
    body = "return make_pipeline(TfidfVectorizer(), {})"
    free = PipelineClassifier.of(write(body.format("SGDClassifier()"))).set_params(seed=7)
    kept = PipelineClassifier.of(write(body.format("SGDClassifier(random_state=3)")))
    assert free.fit(TEXTS, LABELS).estimator_[-1].random_state == 7
    assert kept.set_params(seed=7).fit(TEXTS, LABELS).estimator_[-1].random_state == 3
    assert free.get_params()["sgdclassifier__random_state"] is None


def test_a_copy_has_the_same_fields_and_its_own_pipeline(write):
    model = PipelineClassifier.of(write(PLAIN)).set_params(logisticregression__C=3.0)
    copy = clone(model)
    assert copy.get_params() == model.get_params()
    copy.set_params(tfidfvectorizer__ngram_range="(1, 2)")
    assert copy.estimator[0].ngram_range == (1, 2)
    assert model.estimator[0].ngram_range == (1, 1)


def test_a_run_is_named_after_file_and_function_and_answers_without_the_file(
    write, reviews, place, tmp_path
):
    model = write(PLAIN)
    run = experiment.run(reviews, model, place=place)
    assert run.model == "mine-make"
    assert run.folder.name.startswith("mine-make-")
    assert run.record["family"] == "pipeline"
    assert run.record["params"]["logisticregression__C"] == 10
    assert run.record["cost"]["trials"] == 0
    assert run.record["scores"]["test"]["accuracy"] > 0.9
    page = (place.reports / "reviews" / "mine-make.md").read_text(encoding="utf-8")
    assert "# mine-make on reviews" in page
    assert "scikit-learn pipeline of the user's own, `make` of `mine.py`" in page
    (tmp_path / "mine.py").unlink()
    answered = predict(run.folder, ["a great film", "an awful film"])
    assert list(answered["prediction"]) == ["good", "bad"]
    assert str(tmp_path) not in (run.folder / "model" / "pipeline.json").read_text("utf-8")


def test_a_model_that_needs_the_file_says_so_and_takes_that_file_alone(
    write, reviews, place, tmp_path
):
    body = "return make_pipeline(Lower(), TfidfVectorizer(), LogisticRegression())"
    run = make(reviews, Spec(model=write(body)), place)
    # As on another day: the file was not run yet by this process.
    sys.modules.pop("worthit_user_" + run.record["params"]["source"])
    with pytest.raises(InputError, match=r"needs 'Lower' of mine.py.*--model PATH/mine.py"):
        predict(run.folder, ["A GREAT film"])
    assert predict(run.folder, ["A GREAT film"], model=str(tmp_path / "mine.py")).shape == (1, 3)
    shutil.copy(tmp_path / "mine.py", tmp_path / "renamed.py")
    assert len(predict(run.folder, ["a film"], model=f"{tmp_path / 'renamed.py'}:make")) == 1
    with (tmp_path / "mine.py").open("a", encoding="utf-8") as file:
        file.write("# edited\n")
    with pytest.raises(InputError, match="is not the file that the model was made from"):
        predict(run.folder, ["a film"], model=str(tmp_path / "mine.py"))


def test_a_model_file_never_names_what_it_may_not(write, tmp_path):
    from sklearn.preprocessing import FunctionTransformer

    model = PipelineClassifier.of(write(PLAIN)).fit(TEXTS, LABELS)
    model.save(tmp_path / "model")
    for function in (subprocess.getoutput, np.save):
        evil = make_pipeline(FunctionTransformer(function), model.estimator_)
        skops.io.dump(evil, tmp_path / "model" / "pipeline.skops")
        with pytest.raises(InputError, match="which model files may not hold"):
            PipelineClassifier.load(tmp_path / "model")
    (tmp_path / "model" / "pipeline.skops").write_bytes(b"no zip file")
    with pytest.raises(InputError, match="is damaged"):
        PipelineClassifier.load(tmp_path / "model")


def test_samplers_resample_in_fitting_and_are_not_stored(write, tmp_path):
    body = "return make_sampled(TfidfVectorizer(), RandomOverSampler(), LogisticRegression())"
    model = PipelineClassifier.of(write(body)).fit(TEXTS[:-1], LABELS[:-1])
    model.save(tmp_path / "model")
    loaded = PipelineClassifier.load(tmp_path / "model")
    assert len(loaded.estimator_.steps) == 2
    np.testing.assert_allclose(loaded.predict_proba(TEXTS), model.predict_proba(TEXTS))


def test_the_key_follows_the_source_and_not_the_folder(write, reviews, tmp_path):
    def key(model):
        spec = Spec(model=model)
        return spec.key(reviews, start(reviews, spec, jobs=1))

    model = write(PLAIN)
    first = key(model)
    (tmp_path / "elsewhere").mkdir()
    shutil.copy(tmp_path / "mine.py", tmp_path / "elsewhere" / "mine.py")
    assert key(f"{tmp_path / 'elsewhere' / 'mine.py'}:make") == first
    assert key(write(PLAIN, more="# edited\n")) != first


SPACE = """
def search_space():
    return {
        "tfidfvectorizer__ngram_range": CategoricalDistribution([(1, 1), (1, 2)]),
        "logisticregression__C": FloatDistribution(0.1, 100.0, log=True),
    }
"""


def test_a_search_space_beside_the_function_is_searched_in_other_processes(
    write, reviews, tmp_path
):
    body = "return make_pipeline(Lower(), TfidfVectorizer(), LogisticRegression())"
    place = Place(runs=tmp_path / "runs", reports=tmp_path / "reports", jobs=2)
    run = make(reviews, Spec(model=write(body, SPACE), trials=3), place)
    trials = run.record["tuning"]["trials"]
    assert trials[0]["params"] == {
        "tfidfvectorizer__ngram_range": "(1, 1)",
        "logisticregression__C": 1.0,
    }
    assert len(trials) == run.record["cost"]["trials"] == 3


def test_without_a_search_space_every_budget_is_the_same_run(write):
    options = {"time_limit": None, "metric": "f1_macro", "balance": "auto", "penalty": "auto"}
    (plain,) = make_specs([write(PLAIN)], {}, trials=None, seeds=[0], **options)
    (searched,) = make_specs([write(PLAIN, SPACE)], {}, trials=None, seeds=[0], **options)
    assert (plain.trials, searched.trials) == (0, 30)


def test_a_pipeline_is_compared_on_either_side(write, reviews, place):
    model = write(PLAIN)
    as_baseline = experiment.compare(
        reviews, models=["majority"], baseline=model, trials=0, place=place
    )
    assert as_baseline.summary()["pairings"][0]["baseline"] == "mine-make"
    other = experiment.compare(
        reviews, models=["majority", model], baseline="majority", trials=0, place=place
    )
    assert other.summary()["pairings"][0]["model"] == "mine-make"
    again = experiment.report(
        reviews.name, models=["majority", model], baseline=model,
        runs=place.runs, reports=place.reports,
    )  # fmt: skip
    assert again.summary()["pairings"][0]["baseline"] == "mine-make"


def test_models_of_one_name_are_refused(write):
    first = write(PLAIN)
    folder = Path(first.removesuffix("mine.py:make")) / "other"
    folder.mkdir()
    shutil.copy(first.removesuffix(":make"), folder)
    with pytest.raises(InputError, match="Two models would be called 'mine-make'"):
        order_models([first, f"{folder / 'mine.py'}:make"], None)


def test_fields_are_set_by_path_or_name_and_read_as_they_are_written(write):
    model = write(PLAIN)
    words = ["mine-make.logisticregression__C=2", "tfidfvectorizer__ngram_range=(1,2)"]
    words += [f"{model}.tfidfvectorizer__stop_words=None", "logisticregression__tol=1e-3"]
    assert parse_settings(words, ["majority", model])[model] == {
        "logisticregression__C": 2,
        "tfidfvectorizer__ngram_range": "(1, 2)",
        "tfidfvectorizer__stop_words": None,
        "logisticregression__tol": 0.001,
    }
    with pytest.raises(InputError, match="no model that runs has a field 'source'"):
        parse_settings(["source=3"], [model])


def test_naming_a_model_runs_nothing(tmp_path):
    path = tmp_path / "loud.py"
    path.write_text('raise SystemExit\n\ndef make():\n    """Words and a line."""\n', "utf-8")
    entry = find(f"{path}:make")
    assert (entry.name, entry.summary) == ("loud-make", "Words and a line.")
    assert entry.kinds == PipelineClassifier.kinds
    assert run_name("tfidf") == "tfidf"


@pytest.mark.parametrize(
    ("body", "more", "sentence"),
    [
        ("raise RuntimeError('no luck')", "", r"failed at line \d+: RuntimeError: no luck. Mend"),
        ("pass", "", "returned NoneType, which has no fit; return a scikit-learn classifier"),
        ("return LinearSVC", "", r"returned the class LinearSVC; return an instance of it"),
        ("return TfidfVectorizer()", "", "returned TfidfVectorizer, which has no predict"),
        ("return LinearRegression()", "", "returned a regressor; return a classifier"),
        ("return make_pipeline(FunctionTransformer(lambda x: x), LinearSVC())", "", "a lambda"),
        (
            "return make_pipeline(FunctionTransformer(system), LinearSVC())",
            "",
            "which model files may not",
        ),
        (PLAIN, "1 / 0", r"Running mine.py failed at line \d+: ZeroDivisionError"),
        (PLAIN, "def broken(:", r"Running mine.py failed at line \d+: SyntaxError"),
        (PLAIN, "import no_such_package", "ModuleNotFoundError: No module named 'no_such"),
        (PLAIN, "def search_space():\n    return [1]", "'search_space' of mine.py returned list"),
        (PLAIN, "def search_space():\n    return {'clf__C': 1}", "has 'clf__C', which the pipel"),
        (
            PLAIN,
            "def search_space():\n    return {'logisticregression__C': (1, 2)}",
            "has tuple for 'logisticregression__C'; give an Optuna distribution",
        ),
        (
            PLAIN,
            "def search_space():\n    return {'logisticregression__C': FloatDistribution(20, 30)}",
            "'logisticregression__C' in 20 to 30, but the pipeline is built with 10",
        ),
    ],
)
def test_what_cannot_be_a_model_is_refused_in_a_sentence(write, body, more, sentence):
    with pytest.raises(InputError, match=sentence):
        PipelineClassifier.of(write(body, more))


@pytest.mark.parametrize(
    ("model", "sentence"),
    [
        ("nowhere.py:make", "There is no file 'nowhere.py'"),
        ("{mine}", "name the function in it that returns the pipeline as well: .*mine.py:make_p"),
        ("{mine}:made", "mine.py has no function 'made'; it has join, make."),
    ],
)
def test_a_name_that_leads_nowhere_is_refused_in_a_sentence(write, model, sentence):
    mine = write(PLAIN).removesuffix(":make")
    with pytest.raises(InputError, match=sentence):
        PipelineClassifier.of(model.format(mine=mine))


def test_a_fit_or_an_answer_that_fails_is_told_in_a_sentence(write):
    broken = "return make_pipeline(TfidfVectorizer(ngram_range=(2, 1)), LinearSVC())"
    with pytest.raises(InputError, match="Fitting 'make' of mine.py failed: ValueError: Invalid"):
        PipelineClassifier.of(write(broken)).fit(TEXTS, LABELS)
    model = PipelineClassifier.of(write("return Guess()")).fit(TEXTS, ["yes", "no"] * 10)
    with pytest.raises(InputError, match="answered 'good', which is no label"):
        model.predict(["a great film"])


def test_what_the_file_prints_stays_off_standard_output(write, capsys):
    PipelineClassifier.of(write(PLAIN, "print('hello')"))
    output = capsys.readouterr()
    assert "hello" in output.err
    assert not output.out

"""A user's own scikit-learn pipeline under the classifier protocol: a thin wrapper."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from optuna.distributions import BaseDistribution
from sklearn.base import BaseEstimator, ClassifierMixin, clone, is_regressor

from worthit.baselines.sparse.labels import encode_labels
from worthit.core.errors import InputError
from worthit.core.files import read_json, write_json
from worthit.experiment.own import model_file
from worthit.experiment.own.answers import probabilities
from worthit.experiment.own.params import (
    changed_params,
    check_space,
    plain_params,
    plain_space,
    set_plain,
    set_seed,
)
from worthit.experiment.own.telling import telling
from worthit.experiment.own.user_file import UserFile, module_name

__all__ = ["PipelineClassifier"]


class PipelineClassifier(ClassifierMixin, BaseEstimator):
    """A pipeline over raw texts, or over a list of (text, text), that a user's function returned.

    Its fields are the pipeline's own plain parameters, ``step__parameter``, beside what says where
    it comes from.

    Parameters
    ----------
    estimator : estimator
        Not fitted.
    space : mapping of str to distribution
        What a search may vary; empty for no search.
    file, function, source : str
        Name of the user's file, of the function in it, and the hash of the file's source.
    seed : int
        Set wherever a ``random_state`` is None.

    Attributes
    ----------
    classes_ : numpy.ndarray of shape (n_classes,)
        Sorted labels.
    estimator_ : estimator
        Fitted.
    n_parameters_ : int or None
        Coefficients that are not zero and intercepts, of a last step that has them.
    """

    kinds: ClassVar[tuple[str, ...]] = ("text", "pair")
    family: ClassVar[str] = "pipeline"
    origin: ClassVar[tuple[str, ...]] = ("file", "function", "source")

    def __init__(
        self,
        estimator: Any = None,
        space: Mapping[str, BaseDistribution] | None = None,
        file: str = "",
        function: str = "",
        source: str = "",
        seed: int = 0,
    ) -> None:
        self.estimator = estimator
        self.space = space
        self.file = file
        self.function = function
        self.source = source
        self.seed = seed

    @classmethod
    def of(cls, model: str) -> "PipelineClassifier":
        """Build from FILE.py:FUNCTION, which is run.

        Raises
        ------
        InputError
            If the file or the function does not give a classifier.
        """
        user = UserFile.read(model)
        estimator, space = user.build(), user.space()
        if _predicts_numbers(estimator):
            raise InputError(
                f"'{user.function}' of {user.path.name} returned a regressor; return a classifier."
            )
        check_space(space, estimator, user.path.name)
        model_file.check_storable(estimator, user.module())
        where = (user.path.name, user.function, user.source)
        return cls(estimator, plain_space(space), *where)

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the fields; not ``deep``, what the constructor takes."""
        own = super().get_params(deep=False)
        if not deep:
            return own
        fields = {name: own[name] for name in (*self.origin, "seed")}
        return plain_params(self.estimator) | fields

    def set_params(self, **params: Any) -> "PipelineClassifier":
        """Set the seed and parameters of the pipeline."""
        self.seed = params.pop("seed", self.seed)
        set_plain(self.estimator, params)
        return self

    def described(self) -> dict[str, Any]:
        """Return the fields that a reader needs: origin, steps, and what is not a default."""
        fields = self.get_params()
        told = changed_params(self.estimator) | {name: fields[name] for name in self.space or ()}
        return told | {name: fields[name] for name in (*self.origin, "seed")}

    def check(self) -> None:
        """Accept any values: the estimator checks them when it is fitted."""

    def search_space(self) -> dict[str, BaseDistribution]:
        """Return what the file's ``search_space`` said."""
        return dict(self.space or {})

    def fit(
        self,
        inputs: Sequence[Any],
        labels: Sequence[str],
        validation: tuple[Sequence[Any], Sequence[str]] | None = None,
    ) -> "PipelineClassifier":
        """Fit the pipeline on raw texts or pairs.

        Raises
        ------
        InputError
            If there is only one class, or the pipeline fails.
        """
        self.classes_, codes = encode_labels(inputs, labels)
        estimator = set_seed(clone(self.estimator), self.seed)
        with telling(self.file, f"Fitting '{self.function}' of {self.file} failed"):
            self.estimator_ = estimator.fit(list(inputs), self.classes_[codes])
        return self

    @property
    def n_parameters_(self) -> int | None:
        """Coefficients in use, where the last step tells them."""
        last = self.estimator_[-1] if hasattr(self.estimator_, "steps") else self.estimator_
        if not isinstance(getattr(last, "coef_", None), np.ndarray):
            return None
        return int(np.count_nonzero(last.coef_)) + int(np.size(getattr(last, "intercept_", ())))

    def predict_proba(self, inputs: Sequence[Any]) -> NDArray[np.float64]:
        """Return probabilities, shape (n_items, n_classes); see :func:`.answers.probabilities`."""
        with telling(self.file, f"Answers of '{self.function}' of {self.file} failed"):
            return probabilities(self.estimator_, list(inputs), self.classes_)

    def predict(self, inputs: Sequence[Any]) -> NDArray:
        """Return the pipeline's answers, shape (n_items,)."""
        return self.classes_[self.predict_proba(inputs).argmax(axis=1)]

    def save(self, folder: Path) -> None:
        """Write the fitted pipeline as a skops file, and where it comes from as JSON."""
        folder.mkdir(parents=True, exist_ok=True)
        module = sys.modules.get(module_name(self.source))
        needs = model_file.dump(self.estimator_, folder / "pipeline.skops", module)
        fields = {name: getattr(self, name) for name in (*self.origin, "seed")}
        write_json(folder / "pipeline.json", {**fields, "needs": needs, "classes": self.classes_})

    @classmethod
    def load(cls, folder: Path, model: str | None = None) -> "PipelineClassifier":
        """Read what :meth:`save` wrote.

        Parameters
        ----------
        folder : pathlib.Path
            The model's folder.
        model : str or None
            The user's file, or FILE.py:FUNCTION; run only if the model needs what it defines.

        Raises
        ------
        InputError
            If the model needs a file that is not named, or that has changed.
        """
        record = read_json(folder / "pipeline.json")
        module = None
        if record["needs"]:
            user = _same_file(record, model)
            module = user.module()
        classifier = cls(
            file=record["file"],
            function=record["function"],
            source=record["source"],
            seed=record["seed"],
        )
        classifier.estimator_ = model_file.load(folder / "pipeline.skops", module)
        classifier.estimator = clone(classifier.estimator_)
        classifier.classes_ = np.array(record["classes"], dtype=object)
        return classifier


def _same_file(record: Mapping[str, Any], model: str | None) -> UserFile:
    needs = ", ".join(f"'{name}'" for name in record["needs"])
    if model is None:
        raise InputError(
            f"The model needs {needs} of {record['file']}, the file that it was made from; name "
            f"it and it is run: --model PATH/{record['file']}."
        )
    user = UserFile.read_file(model if model.endswith(".py") else model.rpartition(":")[0])
    if user.source != record["source"]:
        raise InputError(
            f"'{user.path}' is not the file that the model was made from (source {user.source}, "
            f"not {record['source']}), and the model needs {needs} of it; name that version, or "
            "make the run again."
        )
    return user


def _predicts_numbers(estimator: Any) -> bool:
    try:
        return is_regressor(estimator)
    except AttributeError:  # no scikit-learn base class, which is fine
        return False

"""What classifiers over n-gram features and a linear model share once they are fitted."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import BaseEstimator, ClassifierMixin

from worthit.baselines.sparse.balance import balance_rows, balance_weights
from worthit.baselines.sparse.counts import Counts
from worthit.baselines.sparse.features import Features
from worthit.baselines.sparse.logistic import LinearModel
from worthit.baselines.sparse.prepared import Prepared
from worthit.baselines.sparse.storage import load_linear, save_linear
from worthit.baselines.sparse.strongest import strongest_features
from worthit.baselines.sparse.surprising import Usage
from worthit.core.files import read_json, write_json

__all__ = ["SparseClassifier"]

BATCH = 8192  # new inputs answered together, which bounds the memory


class SparseClassifier(ClassifierMixin, BaseEstimator):
    """Answer, explain, save and load; a subclass is a dataclass of fields that knows how to fit.

    Attributes
    ----------
    classes_ : numpy.ndarray of shape (n_classes,)
        Sorted labels.
    features_ : Features
        Fitted vocabulary and weights.
    model_ : LinearModel
        Coefficients, shape (n_features, n_problems).
    """

    classes_: NDArray
    features_: Features
    model_: LinearModel
    lowercase: bool

    @property
    def n_parameters_(self) -> int:
        """Coefficients that are not zero, and intercepts."""
        return int(np.count_nonzero(self.model_.coefficients)) + len(self.model_.intercepts)

    @property
    def n_features_in_use_(self) -> int:
        """Features with a coefficient that is not zero for some class."""
        return int(self.model_.coefficients.any(axis=1).sum())

    def predict_proba(self, inputs: Sequence[Any] | Counts | Prepared) -> NDArray[np.float64]:
        """Return probabilities, shape (n_items, n_classes), columns as in ``classes_``."""
        if isinstance(inputs, Counts | Prepared):
            return self.model_.probabilities(self._transform(inputs))
        batches = [inputs[i : i + BATCH] for i in range(0, max(len(inputs), 1), BATCH)]
        return np.vstack([self.model_.probabilities(self._transform(batch)) for batch in batches])

    def predict(self, inputs: Sequence[Any] | Counts | Prepared) -> NDArray:
        """Return the most probable label of each item, shape (n_items,)."""
        return self.classes_[self.predict_proba(inputs).argmax(axis=1)]

    def strongest(self, n: int = 15) -> dict[str, list[tuple[str, float]]]:
        """Name the n features that speak most for each class, with their coefficients."""
        return strongest_features(self.features_, self.model_, self.classes_, n)

    def describe_words(
        self, inputs: Sequence[Any], labels: Sequence[str], n: int = 5
    ) -> dict[str, Any]:
        """Look up in the training texts the words that surprise, and examples.

        Parameters
        ----------
        inputs, labels
            What it was fitted on.
        n : int
            Words of each class.

        Returns
        -------
        dict
            ``surprising_words``, see :meth:`Usage.surprising`, and ``word_examples``: a short piece
            of a training text for each of them and each of the strongest, by class and word.
        """
        usage = Usage(self.features_, self.model_, self.classes_, inputs, np.asarray(labels))
        surprising = usage.surprising(n)
        shown = [(label, term) for label, row in self.strongest(n).items() for term, _ in row]
        shown += [(label, each["term"]) for label, row in surprising.items() for each in row]
        return {"surprising_words": surprising, "word_examples": usage.examples(shown)}

    def save(self, folder: Path) -> None:
        """Write the fitted model as JSON and plain arrays."""
        folder.mkdir(parents=True, exist_ok=True)
        save_linear(folder / "linear.npz", self.features_, self.model_)
        fields: Any = self  # a dataclass, as every subclass is
        write_json(folder / "model.json", {"params": asdict(fields), "classes": self.classes_})

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what :meth:`save` wrote."""
        record = read_json(folder / "model.json")
        classifier = cls(**record["params"])
        classifier.classes_ = np.array(record["classes"], dtype=object)
        classifier.features_, classifier.model_ = load_linear(folder / "linear.npz")
        return classifier

    def _transform(self, inputs: Sequence[Any] | Counts | Prepared) -> sparse.csr_array:
        if isinstance(inputs, Prepared):
            inputs = inputs.counts(**self._reading())
        if isinstance(inputs, Counts):
            return self.features_.transform(inputs)
        return self.features_.transform_new(inputs)

    def _reading(self) -> dict[str, Any]:
        """Return what decides which words a text is made of: another value, another count."""
        return {"lowercase": self.lowercase}

    @staticmethod
    def _balanced(
        features: sparse.csr_array, codes: NDArray[np.int64], how: str, seed: int
    ) -> tuple[sparse.csr_array, NDArray[np.int64], NDArray[np.float64]]:
        """Balance the classes of the rows being fitted: features, codes, weights in the loss."""
        if how == "weights":
            return features, codes, balance_weights(codes, int(codes.max()) + 1)
        if how != "none":
            features, codes = balance_rows(features, codes, how, seed)
        return features, codes, np.ones(len(codes))

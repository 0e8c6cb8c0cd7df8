"""The floor: always the most frequent class of the training data."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from optuna.distributions import BaseDistribution
from sklearn.base import BaseEstimator, ClassifierMixin

from worthit.baselines.sparse.labels import encode_labels
from worthit.core.files import read_json, write_json

__all__ = ["MajorityClassifier"]


@dataclass(kw_only=True, eq=False, repr=False)
class MajorityClassifier(ClassifierMixin, BaseEstimator):
    """Answer with the most frequent class and give every item the classes' shares.

    Parameters
    ----------
    seed : int
        Not used: nothing is random here.
    balance : str
        Not used: the floor is the floor of the data as they are.

    Attributes
    ----------
    classes_ : numpy.ndarray of shape (n_classes,)
        Sorted labels.
    shares_ : numpy.ndarray of shape (n_classes,)
        Share of each class in the training data.
    n_parameters_ : int
        One share per class.
    """

    kinds: ClassVar[tuple[str, ...]] = ("text", "pair", "audio")
    family: ClassVar[str] = "floor"

    seed: int = 0
    balance: str = "none"

    def search_space(self) -> dict[str, BaseDistribution]:
        """Return an empty space: there is nothing to tune."""
        return {}

    def check(self) -> None:
        """Accept any fields: none of them is used."""

    def fit(
        self,
        inputs: Sequence[Any],
        labels: Sequence[str],
        validation: tuple[Sequence[Any], Sequence[str]] | None = None,
    ) -> "MajorityClassifier":
        """Count the classes; see :class:`TfidfClassifier` for the parameters."""
        self.classes_, codes = encode_labels(inputs, labels)
        self.shares_ = np.bincount(codes) / len(codes)
        self.n_parameters_ = len(self.classes_)
        return self

    def predict_proba(self, inputs: Sequence[Any]) -> NDArray[np.float64]:
        """Return the training shares for every item, shape (n_items, n_classes)."""
        return np.tile(self.shares_, (len(inputs), 1))

    def predict(self, inputs: Sequence[Any]) -> NDArray:
        """Return the most frequent class for every item, shape (n_items,)."""
        return self.classes_[self.predict_proba(inputs).argmax(axis=1)]

    def save(self, folder: Path) -> None:
        """Write the shares as JSON."""
        record = {"params": asdict(self), "classes": self.classes_, "shares": self.shares_}
        write_json(folder / "majority.json", record)

    @classmethod
    def load(cls, folder: Path) -> "MajorityClassifier":
        """Read what :meth:`save` wrote."""
        record = read_json(folder / "majority.json")
        classifier = cls(**record["params"])
        classifier.classes_ = np.array(record["classes"], dtype=object)
        classifier.shares_ = np.array(record["shares"])
        classifier.n_parameters_ = len(classifier.classes_)
        return classifier

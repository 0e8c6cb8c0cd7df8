"""Logistic regression over TF-IDF of word and character n-grams, for texts and text pairs."""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from optuna.distributions import BaseDistribution
from scipy import sparse
from sklearn.base import clone

from worthit.baselines.sparse.balance import BALANCES
from worthit.baselines.sparse.classifier import SparseClassifier
from worthit.baselines.sparse.counts import STOP_WORDS, count
from worthit.baselines.sparse.features import Features
from worthit.baselines.sparse.labels import check_choice, encode_labels
from worthit.baselines.sparse.logistic import Objective, fit_logistic, fit_path
from worthit.baselines.sparse.prepared import Prepared
from worthit.baselines.sparse.space import PATH, RUNGS, STARTS, TURNS, search_space
from worthit.baselines.sparse.weighting import NORMS, Selection
from worthit.core.errors import InputError

__all__ = ["TfidfClassifier"]


@dataclass(kw_only=True, eq=False, repr=False)
class TfidfClassifier(SparseClassifier):
    """Sparse linear classifier: n-gram TF-IDF, one-vs-rest logistic regression.

    For a pair, the features are what the first side has and the second lacks, the reverse, what
    both have, and how much they overlap.

    Parameters
    ----------
    analyzer : str
        ``"word"``, ``"char"`` (inside words) or ``"both"`` side by side.
    word_max : int
        Words in a row, from 1 up to this many.
    char_min, char_max : int
        Characters in a row.
    min_df : int
        Least number of training items an n-gram stands in.
    max_df : float
        Largest share of training items it may stand in; below 1 it drops the most frequent words
        of any language.
    sublinear : bool
        1 + ln(count) instead of the count.
    binary : bool
        1 instead of the count.
    norm : str
        What is scaled to 1 in every item, for words and for characters: ``"l2"``, the length of
        their features; ``"l1"``, their sum; ``"none"``.
    naive_bayes : bool
        Scale features by their log-count ratio (Wang & Manning 2012).
    lowercase : bool
        Lower the texts first.
    stop_words : str
        ``"none"``, or ``"english"`` to drop scikit-learn's list of English function words before
        n-grams are formed. There is no list for other languages; use ``max_df``.
    penalty : str
        ``"l1"``, ``"l2"`` or ``"elasticnet"``.
    l1_ratio : float
        Share of L1 in an elastic net.
    C : float
        Inverse strength of the penalty.
    balance : str
        ``"none"``, ``"weights"``, ``"oversample"``, ``"undersample"`` or ``"smote"``.
    tolerance : float
        The solver's stopping tolerance.
    seed : int
        For the solver's coordinate order and for resampling.
    jobs : int
        Threads over the classes; changes nothing but the time.
    """

    kinds: ClassVar[tuple[str, ...]] = ("text", "pair")
    family: ClassVar[str] = "linear"
    threads: ClassVar[bool] = True  # counting aside, everything lets other threads run
    search_fields: ClassVar[dict[str, Any]] = {"jobs": 1}  # a search has its threads over folds
    starts: ClassVar[tuple[dict[str, Any], ...]] = STARTS
    steps: ClassVar[dict[str, float]] = {"C": 3.0}
    turns: ClassVar[tuple[dict[str, Any], ...]] = TURNS
    rungs: ClassVar[dict[str, tuple[str, dict[str, Any]]]] = RUNGS
    path: ClassVar[tuple[float, ...]] = PATH
    path_fields: ClassVar[dict[str, Any]] = {"tolerance": 0.03}  # enough to see where it bends

    analyzer: str = "both"
    word_max: int = 2
    char_min: int = 2
    char_max: int = 5
    min_df: int = 2
    max_df: float = 1.0
    sublinear: bool = True
    binary: bool = False
    norm: str = "l2"
    naive_bayes: bool = True
    lowercase: bool = True
    stop_words: str = "none"
    penalty: str = "l2"
    l1_ratio: float = 0.5
    C: float = 3.0
    balance: str = "weights"
    tolerance: float = 0.01
    seed: int = 0
    jobs: int = 1

    def check(self) -> None:
        """Refuse impossible values of fields; ``fit`` asks this first.

        Raises
        ------
        InputError
            Naming the field, its value and what is possible.
        """
        check_choice("analyzer", self.analyzer, ("word", "char", "both"))
        check_choice("penalty", self.penalty, ("l1", "l2", "elasticnet"))
        check_choice("balance", self.balance, BALANCES)
        check_choice("norm", self.norm, NORMS)
        check_choice("stop_words", self.stop_words, tuple(STOP_WORDS))
        if not 0 < self.max_df <= 1:
            raise InputError(f"Got max_df={self.max_df}; it must lie above 0 and up to 1.")
        if self.C <= 0:
            raise InputError(f"Got C={self.C}; it must be above 0.")
        if not 0 <= self.l1_ratio <= 1:
            raise InputError(f"Got l1_ratio={self.l1_ratio}; it must lie between 0 and 1.")
        if self.word_max < 1 or not 1 <= self.char_min <= self.char_max:
            raise InputError(
                f"Got word_max={self.word_max}, char_min={self.char_min}, "
                f"char_max={self.char_max}; word_max must be 1 or more and char_min between 1 and "
                "char_max."
            )

    def search_space(self) -> dict[str, BaseDistribution]:
        """Return what a search may vary: field names with Optuna distributions.

        The penalty is chosen among all three, the elastic net with an even mixture. Asked for by
        ``penalty``, it has its mixture searched instead.
        """
        return search_space(self.penalty)

    def prepare(self, inputs: Sequence[Any]) -> Prepared:
        """Count once all n-grams that any point of the search space may need.

        Lowered or cased, with or without stop words as they are asked for; the classifier's own
        at once.
        """
        space = self.search_space()
        largest = {
            name: max(getattr(self, name), space[name].high)  # type: ignore[attr-defined]
            for name in ("word_max", "char_max")
        }
        prepared = Prepared(partial(count, inputs, **largest), np.arange(len(inputs)))
        prepared.counts(**self._reading())
        return prepared

    def fit(
        self,
        inputs: Sequence[Any] | Prepared,
        labels: Sequence[str],
        validation: tuple[Sequence[Any], Sequence[str]] | None = None,
    ) -> "TfidfClassifier":
        """Fit on texts or pairs, or on what :meth:`prepare` made of them.

        Parameters
        ----------
        inputs : sequence of str or of (str, str), or Prepared, of length n
            Training inputs.
        labels : sequence of length n
            Their labels.
        validation : tuple or None
            Not used: nothing here is stopped early.

        Returns
        -------
        TfidfClassifier
            Itself.

        Raises
        ------
        InputError
            If a field has an impossible value or there is only one class.
        """
        self.check()
        features, codes, weights = self._learn_features(inputs, labels)
        self.model_ = fit_logistic(
            features, codes, len(self.classes_), self._objective(), weights, self.jobs
        )
        return self

    def fit_path(
        self, inputs: Sequence[Any] | Prepared, labels: Sequence[str], path: Sequence[float]
    ) -> list[Self]:
        """Fit with an L1 penalty for several values of C, each from the solution of the one before.

        Parameters
        ----------
        inputs, labels
            As for :meth:`fit`.
        path : sequence of float
            Values of C in ascending order.

        Returns
        -------
        list of TfidfClassifier
            One for each C; they share their features.
        """
        lasso = clone(self).set_params(penalty="l1")
        lasso.check()
        features, codes, weights = lasso._learn_features(inputs, labels)
        models = fit_path(
            features, codes, len(lasso.classes_), lasso._objective(), path, weights, self.jobs
        )
        fitted = []
        for C, model in zip(path, models, strict=True):
            classifier = copy(lasso).set_params(C=C)
            classifier.model_ = model
            fitted.append(classifier)
        return fitted

    def _learn_features(
        self, inputs: Sequence[Any] | Prepared, labels: Sequence[str]
    ) -> tuple[sparse.csr_array, NDArray[np.int64], NDArray[np.float64]]:
        self.classes_, codes = encode_labels(inputs, labels)
        if isinstance(inputs, Prepared):
            counts = inputs.counts(**self._reading())
        else:
            counts = count(inputs, **self._settings())
        self.features_ = Features.fit(counts, self._selections(), self._settings())
        features = self.features_.transform(counts)
        return self._balanced(features, codes, self.balance, self.seed)

    def _objective(self) -> Objective:
        return Objective(
            self.penalty, self.l1_ratio, self.C, self.naive_bayes, self.tolerance, self.seed
        )

    def _analyzers(self) -> tuple[str, ...]:
        return ("word", "char") if self.analyzer == "both" else (self.analyzer,)

    def _settings(self) -> dict[str, Any]:
        return {
            "analyzers": self._analyzers(),
            "word_max": self.word_max,
            "char_max": self.char_max,
        } | self._reading()

    def _reading(self) -> dict[str, Any]:
        return super()._reading() | {"stop_words": self.stop_words}

    def _selections(self) -> dict[str, Selection]:
        shared = (self.min_df, self.max_df, self.sublinear, self.binary, self.norm)
        both = {
            "word": Selection(1, self.word_max, *shared),
            "char": Selection(self.char_min, self.char_max, *shared),
        }
        return {analyzer: both[analyzer] for analyzer in self._analyzers()}

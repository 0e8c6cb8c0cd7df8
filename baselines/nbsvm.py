"""Support vector machine on binary word n-grams scaled by naive Bayes, for texts and pairs."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.svm import LinearSVC

from worthit.baselines.sparse.balance import BALANCES
from worthit.baselines.sparse.classifier import SparseClassifier
from worthit.baselines.sparse.counts import Counts, count
from worthit.baselines.sparse.features import Features
from worthit.baselines.sparse.labels import check_choice, encode_labels
from worthit.baselines.sparse.logistic import LinearModel, log_count_ratio
from worthit.baselines.sparse.prepared import Prepared
from worthit.baselines.sparse.weighting import Selection
from worthit.core.errors import InputError

__all__ = ["NbsvmClassifier"]

# The squared hinge is least, on average, at a margin of 2p - 1, so near 0 it says p = (1 + margin)
# / 2. The logistic function has that slope if a margin counts for two in log-odds.
LOG_ODDS = 2.0
ITERATIONS = 10_000  # scikit-learn's 1,000 are too few for a C of 3 and more


@dataclass(kw_only=True, eq=False, repr=False)
class NbsvmClassifier(SparseClassifier):
    """NBSVM (Wang & Manning 2012, "Baselines and Bigrams"), one-vs-rest.

    A feature is whether an n-gram stands in the text, times its naive Bayes log-count ratio. The
    weights w of a linear SVM on them (squared hinge) are drawn towards their mean magnitude:
    w' = (1 - beta) * mean |w| + beta * w.

    Probabilities are a map of the margins, not a calibration: the logistic function of twice the
    margin, scaled to sum to one where there are three classes and more. It keeps their order.

    Parameters
    ----------
    word_max : int
        Words in a row, from 1 up to this many.
    min_df : int
        Least number of training items an n-gram stands in.
    lowercase : bool
        Lower the texts first.
    C : float
        Inverse strength of the SVM's L2 penalty.
    beta : float
        1 is the SVM's own weights, 0 is naive Bayes. The paper takes 0.25 for two balanced
        classes; several or skewed ones do better with more, since the mean magnitudes of
        one-vs-rest problems differ.
    smoothing : float
        Added to the counts of every n-gram.
    balance : str
        ``"none"``, ``"weights"``, ``"oversample"``, ``"undersample"`` or ``"smote"``.
    tolerance : float
        The solver's stopping tolerance.
    seed : int
        For the solver's coordinate order and for resampling.
    """

    kinds: ClassVar[tuple[str, ...]] = ("text", "pair")
    family: ClassVar[str] = "linear"
    # Where a search begins: the SVM itself, loosely and tightly fitted, then the paper's beta.
    starts: ClassVar[tuple[dict[str, Any], ...]] = (
        {"beta": 1.0},
        {"beta": 1.0, "C": 0.03},
        {"beta": 0.25},
    )
    steps: ClassVar[dict[str, float]] = {"C": 3.0}

    word_max: int = 2
    min_df: int = 1
    lowercase: bool = True
    C: float = 1.0
    beta: float = 0.5
    smoothing: float = 1.0
    balance: str = "none"
    tolerance: float = 0.1
    seed: int = 0

    def check(self) -> None:
        """Refuse impossible values of fields; ``fit`` asks this first.

        Raises
        ------
        InputError
            Naming the field, its value and what is possible.
        """
        check_choice("balance", self.balance, BALANCES)
        for field in ("C", "smoothing", "tolerance"):
            if not getattr(self, field) > 0:
                raise InputError(f"Got {field}={getattr(self, field)}; it must be above 0.")
        for field in ("word_max", "min_df"):
            if getattr(self, field) < 1:
                raise InputError(f"Got {field}={getattr(self, field)}; it must be 1 or more.")
        if not 0 <= self.beta <= 1:
            raise InputError(f"Got beta={self.beta}; it must lie between 0 and 1.")

    def search_space(self) -> dict[str, BaseDistribution]:
        """Return what a search may vary: field names with Optuna distributions."""
        return {
            "word_max": IntDistribution(1, 3),
            "min_df": IntDistribution(1, 5),
            "C": FloatDistribution(0.003, 10.0, log=True),
            # Listed, not a range: at 1 there is nothing beyond that a wider space would hold.
            "beta": CategoricalDistribution([0.1, 0.25, 0.5, 0.75, 1.0]),
            "balance": CategoricalDistribution(["none", "weights"]),
        }

    def prepare(self, inputs: Sequence[Any]) -> Counts:
        """Count once all n-grams that any point of the search space may need."""
        largest = self.search_space()["word_max"].high  # type: ignore[attr-defined]
        return count(inputs, **(self._settings() | {"word_max": max(self.word_max, largest)}))

    def fit(
        self,
        inputs: Sequence[Any] | Counts,
        labels: Sequence[str],
        validation: tuple[Sequence[Any], Sequence[str]] | None = None,
    ) -> "NbsvmClassifier":
        """Fit on texts or pairs, or on what :meth:`prepare` made of them.

        Parameters
        ----------
        inputs : sequence of str or of (str, str), or Counts, of length n
            Training inputs.
        labels : sequence of length n
            Their labels.
        validation : tuple or None
            Not used: nothing here is stopped early.

        Returns
        -------
        NbsvmClassifier
            Itself.

        Raises
        ------
        InputError
            If a field has an impossible value or there is only one class.
        """
        self.check()
        self.classes_, codes = encode_labels(inputs, labels)
        counts = inputs if isinstance(inputs, Counts) else count(inputs, **self._settings())
        selection = Selection(1, self.word_max, self.min_df)
        self.features_ = Features.fit(counts, {"word": selection}, self._settings())
        features, codes, weights = self._balanced(
            self._transform(counts), codes, self.balance, self.seed
        )
        problems = [1] if len(self.classes_) == 2 else range(len(self.classes_))
        fitted = [self._fit_one(features, codes == code, weights) for code in problems]
        coefficients, intercepts = zip(*fitted, strict=True)
        self.model_ = LinearModel(
            LOG_ODDS * np.column_stack(coefficients), LOG_ODDS * np.array(intercepts)
        )
        return self

    def _fit_one(
        self,
        features: sparse.csr_array,
        target: NDArray[np.bool_],
        weights: NDArray[np.float64],
    ) -> tuple[NDArray[np.float64], float]:
        """Fit one class against the rest: weights of the binary features, and intercept."""
        if not features.shape[1]:  # nothing but empty texts: the class sizes are all there is
            share = np.average(target, weights=weights)
            return np.zeros(0), float(np.log(share / (1 - share))) / LOG_ODDS
        ratio = log_count_ratio(features, target, self.smoothing)
        scaled = features.copy()
        scaled.data *= ratio[scaled.indices]
        machine = LinearSVC(
            C=self.C, dual=True, tol=self.tolerance, max_iter=ITERATIONS, random_state=self.seed
        )
        with warnings.catch_warnings():
            # Only a C too large for the data needs more passes, and the folds judge it as it is.
            warnings.simplefilter("ignore", ConvergenceWarning)
            machine.fit(scaled, target, sample_weight=weights)
        own = machine.coef_[0]
        drawn = (1 - self.beta) * np.abs(own).mean() + self.beta * own
        return ratio * drawn, float(machine.intercept_[0])

    def _transform(self, inputs: Sequence[Any] | Counts | Prepared) -> sparse.csr_array:
        """Return whether each n-gram is there; the overlap of a pair stays a share."""
        features = super()._transform(inputs)
        n_grams = features.shape[1] - self.features_.n_shares
        values = np.where(features.indices < n_grams, 1.0, features.data)
        return sparse.csr_array((values, features.indices, features.indptr), shape=features.shape)

    def _settings(self) -> dict[str, Any]:
        return {"analyzers": ("word",), "word_max": self.word_max} | self._reading()

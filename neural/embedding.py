"""Sentence embeddings: a frozen encoder's vectors, and logistic regression on top."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from optuna.distributions import BaseDistribution, CategoricalDistribution
from safetensors.numpy import load_file, save_file
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, StratifiedKFold

from worthit.core.errors import InputError
from worthit.neural.pretrained.encoder import EncoderClassifier
from worthit.neural.training.balance import check_balance, resampled
from worthit.neural.training.checks import (
    check_classes,
    checked_labels,
    class_numbers,
    require_one_of,
)
from worthit.neural.training.clock import Clock
from worthit.neural.training.scores import METRICS, scorer

__all__ = ["Embedding"]

Score = Callable[[np.ndarray, np.ndarray], dict[str, float]]
STRENGTHS = np.logspace(-1, 3, 9)  # values of C; the vectors have length 1, so they are large
FOLDS = 3
REGRESSION = "regression.safetensors"


@dataclass(kw_only=True, eq=False, repr=False)
class Embedding(EncoderClassifier):
    """Logistic regression on the vectors of a frozen encoder: the cheap middle.

    The encoder answers every input once; all that is learned is a regression with an L2 penalty.
    Its C, unless it is given, is the one of 9 values that scores best on validation, the smallest
    of equals; without validation, in three-fold cross-validation on the inputs being fitted.

    Parameters
    ----------
    C : float or None
        Inverse strength of the penalty; None chooses it.
    balance : str
        ``none``, ``weights``, ``oversample`` or ``undersample``. Without validation, C is chosen
        with class weights for the latter two: rows must not recur on both sides of a fold.
    metric : str
        What C is chosen by: ``f1_macro``, ``f1_weighted``, ``accuracy``, ``recall_macro`` or
        ``f1_positive``.
    positive : str or None
        The label that ``f1_positive`` is about.
    """

    kinds: ClassVar[tuple[str, ...]] = ("text", "pair")
    family: ClassVar[str] = "neural"
    learned: ClassVar[tuple[str, ...]] = (*EncoderClassifier.learned, "C_", "fit_seconds_")

    C: float | None = None
    balance: str = "none"
    metric: str = "f1_macro"
    positive: str | None = None

    def check(self) -> None:
        """Refuse an impossible C, and balancing that vectors do not have."""
        super().check()
        check_balance(self.balance)
        require_one_of(self, "metric", METRICS[:-1])  # the last one is a loss
        if self.C is not None and not self.C > 0:
            raise InputError(f"Got C={self.C!r}; it must be above 0.")

    def fit(
        self,
        inputs: Sequence,
        labels: Sequence,
        validation: tuple[Sequence, Sequence] | None = None,
        *,
        workspace: Path | None = None,
        time_limit: float | None = None,
    ) -> Self:
        """Embed the inputs and fit the regression; validation chooses C and nothing else."""
        self.check()
        if workspace:
            workspace.mkdir(parents=True, exist_ok=True)
        clock = Clock(workspace and workspace / "clock.json", time_limit)
        truth = checked_labels(inputs, labels, "training")
        check_classes(truth)
        self.classes_, numbers = np.unique(truth, return_inverse=True)
        # What is wrong with labels shows before the encoder answers, which can take hours.
        score = scorer(self.metric, self.classes_, self.positive)
        if validation is not None:
            held_out = class_numbers(*validation, self.classes_)
        self.read_encoder(inputs)
        vectors = self.vectors(inputs, clock, workspace)
        self.truncated_share_ = float(self.truncated(inputs).mean())
        rows = resampled(numbers, self.balance, self.seed)
        among = f"among {len(STRENGTHS)} values"
        if self.C is not None:
            self.C_, how = self.C, "as given"
        elif validation is not None:
            asked = self.vectors(validation[0], clock, workspace)
            self.C_ = self._validated(vectors[rows], numbers[rows], asked, held_out, score)
            how = f"chosen on validation {among}"
        else:
            self.C_ = self._cross_validated(vectors, numbers, score)
            how = f"chosen by cross-validation {among}"
        self.regression_ = self._regression(self.C_, self.balance == "weights")
        self.regression_.fit(vectors[rows], numbers[rows])
        self.notes_.append(f"C of the regression is {self.C_:g}, {how}.")
        self.fit_seconds_ = clock.seconds
        return self

    def predict_proba(self, inputs: Sequence) -> np.ndarray:
        """Return the probability of each class: (inputs, classes), columns as ``classes_``."""
        vectors = self.vectors(inputs)
        if not len(vectors):
            return np.zeros((0, len(self.classes_)))
        return self.regression_.predict_proba(vectors.astype(np.float64))

    def search_space(self) -> dict[str, BaseDistribution]:
        """Return what tuning may vary; C is chosen within each fit."""
        return {
            "pool": CategoricalDistribution(["mean", "cls", "max", "last4"]),
            "balance": CategoricalDistribution(["none", "weights"]),
        }

    def save(self, folder: Path) -> None:
        """Write encoder and regression into a folder, without pickle."""
        super().save(folder)
        weights = {"coef": self.regression_.coef_, "intercept": self.regression_.intercept_}
        # safetensors writes memory as it lies, so an array in Fortran order would be scrambled.
        weights = {name: np.ascontiguousarray(array) for name, array in weights.items()}
        save_file(weights, Path(folder) / REGRESSION)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what :meth:`save` wrote."""
        classifier = super().load(folder)
        weights = load_file(Path(folder) / REGRESSION)
        regression = classifier._regression(classifier.C_, False)
        regression.coef_, regression.intercept_ = weights["coef"], weights["intercept"]
        regression.classes_ = np.arange(len(classifier.classes_))
        classifier.regression_ = regression
        return classifier

    def _validated(
        self,
        vectors: np.ndarray,
        numbers: np.ndarray,
        asked: np.ndarray,
        truth: np.ndarray,
        score: Score,
    ) -> float:
        """Return the C that scores best on validation, the smallest of equals."""

        def scored(strength: float) -> float:
            regression = self._regression(strength, self.balance == "weights")
            answers = regression.fit(vectors, numbers).predict(asked)
            return score(truth, answers)[self.metric]

        return float(max(STRENGTHS, key=scored))

    def _cross_validated(self, vectors: np.ndarray, numbers: np.ndarray, score: Score) -> float:
        rarest = int(np.bincount(numbers).min())
        if rarest < 2:
            return float(STRENGTHS[len(STRENGTHS) // 2])
        folds = StratifiedKFold(min(FOLDS, rarest), shuffle=True, random_state=self.seed)

        def scoring(regression: Any, asked: np.ndarray, truth: np.ndarray) -> float:
            return score(truth, regression.predict(asked))[self.metric]

        regression = self._regression(1.0, self.balance != "none")
        search = GridSearchCV(regression, {"C": STRENGTHS}, scoring=scoring, cv=folds, refit=False)
        return float(search.fit(vectors, numbers).best_params_["C"])

    def _regression(self, strength: float, weighted: bool) -> Any:
        return LogisticRegression(
            C=strength, max_iter=1000, class_weight="balanced" if weighted else None
        )

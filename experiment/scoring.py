"""One metric as a function of truth and prediction, small enough to send to other processes."""

from dataclasses import dataclass

from numpy.typing import NDArray

from worthit.compare.scores import score
from worthit.core.errors import InputError
from worthit.corpus import Dataset

__all__ = ["Scorer"]


@dataclass(frozen=True)
class Scorer:
    """Scores predictions by one metric over all classes of a data set.

    Attributes
    ----------
    metric : str
        Name of the metric, see ``experiment.spec.METRICS``.
    classes : tuple of str
        All classes; one that a fold lacks still counts in a macro mean.
    positive : str or None
        The positive class of two.
    """

    metric: str
    classes: tuple[str, ...]
    positive: str | None

    @classmethod
    def of(cls, dataset: Dataset, metric: str) -> "Scorer":
        """Make the scorer of a data set.

        Raises
        ------
        InputError
            If the metric is about the positive class and there is none.
        """
        if metric == "f1_positive" and dataset.positive is None:
            raise InputError(
                f"Metric 'f1_positive' needs two classes, but {dataset.name} has "
                f"{len(dataset.classes)}; choose f1_macro."
            )
        return cls(metric, dataset.classes, dataset.positive)

    def __call__(self, truth: NDArray, prediction: NDArray) -> float:
        """Return the metric's value, between 0 and 1."""
        return float(score(truth, prediction, self.classes, self.positive)[self.metric])

"""What determines a run, and the key that names it."""

import json
from dataclasses import asdict, dataclass, field
from inspect import signature
from typing import Any

from worthit.core.errors import InputError
from worthit.core.hashing import sha256_of
from worthit.corpus import Dataset
from worthit.experiment.epochs import learns_by_epoch
from worthit.experiment.own.user_file import run_name

__all__ = ["METRICS", "Spec", "decisive"]

# Raised when the way a run is made changes, so that runs made before are made again.
PROTOCOL = 1
METRICS = ("f1_macro", "f1_weighted", "accuracy", "recall_macro", "f1_positive")


@dataclass(frozen=True, kw_only=True)
class Spec:
    """One model with one budget and one seed, to be run on one data set.

    Attributes
    ----------
    model : str
        The model's name, or FILE.py:FUNCTION.
    settings : dict
        Fields set by the user; a search leaves them alone.
    trials : int
        Trials of the search; 0 takes the fields as they are.
    time_limit : float or None
        Seconds after which a search starts no more trials and training stops, or fails where it
        has nothing to show for itself before its end.
    metric : str
        What is maximised: one of ``METRICS``.
    seed : int
        Fixes the search, the initial weights and the order of batches; never the split.
    outer_folds : int
        Folds over all items in place of one test split; 0 for the test split.
    outer_seed : int
        Seed of those folds, the split's seed.
    """

    model: str
    settings: dict[str, Any] = field(default_factory=dict)
    trials: int = 0
    time_limit: float | None = None
    metric: str = "f1_macro"
    seed: int = 0
    outer_folds: int = 0
    outer_seed: int = 0

    def __post_init__(self) -> None:
        if self.metric not in METRICS:
            raise InputError(f"Unknown metric '{self.metric}'; choose one of {', '.join(METRICS)}.")
        if self.trials < 0:
            raise InputError(f"Got {self.trials} trials; give 0 (no search) or more.")
        if self.outer_folds < 0 or self.outer_folds == 1:
            raise InputError(f"Got {self.outer_folds} outer folds; give 2 or more, or 0 for none.")
        if self.time_limit is not None and self.time_limit <= 0:
            raise InputError(f"Got a time limit of {self.time_limit} s; it must be above 0.")

    @property
    def name(self) -> str:
        """What the run and its reports call the model."""
        return run_name(self.model)

    def key(self, dataset: Dataset, classifier: Any) -> str:
        """Name the run: what determines it gives an equal key, on any machine.

        Parameters
        ----------
        dataset : Dataset
            Its content, split, positive class and language count.
        classifier : classifier
            As it would start: all its fields count, not only those that were set, and what a
            search may vary. So a run made under other defaults is another run.

        Returns
        -------
        str
            Twelve hexadecimal digits.
        """
        fields = decisive(dataset, classifier)
        space = {name: repr(choices) for name, choices in classifier.search_space().items()}
        content = asdict(self) | {"settings": sorted(self.settings), "fields": fields}
        # Where a file of the user's own lies says nothing; its source is one of the fields.
        content |= {"model": self.name}
        content |= {"space": space if self.trials else {}, "protocol": PROTOCOL}
        if not self.trials and _needs_all_its_time(classifier):  # a longer limit goes on with it
            content["time_limit"] = None
        parts = [dataset.sha256, dataset.split_sha256, dataset.positive or "", dataset.language]
        return sha256_of([*parts, json.dumps(content, sort_keys=True)])[:12]


def decisive(dataset: Dataset, classifier: Any) -> dict[str, Any]:
    """Return the fields that decide how a fit on a data set ends.

    Of a file that a field names, its content counts and not where it lies; of epochs that are left
    to be chosen, how many they come to.
    """
    fields = getattr(classifier, "identity", classifier.get_params)()
    chosen = (
        classifier.schedule_for(dataset.train.labels) if hasattr(classifier, "schedule_for") else {}
    )
    return {name: v for name, v in (fields | chosen).items() if name != "jobs"}


def _needs_all_its_time(classifier: Any) -> bool:
    """Tell whether a fit whose time is over fails, so that no limit changes how one ends."""
    return "time_limit" in signature(classifier.fit).parameters and not learns_by_epoch(classifier)

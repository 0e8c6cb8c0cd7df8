"""Run: one classifier evaluated on one test set with one seed, on disk and in memory."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from worthit.compare.foreign import foreign_record, predictions_hash
from worthit.compare.table_file import read_items, read_predictions, write_table
from worthit.core.errors import InputError
from worthit.core.files import plain, read_json, write_json

__all__ = ["TRUNCATED", "Run", "read_prediction_files"]

NEEDED = ("model", "dataset", "scores")
TRUNCATED = "truncated by the model"  # 1 where it read no further than its maximum length


@dataclass(frozen=True, eq=False)
class Run:
    """One classifier evaluated on one test set with one seed.

    Attributes
    ----------
    record : dict
        What run.json holds: model, dataset, parameters, scores, cost, versions.
    predictions : pandas.DataFrame
        Test items indexed by id: ``truth``, ``prediction`` and perhaps ``p_<class>``.
    items : pandas.DataFrame or None
        The same items' ``group``, leaks, unseen words, truncation, text and extra columns,
        indexed by id.
    validation : pandas.DataFrame or None
        Predictions of the validation split, shaped like ``predictions``.
    validation_groups : pandas.Series or None
        Group of each validation item, where items do not stand alone.
    folder : pathlib.Path or None
        Where the run is stored, if it is.
    """

    record: dict[str, Any]
    predictions: pd.DataFrame
    items: pd.DataFrame | None = None
    validation: pd.DataFrame | None = None
    validation_groups: pd.Series | None = None
    folder: Path | None = None

    @property
    def model(self) -> str:
        """Name of the model."""
        return str(self.record["model"])

    @property
    def seed(self) -> int | None:
        """The training seed, if known."""
        return self.record.get("seed")

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes that count, sorted."""
        return tuple(self.record["dataset"]["classes"])

    @property
    def positive(self) -> str | None:
        """The positive class of a two-class set."""
        return self.record["dataset"].get("positive")

    @property
    def groups(self) -> pd.Series | None:
        """Group of each test item (speaker, premise), or None where items stand alone."""
        if self.items is None or "group" not in self.items.columns:
            return None
        groups = self.items["group"]
        return groups if (groups != "").any() else None

    @property
    def leaked(self) -> pd.Index:
        """Ids of test items that also stand in the training data."""
        return self._marked("leaked")

    @property
    def nearly_leaked(self) -> pd.Index:
        """Ids of further test items with a near duplicate there; of old runs none is known."""
        # Else the column is one of the user's.
        known = self.record["dataset"].get("health") or self.record.get("outer_folds")
        return self._marked("near_duplicate" if known else "")

    @property
    def truncated(self) -> pd.Series | None:
        """Whether the model cut each test item; None where it has no limit, and of old runs."""
        if self.items is None or TRUNCATED not in self.items.columns:
            return None
        return self.items[TRUNCATED] == "1"

    def _marked(self, column: str) -> pd.Index:
        if self.items is None or column not in self.items.columns:
            return pd.Index([], dtype=object)
        truthy = self.items[column].astype(str).str.lower().isin({"1", "true", "yes"})
        return self.items.index[truthy]

    def predictions_sha256(self) -> str:
        """Hash ids, truths and predictions, in the order of the ids."""
        return predictions_hash(self.predictions, ("truth", "prediction"))

    def write(self, folder: Path) -> "Run":
        """Store the run, run.json last: a folder without it is an unfinished run.

        Parameters
        ----------
        folder : pathlib.Path
            The run's folder; the saved classifier may stand in it already.

        Returns
        -------
        Run
            The same run with its folder and ``predictions_sha256`` set.
        """
        write_table(folder / "predictions.csv", self.predictions)
        if self.validation is not None:
            groups = self.validation_groups
            table = self.validation if groups is None else self.validation.assign(group=groups)
            write_table(folder / "validation.csv", table)
        if self.items is not None:
            write_table(folder / "items.csv", self.items)
        record = plain({**self.record, "predictions_sha256": self.predictions_sha256()})
        write_json(folder / "run.json", record)
        return replace(self, record=record, folder=folder)

    @classmethod
    def read(cls, folder: Path) -> "Run":
        """Read a stored run.

        Raises
        ------
        InputError
            If the run is unfinished, damaged, or its files do not belong together.
        """
        folder = Path(folder)
        record = _read_record(folder)
        predictions, _ = read_predictions(folder / "predictions.csv")
        stated = record.get("predictions_sha256")
        if stated and stated != predictions_hash(predictions, ("truth", "prediction")):
            raise InputError(
                f"{folder / 'predictions.csv'} is not what run.json was written with "
                "(its hash differs); copy the folder again or repeat the run with --fresh."
            )
        items, validation, groups = None, None, None
        if (folder / "items.csv").exists():
            items = read_items(folder / "items.csv")
            if set(items.index) != set(predictions.index):
                raise InputError(
                    f"{folder / 'items.csv'} lists other items than predictions.csv; copy the "
                    "folder again or repeat the run with --fresh."
                )
            items = items.loc[predictions.index]
        if (folder / "validation.csv").exists():
            validation, groups = read_predictions(folder / "validation.csv")
        return cls(record, predictions, items, validation, groups, folder)

    @classmethod
    def from_predictions(
        cls,
        path: Path,
        *,
        model: str | None = None,
        dataset: str = "predictions",
        positive: str | None = None,
    ) -> "Run":
        """Make a run from predictions of any tool: what it does not know stays empty.

        Parameters
        ----------
        path : pathlib.Path
            CSV with ``id, truth, prediction`` and optionally ``p_<class>`` and ``group``.
        model : str, optional
            Its name in the report; the file's name without suffix unless told.
        dataset : str
            Name of the data set in the report.
        positive : str, optional
            The positive class of a two-class set; guessed from its name or rarity unless told.

        Raises
        ------
        InputError
            If the file is not as described; see :func:`~worthit.compare.table_file`.
        """
        path = Path(path)
        predictions, groups = read_predictions(path)
        record = foreign_record(path, predictions, groups is not None, model, dataset, positive)
        items = None if groups is None else pd.DataFrame({"group": groups}, dtype=object)
        return cls(record, predictions, items)


def read_prediction_files(
    paths: Sequence[Path], *, dataset: str = "predictions", positive: str | None = None
) -> list[Run]:
    """Read several prediction files, the baseline's first, and give each model its own name.

    Files of the same name in different folders are told apart by their folder.
    """
    paths = [Path(path) for path in paths]
    times = Counter(path.stem for path in paths)
    names = [
        path.stem if times[path.stem] == 1 else f"{path.resolve().parent.name}-{path.stem}"
        for path in paths
    ]
    if len(set(names)) < len(names):
        name = next(name for name in names if names.count(name) > 1)
        raise InputError(f"Two prediction files are called '{name}'; rename one of them.")
    return [
        Run.from_predictions(path, model=name, dataset=dataset, positive=positive)
        for path, name in zip(paths, names, strict=True)
    ]


def _read_record(folder: Path) -> dict[str, Any]:
    path = folder / "run.json"
    if not path.is_file():
        raise InputError(
            f"{folder} holds no run.json, so no finished run; repeat the command that made it."
        )
    try:
        record = read_json(path)
    except ValueError as error:
        raise InputError(f"{path} is damaged ({error}); repeat the run with --fresh.") from error
    missing = (
        [name for name in NEEDED if name not in record] if isinstance(record, dict) else NEEDED
    )
    if missing:
        raise InputError(f"{path} lacks '{missing[0]}'; repeat the run with --fresh.")
    return record

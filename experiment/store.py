"""The run store: where a run's folder is, who may write it, how often a test set was looked at."""

import json
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from worthit.compare.run import Run
from worthit.compare.slugs import slug
from worthit.core.files import read_json
from worthit.core.progress import say
from worthit.experiment.limits import goes_on

__all__ = ["Store"]


class Store:
    """Runs of one data set below a folder.

    ``<root>/<dataset>/<model>-<key>/`` is one run. It is finished when its run.json is there; until
    then ``work/`` inside holds what an interrupted run resumes from, and after it what a longer
    time limit would go on from. ``test-looks.jsonl`` beside the runs has a line for each time that
    predictions on the test split were scored.

    Parameters
    ----------
    root : pathlib.Path
        The folder of all runs.
    dataset : str
        Name of the data set.
    """

    def __init__(self, root: Path, dataset: str) -> None:
        self.folder = root / slug(dataset)

    def path(self, model: str, key: str) -> Path:
        """Return the folder of a run, which need not exist."""
        return self.folder / f"{slug(model)}-{key}"

    @staticmethod
    def is_finished(folder: Path) -> bool:
        """Tell whether a run's folder holds a finished run."""
        return (folder / "run.json").is_file()

    def runs(self) -> list[Run]:
        """Read all finished runs of the data set."""
        return [Run.read(path.parent) for path in sorted(self.folder.glob("*/run.json"))]

    @contextmanager
    def claimed(self, folder: Path, fresh: bool) -> Iterator[Path]:
        """Hold a run's folder against other processes; an operating system lock, freed on death.

        Parameters
        ----------
        folder : pathlib.Path
            The run's folder; made if missing.
        fresh : bool
            Forget what the folder holds.

        Yields
        ------
        pathlib.Path
            The folder for work that an interrupted run resumes from; removed at the end, when the
            run is finished, unless a longer time limit would go on from there.
        """
        locks = self.folder / ".locks"
        locks.mkdir(parents=True, exist_ok=True)
        lock = FileLock(locks / f"{folder.name}.lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            say(f"Another process is making {folder.name}; waiting for it.")
            lock.acquire()
            fresh = False  # what the other one has just made is fresh
        try:
            if fresh and folder.exists():
                shutil.rmtree(folder)
            work = folder / "work"
            work.mkdir(parents=True, exist_ok=True)
            yield work
            if self.is_finished(folder) and not goes_on(read_json(folder / "run.json")):
                shutil.rmtree(work)
        finally:
            lock.release()

    def look(self, run: str, sha256: str, test_sha256: str) -> int:
        """Count one more look at a test split; return how many there were, this one included."""
        test_set = f"{sha256}/{test_sha256}"
        entry = {"run": run, "test_set": test_set, "time": time.strftime("%Y-%m-%d %H:%M:%S")}
        with self._looks_file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")
        return self._n_looks(test_set)

    def looks_so_far(self, runs: Iterable[str]) -> int:
        """Count the looks so far at the test split that some runs were scored on.

        Parameters
        ----------
        runs : iterable of str
            Names of the runs' folders.

        Returns
        -------
        int
            0 where no look of theirs is noted, as for runs that were copied here.
        """
        wanted, sets = set(runs), set()
        for line in self._looks():
            try:
                entry = json.loads(line)
            except ValueError:  # broken by a full disk or a killed process
                continue
            if entry["run"] in wanted:
                sets.add(entry["test_set"])
        return max(map(self._n_looks, sets), default=0)

    @property
    def _looks_file(self) -> Path:
        return self.folder / "test-looks.jsonl"

    def _looks(self) -> list[str]:
        file = self._looks_file
        return file.read_text(encoding="utf-8").splitlines() if file.is_file() else []

    def _n_looks(self, test_set: str) -> int:
        # A line broken by a full disk or a killed process still was a look at some test set.
        return sum(test_set in line for line in self._looks())

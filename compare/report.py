"""Report: every number about a set of runs, and the pages and pictures made from those numbers."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from worthit.compare.alignment import align
from worthit.compare.metrics import METRICS
from worthit.compare.model import model_numbers
from worthit.compare.pairing import measure, paired_p, pairing_numbers
from worthit.compare.run import Run
from worthit.compare.significance import holm
from worthit.compare.verdict import Limits
from worthit.core.errors import InputError
from worthit.core.files import plain, read_json, write_atomic, write_json

__all__ = ["Report", "write_data_page", "write_model_page"]

SHARED = "run report model dataset params seed scores cost versions command".split()


@dataclass(frozen=True, eq=False)
class Report:
    """Everything the pages about a data set state.

    Attributes
    ----------
    numbers : dict
        The content of report.json; the Markdown is a pure function of it.
    records : list of dict
        The records of the runs it was made from.
    """

    numbers: dict[str, Any]
    records: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def from_runs(
        cls,
        runs: Sequence[Run],
        *,
        baseline: str | None = None,
        metric: str = "f1_macro",
        margin: float = 0.01,
        limits: Limits | None = None,
        command: str = "",
    ) -> "Report":
        """Judge runs of one data set.

        Parameters
        ----------
        runs : sequence of Run
            Runs of one model with different seeds belong together.
        baseline : str, optional
            Name of the reference; the first linear model unless told, else the first model.
        metric : str
            The metric that decides.
        margin : float
            The practical difference as a fraction of 1.
        limits : Limits, optional
            What the reader can spend.
        command : str
            The command that made the report, shown under Reproduce.

        Raises
        ------
        InputError
            If the runs cannot be compared.
        """
        models = _by_model(runs)
        reference = _reference(models, baseline)
        _check_metric(metric, margin, runs[0])
        limits = limits or Limits()
        align(runs)  # one test set for all, before any work
        numbers = {name: model_numbers(seeds, metric) for name, seeds in models.items()}
        others = _paired_models(models, reference)
        measured = [measure(models[reference], models[name], metric) for name in others]
        adjusted = holm([each.p for each in measured])
        pairings = [
            pairing_numbers(
                each, numbers[reference], numbers[name], p, len(others), margin, limits
            )
            for name, each, p in zip(others, measured, adjusted, strict=True)
        ]
        first = numbers[reference]
        content = {
            "dataset": first["dataset"],
            "metric": metric,
            "margin": margin,
            "limits": asdict(limits),
            "baseline": reference,
            "command": command,
            "n": first["scores"]["n"],
            "n_groups": align(models[reference]).n_groups,
            "floor": first["floor"],
            "models": numbers,
            "pairings": pairings,
            **_ranking(models, numbers, metric),
            "pages": {},
        }
        return cls(plain(content), [run.record for run in runs])

    def summary(self, folder: Path | None = None) -> dict[str, Any]:
        """Return what ``compare --json`` prints: differences as fractions of 1.

        Parameters
        ----------
        folder : pathlib.Path, optional
            Where the report was written; pages are then given with it.
        """
        where = Path() if folder is None else Path(folder)
        names = (
            "baseline model metric difference low high p holm_p mcnemar_p minimum_detectable "
            "margin verdict"
        ).split()
        pairings = [
            {
                **{name: pairing[name] for name in names},
                "report": (where / f"{pairing['slug']}.md").as_posix(),
            }
            for pairing in self.numbers["pairings"]
        ]
        runs = []
        for record in self.records:
            run = {name: record.get(name) for name in SHARED}
            page = self.numbers["models"][str(record["model"])]["slug"] + ".md"
            runs.append({**run, "report": (where / page).as_posix()})
        return {"report": (where / "README.md").as_posix(), "pairings": pairings, "runs": runs}

    def write(self, folder: Path) -> Path:
        """Write the index, a page for each pairing and each model, the pictures and report.json.

        Parameters
        ----------
        folder : pathlib.Path
            For example ``reports/ag_news``. Pages of other models stay.

        Returns
        -------
        pathlib.Path
            The index, README.md.
        """
        from worthit.compare.figures.all import figures_of_report
        from worthit.compare.pages.index import index_page
        from worthit.compare.pages.model import model_page
        from worthit.compare.pages.pairing import pairing_page

        folder = Path(folder)
        numbers = {**self.numbers, "pages": _earlier_pages(folder, self.numbers)}
        for name, png in figures_of_report(numbers).items():
            write_atomic(folder / "figures" / f"{name}.png", png)
        for model in numbers["models"].values():
            write_atomic(folder / f"{model['slug']}.md", model_page(model))
        for pairing in numbers["pairings"]:
            write_atomic(folder / f"{pairing['slug']}.md", pairing_page(numbers, pairing))
        write_json(folder / "report.json", numbers)
        return write_atomic(folder / "README.md", index_page(numbers))


def write_model_page(run: Run, folder: Path) -> Path:
    """Write the page of a single run, its pictures, and its numbers into report.json.

    Parameters
    ----------
    run : Run
        The run.
    folder : pathlib.Path
        For example ``reports/ag_news``.

    Returns
    -------
    pathlib.Path
        ``<model>.md``.
    """
    from worthit.compare.figures.all import figures_of_model
    from worthit.compare.pages.model import model_page

    folder = Path(folder)
    model = plain(model_numbers([run], run.record.get("metric") or "f1_macro"))
    for name, png in figures_of_model(model).items():
        write_atomic(folder / "figures" / f"{name}.png", png)
    path = write_atomic(folder / f"{model['slug']}.md", model_page(model))
    _remember(folder, model["slug"], model)
    return path


def write_data_page(card: dict[str, Any], folder: Path) -> Path:
    """Write data.md from a data card, and the card into report.json."""
    from worthit.compare.pages.data import data_page

    folder = Path(folder)
    path = write_atomic(folder / "data.md", data_page(plain(card)))
    _remember(folder, "data", plain(card))
    return path


def _by_model(runs: Sequence[Run]) -> dict[str, list[Run]]:
    """Group runs by model, seeds in order."""
    if len(runs) < 2:
        raise InputError(f"A comparison needs two runs or more, got {len(runs)}.")
    models: dict[str, list[Run]] = {}
    for run in runs:
        models.setdefault(run.model, []).append(run)
    for name, seeds in models.items():
        known = [run.seed for run in seeds]
        if len(set(known)) < len(known):
            raise InputError(
                f"Two runs of '{name}' have the same seed ({known[0]}); give one run for each seed."
            )
        seeds.sort(key=lambda run: run.seed if run.seed is not None else -1)
    if len(models) < 2:
        raise InputError(f"A comparison needs two models or more, got only '{runs[0].model}'.")
    return models


def _reference(models: dict[str, list[Run]], baseline: str | None) -> str:
    if baseline is not None:
        if baseline not in models:
            raise InputError(
                f"The baseline '{baseline}' is not among the runs; choose one of "
                f"{', '.join(models)}."
            )
        return baseline
    linear = [name for name, runs in models.items() if runs[0].record.get("family") == "linear"]
    return (linear or list(models))[0]


def _paired_models(models: dict[str, list[Run]], reference: str) -> list[str]:
    """Every neural model, or one of unknown family; every other model where there is none."""
    others = [name for name in models if name != reference]
    paired = [name for name in others if models[name][0].record.get("family") in ("neural", None)]
    return paired or others


def _check_metric(metric: str, margin: float, run: Run) -> None:
    if metric not in METRICS:
        raise InputError(f"Unknown metric '{metric}'; choose one of {', '.join(METRICS)}.")
    if metric == "f1_positive" and run.positive is None:
        raise InputError(
            f"f1_positive needs two classes, this test set has {len(run.classes)}; "
            "choose f1_macro."
        )
    if not 0 < margin < 1:
        raise InputError(
            f"The margin is {margin}; give a fraction above 0 and below 1, 0.01 for one point."
        )


def _ranking(
    models: dict[str, list[Run]], numbers: dict[str, dict[str, Any]], metric: str
) -> dict[str, Any]:
    """Order the models by score; find those that cannot be told apart from the best."""
    order = sorted(numbers, key=lambda name: -numbers[name]["interval"]["value"])
    best, rest = order[0], order[1:]
    adjusted = holm([paired_p(models[best], models[name], metric) for name in rest])
    refused = numbers[best]["interval"]["refusal"] is not None
    together = [name for name, p in zip(rest, adjusted, strict=True) if p >= 0.05]
    return {
        "ranking": order,
        "best_set": None if refused else [best, *together],
        "best_set_p": dict(zip(rest, adjusted, strict=True)),
    }


def _earlier_pages(folder: Path, numbers: dict[str, Any]) -> dict[str, Any]:
    """Keep the numbers of pages written earlier about the same data that are not written now."""
    stored = _stored(folder)
    written = {model["slug"] for model in numbers["models"].values()}
    pages = dict(stored.get("pages", {}))
    pages.update({m["slug"]: m for m in stored.get("models", {}).values()})
    split = numbers["dataset"].get("split_sha256")
    return {
        slug: page
        for slug, page in pages.items()
        if slug not in written
        and _split_of(page) == split
        and (folder / f"{slug}.md").exists()
    }


def _split_of(page: dict[str, Any]) -> str | None:
    """Find the split of a model's numbers or of a data card."""
    return page.get("split_sha256") or page.get("dataset", {}).get("split_sha256")


def _remember(folder: Path, slug: str, page: dict[str, Any]) -> None:
    """Add the numbers of a single page to report.json."""
    stored = _stored(folder)
    stored.setdefault("pages", {})[slug] = page
    write_json(folder / "report.json", stored)


def _stored(folder: Path) -> dict[str, Any]:
    """Read report.json if it is there and whole; a damaged one is simply made again."""
    try:
        content = read_json(folder / "report.json")
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}

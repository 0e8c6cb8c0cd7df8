"""Report: every number about a set of runs, and the pages and pictures made from those numbers."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from worthit.compare.export.table import curve_csv, pairings_csv, scores_csv
from worthit.compare.judging import judge_runs
from worthit.compare.model import model_numbers
from worthit.compare.page_store import earlier_pages, remember
from worthit.compare.run import Run
from worthit.compare.suspects import write_suspects
from worthit.compare.verdict import Limits
from worthit.core.errors import InputError
from worthit.core.files import plain, write_atomic, write_json

__all__ = ["Report", "write_ablation_page", "write_data_page", "write_model_page"]

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
    folder : pathlib.Path or None
        Where its pages are, or are to be.
    html : pathlib.Path or None
        The one file with all of it, where one was written.
    """

    numbers: dict[str, Any]
    records: list[dict[str, Any]] = field(default_factory=list)
    folder: Path | None = None
    html: Path | None = None

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
        examples: bool = True,
        parts: Sequence[Run] = (),
        wish: float | None = None,
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
        examples : bool
            Whether texts of the data may be quoted, on pages and in report.json.
        parts : sequence of Run
            Runs on parts of the training items, for a learning curve.
        wish : float, optional
            A score to read from the curve, as a fraction of 1.

        Raises
        ------
        InputError
            If the runs cannot be compared.
        """
        content = judge_runs(
            runs, baseline, metric, margin, limits or Limits(), command, examples, parts, wish
        )
        if wish is not None and content["curve"] is None:
            raise InputError(
                f"Got --wish {100 * wish:g}, but there is no learning curve to read it from; make "
                "one with compare --learning-curve."
            )
        return cls(plain(content), [run.record for run in runs])

    def summary(self) -> dict[str, Any]:
        """Return what ``compare --json`` prints: differences as fractions of 1."""
        where = self.folder or Path()
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
        told = {"report": (where / "README.md").as_posix(), "pairings": pairings, "runs": runs}
        if self.numbers.get("curve"):
            told["learning_curve"] = self.numbers["curve"]
        return told if self.html is None else {**told, "html": self.html.as_posix()}

    def write(self, folder: Path, *, html: bool = False, latex: bool = False) -> "Report":
        """Write the index, a page for each pairing and each model, pictures, CSV and report.json.

        Parameters
        ----------
        folder : pathlib.Path
            For example ``reports/ag_news``. Pages of other models stay.
        html : bool
            Write ``index.html`` as well, all pages and pictures in one file. One that is there is
            always written anew, since old numbers beside new ones would mislead.
        latex : bool
            Write the tables to ``latex/`` as well; the same holds for them.

        Returns
        -------
        Report
            The same, knowing where it stands.
        """
        from worthit.compare.export.html import INDEX, INDEX_FILE, write_html
        from worthit.compare.export.latex import tables_of_report
        from worthit.compare.figures.all import figures_of_report
        from worthit.compare.pages.index import index_page
        from worthit.compare.pages.model import model_page
        from worthit.compare.pages.pairing import pairing_page

        folder = Path(folder)
        numbers = {**self.numbers, "pages": earlier_pages(folder, self.numbers)}
        for name, png in figures_of_report(numbers).items():
            write_atomic(folder / "figures" / f"{name}.png", png)
        pairings, models = numbers["pairings"], list(numbers["models"].values())
        pages = {INDEX: index_page(numbers)}
        pages |= {pairing["slug"]: pairing_page(numbers, pairing) for pairing in pairings}
        pages |= {model["slug"]: model_page(model) for model in models}
        for name, page in pages.items():
            write_atomic(folder / f"{name}.md", page)
        for pairing in pairings:
            write_suspects(folder / f"{pairing['slug']}-suspects.csv", pairing)
        write_json(folder / "report.json", numbers)
        write_atomic(folder / "scores.csv", scores_csv(numbers))
        write_atomic(folder / "pairings.csv", pairings_csv(numbers))
        if numbers.get("curve"):
            write_atomic(folder / "learning-curve.csv", curve_csv(numbers["curve"]))
        if latex or (folder / "latex").exists():
            for name, table in tables_of_report(pages, [each["slug"] for each in pairings]).items():
                write_atomic(folder / "latex" / f"{name}.tex", table)
        html = html or (folder / INDEX_FILE).exists()
        file = write_html(folder, [*pages, *numbers["pages"]]) if html else None
        return replace(self, folder=folder, html=file)


def write_model_page(run: Run, folder: Path, examples: bool = True) -> Path:
    """Write the page of a single run, its pictures, and its numbers into report.json.

    Parameters
    ----------
    run : Run
        The run.
    folder : pathlib.Path
        For example ``reports/ag_news``.
    examples : bool
        Whether texts of the data may be quoted.

    Returns
    -------
    pathlib.Path
        ``<model>.md``.
    """
    from worthit.compare.figures.all import figures_of_model
    from worthit.compare.pages.model import model_page

    folder = Path(folder)
    model = plain(model_numbers([run], run.record.get("metric") or "f1_macro", examples))
    for name, png in figures_of_model(model).items():
        write_atomic(folder / "figures" / f"{name}.png", png)
    path = write_atomic(folder / f"{model['slug']}.md", model_page(model))
    remember(folder, model["slug"], model)
    return path


def write_ablation_page(numbers: dict[str, Any], folder: Path) -> Path:
    """Write ``<model>-ablation.md``, its picture, and its numbers into report.json.

    Parameters
    ----------
    numbers : dict
        From :func:`~worthit.compare.ablation.ablation_numbers`.
    folder : pathlib.Path
        For example ``reports/ag_news``.
    """
    from worthit.compare.figures.ablation import curves_figure
    from worthit.compare.pages.ablation import ablation_page

    folder, told = Path(folder), plain(numbers)
    if told["base"]["curve"]:
        write_atomic(folder / "figures" / f"{told['slug']}-curves.png", curves_figure(told))
    path = write_atomic(folder / f"{told['slug']}.md", ablation_page(told))
    remember(folder, told["slug"], told)
    return path


def write_data_page(card: dict[str, Any], folder: Path) -> Path:
    """Write data.md from a data card, and the card into report.json."""
    from worthit.compare.pages.data import data_page

    folder = Path(folder)
    path = write_atomic(folder / "data.md", data_page(plain(card)))
    remember(folder, "data", plain(card))
    return path

"""What the command line calls and Python users may call as well: run, compare, report."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from worthit.compare.report import Report, write_model_page
from worthit.compare.run import Run, read_prediction_files
from worthit.compare.slugs import slug
from worthit.compare.verdict import Limits
from worthit.core.errors import InputError
from worthit.core.launched import n_launched
from worthit.corpus import Dataset, load
from worthit.experiment.comparison import order_models, run_all
from worthit.experiment.isolation import make_isolated
from worthit.experiment.learning_curve import check_curve, run_curve
from worthit.experiment.own.user_file import run_name
from worthit.experiment.place import Place
from worthit.experiment.running import check
from worthit.experiment.specs import make_specs
from worthit.experiment.spread import make_spread
from worthit.experiment.stored import choose_curve, choose_runs, with_looks

__all__ = ["compare", "compare_predictions", "report", "run"]

Data = str | Path | Dataset | None


def run(
    data: Data = None,
    model: str = "tfidf",
    *,
    settings: Mapping[str, Any] | None = None,
    trials: int | None = None,
    time_limit: float | None = None,
    metric: str = "f1_macro",
    balance: str = "auto",
    penalty: str = "auto",
    seed: int = 0,
    outer_folds: int = 0,
    place: Place | None = None,
) -> Run:
    """Run one model on a data set and write its page.

    Parameters
    ----------
    data : Dataset, str, pathlib.Path or None
        A data set, or what ``load`` takes; None is the built-in set.
    model : str
        Its name; ``available()`` lists them. Or ``FILE.py:FUNCTION``: the file is run, and the
        function, called without arguments, returns a scikit-learn pipeline over raw texts or pairs,
        not fitted.
    settings : mapping, optional
        Fields of the model to set; a search leaves them alone.
    trials : int, optional
        Trials of the search. Left out: 30 for a baseline, none for a network.
    time_limit : float, optional
        Seconds after which the search starts no trial and training stops.
    metric : str
        What is maximised.
    balance, penalty : str
        ``auto`` leaves them to the search, or to the model.
    seed : int
        Fixes all but the split.
    outer_folds : int
        For small data: every item is a test item in one of so many folds; 0 for the test split.
    place : Place, optional
        Folders, processes, and whether to make runs again.

    Returns
    -------
    Run
        As stored. Its page is at ``run.record["report"]``.
    """
    where = place or Place()
    dataset = data if isinstance(data, Dataset) else load(data)
    (spec,) = make_specs(
        [model],
        {model: dict(settings or {})},
        trials=trials,
        time_limit=time_limit,
        metric=metric,
        balance=balance,
        penalty=penalty,
        seeds=[seed],
        outer_folds=outer_folds,
        outer_seed=where.split_seed,
    )
    check(dataset, spec)
    made = (make_spread if n_launched() > 1 else make_isolated)(dataset, spec, where)
    write_model_page(made, where.reports / slug(dataset.name))
    return made


def compare(
    data: Data = None,
    *,
    models: Sequence[str] = ("tfidf", "gru"),
    baseline: str | None = None,
    settings: Mapping[str, Mapping[str, Any]] | None = None,
    trials: int | None = None,
    time_limit: float | None = None,
    metric: str = "f1_macro",
    balance: str = "auto",
    penalty: str = "auto",
    seed: int = 0,
    seeds: int = 1,
    outer_folds: int = 0,
    learning_curve: bool = False,
    wish: float | None = None,
    margin: float = 0.01,
    limits: Limits | None = None,
    examples: bool = True,
    html: bool = False,
    latex: bool = False,
    place: Place | None = None,
) -> Report:
    """Run what has not been run yet, then write the index and a report for each pairing.

    Parameters
    ----------
    data : Dataset, str, pathlib.Path or None
        A data set, or what ``load`` takes; None is the built-in set.
    models : sequence of str
        Named as in :func:`run`. The first baseline among them is the reference.
    baseline : str, optional
        The reference, if it is another one.
    settings : mapping of str to mapping, optional
        Fields to set, by model.
    trials, time_limit, metric, balance, penalty, outer_folds
        As in :func:`run`, for every model that has them.
    seed, seeds : int
        Seeds ``seed`` to ``seed + seeds - 1`` are run of every model.
    learning_curve : bool
        Also run every model on 1/16, 1/8, 1/4 and 1/2 of the training items.
    wish : float, optional
        A score, as a fraction of 1, for which the curve says how many items it takes.
    margin : float
        The practical difference, as a fraction of 1.
    limits : Limits, optional
        What the reader can spend.
    examples : bool
        Whether the report may quote texts.
    html, latex : bool
        Whether to write one HTML file of all pages, and the tables as LaTeX, as well.
    place : Place, optional
        As in :func:`run`.

    Returns
    -------
    Report
        Written to the reports folder; ``report.summary()`` has the verdicts.
    """
    where = place or Place()
    ordered = order_models(models, baseline)
    if seeds < 1:
        raise InputError(f"Got {seeds} seeds; give 1 or more.")
    check_curve(learning_curve, outer_folds, wish)
    dataset = data if isinstance(data, Dataset) else load(data)
    specs = make_specs(
        ordered,
        settings or {},
        trials=trials,
        time_limit=time_limit,
        metric=metric,
        balance=balance,
        penalty=penalty,
        seeds=range(seed, seed + seeds),
        outer_folds=outer_folds,
        outer_seed=where.split_seed,
    )
    runs = run_all(dataset, specs, where)
    parts = run_curve(dataset, specs, where) if learning_curve else []
    everything = with_looks(where.runs, dataset.name, [*runs, *parts])
    made = Report.from_runs(
        everything[: len(runs)],
        parts=everything[len(runs) :],
        wish=wish,
        baseline=run_name(ordered[0]),
        metric=metric,
        margin=margin,
        limits=limits,
        examples=examples,
        command=where.command,
    )
    return made.write(where.reports / slug(dataset.name), html=html, latex=latex)


def compare_predictions(
    paths: Sequence[Path],
    *,
    metric: str = "f1_macro",
    positive: str | None = None,
    margin: float = 0.01,
    limits: Limits | None = None,
    examples: bool = True,
    html: bool = False,
    latex: bool = False,
    name: str = "predictions",
    reports: Path = Path("reports"),
    command: str = "",
) -> Report:
    """Write the same reports for predictions made by any tool.

    Parameters
    ----------
    paths : sequence of pathlib.Path
        CSV files ``id,truth,prediction[,p_<class>...][,group]``; the first is the baseline.
    name : str
        Name of the report's folder.
    metric, positive, margin, limits, examples, html, latex, reports, command
        As in :func:`compare`.

    Returns
    -------
    Report
        Written to the reports folder.
    """
    if len(paths) < 2:
        raise InputError(
            f"Got {len(paths)} prediction file; give two and more, the baseline's first."
        )
    runs = read_prediction_files(paths, dataset=name, positive=positive)
    made = Report.from_runs(
        runs,
        baseline=runs[0].model,
        metric=metric,
        margin=margin,
        limits=limits,
        examples=examples,
        command=command,
    )
    return made.write(reports / slug(name), html=html, latex=latex)


def report(
    name: str,
    *,
    models: Sequence[str] | None = None,
    baseline: str | None = None,
    metric: str | None = None,
    wish: float | None = None,
    margin: float = 0.01,
    limits: Limits | None = None,
    examples: bool = True,
    html: bool = False,
    latex: bool = False,
    runs: Path = Path("runs"),
    reports: Path = Path("reports"),
    command: str = "",
) -> Report | Run:
    """Write the reports again from stored runs; nothing is trained.

    Parameters
    ----------
    name : str
        Name of the data set, as its folder below ``runs`` is called.
    models : sequence of str, optional
        Left out, all models that have a run.
    metric : str, optional
        Left out, the one that the newest run was tuned for.
    baseline, wish, margin, limits, examples, html, latex, runs, reports, command
        As in :func:`compare`.

    Returns
    -------
    Report or Run
        The run if there is one model only; then its page is written.
    """
    chosen = choose_runs(runs, name, None if models is None else list(map(run_name, models)))
    folder = reports / slug(name)
    if len({each.model for each in chosen}) == 1:
        if html or latex:
            raise InputError(
                f"There are runs of '{chosen[0].model}' alone, so no comparison to write as HTML "
                "or LaTeX; run another model with compare, or leave out --html and --latex."
            )
        write_model_page(chosen[0], folder, examples)
        return chosen[0]
    everything = with_looks(runs, name, [*chosen, *choose_curve(runs, name, chosen)])
    made = Report.from_runs(
        everything[: len(chosen)],
        parts=everything[len(chosen) :],
        wish=wish,
        baseline=None if baseline is None else run_name(baseline),
        metric=metric or chosen[-1].record.get("metric", "f1_macro"),
        margin=margin,
        limits=limits,
        examples=examples,
        command=command,
    )
    return made.write(folder, html=html, latex=latex)

"""The command line: options, one call, and one line saying where the result went.

At the top only typer and the standard library are imported, so that ``--help`` answers at once.
"""

import functools
import inspect
import json as jsonlib
import os
import shlex
import sys
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Any

import typer

app = typer.Typer(
    help="Is the neural network worth it? A tuned TF-IDF baseline against neural classifiers.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Data = Annotated[
    str | None,
    typer.Argument(
        help="A folder with train.* and test.* (and val.*), one file, hf:NAME, or a built-in "
        "name; left out, the built-in set 'docstrings'."
    ),
]
Model = Annotated[str, typer.Argument(help="Name of the model; 'models' lists them.")]


@dataclass(frozen=True)
class DataOptions:
    """Which columns hold what, and how one file is split."""

    text: Annotated[str | None, typer.Option(help="Column of the text.")] = None
    pair: Annotated[str | None, typer.Option(help="Column of a pair's second text.")] = None
    audio: Annotated[str | None, typer.Option(help="Column of the clip's path.")] = None
    label: Annotated[str | None, typer.Option(help="Column of the label.")] = None
    group: Annotated[str | None, typer.Option(help="Column of what must not be split.")] = None
    language: Annotated[str, typer.Option(help="auto, en, ru, fa or none.")] = "auto"
    positive: Annotated[str | None, typer.Option(help="Label whose F1 counts, of two.")] = None
    split_seed: Annotated[
        int, typer.Option(min=0, help="Seed of the split, and of nothing else.")
    ] = 0

    def load(self, data: str | None) -> Any:
        """Read and check the data set."""
        from worthit.corpus import load

        return load(
            data, **{field.name: getattr(self, field.name) for field in fields(DataOptions)}
        )


@dataclass(frozen=True)
class OutputOptions:
    """Where results go and how they are told."""

    runs: Annotated[Path, typer.Option(help="Folder of the runs.")] = Path("runs")
    reports: Annotated[Path, typer.Option(help="Folder of the reports.")] = Path("reports")
    quiet: Annotated[bool, typer.Option("--quiet", help="Show no progress.")] = False
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object alone.")] = False


@dataclass(frozen=True)
class TrainOptions(OutputOptions, DataOptions):
    """What every command that trains takes."""

    seed: Annotated[int, typer.Option(min=0, help="Seed of search and training.")] = 0
    trials: Annotated[
        int | None,
        typer.Option(help="Trials of the search; by default 30 for baselines, 0 for networks."),
    ] = None
    time_limit: Annotated[
        str | None, typer.Option(help="Stop searching and training after, like 50m or 1h30m.")
    ] = None
    metric: Annotated[
        str,
        typer.Option(help="f1_macro, f1_weighted, accuracy, recall_macro or f1_positive."),
    ] = "f1_macro"
    set: Annotated[
        list[str] | None,
        typer.Option(help="FIELD=VALUE or MODEL.FIELD=VALUE; repeatable.", metavar="FIELD=VALUE"),
    ] = None
    balance: Annotated[
        str, typer.Option(help="auto, none, weights, oversample, undersample or smote.")
    ] = "auto"
    jobs: Annotated[int | None, typer.Option(help="Processes; by default all cores.")] = None
    storage: Annotated[
        str | None, typer.Option(help="Optuna database or journal:FILE shared by machines.")
    ] = None
    outer_folds: Annotated[
        int, typer.Option(help="For small data: test on every item, in so many folds.")
    ] = 0
    fresh: Annotated[bool, typer.Option("--fresh", help="Make runs again that are there.")] = False

    def budget(self, models: list[str]) -> dict[str, Any]:
        """Return the options that a run depends on, with settings by model."""
        from worthit.experiment.duration import parse_duration
        from worthit.experiment.models import parse_settings

        return {
            "settings": parse_settings(self.set or [], models),
            "trials": self.trials,
            "time_limit": parse_duration(self.time_limit),
            "metric": self.metric,
            "balance": self.balance,
            "seed": self.seed,
            "outer_folds": self.outer_folds,
        }

    def place(self) -> Any:
        """Return the options that change where and how fast, but not what."""
        from worthit.experiment import Place

        names = ("runs", "reports", "jobs", "storage", "fresh", "split_seed")
        return Place(**{name: getattr(self, name) for name in names}, command=_command())


@dataclass(frozen=True)
class JudgeOptions:
    """What a verdict depends on besides the runs."""

    margin: Annotated[float, typer.Option(help="Practical difference in points (0-100).")] = 1.0
    max_ms: Annotated[float | None, typer.Option(help="Limit: ms to answer one item.")] = None
    max_train_minutes: Annotated[
        float | None, typer.Option(help="Limit: minutes to train once.")
    ] = None
    price_per_hour: Annotated[
        float | None, typer.Option(help="Price of an hour of the machine.")
    ] = None

    def rule(self) -> dict[str, Any]:
        """Return margin and limits as the report takes them."""
        from worthit.compare.verdict import Limits

        if not 0 < self.margin < 100:
            from worthit.core.errors import InputError

            raise InputError(
                f"Got --margin {self.margin:g}; give points between 0 and 100, such as 1."
            )
        limits = Limits(self.max_ms, self.max_train_minutes, self.price_per_hour)
        return {"margin": self.margin / 100, "limits": limits}


@dataclass(frozen=True)
class CompareOptions(JudgeOptions, TrainOptions):
    """What a comparison takes."""


@dataclass(frozen=True)
class ReportOptions(JudgeOptions, OutputOptions):
    """What rendering again takes."""


@dataclass(frozen=True)
class DescribeOptions(DataOptions):
    """What the data card takes."""

    reports: Annotated[Path, typer.Option(help="Folder of the reports.")] = Path("reports")
    quiet: Annotated[bool, typer.Option("--quiet", help="Show no progress.")] = False
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object alone.")] = False


@dataclass(frozen=True)
class PredictOptions:
    """Which columns of a file hold the inputs, and how answers are told."""

    text: Annotated[str | None, typer.Option(help="Column of the text.")] = None
    pair: Annotated[str | None, typer.Option(help="Column of a pair's second text.")] = None
    quiet: Annotated[bool, typer.Option("--quiet", help="Show no progress.")] = False
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object alone.")] = False


def with_options(kind: type) -> Callable:
    """Give a command the fields of an options class as options; it gets them as ``options``."""

    def decorate(command: Callable) -> Callable:
        own = [p for p in inspect.signature(command).parameters.values() if p.name != "options"]
        more = [
            inspect.Parameter(
                field.name,
                inspect.Parameter.KEYWORD_ONLY,
                default=field.default,
                annotation=field.type,
            )
            for field in fields(kind)
        ]

        @functools.wraps(command)
        def wrapped(**given: Any) -> None:
            chosen = {field.name: given.pop(field.name) for field in fields(kind)}
            if chosen.get("quiet"):
                os.environ["WORTHIT_QUIET"] = "1"
            try:
                command(**given, options=kind(**chosen))
            except KeyboardInterrupt:  # here, since typer would end without a word
                typer.echo("interrupted; the same command goes on from here.", err=True)
                raise typer.Exit(130) from None

        wrapped.__signature__ = inspect.Signature([*own, *more])  # type: ignore[attr-defined]
        wrapped.__annotations__ = {p.name: p.annotation for p in [*own, *more]}
        return wrapped

    return decorate


@app.command()
def models(
    name: Annotated[str | None, typer.Argument(help="Show this model's hyper-parameters.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object alone.")] = False,
) -> None:
    """List the models with the kinds they take; with NAME, its hyper-parameters and defaults."""
    from worthit.experiment import terminal
    from worthit.experiment.models import available, fields_of, find

    if name is None:
        listed = available()
        _tell(json, terminal.models_json(listed), terminal.models_table(listed))
    else:
        entry, defaults = find(name), fields_of(name)
        _tell(json, terminal.model_json(entry, defaults), terminal.model_table(entry, defaults))


@app.command()
@with_options(DescribeOptions)
def describe(data: Data = None, *, options: DescribeOptions) -> None:
    """Show the data card: sizes, balance, lengths, duplicates, leaks, bad rows."""
    from worthit.compare.report import write_data_page
    from worthit.compare.slugs import slug
    from worthit.experiment import terminal

    dataset = options.load(data)
    page = write_data_page(dataset.card, options.reports / slug(dataset.name))
    _tell(options.json, dataset.card, terminal.card_tables(dataset.card), f"report: {page}")


@app.command()
@with_options(TrainOptions)
def baseline(
    data: Data = None,
    penalty: Annotated[
        str, typer.Option(help="auto (l1 or l2, searched), l1, l2 or elasticnet.")
    ] = "auto",
    model: Annotated[str, typer.Option(help="Which baseline.")] = "tfidf",
    *,
    options: TrainOptions,
) -> None:
    """Tune, fit and evaluate the baseline; report with precision, recall and F1 per class."""
    _run("baseline", data, model, options, penalty)


@app.command()
@with_options(TrainOptions)
def neural(model: Model, data: Data = None, *, options: TrainOptions) -> None:
    """Train and evaluate one neural model on the same split."""
    _run("neural", data, model, options, "auto")


@app.command()
@with_options(CompareOptions)
def compare(
    data: Annotated[list[str] | None, typer.Argument(help="As for the other commands.")] = None,
    models: Annotated[str, typer.Option(help="Names, separated by commas.")] = "tfidf,gru",
    baseline: Annotated[
        str | None, typer.Option(help="The reference; by default the first baseline.")
    ] = None,
    penalty: Annotated[
        str, typer.Option(help="auto (l1 or l2, searched), l1, l2 or elasticnet.")
    ] = "auto",
    seeds: Annotated[int, typer.Option(help="How many seeds, counted up from --seed.")] = 1,
    predictions: Annotated[
        list[str] | None,
        typer.Option(
            help="CSV files id,truth,prediction[,p_CLASS...][,group], the baseline's first.",
            metavar="A.csv B.csv ...",
        ),
    ] = None,
    *,
    options: CompareOptions,
) -> None:
    """Run what has not been run yet; write the index and one report for each pairing."""
    from worthit import experiment
    from worthit.experiment import terminal

    if predictions:
        made = experiment.compare_predictions(
            [Path(path) for path in [*predictions, *(data or [])]],
            metric=options.metric,
            positive=options.positive,
            reports=options.reports,
            command=_command(),
            **options.rule(),
        )
    else:
        if len(data or []) > 1:
            raise typer.BadParameter(f"one data set at a time, got {len(data or [])}: {data}")
        names = [name.strip() for name in models.split(",") if name.strip()]
        running = experiment.order_models(names, baseline)
        made = experiment.compare(
            options.load(data[0] if data else None),
            models=running,
            baseline=running[0],
            penalty=penalty,
            seeds=seeds,
            **options.budget(running),
            **options.rule(),
            place=options.place(),
        )
    summary = made.summary()
    _tell(options.json, summary, terminal.verdicts(made), f"report: {summary['report']}")


@app.command()
@with_options(ReportOptions)
def report(
    data: Data = None,
    models: Annotated[
        str | None, typer.Option(help="Names, separated by commas; by default all.")
    ] = None,
    baseline: Annotated[str | None, typer.Option(help="The reference.")] = None,
    metric: Annotated[str | None, typer.Option(help="As for compare.")] = None,
    *,
    options: ReportOptions,
) -> None:
    """Render the reports again from stored runs; trains nothing."""
    from worthit import experiment
    from worthit.compare.run import Run
    from worthit.corpus import name_of
    from worthit.experiment import terminal

    made = experiment.report(
        name_of(data),
        models=[name.strip() for name in models.split(",")] if models else None,
        baseline=baseline,
        metric=metric,
        runs=options.runs,
        reports=options.reports,
        command=_command(),
        **options.rule(),
    )
    if isinstance(made, Run):
        page = options.reports / Path(made.record["report"]).relative_to(
            Path(made.record["report"]).parents[1]
        )
        _tell(options.json, made.record, terminal.scores(made), f"report: {page}")
    else:
        summary = made.summary()
        _tell(options.json, summary, terminal.verdicts(made), f"report: {summary['report']}")


@app.command()
@with_options(PredictOptions)
def predict(
    run: Annotated[str, typer.Argument(help="Folder of a finished run.")],
    texts: Annotated[
        list[str] | None,
        typer.Argument(metavar="TEXT", help="Texts; for a model of pairs, two for each."),
    ] = None,
    file: Annotated[
        Path | None, typer.Option(help="CSV, TSV, JSONL or Parquet with the inputs.")
    ] = None,
    *,
    options: PredictOptions,
) -> None:
    """Print labels and probabilities for new inputs."""
    from worthit.experiment import terminal
    from worthit.experiment.prediction import gather_inputs, predict, read_run

    stored = read_run(run)
    ids, inputs = gather_inputs(stored, texts or [], file, text=options.text, pair=options.pair)
    answers = predict(stored, inputs)
    answers.insert(0, "id", ids)
    if file is not None and not options.json:
        typer.echo(answers.to_csv(index=False, lineterminator="\n", float_format="%.6f"), nl=False)
    else:
        _tell(
            options.json,
            {"run": run, "predictions": answers.to_dict(orient="records")},
            terminal.answers(answers, texts or []),
        )


def _run(family: str, data: str | None, model: str, options: TrainOptions, penalty: str) -> None:
    from worthit import experiment
    from worthit.experiment import terminal
    from worthit.experiment.models import check_family

    check_family(model, family)
    budget = options.budget([model])
    budget["settings"] = budget["settings"][model]
    made = experiment.run(
        options.load(data), model, penalty=penalty, **budget, place=options.place()
    )
    page = f"report: {made.record['report']}"
    _tell(options.json, made.record, terminal.scores(made), page)


def _tell(as_json: bool, content: Any, tables: Any, last: str | None = None) -> None:
    """Print a result: one JSON object, or tables and a last line saying where the report is."""
    if as_json:
        from worthit.core.files import plain

        typer.echo(jsonlib.dumps(plain(content), ensure_ascii=False))
        return
    from rich.console import Console

    Console().print(*tables, sep="\n")
    if last:
        typer.echo(last)


def _command() -> str:
    """Return what the user typed, as it can be typed again."""
    return "python cli.py " + shlex.join(sys.argv[1:])


def main() -> None:
    """Run the command line; errors that a user can mend become one line and exit code 1."""
    try:
        from worthit.core.errors import InputError, MissingExtraError
    except ModuleNotFoundError:
        sys.exit("error: worthit is not installed here yet; run 'make compare' or "
                 "'pip install -e .' in its folder first.")  # fmt: skip
    try:
        app()
    except (InputError, MissingExtraError) as error:
        _fail(str(error))
    except OSError as error:  # a full disk, a folder that cannot be written
        if error.filename is None and error.errno is None:
            raise
        where = f" '{error.filename}'" if error.filename else ""
        _fail(f"{error.strerror}{where}; check that it exists, may be written and has room.")


def _fail(sentence: str) -> None:
    typer.echo(f"error: {' '.join(sentence.split())}", err=True)
    sys.exit(1)


if __name__ == "__main__":
    try:
        from worthit.cli import main as installed_main
    except ModuleNotFoundError:
        installed_main = main
    installed_main()

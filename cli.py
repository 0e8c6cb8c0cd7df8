"""The command line: options, one call, and one line saying where the result went.

At the top only typer and the standard library are imported, so that ``--help`` answers at once.
"""

import json as jsonlib
import sys
from pathlib import Path
from typing import Annotated, Any

try:
    import typer

    from worthit.experiment.options import (
        AblateOptions,
        CompareOptions,
        DescribeOptions,
        PredictOptions,
        ReportOptions,
        TrainOptions,
        typed_command,
        with_options,
    )
except ModuleNotFoundError:
    sys.exit(
        "error: worthit is not installed here yet; run 'make compare' or 'pip install -e .' in "
        "its folder first."
    )

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


@app.command()
def models(
    name: Annotated[str | None, typer.Argument(help="Show this model's hyper-parameters.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object alone.")] = False,
) -> None:
    """List the models with the kinds they take; with NAME, its fields, defaults and meanings."""
    from worthit.experiment import terminal
    from worthit.experiment.models import available, fields_of, find, meanings_of

    if name is None:
        listed = available()
        _tell(json, terminal.models_json(listed), terminal.models_table(listed))
    else:
        told = find(name), fields_of(name), meanings_of(name)
        _tell(json, terminal.model_json(*told), terminal.model_table(*told))


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
        str, typer.Option(help="l1, l2, elasticnet, or auto (searched among these three).")
    ] = "auto",
    model: Annotated[
        str,
        typer.Option(
            help="Which baseline; or FILE.py:FUNCTION, a function of your own without arguments "
            "that returns a scikit-learn pipeline over raw texts: the file is run."
        ),
    ] = "tfidf",
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
    models: Annotated[
        str,
        typer.Option(
            help="Names, separated by commas; FILE.py:FUNCTION for a scikit-learn pipeline of your "
            "own: the file is run."
        ),
    ] = "tfidf,gru",
    baseline: Annotated[
        str | None,
        typer.Option(help="The reference, named likewise; by default the first baseline."),
    ] = None,
    penalty: Annotated[
        str, typer.Option(help="l1, l2, elasticnet, or auto (searched among these three).")
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

    if predictions:
        if options.learning_curve or options.wish is not None:
            raise typer.BadParameter("a learning curve needs models to train, not predictions")
        made = experiment.compare_predictions(
            [Path(path) for path in [*predictions, *(data or [])]],
            metric=options.metric,
            positive=options.positive,
            reports=options.reports,
            command=typed_command(),
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
            **options.curve(),
            place=options.place(),
        )
    _tell_report(options.json, made)


@app.command()
@with_options(AblateOptions)
def ablate(
    model: Model,
    data: Data = None,
    vary: Annotated[
        list[str] | None,
        typer.Option(
            help="FIELD=VALUE,VALUE...: each value is tried by itself against the base, which "
            "--set describes; repeatable. data.size=1000,5000 varies the training items, "
            "model=rnn,lstm the model. Commas in brackets part nothing, as in "
            "prune_heads=[[1,2],[3,1]],0.3; in kernels write 3+4+5 for 3,4,5. "
            "last:1+freeze_embeddings=false changes another field along with it.",
            metavar="FIELD=VALUE,VALUE",
        ),
    ] = None,
    penalty: Annotated[
        str,
        typer.Option(
            help="For a baseline: l1, l2, elasticnet, or auto (with --trials searched among these "
            "three, else the field's default)."
        ),
    ] = "auto",
    seeds: Annotated[int, typer.Option(help="How many seeds, counted up from --seed.")] = 1,
    *,
    options: AblateOptions,
) -> None:
    """Change one thing at a time: a table against the base, with intervals, costs and curves."""
    from worthit import experiment
    from worthit.experiment import terminal

    budget = options.budget([model])
    made = experiment.ablate(
        options.load(data),
        model,
        vary=vary or [],
        penalty=penalty,
        seeds=seeds,
        place=options.place(),
        **{**budget, "settings": budget["settings"][model], "trials": options.trials or 0},
    )
    _tell(options.json, made, terminal.changes(made), f"report: {made['report']}")


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
        command=typed_command(),
        wish=options.wished(),
        **options.rule(),
    )
    if isinstance(made, Run):
        page = options.reports / Path(made.record["report"]).relative_to(
            Path(made.record["report"]).parents[1]
        )
        _tell(options.json, made.record, terminal.scores(made), f"report: {page}")
    else:
        _tell_report(options.json, made)


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
    model: Annotated[
        str | None,
        typer.Option(
            help="FILE.py of your own pipeline, if it holds what that file defines: it is run."
        ),
    ] = None,
    *,
    options: PredictOptions,
) -> None:
    """Print labels and probabilities for new inputs."""
    from worthit.experiment import terminal
    from worthit.experiment.prediction import gather_inputs, predict, read_run

    stored = read_run(run)
    ids, inputs = gather_inputs(stored, texts or [], file, text=options.text, pair=options.pair)
    answers = predict(stored, inputs, model=model)
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


def _tell_report(as_json: bool, made: Any) -> None:
    from worthit.experiment import terminal

    summary = made.summary()
    html = f"html: {summary['html']}\n" if "html" in summary else ""
    _tell(as_json, summary, terminal.verdicts(made), f"{html}report: {summary['report']}")


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


def main() -> None:
    """Run the command line; errors that a user can mend become one line and exit code 1."""
    from worthit.core.errors import InputError, MissingExtraError
    from worthit.core.launched import follows, n_launched

    try:
        if follows() and "--help" not in sys.argv:
            from worthit.experiment.spread import follow

            return follow()
        if n_launched() > 1 and sys.argv[1:2] != ["neural"]:
            raise InputError(
                f"Got '{' '.join(sys.argv[1:2])}' under a launcher of {n_launched()} processes; "
                "only 'neural' spreads over devices. Start this command by itself; several "
                "machines or devices share a search with --storage."
            )
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
    main()

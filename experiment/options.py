"""Options of the command line as dataclasses that commands share; imports little but typer."""

import functools
import inspect
import os
import shlex
import sys
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Any

import typer

from worthit.experiment.address import hide_password

__all__ = [
    "AblateOptions",
    "CompareOptions",
    "DescribeOptions",
    "PredictOptions",
    "ReportOptions",
    "TrainOptions",
    "typed_command",
    "with_options",
]

LAST_SEED = 2**31 - 1  # numpy's end at 2**32 - 1, and --seeds counts up from it


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

    seed: Annotated[
        int, typer.Option(min=0, max=LAST_SEED, help="Seed of search and training.")
    ] = 0
    trials: Annotated[
        int | None,
        typer.Option(help="Trials of the search; by default 30 for baselines, 0 for networks."),
    ] = None
    time_limit: Annotated[
        str | None,
        typer.Option(help="Stop each run's search and training after, like 50m or 1h30m."),
    ] = None
    metric: Annotated[
        str,
        typer.Option(help="f1_macro, f1_weighted, accuracy, recall_macro or f1_positive."),
    ] = "f1_macro"
    set: Annotated[
        list[str] | None,
        typer.Option(
            help="FIELD=VALUE or MODEL.FIELD=VALUE; repeatable. data.size=N trains on N items.",
            metavar="FIELD=VALUE",
        ),
    ] = None
    balance: Annotated[
        str, typer.Option(help="auto, none, weights, oversample, undersample or smote.")
    ] = "auto"
    jobs: Annotated[int | None, typer.Option(help="Processes; by default all cores.")] = None
    storage: Annotated[
        str | None, typer.Option(help="Database address or journal:FILE, to share a search.")
    ] = None
    outer_folds: Annotated[
        int, typer.Option(help="For small data: test on every item, in so many folds.")
    ] = 0
    fresh: Annotated[bool, typer.Option("--fresh", help="Make runs again that are there.")] = False

    def load(self, data: str | None) -> Any:
        """Read and check the data set, with fewer training items if so many were asked for."""
        from worthit.corpus.sizing import with_training_size
        from worthit.experiment.settings import training_size

        size = training_size(self.set or [])  # before the data is read, which takes longer
        dataset = super().load(data)
        return with_training_size(dataset, size, self.split_seed) if size else dataset

    def budget(self, models: list[str]) -> dict[str, Any]:
        """Return the options that a run depends on, with settings by model."""
        from worthit.experiment.duration import parse_duration
        from worthit.experiment.settings import parse_settings

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
        return Place(**{name: getattr(self, name) for name in names}, command=typed_command())


@dataclass(frozen=True)
class JudgeOptions:
    """What a report depends on besides the runs."""

    margin: Annotated[float, typer.Option(help="Practical difference in points (0-100).")] = 1.0
    max_ms: Annotated[float | None, typer.Option(help="Limit: ms to answer one item.")] = None
    max_train_minutes: Annotated[
        float | None, typer.Option(help="Limit: minutes to train once.")
    ] = None
    price_per_hour: Annotated[
        float | None,
        typer.Option(help="Price of an hour of the machine: the verdict then tells money."),
    ] = None
    max_price: Annotated[
        float | None,
        typer.Option(help="Limit: price of a million answers, at --price-per-hour."),
    ] = None
    no_examples: Annotated[
        bool, typer.Option("--no-examples", help="Quote no text of the data in the reports.")
    ] = False
    html: Annotated[
        bool, typer.Option("--html", help="Write all pages as one HTML file as well, index.html.")
    ] = False
    latex: Annotated[
        bool, typer.Option("--latex", help="Write the tables as LaTeX as well, latex/.")
    ] = False

    def rule(self) -> dict[str, Any]:
        """Return margin, limits and what else the report takes."""
        from worthit.compare.verdict import Limits

        if not 0 < self.margin < 100:
            from worthit.core.errors import InputError

            raise InputError(
                f"Got --margin {self.margin:g}; give points between 0 and 100, such as 1."
            )
        limits = Limits(self.max_ms, self.max_train_minutes, self.price_per_hour, self.max_price)
        return {
            "margin": self.margin / 100,
            "limits": limits,
            "examples": not self.no_examples,
            "html": self.html,
            "latex": self.latex,
        }


@dataclass(frozen=True)
class WishOptions:
    """What is asked of a learning curve."""

    wish: Annotated[
        float | None,
        typer.Option(help="Score in points (0-100): the learning curve says what it takes."),
    ] = None

    def wished(self) -> float | None:
        """Return the wished score as a fraction of 1."""
        if self.wish is not None and not 0 < self.wish < 100:
            from worthit.core.errors import InputError

            raise InputError(
                f"Got --wish {self.wish:g}; give points between 0 and 100, such as 92."
            )
        return None if self.wish is None else self.wish / 100


@dataclass(frozen=True)
class CompareOptions(WishOptions, JudgeOptions, TrainOptions):
    """What a comparison takes."""

    learning_curve: Annotated[
        bool,
        typer.Option(
            "--learning-curve",
            help="Run every model on 1/16, 1/8, 1/4 and 1/2 of the training items as well, each "
            "with the same budget: about once more the time.",
        ),
    ] = False

    def curve(self) -> dict[str, Any]:
        """Return what the learning curve takes."""
        return {"learning_curve": self.learning_curve, "wish": self.wished()}


@dataclass(frozen=True)
class AblateOptions(TrainOptions):
    """What an ablation takes: no search unless asked for, so that only the change differs."""

    trials: Annotated[
        int | None,
        typer.Option(help="Trials of a search in every setting; by default 0: nothing else moves."),
    ] = None


@dataclass(frozen=True)
class ReportOptions(WishOptions, JudgeOptions, OutputOptions):
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


def typed_command() -> str:
    """Return what the user typed, as it can be typed again, passwords left out."""
    return "python cli.py " + shlex.join(map(hide_password, sys.argv[1:]))

"""Ablation: one change at a time from one base, as runs, as numbers, as a page."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from worthit.compare.ablation import Arm, ablation_numbers
from worthit.compare.report import write_ablation_page
from worthit.compare.slugs import slug
from worthit.core.errors import InputError
from worthit.core.progress import say
from worthit.corpus import Dataset, load
from worthit.corpus.sizing import with_training_size
from worthit.experiment.isolation import make_isolated
from worthit.experiment.models import DRIVEN, fields_of
from worthit.experiment.place import Place
from worthit.experiment.protocol import start
from worthit.experiment.running import check
from worthit.experiment.settings import SIZE, read_value
from worthit.experiment.spec import Spec, decisive
from worthit.experiment.specs import make_specs
from worthit.experiment.stored import with_looks

__all__ = ["ablate", "parse_changes"]

MODEL = "model"  # varied like a field, though no model has it
JOINED = re.compile(r"\+(?=[A-Za-z_.]+=)")  # between the fields of one change


@dataclass(frozen=True)
class Change:
    """A field and the value it gets, with others that go with it.

    Attributes
    ----------
    field, text : str
        As typed: ``transfer`` and ``last:1+freeze_embeddings=false``.
    values : dict of str to object
        All fields that it sets, as read.
    """

    field: str
    text: str
    values: dict[str, Any]


@dataclass(frozen=True)
class Setting:
    """What a change is run as: a data set, and a spec for each seed."""

    dataset: Dataset
    specs: list[Spec]


def ablate(
    data: str | Path | Dataset | None = None,
    model: str = "gru",
    *,
    vary: Sequence[str],
    settings: Mapping[str, Any] | None = None,
    trials: int = 0,
    time_limit: float | None = None,
    metric: str = "f1_macro",
    balance: str = "auto",
    penalty: str = "auto",
    seed: int = 0,
    seeds: int = 1,
    outer_folds: int = 0,
    place: Place | None = None,
) -> dict[str, Any]:
    """Run a base and one change at a time from it, and write the page that compares them.

    Parameters
    ----------
    data : Dataset, str, pathlib.Path or None
        A data set, or what ``load`` takes; None is the built-in set.
    model : str
        Its name; ``available()`` lists them.
    vary : sequence of str
        ``FIELD=VALUE,VALUE...``: fields of the model, ``data.size`` for the number of training
        items, ``model`` for other models with the same settings. ``VALUE+FIELD=VALUE`` changes
        another field along with it.
    settings : mapping, optional
        Fields of the base.
    trials : int
        Trials of a search in every setting; by default none, so that only the change differs.
    time_limit, metric, balance, penalty, outer_folds
        As in :func:`~worthit.experiment.entrance.run`.
    seed, seeds : int
        Seeds ``seed`` to ``seed + seeds - 1`` are run of every setting.
    place : Place, optional
        Folders and processes.

    Returns
    -------
    dict
        ``report``, the page; ``base`` and ``changes`` with validation, test, difference on test
        as fractions of 1, interval and cost; ``runs``, the records of all runs.
    """
    where = place or Place()
    if seeds < 1:
        raise InputError(f"Got {seeds} seeds; give 1 or more.")
    own = dict(settings or {})
    changes = parse_changes(vary, model)
    dataset = data if isinstance(data, Dataset) else load(data)
    options: dict[str, Any] = {
        "trials": trials, "time_limit": time_limit, "metric": metric, "balance": balance,
        "penalty": penalty, "seeds": range(seed, seed + seeds), "outer_folds": outer_folds,
        "outer_seed": where.split_seed,
    }  # fmt: skip
    base = Setting(dataset, make_specs([model], {model: own}, **options))
    tried = []
    for change in changes:
        fields = own | change.values
        name, size = fields.pop(MODEL, model), fields.pop(SIZE, None)
        sized = dataset if size is None else with_training_size(dataset, size, where.split_seed)
        tried.append(Setting(sized, make_specs([name], {name: fields}, **options)))
    same = _keys(base)
    tried = [base if _keys(setting) == same else setting for setting in tried]
    made = _run_all([base, *tried], [None, *changes], where)
    arms = [
        Arm(change.field, change.text, runs, tuple(change.values))
        for change, runs in zip(changes, made[1:], strict=True)
    ]
    numbers = ablation_numbers(made[0], arms, metric, where.command)
    everything = with_looks(where.runs, dataset.name, [run for runs in made for run in runs])
    numbers["looks"] = everything[0].record["looks"]
    page = write_ablation_page(numbers, where.reports / slug(dataset.name))
    return _summary(numbers, page, made)


def parse_changes(vary: Sequence[str], model: str) -> list[Change]:
    """Read ``FIELD=VALUE,VALUE...``; commas within brackets belong to a value.

    A value may go on with ``+FIELD=VALUE``, a change of another field along with it.

    Raises
    ------
    InputError
        If there is nothing to vary, a field is unknown or named twice, or a value is of the wrong
        type.
    """
    fields = [name for name in fields_of(model) if name not in DRIVEN]
    known = [*fields, SIZE, MODEL]
    found: list[Change] = []
    for word in vary:
        field, equals, values = word.partition("=")
        if not equals or not values:
            raise InputError(f"Got --vary '{word}'; expected FIELD=VALUE,VALUE such as layers=1,2.")
        if any(change.field == field for change in found):
            raise InputError(f"Got --vary for '{field}' twice; give all its values in one.")
        for text in dict.fromkeys(part.strip() for part in _split(values)):
            each = [part.partition("=")[::2] for part in JOINED.split(f"{field}={text}")]
            for name, _ in each:
                _check_field(name, [name for name, _ in each], known, model, word)
            read = {name: _value(name, value.strip(), model, word) for name, value in each}
            found.append(Change(field, text, read))
    if not found:
        raise InputError("Nothing to vary; give --vary FIELD=VALUE,VALUE such as layers=1,2,3.")
    return found


def _check_field(
    name: str, names: Sequence[str], known: Sequence[str], model: str, word: str
) -> None:
    if name not in known:
        raise InputError(
            f"Got --vary '{word}', but {model} has no field '{name}'; choose one of "
            f"{', '.join(known)}."
        )
    if names.count(name) > 1:
        raise InputError(f"Got --vary '{word}', which sets '{name}' twice in one change.")


def _split(values: str) -> list[str]:
    """Split at the commas that stand outside of all brackets."""
    parts, depth = [""], 0
    for sign in values:
        depth += (sign in "[(") - (sign in ")]")
        if sign == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += sign
    return parts


def _value(field: str, text: str, model: str, word: str) -> Any:
    if field == MODEL:
        return text
    if field != SIZE:
        return read_value(text, model, field, f"--vary '{word}'")
    if not text.isdigit():
        raise InputError(f"Got --vary '{word}'; expected numbers of training items.")
    return int(text)


def _keys(setting: Setting) -> list[tuple[str, Any]]:
    """Tell settings apart by what their classifiers start from, not by how it was said."""
    data = setting.dataset
    return [
        (data.split_sha256, (spec.model, decisive(data, start(data, spec, 1))))
        for spec in setting.specs
    ]


def _run_all(
    settings: Sequence[Setting], changes: Sequence[Change | None], place: Place
) -> list[list[Any]]:
    """Make the runs of every setting, the base first; all are checked before the first is run."""
    for setting in settings:
        for spec in setting.specs:
            check(setting.dataset, spec)
    base = settings[0]
    total = len(base.specs) * len({id(setting) for setting in settings})
    runs: dict[int, list[Any]] = {}
    number = 0
    for setting, change in zip(settings, changes, strict=True):
        if id(setting) in runs:
            continue
        where = place if setting is base else replace(place, purpose="ablation")
        what = "the base" if change is None else f"{change.field}={change.text}"
        runs[id(setting)] = []
        for spec in setting.specs:
            number += 1
            name = setting.dataset.name
            say(f"[{number}/{total}] {spec.name} on {name}, {what}, seed {spec.seed}")
            runs[id(setting)].append(make_isolated(setting.dataset, spec, where))
    return [runs[id(setting)] for setting in settings]


def _summary(numbers: dict[str, Any], page: Path, made: Sequence[list[Any]]) -> dict[str, Any]:
    kept = "on_validation on_test cost best_epoch last_epoch last_validation runs".split()
    told = [*kept, "field", "value", "is_base", "difference", "low", "high", "p", "holm_p"]
    told += ["instead_of", "besides"]
    records = {run.record["run"]: run.record for runs in made for run in runs}
    return {
        "report": page.as_posix(),
        **{name: numbers[name] for name in ("model", "metric", "seeds", "settings", "n")},
        "base": {name: numbers["base"][name] for name in kept},
        "changes": [{name: row.get(name) for name in told} for row in numbers["changes"]],
        "runs": list(records.values()),
    }

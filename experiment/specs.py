"""From options to specs: one for each model and seed, with what each model can follow."""

from collections.abc import Mapping, Sequence
from typing import Any

from worthit.core.errors import InputError
from worthit.experiment.models import find, new_classifier
from worthit.experiment.spec import Spec

__all__ = ["make_specs"]

BASELINE_TRIALS = 30
PENALTIES = ("auto", "l1", "l2", "elasticnet")
BALANCES = ("auto", "none", "weights", "oversample", "undersample", "smote")


def make_specs(
    models: Sequence[str],
    settings: Mapping[str, Mapping[str, Any]],
    *,
    trials: int | None,
    time_limit: float | None,
    metric: str,
    balance: str,
    penalty: str,
    seeds: Sequence[int],
    outer_folds: int = 0,
    outer_seed: int = 0,
) -> list[Spec]:
    """Turn options into one spec for each model and seed, seeds of a model together.

    Raises
    ------
    InputError
        If an option has no such value, or no model follows it.
    """
    _check_choice("--penalty", penalty, PENALTIES)
    _check_choice("--balance", balance, BALANCES)
    wished = {
        field: value
        for field, value in (("penalty", penalty), ("balance", balance))
        if value != "auto"
    }
    fresh = {model: new_classifier(model, {}, 0, 1) for model in models}
    floors = [model for model in models if fresh[model].family == "floor"]  # which follow none
    fields = {model: {} if model in floors else fresh[model].get_params() for model in models}
    for field, value in wished.items():
        if not any(field in each for each in fields.values()):
            raise InputError(
                f"Got --{field} {value}, but {' and '.join(models)} "
                f"{'has' if len(models) == 1 else 'have'} no {field} to choose; "
                f"leave out --{field}."
            )
    specs = []
    for model in models:
        own = dict(settings.get(model, {}))
        own |= {field: value for field, value in wished.items() if field in fields[model]}
        default = BASELINE_TRIALS if find(model).family == "baseline" else 0
        n_trials = default if trials is None else trials
        if n_trials > 0 and not fresh[model].search_space():
            n_trials = 0  # there is nothing to search, so every budget is the same run
        specs += [
            Spec(
                model=model,
                settings=own,
                trials=n_trials,
                time_limit=time_limit,
                metric=metric,
                seed=seed,
                outer_folds=outer_folds,
                outer_seed=outer_seed if outer_folds else 0,
            )
            for seed in seeds
        ]
    return specs


def _check_choice(option: str, value: str, choices: Sequence[str]) -> None:
    if value not in choices:
        raise InputError(f"Got {option} {value}; choose one of {', '.join(choices)}.")

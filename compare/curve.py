"""Numbers of a learning curve: scores by size, where two cross, what more data would bring."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from worthit.compare.alignment import align
from worthit.compare.bootstrap import RESAMPLES, SEED, bootstrap, draw_counts, interval
from worthit.compare.metrics import metric_values
from worthit.compare.power_law import (
    MIN_SIZES,
    REACH,
    PowerLaw,
    doubt_of,
    fit_power_law,
    times_to_cross,
)
from worthit.compare.refusal import refusal_of
from worthit.compare.run import Run
from worthit.compare.units import Units, units_of

__all__ = ["crossing", "curve_numbers"]

FITS = 1000  # resamples that a curve is fitted to
FEWER = 2000  # resamples at sizes that no other section states: four more sizes take their time
TAILS = (0.025, 0.975)


def curve_numbers(
    models: Mapping[str, Sequence[Run]],
    parts: Sequence[Run],
    reference: str,
    metric: str,
    wish: float | None,
) -> dict[str, Any] | None:
    """Measure every model at every size.

    Parameters
    ----------
    models : mapping of str to sequence of Run
        Runs on all training items, one for each seed.
    parts : sequence of Run
        Runs on parts of them, tested on the same items.
    reference : str
        The baseline.
    metric : str
        The chosen metric.
    wish : float, optional
        A score to reach, as a fraction of 1; the highest one here unless told.

    Returns
    -------
    dict or None
        None where the baseline and another model have no size below the whole in common. A model
        that lacks a size or a seed is left out.
    """
    by_size = _by_size(models, parts, reference)
    if len(by_size) < 2:
        return None
    names = list(by_size[-1][1])
    points = [
        _point(n, runs, reference, metric, RESAMPLES if n == by_size[-1][0] else FEWER)
        for n, runs in by_size
    ]
    sizes = np.array([point["n"] for point in points])
    last = points[-1]["models"]
    best = max(last.values(), key=lambda each: each["value"])["value"]
    goal = best if wish is None else wish
    units, values = _resampled([by_name for _, by_name in by_size], metric)
    refusal = points[-1]["refusal"]
    rows = [{name: points[i]["models"][name]["value"] for name in names} for i in range(len(sizes))]
    scores = {name: np.array([row[name] for row in rows]) for name in names}
    laws = {name: _laws(sizes, scores[name], values[name]) for name in names}
    fits = {name: _fit(sizes, scores[name], laws[name], goal) for name in names}
    crossings = {
        name: crossing(sizes, [point["differences"][name] for point in points])
        for name in names
        if name != reference
    }
    for name, found in crossings.items():
        found["beyond"] = _beyond(int(sizes[-1]), found, laws, fits, reference, name)
    made = [run for _, by_name in by_size[:-1] for runs in by_name.values() for run in runs]
    return {
        "metric": metric,
        "baseline": reference,
        "models": names,
        "n": len(by_size[0][1][reference][0].predictions),
        "points": points,
        "refusal": refusal,
        "crossings": crossings,
        "wish": goal,
        "wish_told": wish is not None,
        "fits": fits,
        "fits_resamples": FITS,
        "trials": {name: by_size[-1][1][name][0].record["cost"].get("trials") for name in names},
        "n_seeds": len(by_size[-1][1][reference]),
        "n_runs": len(made),
        "seconds": sum(_seconds(run.record["cost"]) for run in made),
        "looks": max((run.record.get("looks") or 0 for run in made), default=0),
        "n_units": units.total,
    }


def _seconds(cost: Mapping[str, Any]) -> float:
    """Return what a run took; of one that was interrupted, its tuning and training."""
    return cost.get("wall_seconds") or sum(
        cost.get(name) or 0.0 for name in ("tune_seconds", "fit_seconds")
    )


def crossing(sizes: np.ndarray, differences: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Find the first size at which a difference changes its sign, on a straight line in log n.

    Parameters
    ----------
    sizes : numpy.ndarray of shape (m,)
        Growing.
    differences : sequence of mappings
        ``difference``, ``low`` and ``high`` at each size.

    Returns
    -------
    dict
        ``n``, and ``low`` and ``high``, the sizes it lies between; None where there is none.
        ``changes``, how often the sign changes; ``sure``, whether the intervals on both sides of
        the crossing exclude a tie; ``ties``, at how many sizes an interval includes 0; ``ahead``,
        the sign at the first size that has one.
    """
    signed = [(i, np.sign(d["difference"])) for i, d in enumerate(differences) if d["difference"]]
    turns = [
        (i, j) for (i, one), (j, other) in zip(signed, signed[1:], strict=False) if one != other
    ]
    found = {
        "changes": len(turns),
        "ahead": int(signed[0][1]) if signed else 0,
        "ties": sum(each["low"] is not None and not _excludes_zero(each) for each in differences),
    }
    if not turns:
        return {"n": None, "low": int(sizes[0]), "high": int(sizes[-1]), "sure": False, **found}
    i, j = turns[0]
    if j > i + 1:  # equal in between: that is where they meet
        at = float(sizes[i + 1])
    else:
        one, other = (differences[k]["difference"] for k in (i, j))
        share = one / (one - other)
        at = float(np.exp((1 - share) * np.log(sizes[i]) + share * np.log(sizes[j])))
    sure = all(_excludes_zero(differences[k]) for k in (i, j))
    return {"n": at, "low": int(sizes[i]), "high": int(sizes[j]), "sure": sure, **found}


def _excludes_zero(difference: Mapping[str, Any]) -> bool:
    low, high = difference["low"], difference["high"]
    return low is not None and (low > 0 or high < 0)


def _by_size(
    models: Mapping[str, Sequence[Run]], parts: Sequence[Run], reference: str
) -> list[tuple[tuple[int, int], dict[str, list[Run]]]]:
    """Arrange runs by size, then model, seeds in order; only what is complete."""
    found: dict[tuple[int, int], dict[str, dict[int | None, Run]]] = {}
    for run in parts:
        found.setdefault(_size(run), {}).setdefault(run.model, {})[run.seed] = run
    seeds = {name: [run.seed for run in runs] for name, runs in models.items()}

    def complete(name: str, size: tuple[int, int]) -> bool:
        return set(seeds[name]) <= set(found[size].get(name, {}))

    sizes = sorted(size for size in found if complete(reference, size))
    names = [name for name in models if all(complete(name, size) for size in sizes)]
    if not sizes or len(names) < 2:
        return []
    rows = [
        (size, {name: [found[size][name][seed] for seed in seeds[name]] for name in names})
        for size in sizes
    ]
    whole = {name: list(models[name]) for name in names}
    return [*rows, (_size(whole[reference][0]), whole)]


def _size(run: Run) -> tuple[int, int]:
    sizes = run.record["dataset"]["sizes"]
    return sizes["train"], sizes["validation"]


def _point(
    size: tuple[int, int],
    runs: Mapping[str, Sequence[Run]],
    reference: str,
    metric: str,
    resamples: int,
) -> dict[str, Any]:
    models, differences, refusal = {}, {}, None
    for name, own in runs.items():
        value, low, high, refusal = _measured([own], metric, resamples)
        models[name] = {"value": value, "low": low, "high": high}
        if name != reference:
            value, low, high, _ = _measured([runs[reference], own], metric, resamples)
            differences[name] = {"difference": value, "low": low, "high": high}
    return {
        "n": sum(size), "n_train": size[0], "n_validation": size[1], "models": models,
        "differences": differences, "refusal": refusal,
    }  # fmt: skip


def _measured(
    sides: Sequence[Sequence[Run]], metric: str, resamples: int
) -> tuple[float, float | None, float | None, dict[str, Any] | None]:
    """Resample a score, or the second side's score minus the first's."""
    runs = [run for side in sides for run in side]
    aligned = align(runs)
    positive = None if runs[0].positive is None else aligned.classes.index(runs[0].positive)
    first, both = list(range(len(sides[0]))), list(range(len(runs)))
    places = (first, both[len(first) :]) if len(sides) > 1 else first
    units = units_of(aligned)
    samples, _ = bootstrap(units, places, metric, positive, n_resamples=resamples)
    refusal = refusal_of(aligned, metric, positive, places)
    low, high = (None, None) if refusal else interval(samples)
    return samples.observed, low, high, refusal


def _resampled(
    rows: Sequence[Mapping[str, Sequence[Run]]], metric: str
) -> tuple[Units, dict[str, np.ndarray]]:
    """Resample the test set for all sizes and models at once: (FITS, sizes) of each model.

    A hard test set is hard at every size, so the resampled curves move as a whole.
    """
    runs = [run for row in rows for own in row.values() for run in own]
    aligned = align(runs)
    positive = None if runs[0].positive is None else aligned.classes.index(runs[0].positive)
    units, rng = units_of(aligned), np.random.default_rng(SEED)
    chunks = []
    for _ in range(FITS // 100):
        totals = units.totals(draw_counts(units.weights, 100, rng))
        support = np.broadcast_to(totals.support, totals.hits.shape)
        chunks.append(metric_values(metric, totals.hits, totals.predicted, support, positive))
    values = np.concatenate(chunks)  # (FITS, runs)
    places = iter(range(len(runs)))
    by_row = [
        {name: values[:, [next(places) for _ in own]].mean(axis=1) for name, own in row.items()}
        for row in rows
    ]
    return units, {name: np.stack([row[name] for row in by_row], axis=1) for name in rows[0]}


def _laws(
    sizes: np.ndarray, scores: np.ndarray, resampled: np.ndarray
) -> tuple[PowerLaw, PowerLaw] | None:
    """Fit a power law to the scores and to the resampled ones; None with too few sizes."""
    if len(sizes) < MIN_SIZES:
        return None
    return fit_power_law(sizes, scores[None]), fit_power_law(sizes, resampled)


def _fit(
    sizes: np.ndarray, scores: np.ndarray, laws: tuple[PowerLaw, PowerLaw] | None, wish: float
) -> dict[str, Any]:
    """Ask a power law for the wished score; where it cannot be relied on, say why."""
    reached = [int(n) for n, score in zip(sizes, scores, strict=True) if score >= wish]
    found: dict[str, Any] = {"reached": reached[0] if scores[-1] >= wish else None}
    if laws is None:
        return found | {"doubt": "few"}
    law, many = laws
    found |= {"a": law.a[0], "b": law.b[0], "c": law.c[0], "r2": law.r2[0]}
    found["doubt"] = doubt_of(len(sizes), law, many)
    if found["doubt"]:
        return found
    found["a_low"], found["a_high"] = np.quantile(many.a, TAILS)
    double = np.quantile(many.at(2) - many.at(1), TAILS)
    found["double"] = {
        "n": 2 * int(sizes[-1]),
        "gain": law.at(2)[0] - law.at(1)[0],
        "low": double[0],
        "high": double[1],
    }
    if found["reached"] is None:
        found["needed"] = _needed(int(sizes[-1]), law.times_for(wish)[0], many.times_for(wish))
    return found


def _beyond(
    n: int,
    found: dict[str, Any],
    laws: dict[str, tuple[PowerLaw, PowerLaw] | None],
    fits: dict[str, dict[str, Any]],
    reference: str,
    name: str,
) -> dict[str, Any] | None:
    """Say where two curves that do not cross would do so with more data, or whose fit forbids it.

    None where they cross, or are level at every size.
    """
    if found["n"] is not None or not found["ahead"]:
        return None
    doubted = next((each for each in (reference, name) if fits[each]["doubt"]), None)
    one, other = laws[reference], laws[name]
    if doubted or one is None or other is None:
        return {"doubted": doubted}
    pairs = zip(one, other, strict=True)
    times, many = (times_to_cross(*pair, found["ahead"]) for pair in pairs)
    return {"doubted": None, **_needed(n, times[0], many)}


def _needed(n: int, times: float, resampled: np.ndarray) -> dict[str, Any]:
    """Say how many items that takes; beyond ten times the data nothing is said (None)."""
    low, high = np.quantile(resampled, TAILS, method="nearest")  # infinities are not averaged
    known = [n * value if value <= REACH else None for value in (times, low, high)]
    return {**dict(zip(("n", "low", "high"), known, strict=True)), "limit": REACH * n}

"""Numbers about one pairing: a baseline and one other model on the same test items."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from worthit.compare.alarms import pairing_alarms
from worthit.compare.alignment import Aligned, align
from worthit.compare.bootstrap import RESAMPLES, Samples, bootstrap, interval
from worthit.compare.metrics import METRICS
from worthit.compare.over_seeds import over_seeds
from worthit.compare.prices import prices
from worthit.compare.randomisation import DRAWS, Randomised, randomisation
from worthit.compare.refusal import FEW_ITEMS, refusal_of, refused_classes
from worthit.compare.run import Run
from worthit.compare.significance import chances, mcnemar_p, minimum_detectable, to_settle
from worthit.compare.stochastic_order import MIN_SEEDS, order_bound
from worthit.compare.units import units_of
from worthit.compare.verdict import Limits, judge

__all__ = ["Measured", "measure", "pairing_numbers"]


@dataclass(frozen=True, eq=False)
class Measured:
    """What the test items say about a pairing, before Holm and the verdict.

    Attributes
    ----------
    aligned : Aligned
        The runs of both models.
    sides : tuple of two lists of int
        Which runs are the baseline's and which the model's.
    difference : Samples
        Of the chosen metric.
    per_class : list of Samples
        Of the F1 of each class.
    test : Randomised
        Paired randomisation test.
    refusal : dict or None
        Why there is no interval.
    """

    aligned: Aligned
    sides: tuple[list[int], list[int]]
    difference: Samples
    per_class: list[Samples]
    test: Randomised
    refusal: dict[str, Any] | None

    @property
    def interval(self) -> tuple[float | None, float | None]:
        """The 95 % interval of the difference; None twice where it is refused."""
        return (None, None) if self.refusal else interval(self.difference)

    @property
    def p(self) -> float:
        """Of the randomisation test."""
        return self.test.p


def measure(baseline: Sequence[Run], model: Sequence[Run], metric: str) -> Measured:
    """Align the runs of two models, resample and test.

    Parameters
    ----------
    baseline, model : sequence of Run
        The runs of each, one per seed.
    metric : str
        The chosen metric.
    """
    aligned, sides, positive = _prepare(baseline, model)
    units = units_of(aligned)
    difference, per_class = bootstrap(units, sides, metric, positive)
    test = randomisation(units, sides, metric, positive)
    refusal = refusal_of(aligned, metric, positive, sides)
    return Measured(aligned, sides, difference, per_class, test, refusal)


def _prepare(
    first: Sequence[Run], second: Sequence[Run]
) -> tuple[Aligned, tuple[list[int], list[int]], int | None]:
    aligned = align([*first, *second])
    n, n_all = len(first), len(first) + len(second)
    label = first[0].positive
    positive = None if label is None else aligned.classes.index(label)
    return aligned, (list(range(n)), list(range(n, n_all))), positive


def pairing_numbers(
    measured: Measured,
    baseline: dict[str, Any],
    model: dict[str, Any],
    holm_p: float,
    n_pairings: int,
    margin: float,
    limits: Limits,
    by_tuned: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Collect what the report says about a pairing.

    Parameters
    ----------
    measured : Measured
        From :func:`measure`.
    baseline, model : dict
        From :func:`~worthit.compare.model.model_numbers`.
    holm_p : float
        p after Holm over all pairings.
    n_pairings : int
        Size of Holm's family.
    margin : float
        The practical difference.
    limits : Limits
        The reader's limits.
    by_tuned : dict, optional
        The verdict by the metric that the models were tuned for, where another one judges.
    """
    aligned, samples = measured.aligned, measured.difference
    low, high = measured.interval
    checks = limits.check(model["cost"])
    verdict = judge(samples.observed, low, high, holm_p, margin, checks)
    without = judge(samples.observed, low, high, holm_p, margin)
    null_sd = _null_sd(measured)
    n_seeds = max(len(side) for side in measured.sides)
    settle = to_settle(
        samples.observed, margin, samples.items_se, samples.seeds_se,
        len(aligned.ids), n_seeds, n_pairings, null_sd / samples.se if samples.se else 1.0,
    )  # fmt: skip
    both_right = _who_is_right(aligned, measured.sides)
    numbers = {
        "baseline": baseline["model"],
        "model": model["model"],
        "baseline_slug": baseline["slug"],
        "slug": f"{baseline['slug']}-vs-{model['slug']}",
        "metric": model["metric"],
        "margin": margin,
        "n": len(aligned.ids),
        "n_groups": aligned.n_groups,
        "n_seeds": [len(side) for side in measured.sides],
        "difference": samples.observed,
        "low": low,
        "high": high,
        "refusal": measured.refusal,
        "pseudo_items": samples.pseudo_items,
        "se": samples.se,
        "items_se": samples.items_se,
        "seeds_se": samples.seeds_se,
        "p": measured.p,
        "null_sd": null_sd,
        "draws": DRAWS,
        "resamples": RESAMPLES,
        "over_seeds": over_seeds(*_by_seed(baseline, model)),
        "order": _order(baseline, model),
        "holm_p": holm_p,
        "n_pairings": n_pairings,
        "mcnemar_p": mcnemar_p(both_right["baseline"], both_right["model"]),
        "minimum_detectable": minimum_detectable(samples.se, null_sd),
        "verdict": verdict.verdict,
        "reason": verdict.reason,
        "broken": list(verdict.broken),
        "verdict_without_limits": without.verdict,
        "reason_without_limits": without.reason,
        "by_tuned": by_tuned,
        "checks": [{**asdict(check), "holds": check.holds} for check in checks],
        "to_settle": asdict(settle),
        "metrics": _side_by_side(baseline["scores"], model["scores"]),
        "classes": _classes(measured, baseline["scores"], model["scores"]),
        "who_is_right": both_right,
        "chances": [
            {
                "true": share * margin,
                **chances(samples.se, margin, share * margin, n_pairings, null_sd),
            }
            for share in (0, 0.5, 1, 2)
        ],
        "extra_cost": _extra_cost(baseline["cost"], model["cost"]),
        "prices": prices(
            baseline["cost"],
            model["cost"],
            model["scores"]["accuracy"] - baseline["scores"]["accuracy"],
            limits.price_per_hour,
        ),
    }
    return {**numbers, "alarms": pairing_alarms(baseline, model, numbers)}


def _order(baseline: dict[str, Any], model: dict[str, Any]) -> dict[str, float] | None:
    """Bound how far each side is from being better as a whole, from five seeds of both up."""
    ours, theirs = _by_seed(baseline, model)
    if min(len(ours), len(theirs)) < MIN_SEEDS:
        return None
    return {"model": order_bound(theirs, ours), "baseline": order_bound(ours, theirs)}


def _by_seed(baseline: dict[str, Any], model: dict[str, Any]) -> tuple[list[float], list[float]]:
    """Return the chosen metric of every seed of either side."""
    metric = model["metric"]
    ours, theirs = (
        [scores[metric] for scores in each["scores_by_seed"]] for each in (baseline, model)
    )
    return ours, theirs


def _side_by_side(baseline: dict[str, Any], model: dict[str, Any]) -> dict[str, Any]:
    names = [name for name in METRICS if name in baseline and name in model]
    return {
        name: {
            "baseline": baseline[name],
            "model": model[name],
            "difference": model[name] - baseline[name],
        }
        for name in names
    }


def _classes(
    measured: Measured, baseline: dict[str, Any], model: dict[str, Any]
) -> list[dict[str, Any]]:
    rows = []
    refused = refused_classes(measured.aligned, measured.sides)
    for place, label in enumerate(measured.aligned.classes):
        samples = measured.per_class[place]
        low, high = (None, None) if refused[place] else interval(samples)
        one, other = baseline["per_class"][label], model["per_class"][label]
        rows.append(
            {
                "label": label,
                "support": one["support"],
                "few": one["support"] < FEW_ITEMS,
                "baseline": {name: one[name] for name in ("precision", "recall", "f1")},
                "model": {name: other[name] for name in ("precision", "recall", "f1")},
                "difference": samples.observed,
                "low": low,
                "high": high,
                "pseudo_items": samples.pseudo_items,
            }
        )
    return rows


def _null_sd(measured: Measured) -> float:
    """Return the spread of the test's draws, less what the observed difference itself adds to it.

    Flipping the signs of n differences spreads their mean by its standard error and, in squares,
    by mean^2 / n: a test set with hardly a difference would not have the latter.
    """
    n_units = measured.aligned.n_groups or len(measured.aligned.ids)
    own = measured.difference.observed**2 / n_units
    return float(np.sqrt(max(measured.test.sd**2 - own, 0.0)))


def _who_is_right(aligned: Aligned, sides: tuple[list[int], list[int]]) -> dict[str, int]:
    """Count the 2 x 2 table of the first seeds."""
    one, other = (aligned.answers[side[0]] == aligned.truth for side in sides)
    return {
        "both": int(np.sum(one & other)),
        "baseline": int(np.sum(one & ~other)),
        "model": int(np.sum(~one & other)),
        "neither": int(np.sum(~one & ~other)),
    }


def _extra_cost(baseline: dict[str, Any], model: dict[str, Any]) -> dict[str, float | None]:
    """Subtract the costs that both sides know."""

    def extra(*names: str) -> float | None:
        sides = [[cost.get(name) for name in names] for cost in (baseline, model)]
        known = [[value for value in side if value is not None] for side in sides]
        return sum(known[1]) - sum(known[0]) if all(known) else None

    return {
        "train_seconds": extra("tune_seconds", "fit_seconds"),
        "ms_per_item": extra("ms_per_item"),
        "peak_memory_mb": extra("peak_memory_mb"),
    }

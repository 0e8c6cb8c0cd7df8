"""What a pairing says of its data: scores without leaked items, and suspected label errors."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from worthit.compare.alignment import Aligned, align
from worthit.compare.bootstrap import bootstrap, interval
from worthit.compare.metrics import metric_values
from worthit.compare.refusal import refusal_of
from worthit.compare.run import Run
from worthit.compare.suspects import suspect_numbers
from worthit.compare.units import units_of

__all__ = ["health_numbers"]


def health_numbers(
    baseline: Sequence[Run],
    model: Sequence[Run],
    metric: str,
    positive: str | None,
    examples: bool,
) -> dict[str, Any]:
    """Collect the numbers of the section about the data's health.

    Parameters
    ----------
    baseline, model : sequence of Run
        The runs of each, one per seed.
    metric : str
        The chosen metric.
    positive : str, optional
        The positive class.
    examples : bool
        Whether texts may be kept.

    Returns
    -------
    dict
        ``clean``: scores of both and the difference without the leaked items, and without those
        nearly leaked as well, as far as there are any; ``suspects``, see
        :func:`~worthit.compare.suspects.suspect_numbers`.
    """
    aligned = align([*baseline, *model])
    sides = (list(range(len(baseline))), list(range(len(baseline), len(aligned.answers))))
    place = None if positive is None else aligned.classes.index(positive)
    runs = [*baseline, *model]
    leaked = next((run.leaked for run in runs if len(run.leaked)), pd.Index([]))
    near = next((run.nearly_leaked for run in runs if len(run.nearly_leaked)), pd.Index([]))
    looks = [("leaked", leaked)] if len(leaked) else []
    looks += [("near", leaked.union(near))] if len(near) else []
    clean = []
    for name, left_out in looks:
        rest = aligned.take(~np.isin(np.asarray(aligned.ids, dtype=object), list(left_out)))
        if len(rest.ids):
            row = {"without": name, "left_out": len(left_out)}
            clean.append(row | _scores(rest, sides, metric, place))
    return {"clean": clean, "suspects": suspect_numbers(baseline[0], model[0], examples)}


def _scores(
    rest: Aligned, sides: tuple[list[int], list[int]], metric: str, positive: int | None
) -> dict[str, Any]:
    units = units_of(rest)
    totals = units.observed()
    support = np.broadcast_to(totals.support, totals.hits.shape)
    scores = metric_values(metric, totals.hits, totals.predicted, support, positive)[0]
    samples, _ = bootstrap(units, sides, metric, positive)
    refused = refusal_of(rest, metric, positive, sides) is not None
    low, high = (None, None) if refused else interval(samples)
    return {
        "n": len(rest.ids),
        "baseline": float(scores[sides[0]].mean()),
        "model": float(scores[sides[1]].mean()),
        "difference": samples.observed,
        "low": low,
        "high": high,
    }

"""What a pairing's later sections state, each from its own module."""

from collections.abc import Sequence
from typing import Any

from worthit.compare.differ import differ_numbers
from worthit.compare.health import health_numbers
from worthit.compare.run import Run
from worthit.compare.slices import slice_numbers
from worthit.compare.together import together_numbers

__all__ = ["pairing_sections"]


def pairing_sections(
    baseline: Sequence[Run], model: Sequence[Run], metric: str, margin: float, examples: bool
) -> dict[str, Any]:
    """Collect the numbers of the sections that look at single items.

    Parameters
    ----------
    baseline, model : sequence of Run
        The runs of each, one per seed.
    metric : str
        The chosen metric.
    margin : float
        The difference that matters, as a fraction.
    examples : bool
        Whether texts may be quoted.
    """
    one, other = baseline[0], model[0]
    return {
        "differ": differ_numbers(one, other, examples),
        "slices": slice_numbers(baseline, model, metric, one.positive),
        "health": health_numbers(baseline, model, metric, one.positive, examples),
        "together": together_numbers(one, other, metric, one.positive, margin),
    }

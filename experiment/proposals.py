"""Which point a search tries next, where that does not take a sampler.

First the untuned default, then the classifier's own strong starts, then, whenever a trial has
become the best, its neighbours: the same point with a value such as C a step larger and smaller,
then half a step; then with one other field turned at a time. A sampler needs many trials to find
such values by chance. The answer depends on the trials so far and on nothing else, so a search that
was killed and repeated proposes what it would have proposed.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from optuna.distributions import BaseDistribution

__all__ = ["propose"]

Point = dict[str, Any]


def propose(
    classifier: Any,
    space: Mapping[str, BaseDistribution],
    tried: Sequence[Point],
    best: Point | None,
) -> Point | None:
    """Return the next point to try, or None to ask the sampler.

    Parameters
    ----------
    classifier : classifier
        With its default fields. ``starts``, if it has them, lists points as changes to these;
        ``steps`` says by which factor the neighbours of a field's best value differ; ``turns``
        lists single changes to the best point.
    space : mapping of str to distribution
        The fields being searched.
    tried : sequence of dict
        Points of all trials so far, running ones included.
    best : dict or None
        The best point so far.

    Returns
    -------
    dict or None
        A value for each field of the space.
    """
    fields = classifier.get_params()
    default = {name: fields[name] for name in space}
    candidates = [default, *_changed(default, getattr(classifier, "starts", ()), space)]
    if best is not None:
        candidates.extend(_neighbours(best, getattr(classifier, "steps", {}), space))
        candidates.extend(_changed(best, getattr(classifier, "turns", ()), space))
    return next((point for point in candidates if not _seen(point, tried)), None)


def _changed(point: Point, changes: Iterable[Point], space: Mapping[str, Any]) -> Iterator[Point]:
    """Apply each change to a point; a field that the user fixed keeps the user's value."""
    for change in changes:
        yield point | {name: value for name, value in change.items() if name in space}


def _neighbours(
    best: Point, steps: Mapping[str, float], space: Mapping[str, BaseDistribution]
) -> Iterator[Point]:
    for name in sorted(steps.keys() & space.keys()):
        low, high = space[name].low, space[name].high  # type: ignore[attr-defined]
        for factor in (steps[name], math.sqrt(steps[name])):
            for value in (best[name] * factor, best[name] / factor):
                if low <= value <= high:
                    yield best | {name: value}


def _seen(point: Point, tried: Sequence[Point]) -> bool:
    return any(_same(point, other) for other in tried)


def _same(point: Point, other: Point) -> bool:
    """Tell whether two points agree, numbers to within a hundredth."""
    return point.keys() == other.keys() and all(
        math.isclose(value, other[name], rel_tol=0.01)
        if isinstance(value, float)
        else value == other[name]
        for name, value in point.items()
    )

"""What two models cost at a price per hour, and the volume of answers at which one pays off."""

from typing import Any

__all__ = ["VOLUMES", "per_million", "prices"]

VOLUMES = (10_000, 1_000_000, 100_000_000)
MS_PER_HOUR = 3_600_000


def prices(
    baseline: dict[str, Any],
    model: dict[str, Any],
    accuracy_gain: float,
    price_per_hour: float | None,
) -> dict[str, Any] | None:
    """Price training and answering, and say where the model becomes the cheaper or the better buy.

    Parameters
    ----------
    baseline, model : dict
        Costs of both sides, as in run.json.
    accuracy_gain : float
        Further right answers of the model for each answer, as a fraction of 1; may be negative.
    price_per_hour : float or None
        Price of an hour of the machine, in any currency.

    Returns
    -------
    dict or None
        ``per_hour``; ``training``, ``per_million`` (baseline, model); ``cheaper`` ("baseline"
        or "model") and ``break_even``, the number of answers from which it is, None where it is
        from the first one on; ``volumes``, for each number of answers the total
        prices and the price of a further right answer (None where there are none to buy);
        ``per_right``, that price when training no longer counts. None without a price, or where a
        time was not measured.

    Examples
    --------
    >>> slow = {"fit_seconds": 3600, "ms_per_item_batched": 1.0}
    >>> quick = {"fit_seconds": 0, "ms_per_item_batched": 3.0}
    >>> found = prices(quick, slow, 0.01, 2.0)  # 2 more to train, 2 ms less for each answer
    >>> round(found["break_even"]), found["cheaper"]
    (1800000, 'model')
    """
    sides = [_hours(cost) for cost in (baseline, model)]
    if price_per_hour is None or None in sides:
        return None
    (fit, answer), (model_fit, model_answer) = (
        (price_per_hour * fit, price_per_hour * answer) for fit, answer in filter(None, sides)
    )
    more_fit, more_answer = model_fit - fit, model_answer - answer
    crosses = more_fit * more_answer < 0
    return {
        "per_hour": price_per_hour,
        "training": [fit, model_fit],
        "per_million": [1e6 * answer, 1e6 * model_answer],
        "break_even": -more_fit / more_answer if crosses else None,
        "cheaper": "model" if (more_answer, more_fit) < (0, 0) else "baseline",
        "volumes": [
            {
                "answers": n,
                "baseline": fit + n * answer,
                "model": model_fit + n * model_answer,
                "per_right": _per_right(more_fit + n * more_answer, n * accuracy_gain),
            }
            for n in VOLUMES
        ],
        "per_right": _per_right(more_answer, accuracy_gain),
    }


def per_million(cost: dict[str, Any], price_per_hour: float | None) -> float | None:
    """Price a million answers, in batches where that was measured; None where it is not known."""
    ms = _ms(cost)
    return None if ms is None or price_per_hour is None else 1e6 * price_per_hour * ms / MS_PER_HOUR


def _hours(cost: dict[str, Any]) -> tuple[float, float] | None:
    """Return the hours of tuning and training, and those of one answer."""
    training = [
        cost[name] for name in ("tune_seconds", "fit_seconds") if cost.get(name) is not None
    ]
    ms = _ms(cost)
    if not training or ms is None:
        return None
    return sum(training) / 3600, ms / MS_PER_HOUR


def _ms(cost: dict[str, Any]) -> float | None:
    return cost.get("ms_per_item_batched") or cost.get("ms_per_item") or None


def _per_right(more: float, right: float) -> float | None:
    """Return what a further right answer costs; nothing is bought where there are none."""
    return max(more, 0.0) / right if right > 0 else None

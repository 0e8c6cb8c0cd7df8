"""What models cost in money, as a cell and as parts of a sentence."""

from decimal import Decimal
from typing import Any

__all__ = ["cheaper_phrase", "million_phrase", "money", "price_sentence"]


def money(price: float | None) -> str:
    """Show a price with three digits and without an exponent; the reader knows the currency."""
    return "-" if price is None else f"{Decimal(f'{price:.3g}'):,f}"


def million_phrase(prices: dict[str, Any], model: str) -> str:
    """Say what a million answers cost on either side.

    Parameters
    ----------
    prices : dict
        From :func:`~worthit.compare.prices.prices`.
    model : str
        The model's name in a sentence.
    """
    baseline, own = map(money, prices["per_million"])
    at = f"{prices['per_hour']:g} an hour"
    return f"at {at} a million answers of {model} cost {own} against {baseline}"


def cheaper_phrase(prices: dict[str, Any], baseline: str, model: str) -> str:
    """Say from how many answers on a side is the cheaper one."""
    cheaper = model if prices["cheaper"] == "model" else baseline
    if prices["break_even"] is None:
        return f"{cheaper} is the cheaper one at any number of answers"
    return f"from {prices['break_even']:,.0f} answers on {cheaper} is the cheaper one"


def price_sentence(prices: dict[str, Any] | None, baseline: str, model: str) -> str:
    """Say what the answers and the training cost, and which volume pays; empty without a price."""
    if not prices:
        return ""
    one, other = map(money, prices["training"])
    told = (
        f"{million_phrase(prices, model)}, tuning and training {other} against {one}; "
        f"{cheaper_phrase(prices, baseline, model)}"
    )
    if prices["per_right"]:
        told += f", and each further right answer costs {money(prices['per_right'])}"
    return f"{told[0].upper()}{told[1:]}."

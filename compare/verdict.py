"""The verdict: the rule of the protocol as one pure function, and the limits a reader may state."""

from dataclasses import dataclass

from worthit.compare.prices import per_million
from worthit.core.errors import InputError

__all__ = [
    "CANNOT_TELL",
    "NOT_WORTH_IT",
    "WORTH_IT",
    "Check",
    "Limits",
    "Verdict",
    "is_clear",
    "judge",
]

WORTH_IT = "worth it"
NOT_WORTH_IT = "not worth it"
CANNOT_TELL = "cannot tell"
LEVEL = 0.05


@dataclass(frozen=True)
class Limits:
    """What a reader can spend; None leaves a thing unlimited.

    Attributes
    ----------
    max_ms : float, optional
        Milliseconds to answer one item alone.
    max_train_minutes : float, optional
        Minutes to train once with the chosen parameters.
    price_per_hour : float, optional
        Price of an hour of the machine; it breaks nothing by itself, but the verdict then tells
        money, and ``max_price`` can be checked.
    max_price : float, optional
        Price of a million answers, in batches.
    """

    max_ms: float | None = None
    max_train_minutes: float | None = None
    price_per_hour: float | None = None
    max_price: float | None = None

    def __post_init__(self) -> None:
        for name in ("max_ms", "max_train_minutes", "price_per_hour", "max_price"):
            value = getattr(self, name)
            if value is not None and not value > 0:
                option = "--" + name.replace("_", "-")
                raise InputError(f"{option} is {value}; give a number above 0.")
        if self.max_price is not None and self.price_per_hour is None:
            raise InputError(
                f"Got --max-price {self.max_price:g} without a price of the machine; give "
                "--price-per-hour as well."
            )

    def check(self, cost: dict) -> tuple["Check", ...]:
        """Hold a model's cost against the limits.

        Parameters
        ----------
        cost : dict
            ``ms_per_item``, ``ms_per_item_batched`` and ``fit_seconds``; what is missing is not
            known.
        """
        ms, seconds = cost.get("ms_per_item"), cost.get("fit_seconds")
        minutes = None if seconds is None else seconds / 60
        stated = (
            ("max_ms", self.max_ms, ms),
            ("max_train_minutes", self.max_train_minutes, minutes),
            ("max_price", self.max_price, per_million(cost, self.price_per_hour)),
        )
        return tuple(
            Check(limit, allowed, measured)
            for limit, allowed, measured in stated
            if allowed is not None
        )


@dataclass(frozen=True)
class Check:
    """One limit and what was measured; ``measured`` is None where the cost is not known."""

    limit: str
    allowed: float
    measured: float | None

    @property
    def holds(self) -> bool | None:
        """Whether the limit holds; None where that cannot be said."""
        return None if self.measured is None else self.measured <= self.allowed


@dataclass(frozen=True)
class Verdict:
    """A verdict and the one reason that decided it.

    Attributes
    ----------
    verdict : str
        ``"worth it"``, ``"not worth it"`` or ``"cannot tell"``.
    reason : str
        ``gain``; ``limit``, ``baseline better``, ``no gain`` (below 0 by the interval alone),
        ``tie``, ``too small a gain``;
        ``no interval``, ``limit unknown``, ``below the margin``, ``holm``, ``noise``.
    broken : tuple of str
        Names of the limits that are broken.
    """

    verdict: str
    reason: str
    broken: tuple[str, ...] = ()


def judge(
    difference: float,
    low: float | None,
    high: float | None,
    holm_p: float,
    margin: float,
    checks: tuple[Check, ...] = (),
) -> Verdict:
    """Apply the protocol's rule.

    Parameters
    ----------
    difference : float
        Observed difference, neural minus baseline, as a fraction of 1.
    low, high : float or None
        Its 95 % interval; None where the protocol refuses one.
    holm_p : float
        The randomisation test's p after Holm.
    margin : float
        The practical difference.
    checks : tuple of Check
        The reader's limits. A broken one decides by itself: no score makes up for it.

    Returns
    -------
    Verdict
        Verdict and reason.

    Examples
    --------
    >>> judge(0.018, 0.011, 0.025, 0.001, 0.01).verdict
    'worth it'
    >>> judge(0.002, -0.004, 0.008, 0.6, 0.01).reason
    'tie'
    """
    broken = tuple(check.limit for check in checks if check.holds is False)
    if broken:
        return Verdict(NOT_WORTH_IT, "limit", broken)
    if low is None or high is None:
        return Verdict(CANNOT_TELL, "no interval")
    if high < margin:
        return Verdict(NOT_WORTH_IT, _why_not(low, high, holm_p, margin))
    if low <= 0:
        return Verdict(CANNOT_TELL, "noise")
    if difference < margin:
        return Verdict(CANNOT_TELL, "below the margin")
    if holm_p >= LEVEL:
        return Verdict(CANNOT_TELL, "holm")
    if any(check.holds is None for check in checks):
        return Verdict(CANNOT_TELL, "limit unknown")
    return Verdict(WORTH_IT, "gain")


def is_clear(low: float | None, high: float | None, holm_p: float) -> bool:
    """Tell whether two models differ beyond the noise: by the interval and by the test.

    The test takes the trained models as given. With several seeds only the interval knows that
    others of their kind would have scored otherwise; so neither speaks alone, and nothing is clear
    without an interval.

    Examples
    --------
    >>> is_clear(0.002, 0.01, 0.01), is_clear(-0.003, 0.02, 0.01), is_clear(None, None, 0.01)
    (True, False, False)
    """
    return low is not None and high is not None and (low > 0 or high < 0) and holm_p < LEVEL


def _why_not(low: float, high: float, holm_p: float, margin: float) -> str:
    if high < 0:
        return "baseline better" if is_clear(low, high, holm_p) else "no gain"
    return "tie" if low > -margin else "too small a gain"

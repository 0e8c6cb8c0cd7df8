"""Numbers as the reader sees them; the only place where numbers are rounded."""

from typing import Any

__all__ = [
    "adjusted_p", "as_long", "brief", "bytes_", "count", "duration", "first_seed_sentence",
    "interval", "is_faster", "items_phrase", "limit_name", "looks_sentence", "margin_points",
    "megabytes", "milliseconds", "minus", "p_value", "percent", "plural", "points", "rounded",
    "share", "short_hash", "signed", "span", "times",
]  # fmt: skip

UNKNOWN = "unknown"
ROUNDING = 1e-3  # of a draw
FASTER = 2 / 3  # of the time, from which on a ratio is easier to read the other way round


def points(fraction: float | None) -> str:
    """Show a score on 0-100 with two decimals."""
    return UNKNOWN if fraction is None else minus(f"{100 * fraction:.2f}")


def signed(fraction: float | None) -> str:
    """Show a difference in points, always with its sign."""
    return "" if fraction is None else minus(f"{100 * fraction:+.2f}")


def minus(shown: str) -> str:
    """Take the sign from a zero."""
    return shown.lstrip("+-") if not shown.strip("+-0.") else shown


def span(low: float | None, high: float | None, sign: bool = True) -> str:
    """Show an interval in points, without brackets."""
    if low is None or high is None:
        return "no interval"
    one = signed if sign else points
    return f"{one(low)} to {one(high)}"


def interval(value: float, low: float | None, high: float | None) -> str:
    """Show a difference with its interval."""
    inside = span(low, high)
    return f"{signed(value)} ({inside})"


def brief(value: Any) -> str:
    """Write a parameter's value, a fraction with four digits."""
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def p_value(p: float) -> str:
    """Show ``p = 0.0123`` or ``p < 0.0001``."""
    return "p < 0.0001" if p < 0.0001 else f"p = {p:.4f}"


def adjusted_p(p: float, n_tests: int, draws: int | None) -> str:
    """Show a p of Holm; as a bound where no draw of the test was as large as the difference.

    Parameters
    ----------
    p : float
        Adjusted.
    n_tests : int
        Size of Holm's family.
    draws : int or None
        Of each test; None in old reports, which do not tell.
    """
    if draws is None or p < 0.0001 or p > (n_tests + ROUNDING) / (1 + draws):
        return p_value(p)
    return f"p at most {p:.4f}"


def items_phrase(pairing: dict[str, Any]) -> str:
    """Say how many test items there are, and in how many groups."""
    groups = f" in {plural(pairing['n_groups'], 'group')}" if pairing["n_groups"] else ""
    return f"{plural(pairing['n'], 'item')}{groups}"


def margin_points(fraction: float) -> str:
    """Show a margin: ``1 point``, ``0.5 points``."""
    value = f"{100 * fraction:.4g}"
    return f"{value} point" if value == "1" else f"{value} points"


def count(number: float | None) -> str:
    """Show a whole number with thousands separated."""
    return UNKNOWN if number is None else f"{number:,.0f}"


def rounded(number: float) -> str:
    """Show a number that is only known roughly, with two significant digits."""
    return count(float(f"{number:.2g}"))


def plural(number: int, noun: str, many: str | None = None) -> str:
    """Show a number with its noun."""
    return f"{number:,} {noun if number == 1 else many or noun + 's'}"


def first_seed_sentence(pairing: dict[str, Any], what: str = "All of this is") -> str:
    """Say what is about the first seed of each model alone; nothing where there is no other."""
    return f"{what} about the first seed of each." if max(pairing["n_seeds"]) > 1 else ""


def looks_sentence(looks: int | None) -> str:
    """Say how often a test set was looked at, and what follows; nothing where not known."""
    if not looks:
        return ""
    if looks == 1:
        return " This test set has been looked at once so far."
    return (
        f" This test set has been looked at {plural(looks, 'time')} so far. Intervals and p do not "
        "allow for that: they are too hopeful about a model that was changed after such a look."
    )


def share(fraction: float) -> str:
    """Show a probability in percent with one decimal, never rounding to certainty."""
    return "over 99.9 %" if 0.9995 <= fraction < 1 else percent(fraction)


def percent(fraction: float) -> str:
    """Show a share in percent with one decimal; what is there is never shown as 0."""
    return "under 0.1 %" if 0 < fraction < 0.0005 else f"{100 * fraction:.1f} %"


def duration(seconds: float | None) -> str:
    """Show a time: 0.42 s, 17 s, 2 min 05 s, 3 h 20 min."""
    if seconds is None:
        return UNKNOWN
    if seconds < 9.95:
        return f"{seconds:.2g} s"
    if seconds < 99.5:
        return f"{seconds:.0f} s"
    if seconds < 3600:
        return f"{int(seconds // 60)} min {int(seconds % 60):02d} s"
    return f"{int(seconds // 3600)} h {int(seconds % 3600 // 60):02d} min"


def milliseconds(ms: float | None) -> str:
    """Show milliseconds with two or three significant digits."""
    if ms is None:
        return UNKNOWN
    return f"{ms:.2f} ms" if ms < 10 else f"{ms:.1f} ms" if ms < 100 else f"{ms:,.0f} ms"


def megabytes(mb: float | None) -> str:
    """Show memory given in MB."""
    return UNKNOWN if mb is None else bytes_(mb * 1e6)


def bytes_(n_bytes: float | None) -> str:
    """Show a size in kB, MB or GB (powers of ten)."""
    if n_bytes is None:
        return UNKNOWN
    for unit, size in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if n_bytes >= 0.95 * size:
            return (
                f"{n_bytes / size:.2f} {unit}" if unit == "GB" else f"{n_bytes / size:.1f} {unit}"
            )
    return f"{n_bytes:.0f} bytes"


def times(ratio: float | None) -> str:
    """Show a ratio: ``0.7 times``, ``240 times``."""
    if ratio is None:
        return ""
    return f"{_factor(ratio)} times"


def _factor(ratio: float) -> str:
    if ratio < 0.095:
        return f"{ratio:.2g}"
    return f"{ratio:.1f}" if ratio < 9.95 else f"{ratio:,.0f}"


def is_faster(ratio: float) -> bool:
    """Tell whether a time is so much shorter that it is told as a speed."""
    return ratio < FASTER


def as_long(ratio: float) -> str:
    """Compare times in words: ``5.0 times as long``, ``as long``, ``12 times as fast``."""
    if is_faster(ratio):
        return f"{times(1 / ratio)} as fast"
    return "as long" if 0.95 <= ratio <= 1.05 else f"{times(ratio)} as long"


def short_hash(digest: str | None) -> str:
    """Show the first 12 digits of a hash."""
    return UNKNOWN if not digest else f"`{digest[:12]}`"


def limit_name(limit: str) -> str:
    """Name a reader's limit as its option."""
    return "`--" + limit.replace("_", "-") + "`"

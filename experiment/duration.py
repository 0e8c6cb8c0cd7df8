"""Durations as people write them: 50m, 1h30m, 90s."""

import re

from worthit.core.errors import InputError

__all__ = ["parse_duration"]

SECONDS = {"h": 3600, "m": 60, "s": 1}


def parse_duration(text: str | None) -> float | None:
    """Turn a duration into seconds; None stays None.

    Parameters
    ----------
    text : str or None
        Like ``50m``, ``1h30m``, ``90s`` or ``90`` (seconds).

    Raises
    ------
    InputError
        If it is not of that form.

    Examples
    --------
    >>> parse_duration("1h30m")
    5400.0
    """
    if text is None:
        return None
    written = text.strip().lower()
    if re.fullmatch(r"\d+(\.\d+)?", written):
        return float(written)
    parts = re.findall(r"(\d+(?:\.\d+)?)([hms])", written)
    if not parts or "".join(number + unit for number, unit in parts) != written:
        raise InputError(f"Got a time limit of '{text}'; write it like 50m, 1h30m or 90s.")
    return float(sum(float(number) * SECONDS[unit] for number, unit in parts))

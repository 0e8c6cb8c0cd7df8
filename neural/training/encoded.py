"""Inputs as rows of token ids, and how much of a too long one is kept."""

from dataclasses import dataclass

import numpy as np

__all__ = ["Encoded", "room_for_each"]


@dataclass(frozen=True)
class Encoded:
    """Token ids of some inputs.

    Attributes
    ----------
    rows : list of numpy.ndarray
        One integer vector for each input, each of its own length, without padding.
    truncated_share : float
        Share of the inputs that did not fit and lost their ends.
    """

    rows: list[np.ndarray]
    truncated_share: float


def room_for_each(lengths: list[int], room: int) -> list[int]:
    """Say how many tokens each side keeps when together they must fit.

    The longest side is cut first, so a short hypothesis survives beside a long premise.

    Parameters
    ----------
    lengths : list of int
        Tokens of each side.
    room : int
        Tokens that all of them together may keep.

    Returns
    -------
    list of int
        Tokens kept of each side.

    Examples
    --------
    >>> room_for_each([100, 5], room=20), room_for_each([100, 50], room=20)
    ([15, 5], [10, 10])
    """
    if len(lengths) == 1:
        return [min(lengths[0], room)]
    first, second = lengths
    first = min(first, max(room - second, (room + 1) // 2))
    return [first, min(second, room - first)]

"""A padded batch in parts of like length: on a processor, padding costs as much as text does."""

from collections.abc import Callable

import numpy as np
import torch

__all__ = ["in_parts", "like_length"]

PART = 100  # tokens that could be read in the time that one more part takes
QUADRATIC = 512  # tokens at which attention takes as long as all the rest of a layer


def in_parts(
    read: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
    rows: torch.Tensor,
    lengths: torch.Tensor,
) -> torch.Tensor:
    """Read a padded batch, on a processor in parts that are each cut to their longest row.

    A graphics card gets the batch as it is: it is the faster the more it has at once.

    Parameters
    ----------
    read : callable
        Turns rows and their mask, bool (part, time), into vectors (part, width), each row by
        itself.
    rows : torch.Tensor
        (batch, time) or (batch, time, width), padded at the end.
    lengths : torch.Tensor
        Tokens of each row: int64, (batch,).

    Returns
    -------
    torch.Tensor
        (batch, width), in the order of the rows.
    """
    times = torch.arange(rows.shape[1], device=lengths.device)
    mask = times < lengths.unsqueeze(1)
    parts = like_length(lengths.numpy()) if lengths.device.type == "cpu" else []
    if len(parts) < 2:
        return read(rows, mask)
    found = []
    for part in parts:
        longest = int(lengths[part[0]])
        found.append(read(rows[part, :longest], mask[part, :longest]))
    return torch.cat(found)[np.argsort(np.concatenate(parts))]


def like_length(lengths: np.ndarray) -> list[np.ndarray]:
    """Choose the parts of a batch that take the least time: row numbers, the longest row first.

    A part of n rows and at most t tokens takes n * t * (1 + t / 512) of a token's time, and 100 for
    itself; the best cuts of the rows in order of length follow by dynamic programming.
    """
    order = np.argsort(-lengths, kind="stable")
    longest = lengths[order].astype(float)
    row = longest * (1 + longest / QUADRATIC)  # what each row costs in a part that it is first of
    n_rows = len(lengths)
    least = np.zeros(n_rows + 1)  # the cost of the first so many rows
    cut = np.zeros(n_rows + 1, dtype=int)  # where the last of their parts begins
    for end in range(1, n_rows + 1):
        costs = least[:end] + np.arange(end, 0, -1) * row[:end] + PART
        cut[end] = costs.argmin()
        least[end] = costs[cut[end]]
    parts = []
    end = n_rows
    while end:
        parts.append(order[cut[end] : end])
        end = cut[end]
    return parts[::-1]

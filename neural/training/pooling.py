"""From a vector per token to one per text; padding never counts."""

import torch
from torch import nn

__all__ = ["Pooling", "last", "pool", "pool_sides", "reverse_within"]


class Pooling(nn.Module):
    """Summarises texts, or the sides of pairs, in one or several ways at once.

    Parameters
    ----------
    how : str
        ``mean``, ``max``, ``attention`` (a mean weighted by a learned score of each token), or
        some of them joined by ``+``.
    width : int
        Length of a token's state.
    pairs : bool
        Whether texts have two sides, which are pooled apart and compared.
    """

    def __init__(self, how: str, width: int, *, pairs: bool) -> None:
        super().__init__()
        self.how, self.pairs = how, pairs
        self.n_outputs = width * len(how.split("+")) * (4 if pairs else 1)
        attentive = "attention" in how.split("+")
        self.score = (
            nn.Sequential(nn.Linear(width, width), nn.Tanh(), nn.Linear(width, 1, bias=False))
            if attentive
            else None
        )

    def forward(
        self, states: torch.Tensor, mask: torch.Tensor, second: torch.Tensor
    ) -> torch.Tensor:
        """Pool (batch, time, dim) to (batch, n_outputs); ``second`` marks the second sides."""
        scores = None if self.score is None else self.score(states).squeeze(-1)  # (batch, time)
        if self.pairs:
            return pool_sides(states, mask, second, self.how, scores)
        return pool(states, mask, self.how, scores)


def pool(
    states: torch.Tensor, mask: torch.Tensor, how: str, scores: torch.Tensor | None = None
) -> torch.Tensor:
    """Summarise each text's token states.

    Parameters
    ----------
    states : torch.Tensor
        (batch, time, dim).
    mask : torch.Tensor
        (batch, time), True where there is a token; a row without any gives zeros.
    how : str
        ``mean``, ``max``, ``attention`` or several side by side, such as ``max+mean``.
    scores : torch.Tensor, optional
        (batch, time), what ``attention`` weighs tokens by.

    Returns
    -------
    torch.Tensor
        (batch, dim), or (batch, 2 * dim) for ``max+mean``.
    """
    if "+" in how:
        return torch.cat([pool(states, mask, part, scores) for part in how.split("+")], dim=-1)
    if how == "attention":
        assert scores is not None
        lowest = torch.finfo(scores.dtype).min
        weights = scores.masked_fill(~mask, lowest).softmax(dim=1) * mask  # (batch, time)
        return (states * weights.unsqueeze(-1)).sum(dim=1)
    mask = mask.unsqueeze(-1)  # (batch, time, 1)
    counts = mask.sum(dim=1)  # (batch, 1)
    if how == "mean":
        return (states * mask).sum(dim=1) / counts.clamp(min=1)
    lowest = torch.finfo(states.dtype).min
    return states.masked_fill(~mask, lowest).amax(dim=1) * (counts > 0)


def pool_sides(
    states: torch.Tensor,
    mask: torch.Tensor,
    second: torch.Tensor,
    how: str,
    scores: torch.Tensor | None = None,
) -> torch.Tensor:
    """Summarise both sides of pairs and how they differ.

    With u and v for the two sides it is [u, v, |u - v|, u * v] (Mou et al., 2016).

    Parameters
    ----------
    states, mask, how, scores
        As for :func:`pool`.
    second : torch.Tensor
        (batch, time), True in the second side.

    Returns
    -------
    torch.Tensor
        (batch, 4 * dim), or (batch, 8 * dim) for ``max+mean``.
    """
    u, v = (pool(states, mask & side, how, scores) for side in (~second, second))
    return torch.cat([u, v, (u - v).abs(), u * v], dim=-1)


def last(states: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
    """Take the state at each text's last token: (batch, time, dim) to (batch, dim)."""
    rows = torch.arange(len(states), device=states.device)
    return states[rows, lengths - 1]


def reverse_within(states: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
    """Turn each text around within its own length, padding stays at the end.

    A recurrent network that reads the result has not seen padding before the text, so it needs
    no packed sequences, which cost more than the padding of batches grouped by length.
    """
    positions = torch.arange(states.shape[1], device=states.device)  # (time,)
    ends = lengths.unsqueeze(1)  # (batch, 1)
    sources = torch.where(positions < ends, ends - 1 - positions, positions)  # (batch, time)
    return states.gather(1, sources.unsqueeze(-1).expand_as(states))

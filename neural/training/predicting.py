"""Probabilities from a trained network, without the Trainer."""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import nn

from worthit.neural.training.batches import sorted_batches
from worthit.neural.training.device import computing
from worthit.neural.training.memory import RowsAtOnce

__all__ = ["probabilities"]


def probabilities(
    network: nn.Module,
    rows: Sequence[np.ndarray],
    collate: Callable[[Sequence[np.ndarray]], dict[str, torch.Tensor]],
    *,
    n_classes: int,
    batch_size: int,
    device: torch.device,
    dtype: torch.dtype,
    at_once: RowsAtOnce,
) -> np.ndarray:
    """Run the network over all rows, longest first, and give back their order.

    Where memory does not suffice for ``batch_size`` rows, fewer are taken at a time, which
    ``at_once`` remembers for the next call.

    Returns
    -------
    numpy.ndarray
        (rows, classes), float64; each row sums to 1.
    """
    found = np.empty((len(rows), n_classes))
    network.to(device).eval()

    def answer(part: dict[str, torch.Tensor]) -> torch.Tensor:
        return network(**{name: value.to(device) for name, value in part.items()}).cpu()

    with torch.inference_mode(), computing(device, dtype):
        for batch in sorted_batches(rows, batch_size):
            given = collate([rows[i] for i in batch])
            logits = torch.cat(at_once.take(given, answer))
            found[batch] = logits.double().softmax(dim=-1).numpy()
    return found

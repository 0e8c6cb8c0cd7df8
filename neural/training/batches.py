"""Batches that waste little on padding: rows of like length together, padded to their longest."""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch.utils.data import Dataset, Sampler

__all__ = ["Examples", "LengthGroupedSampler", "pad_rows", "pad_states", "sorted_batches"]

POOL = 50  # batches that are sorted together: longer pools pad less, shorter ones shuffle more


class Examples(Dataset):
    """Encoded inputs and their class numbers, as the training loop reads them.

    Parameters
    ----------
    rows : sequence of numpy.ndarray
        The encoded inputs: token ids, or what a frozen body made of them.
    labels : numpy.ndarray
        Class numbers.
    lengths : numpy.ndarray, optional
        Tokens of each input; left out, the lengths of the rows.
    second : numpy.ndarray, optional
        Class numbers of an auxiliary task, -1 where there is none.
    """

    def __init__(
        self,
        rows: Sequence[np.ndarray],
        labels: np.ndarray,
        lengths: np.ndarray | None = None,
        second: np.ndarray | None = None,
    ) -> None:
        self.rows = rows
        self.labels = labels
        self.lengths = np.array([len(row) for row in rows]) if lengths is None else lengths
        self.second = second

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: int) -> tuple[np.ndarray, int, int]:
        """Return a row with its class numbers; for ``~index`` without them, as a filler."""
        if index < 0:
            return self.rows[~index], -1, -1
        second = -1 if self.second is None else self.second[index]
        return self.rows[index], self.labels[index], second

    def take(self, order: np.ndarray) -> "Examples":
        """Return the examples of these numbers, in this order."""
        second = None if self.second is None else self.second[order]
        rows = [self.rows[i] for i in order]
        return Examples(rows, self.labels[order], self.lengths[order], second)

    def sorted_by_length(self) -> "Examples":
        """Return the same examples, longest first, for an evaluation that pads least."""
        return self.take(np.argsort(-self.lengths, kind="stable"))


class LengthGroupedSampler(Sampler[int]):
    """Another order in each epoch, in which neighbours have about the same length.

    The order depends on the seed and the epoch alone, so training that was interrupted goes on
    with the very batches that it would have seen.

    Parameters
    ----------
    lengths : numpy.ndarray
        Tokens of each input.
    batch_size : int
        Rows in a batch.
    seed : int
        Seed of the shuffling.
    n_parts : int
        Devices that share each batch: their parts, all of one size, come one after the other. A
        part that is not full is filled up with ``~index``, which counts for nothing.
    """

    def __init__(self, lengths: np.ndarray, batch_size: int, seed: int, n_parts: int = 1) -> None:
        self.lengths = lengths
        self.batch_size = batch_size
        self.seed = seed
        self.n_parts = n_parts
        self.epoch = 0

    def __len__(self) -> int:
        if self.n_parts == 1:
            return len(self.lengths)
        n_batches = -(-len(self.lengths) // self.batch_size)
        return n_batches * self.n_parts * -(-self.batch_size // self.n_parts)

    def set_epoch(self, epoch: int) -> None:
        """Choose the epoch whose order comes next; the data loader calls it."""
        self.epoch = epoch

    def __iter__(self) -> Iterator[int]:
        generator = np.random.default_rng([self.seed, self.epoch])
        order = grouped_order(self.lengths, self.batch_size, generator)
        if self.n_parts > 1:
            order = dealt(order, self.batch_size, self.n_parts)
        return iter(order.tolist())


def grouped_order(
    lengths: np.ndarray, batch_size: int, generator: np.random.Generator
) -> np.ndarray:
    """Shuffle rows so that each run of ``batch_size`` of them has about the same length.

    Rows are shuffled, pools of 50 batches are sorted by length, and the batches shuffled again.
    The batch that is not full, if there is one, comes last.
    """
    shuffled = generator.permutation(len(lengths))
    size = POOL * batch_size
    pools = [shuffled[start : start + size] for start in range(0, len(shuffled), size)]
    ordered = np.concatenate([pool[np.argsort(-lengths[pool], kind="stable")] for pool in pools])
    n_full = len(ordered) // batch_size * batch_size
    full = ordered[:n_full].reshape(-1, batch_size)
    return np.concatenate([generator.permutation(full).ravel(), ordered[n_full:]])


def dealt(order: np.ndarray, batch_size: int, n_parts: int) -> np.ndarray:
    """Deal the rows of each batch to parts of one size, long and short ones alike."""
    size = -(-batch_size // n_parts)
    parts = []
    for start in range(0, len(order), batch_size):
        batch = order[start : start + batch_size]
        for number in range(n_parts):
            part = batch[number::n_parts]
            filler = np.full(size - len(part), ~batch[-1])
            parts += [part, filler]
    return np.concatenate(parts)


def sorted_batches(rows: Sequence[np.ndarray], batch_size: int) -> list[np.ndarray]:
    """Cut all rows, longest first, into batches of row numbers."""
    order = _longest_first(rows)
    return [order[start : start + batch_size] for start in range(0, len(order), batch_size)]


def pad_rows(rows: Sequence[np.ndarray], pad: int) -> torch.Tensor:
    """Stack rows of different lengths, filled up to the longest one.

    Returns
    -------
    torch.Tensor
        (batch, time), int64.
    """
    padded = np.full((len(rows), max(map(len, rows))), pad, dtype=np.int64)
    for place, row in zip(padded, rows, strict=True):
        place[: len(row)] = row
    return torch.from_numpy(padded)


def pad_states(rows: Sequence[np.ndarray]) -> torch.Tensor:
    """Stack rows of vectors, filled up with zeros to the longest one.

    Returns
    -------
    torch.Tensor
        (batch, time, width), float32.
    """
    padded = np.zeros((len(rows), max(map(len, rows)), rows[0].shape[1]), dtype=np.float32)
    for place, row in zip(padded, rows, strict=True):
        place[: len(row)] = row
    return torch.from_numpy(padded)


def _longest_first(rows: Sequence[np.ndarray]) -> np.ndarray:
    return np.argsort([-len(row) for row in rows], kind="stable")

"""A frozen body runs once: what it makes of each input is kept, in memory or in a file."""

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, overload

import numpy as np
import torch

from worthit.core.errors import TimeLimitError
from worthit.core.progress import progress
from worthit.neural.training.batches import sorted_batches
from worthit.neural.training.clock import Clock
from worthit.neural.training.device import computing
from worthit.neural.training.memory import RowsAtOnce
from worthit.neural.training.ranks import agreed

__all__ = ["Memo", "Prepared", "frozen_rows"]

IN_MEMORY = 2**30  # bytes of outputs; more go to a file that is mapped into memory
KEPT_IN_MEMORY = 2**32  # bytes of outputs that a search keeps, and how many in files
KEPT_IN_FILES = 2**35


class Memo:
    """Outputs of frozen bodies, by what they depend on; those used last are kept.

    Memory and files have a budget each. The newest outputs are kept even if they exceed it alone.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[str, list[np.ndarray]] = OrderedDict()

    def get(self, key: str) -> list[np.ndarray] | None:
        """Return what was kept under a key, or None."""
        if key in self._kept:
            self._kept.move_to_end(key)
        return self._kept.get(key)

    def keep(self, key: str, rows: list[np.ndarray]) -> list[np.ndarray]:
        """Keep outputs; those not used for longest give way."""
        self._kept[key] = rows
        mapped = _mapped(rows)
        left = KEPT_IN_FILES if mapped else KEPT_IN_MEMORY
        for each in reversed([one for one in self._kept if _mapped(self._kept[one]) == mapped]):
            left -= sum(row.nbytes for row in self._kept[each])
            if left < 0 and each != key:
                del self._kept[each]
        return rows


class Prepared(Sequence):
    """Inputs for several fits, which share what a frozen body made of them.

    Parameters
    ----------
    inputs : sequence
        Texts or pairs.
    memo : Memo, optional
        What is known of them.
    """

    def __init__(self, inputs: Sequence, memo: Memo | None = None) -> None:
        self.inputs = inputs
        self.memo = memo or Memo()

    def __len__(self) -> int:
        return len(self.inputs)

    @overload
    def __getitem__(self, rows: int) -> Any: ...

    @overload
    def __getitem__(self, rows: slice | np.ndarray) -> "Prepared": ...

    def __getitem__(self, rows: int | slice | np.ndarray) -> Any:
        """Return one input, or those of several row numbers."""
        if isinstance(rows, int | np.integer):
            return self.inputs[rows]
        if isinstance(rows, slice):
            return Prepared(self.inputs[rows], self.memo)
        return Prepared([self.inputs[i] for i in rows], self.memo)


def frozen_rows(
    ahead: Callable[[torch.Tensor], torch.Tensor],
    rows: Sequence[np.ndarray],
    collate: Callable[[Sequence[np.ndarray]], dict[str, torch.Tensor]],
    *,
    width: int,
    pooled: bool,
    batch_size: int,
    device: torch.device,
    dtype: torch.dtype,
    folder: Path | None,
    what: str,
    at_once: RowsAtOnce | None = None,
    clock: Clock | None = None,
) -> list[np.ndarray]:
    """Run the frozen part over all rows, longest first.

    Parameters
    ----------
    ahead : callable
        Token ids (batch, time) to (batch, width) if ``pooled``, else to (batch, time, width).
    rows : sequence of numpy.ndarray
        Token ids.
    collate : callable
        Makes a batch of them.
    width : int
        Of a vector.
    pooled : bool
        Whether there is one vector for each input, or one for each token.
    batch_size : int
        Rows at once.
    device : torch.device
        Where the body is.
    dtype : torch.dtype
        In which it computes, as training does.
    folder : pathlib.Path or None
        Where a large output is put, in a file without a name, which is gone when nothing needs it.
    what : str
        For the progress bar.
    at_once : RowsAtOnce, optional
        Remembers how many rows memory sufficed for.
    clock : Clock, optional
        Asked before each batch but the first.

    Returns
    -------
    list of numpy.ndarray
        For each row (width,) or (time, width), float32.

    Raises
    ------
    TimeLimitError
        If the time was over before all rows were answered.
    """
    lengths = [1 if pooled else len(row) for row in rows]
    ends = np.cumsum(lengths)
    values = _space((int(ends[-1]) if len(rows) else 0, width), folder)
    kept = [values[end - length : end] for end, length in zip(ends, lengths, strict=True)]
    at_once, n_done = at_once or RowsAtOnce("answering"), 0

    def answer(part: dict[str, torch.Tensor]) -> torch.Tensor:
        return ahead(part["input_ids"].to(device)).float().cpu()

    with (
        progress(len(rows), f"{what}: the frozen part, once", "input") as bar,
        torch.no_grad(),
        computing(device, dtype),
    ):
        for batch in sorted_batches(rows, batch_size):
            if clock and clock.limit is not None and n_done and agreed(clock.over):
                raise TimeLimitError(
                    f"The time limit was reached when the frozen part of {what} had answered "
                    f"{n_done:,} of {len(rows):,} inputs, and it needs them all; give a longer "
                    "--time-limit, or fewer training items with --set data.size=N."
                )
            found = torch.cat(at_once.take(collate([rows[i] for i in batch]), answer)).numpy()
            for i, vectors in zip(batch, found, strict=True):
                kept[i][:] = vectors[: len(kept[i])] if not pooled else vectors
            bar.update(len(batch))
            n_done += len(batch)
    return [one[0] for one in kept] if pooled else kept


def key_of(recipe: Sequence[Any], rows: Sequence[np.ndarray]) -> str:
    """Hash what frozen outputs depend on."""
    digest = hashlib.sha256(repr(recipe).encode())
    for row in rows:
        digest.update(len(row).to_bytes(4, "little"))
        digest.update(row.tobytes())
    return digest.hexdigest()


def _mapped(rows: list[np.ndarray]) -> bool:
    return bool(rows) and isinstance(rows[0], np.memmap)


def _space(shape: tuple[int, int], folder: Path | None) -> np.ndarray:
    if 4 * shape[0] * shape[1] <= IN_MEMORY:
        return np.empty(shape, dtype=np.float32)
    # A file without a name: it lasts as long as the array, whatever ends this process.
    with TemporaryFile(dir=folder) as file:
        return np.memmap(file, dtype=np.float32, mode="w+", shape=shape)

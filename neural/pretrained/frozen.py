"""A frozen body runs once: what it makes of each input is kept, in memory or in a file."""

import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any, overload

import numpy as np
import torch

from worthit.core.errors import TimeLimitError
from worthit.core.progress import progress
from worthit.neural.pretrained.like_length import like_length
from worthit.neural.pretrained.network import PretrainedNetwork
from worthit.neural.pretrained.room import Room
from worthit.neural.training.batches import pad_rows, sorted_batches
from worthit.neural.training.checkpoints import FROZEN
from worthit.neural.training.clock import Clock
from worthit.neural.training.device import best_device, compute_type, computing
from worthit.neural.training.memory import RowsAtOnce
from worthit.neural.training.ranks import agreed, leads, n_ranks

__all__ = ["Memo", "Prepared", "frozen_rows"]

KEPT_IN_MEMORY = 2**32  # bytes of outputs that a search keeps for its next trials
KEPT_IN_FILES = 2**35  # and of those that were mapped


class Memo:
    """Outputs of frozen bodies and their seconds, by what they depend on; the last used are kept.

    Memory and files have a budget each. The newest outputs are kept even if they exceed it alone.

    Attributes
    ----------
    spared : float
        Seconds that known outputs once took, counted for each fit that took them over.
    """

    def __init__(self) -> None:
        self.spared = 0.0
        self._kept: OrderedDict[str, tuple[list[np.ndarray], float]] = OrderedDict()

    def get(self, key: str) -> tuple[list[np.ndarray], float] | None:
        """Return the outputs kept under a key and the seconds that they took, or None."""
        if key in self._kept:
            self._kept.move_to_end(key)
        return self._kept.get(key)

    def keep(self, key: str, rows: list[np.ndarray], seconds: float) -> None:
        """Keep outputs; those not used for longest give way."""
        self._kept[key] = rows, seconds
        mapped = _mapped(rows)
        left = KEPT_IN_FILES if mapped else KEPT_IN_MEMORY
        for each in reversed([one for one in self._kept if _mapped(self._kept[one][0]) == mapped]):
            left -= sum(row.nbytes for row in self._kept[each][0])
            if left < 0 and each != key:
                del self._kept[each]


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
    network: PretrainedNetwork,
    rows: Sequence[np.ndarray],
    memo: Memo,
    *,
    body: str | None,
    batch_size: int,
    precision: str,
    what: str,
    at_once: RowsAtOnce,
    folder: Path | None = None,
    clock: Clock | None = None,
    as_vectors: bool = False,
) -> list[np.ndarray]:
    """Return what the frozen part makes of all rows: what is known of them, or run longest first.

    Parameters
    ----------
    network : PretrainedNetwork
        Whose frozen part answers.
    rows : sequence of numpy.ndarray
        Token ids.
    memo : Memo
        Where outputs are looked up and kept.
    body : str or None
        What tells the body from others; of one that no other fit has, None, nothing is kept.
    batch_size : int
        Rows at once, at most.
    precision : str
        In which it computes, as training does.
    what : str
        For the progress bar.
    at_once : RowsAtOnce
        Remembers how many rows memory sufficed for.
    folder : pathlib.Path, optional
        A fit's workspace. What takes long is kept there, so that an interrupted fit goes on where
        it was; left out, only a large output is put in a file, one without a name.
    clock : Clock, optional
        The fit's: asked before each batch but the first, and told what known outputs once took.
    as_vectors : bool
        Where only the head learns: make each output a vector of length 1, and give back all of
        them as one array. Made where they are kept, they need no second room.

    Returns
    -------
    list of numpy.ndarray
        For each row (width,) where only the head learns, else (time, width), float32. As vectors,
        one array: (rows, width).

    Raises
    ------
    TimeLimitError
        If the time was over before all rows were answered.
    """
    device = best_device()
    dtype = compute_type(precision, device)
    key = _key_of(body or "", network, dtype, rows, as_vectors)
    if body and (known := memo.get(key)) is not None:
        outputs, seconds = known
        if clock:
            clock.take_over(seconds)
            memo.spared += seconds
        return outputs
    network.to(device).eval()
    pooled = network.all_frozen
    lengths = [1 if pooled else len(row) for row in rows]
    # Several devices would have to be equally far; they answer all of it anew.
    name = f"{FROZEN}{key[:16]}" if folder and n_ranks() == 1 else None
    own_clock = Clock(folder / f"{name}.clock.json" if folder and name else None, None)
    room = Room(sum(lengths), network.ahead_width, folder, name)
    ends = zip(lengths, accumulate(lengths), strict=True)
    kept = [room.values[end - n : end] for n, end in ends]
    batches = sorted_batches(rows, batch_size)
    if device.type == "cpu":  # where padding costs as much as text does
        tokens = np.array([len(row) for row in rows])
        batches = [batch[part] for batch in batches for part in like_length(tokens[batch])]
    n_done = 0

    def answer(part: dict[str, torch.Tensor]) -> torch.Tensor:
        return network.ahead(part["input_ids"].to(device)).float().cpu()

    with (
        progress(len(rows), f"{what}: the frozen part, once", "input") as bar,
        torch.no_grad(),
        computing(device, dtype),
    ):
        for batch in batches:
            # An interrupted process has answered it, perhaps in other batches, on another device;
            # rows are in one order everywhere.
            if n_done + len(batch) <= room.n_known:
                n_done += len(batch)
                bar.update(len(batch))
                continue
            if clock and clock.limit is not None and n_done and agreed(clock.over):
                room.note(n_done, at_once=True)
                how = " (for all of it: it goes on from there)" if name else ""
                raise TimeLimitError(
                    f"The time limit was reached when the frozen part of {what} had answered "
                    f"{n_done:,} of {len(rows):,} inputs, and it needs them all; give a longer "
                    f"--time-limit{how}, or fewer training items with --set data.size=N."
                )
            ids = pad_rows([rows[i] for i in batch], pad=network.pad)
            found = torch.cat(at_once.take({"input_ids": ids}, answer)).numpy()
            if as_vectors:
                found = found / np.linalg.norm(found, axis=1, keepdims=True).clip(min=1e-12)
            for i, vectors in zip(batch, found, strict=True):
                kept[i][:] = vectors if pooled else vectors[: len(kept[i])]
            bar.update(len(batch))
            n_done += len(batch)
            room.note(n_done)
            own_clock.tick()
            if clock and leads():
                clock.tick()
    outputs = kept
    if pooled:
        outputs = [room.values] if as_vectors else [one[0] for one in kept]
    if body:
        memo.keep(key, outputs, own_clock.seconds)
    return outputs


def _key_of(
    body: str,
    network: PretrainedNetwork,
    dtype: torch.dtype,
    rows: Sequence[np.ndarray],
    as_vectors: bool,
) -> str:
    """Hash what frozen outputs depend on."""
    pool = network.pool if network.all_frozen else network.summed
    recipe: tuple = (body, network.n_frozen, len(network.layers), pool, str(dtype))
    if as_vectors:
        recipe += ("of length 1",)
    digest = hashlib.sha256(repr(recipe).encode())
    for row in rows:
        digest.update(len(row).to_bytes(4, "little"))
        digest.update(row.tobytes())
    return digest.hexdigest()


def _mapped(rows: list[np.ndarray]) -> bool:
    return bool(rows) and isinstance(rows[0], np.memmap)

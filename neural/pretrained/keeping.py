"""A classifier whose frozen part answers each input once; fits on prepared inputs share that."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch

from worthit.core.errors import TimeLimitError
from worthit.neural.pretrained.frozen import Memo, Prepared, frozen_rows
from worthit.neural.pretrained.room import NoRoomError
from worthit.neural.training.batches import Examples, pad_rows, pad_states
from worthit.neural.training.classifier import NeuralClassifier
from worthit.neural.training.clock import Clock
from worthit.neural.training.ranks import n_ranks

__all__ = ["KeepingClassifier"]

NO_ROOM = "The disk has no room for what the frozen part answers"


class KeepingClassifier(NeuralClassifier):
    """Trains on what the frozen part of a :class:`PretrainedNetwork` made of the inputs."""

    keeps_frozen: ClassVar[bool] = True  # whether a frozen part answers once, or in every epoch

    def shared_body(self) -> str | None:
        """Return what tells the frozen body from others, None where this fit alone has it."""
        raise NotImplementedError

    def prepare(self, inputs: Sequence) -> Prepared:
        """Return the inputs for several fits, which share what a frozen body makes of them."""
        return Prepared(inputs)

    def rows_of(self, inputs: Sequence) -> Sequence[np.ndarray]:
        """Encode inputs, or return what the frozen part has made of prepared ones."""
        rows = super().rows_of(inputs)
        if isinstance(inputs, Prepared) and self._runs_ahead and self.shared_body():
            return self._frozen_rows(rows, inputs.memo)
        return rows

    def collate(self, rows: Sequence[np.ndarray]) -> dict[str, torch.Tensor]:
        """Make a batch of token ids, or of what the frozen part made of them."""
        if rows[0].dtype.kind == "i":
            return {"input_ids": pad_rows(rows, pad=self.encoder_.special["pad"])}
        if rows[0].ndim == 1:
            return {"pooled": torch.from_numpy(np.stack(rows))}
        return {"states": pad_states(rows), "lengths": torch.tensor([len(row) for row in rows])}

    def run_frozen(
        self,
        training: Examples,
        validation: Examples | None,
        memo: Memo,
        folder: Path,
        clock: Clock,
    ) -> tuple[Examples, Examples | None]:
        """Let the frozen part, if there is one, answer all inputs that training reads.

        What the disk has no room for stays as it is: the frozen part answers it in every epoch.
        """
        if not self._runs_ahead:
            return training, validation

        def answered(given: Examples) -> Examples:
            rows = self._frozen_rows(given.rows, memo, folder, clock)
            return Examples(rows, given.labels, given.lengths, given.second)

        try:
            return answered(training), validation and answered(validation)
        except TimeLimitError:  # as in any training, one step is made, or a checkpoint is taken up
            self.notes_.append("The time limit was reached while the frozen part answered inputs.")
            return training, validation

    @property
    def _runs_ahead(self) -> bool:
        network: Any = self.network_
        return self.keeps_frozen and network.frozen_ahead

    def _frozen_rows(
        self,
        rows: Sequence[np.ndarray],
        memo: Memo,
        folder: Path | None = None,
        clock: Clock | None = None,
    ) -> Sequence[np.ndarray]:
        network: Any = self.network_
        try:
            found = frozen_rows(
                network,
                rows,
                memo,
                body=self.shared_body(),
                batch_size=2 * self.batch_size,
                precision=self.precision,
                what=self.name,
                at_once=self._answering,
                folder=folder,
                clock=clock,
            )
        except NoRoomError as full:
            # Several devices go one way together, and the others may have found room.
            if n_ranks() > 1:
                raise
            self._note_no_room(full.size)
            return rows
        self._note_memory()
        return found

    def _note_no_room(self, size: int) -> None:
        if not any(note.startswith(NO_ROOM) for note in self.notes_):
            self.notes_.append(f"{NO_ROOM} ({size / 1e9:.3g} GB): it answers in every epoch.")

"""What models on a frozen encoder share: one vector for each input, nothing of it trained."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import torch
from sklearn.base import BaseEstimator, ClassifierMixin

from worthit.neural.pretrained.checkpoint import SCRATCH, Checkpoint, find_checkpoint
from worthit.neural.pretrained.frozen import Memo, Prepared, frozen_rows
from worthit.neural.pretrained.modes import layer_read
from worthit.neural.pretrained.network import POOLS, PretrainedNetwork
from worthit.neural.pretrained.subwords import ARCHITECTURES, Subwords
from worthit.neural.training.checks import require_at_least, require_one_of
from worthit.neural.training.clock import Clock
from worthit.neural.training.device import PRECISIONS, check_precision, computes_in
from worthit.neural.training.memory import RowsAtOnce
from worthit.neural.training.quiet import no_library_noise
from worthit.neural.training.randomness import own_randomness
from worthit.neural.training.saving import load, save

__all__ = ["EncoderClassifier"]

NEW_LAYERS = 2  # of a body with random weights


@dataclass(kw_only=True, eq=False, repr=False)
class EncoderClassifier(ClassifierMixin, BaseEstimator):
    """A classifier over the vectors of a frozen encoder.

    Parameters
    ----------
    checkpoint : str or None
        A folder, a name on the hub, or ``scratch`` (a new body with random weights, which shows
        what pretraining is worth); left out, the packaged MiniLM.
    layer : int
        The hidden layer that is read, from 1; negative ones count from the last.
    pool : str
        ``mean``, ``cls``, ``max`` or ``last4``.
    max_length : int
        Tokens kept of an input.
    batch_size : int
        Inputs at once.
    precision : str
        ``auto``, ``fp32``, ``bf16`` or ``fp16``.
    seed : int
        Seed of everything random.
    """

    learned: ClassVar[tuple[str, ...]] = ("checkpoint_", "truncated_share_", "notes_")

    checkpoint: str | None = None
    layer: int = -1
    pool: str = "mean"
    max_length: int = 256
    batch_size: int = 64
    precision: str = "auto"
    seed: int = 0

    @property
    def name(self) -> str:
        """The model's name on the command line: its file's name."""
        return type(self).__module__.rpartition(".")[2]

    @property
    def pretrained(self) -> bool:
        """Whether the encoder comes from a checkpoint."""
        return self.checkpoint != SCRATCH

    @property
    def precision_(self) -> str:
        """The type of numbers in which it computes here: ``fp32``, ``bf16``, ``fp16``."""
        return computes_in(self.precision)

    def choices(self) -> dict[str, Any]:
        """Return what it takes for each field that can be left as ``auto``."""
        return {"precision": self.precision_}

    def identity(self) -> dict[str, Any]:
        """Return the parameters, with the checkpoint's hash in place of where it lies."""
        if not self.pretrained:
            return self.get_params()
        return self.get_params() | {"checkpoint": self._find().sha256}

    def prepare(self, inputs: Sequence) -> Prepared:
        """Return the inputs for several fits, which share their vectors."""
        return Prepared(inputs)

    def check(self) -> None:
        """Refuse unknown fields and a checkpoint that cannot be found."""
        require_at_least(self, "max_length", 4)
        require_at_least(self, "batch_size", 1)
        require_at_least(self, "seed", 0)
        require_one_of(self, "pool", POOLS)
        require_one_of(self, "precision", PRECISIONS)
        check_precision(self.precision)
        n_layers = NEW_LAYERS
        if self.pretrained:
            checkpoint = self._find()
            checkpoint.check_length(self.max_length)
            n_layers = checkpoint.n_layers
        layer_read(self.layer, n_layers)

    def predict(self, inputs: Sequence) -> np.ndarray:
        """Return the most probable label of each input."""
        return self.classes_[self.predict_proba(inputs).argmax(axis=1)]

    def predict_proba(self, inputs: Sequence) -> np.ndarray:
        """Return the probability of each class: (inputs, classes), columns as ``classes_``."""
        raise NotImplementedError

    def truncated(self, inputs: Sequence) -> np.ndarray:
        """Tell which inputs are longer than the fitted encoder reads: bool, (inputs,)."""
        return self.encoder_.encode(inputs, self.max_length).truncated

    # The encoder ----------------------------------------------------------------------

    def read_encoder(self, inputs: Sequence) -> None:
        """Read tokens and body from the checkpoint, or make new ones."""
        from worthit.neural.pretrained.body import new_subwords, read_subwords  # transformers

        self.notes_: list[str] = []
        self.checkpoint_: dict[str, Any] | None = None
        self._answering = RowsAtOnce("answering")
        self.shared_seconds_ = 0.0  # of the fit's, those that another one has spent for both
        if self.pretrained:
            checkpoint = self._find()
            self.checkpoint_ = checkpoint.record
            self.notes_.append(checkpoint.told)
            self.encoder_ = read_subwords(checkpoint)
        else:
            sizes = {"n_tokens": 8000, "hidden": 128, "layers": NEW_LAYERS}
            self.encoder_ = new_subwords(
                inputs, ARCHITECTURES[0], max_length=self.max_length, **sizes
            )
        self.network_ = self.new_network(self.encoder_)

    def vectors(
        self, inputs: Sequence, clock: Clock | None = None, workspace: Path | None = None
    ) -> np.ndarray:
        """Return one vector for each input; what was prepared is computed once for all fits.

        Those of prepared inputs are the very ones that are kept: they are not to be changed. An
        interrupted fit finds in its workspace what was computed before.

        Returns
        -------
        numpy.ndarray
            The vectors: (inputs, width), float32, of length 1.

        Raises
        ------
        TimeLimitError
            If a clock is given and its time was over before all inputs were embedded.
        """
        ids = self.encoder_.encode(inputs, self.max_length).rows
        source = self.encoder_.source  # none of a new body, nor of one that was loaded
        memo = inputs.memo if isinstance(inputs, Prepared) else Memo()
        spared = memo.spared
        (vectors,) = frozen_rows(
            self.network_,
            ids,
            memo,
            body=str(source) if source else None,
            batch_size=self.batch_size,
            precision=self.precision,
            what=self.name,
            at_once=self._answering,
            folder=workspace,
            clock=clock,
            as_vectors=True,
        )
        if clock:
            self.shared_seconds_ += memo.spared - spared
        self.notes_ += [note for note in self._answering.notes if note not in self.notes_]
        return np.asarray(vectors)  # as any other array, also where a file is mapped

    @property
    def n_parameters_(self) -> int:
        """Number of weights in use."""
        return sum(part.numel() for part in self.network_.parameters())

    @property
    def device_(self) -> str:
        """Where the encoder is."""
        return str(next(self.network_.parameters()).device)

    # Files ----------------------------------------------------------------------------

    def save(self, folder: Path) -> None:
        """Write the fitted classifier into a folder, without pickle."""
        save(self, folder)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read a fitted classifier from a folder."""
        classifier = load(cls, folder)
        classifier._answering = RowsAtOnce("answering")  # this machine's memory may be another
        return classifier

    def load_encoder(self, folder: Path) -> Subwords:
        """Read the tokens that were saved in a folder."""
        return Subwords.load(folder)

    def new_network(self, encoder: Subwords, n_classes: int = 1) -> PretrainedNetwork:
        """Build the body with its first weights; nothing stands on it, whatever the classes."""
        from worthit.neural.pretrained.body import new_body

        with own_randomness(self.seed), no_library_noise(), torch.no_grad():
            body: Any = new_body(encoder)
            layer = layer_read(self.layer, len(body.encoder.layer))
            return PretrainedNetwork(
                body,
                encoder.special,
                n_classes=1,
                n_second=0,
                layer=layer,
                pool=self.pool,
                head="linear",
                dropout=0.0,
                n_frozen=layer,
                frozen_embeddings=True,
            )

    def _find(self) -> Checkpoint:
        return find_checkpoint(self.checkpoint, None, ARCHITECTURES)

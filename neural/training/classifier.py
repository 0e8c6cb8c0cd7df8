"""The base of all neural classifiers: scikit-learn's protocol around a network and an encoder."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar, Self

import numpy as np
import torch
from sklearn.base import BaseEstimator, ClassifierMixin
from torch import nn

from worthit.core.errors import InputError
from worthit.neural.training.balance import check_balance, resampled
from worthit.neural.training.batches import Examples, pad_rows
from worthit.neural.training.checkpoints import claim, fingerprint
from worthit.neural.training.checks import (
    check_classes,
    checked_labels,
    class_numbers,
    require_at_least,
    require_auto_or_count,
    require_one_of,
    require_share,
)
from worthit.neural.training.clock import Clock
from worthit.neural.training.device import (
    PRECISIONS,
    best_device,
    check_precision,
    compute_type,
    computes_in,
)
from worthit.neural.training.encoded import Encoder
from worthit.neural.training.heap import kept_heap
from worthit.neural.training.memory import RowsAtOnce
from worthit.neural.training.predicting import probabilities
from worthit.neural.training.quiet import no_library_noise
from worthit.neural.training.randomness import own_randomness
from worthit.neural.training.ranks import leads
from worthit.neural.training.saving import load, save
from worthit.neural.training.schedule import epochs_and_patience
from worthit.neural.training.scores import METRICS, scorer

__all__ = ["NeuralClassifier"]


@dataclass(kw_only=True, eq=False, repr=False)
class NeuralClassifier(ClassifierMixin, BaseEstimator):
    """A network trained by mini-batches; a model's file says which network and which tokens.

    Parameters
    ----------
    epochs : int or str
        Passes over the training data, at most. Without validation data exactly so many. ``auto``:
        as many as are usual for such a network, and more of little data.
    patience : int or str
        Epochs without a better validation score after which training ends. ``auto``: a tenth of
        them, at least 2.
    batch_size : int
        Inputs per step.
    learning_rate, weight_decay : float
        Of AdamW; the rate falls linearly to 0 over all epochs.
    warmup : float
        Share of all steps over which the rate first rises.
    label_smoothing : float
        Share of each target spread evenly over the classes.
    max_length : int
        Tokens kept of an input.
    balance : str
        ``none``, ``weights`` (in the loss), ``oversample`` or ``undersample`` (of training rows).
    metric : str
        Validation score that chooses the epoch: ``f1_macro``, ``f1_weighted``, ``accuracy``,
        ``recall_macro``, ``f1_positive`` or ``loss``.
    positive : str or None
        The label that ``f1_positive`` is about.
    precision : str
        ``auto`` (half precision where the hardware computes with it), ``fp32``, ``bf16`` or
        ``fp16``.
    seed : int
        Seed of everything random.
    """

    family: ClassVar[str] = "neural"
    learned: ClassVar[tuple[str, ...]] = (
        "history_", "best_epoch_", "stopped_", "truncated_share_", "notes_", "fit_seconds_",
        "epochs_", "patience_",
    )  # fmt: skip

    usual_epochs: ClassVar[int] = 8  # for enough data; below it, enough for the least steps
    least_steps: ClassVar[int] = 1000
    most_epochs: ClassVar[int] = 50
    keeps_large: ClassVar[bool] = True  # see kept_heap

    epochs: int | str = "auto"
    patience: int | str = "auto"
    batch_size: int = 64
    learning_rate: float = 2e-3
    weight_decay: float = 0.0
    warmup: float = 0.0
    label_smoothing: float = 0.0
    max_length: int = 256
    balance: str = "none"
    metric: str = "f1_macro"
    positive: str | None = None
    precision: str = "auto"
    seed: int = 0

    # What a model adds ---------------------------------------------------------------

    def learn_encoder(self, inputs: Sequence) -> Encoder:
        """Learn the tokens from the inputs being fitted."""
        raise NotImplementedError

    def load_encoder(self, folder: Path) -> Encoder:
        """Read the encoder that was saved in a folder."""
        raise NotImplementedError

    def new_network(self, encoder: Any, n_classes: int) -> nn.Module:
        """Build the network; its ``forward`` takes what :meth:`collate` makes, returns logits."""
        raise NotImplementedError

    def collate(self, rows: Sequence[np.ndarray]) -> dict[str, torch.Tensor]:
        """Make a batch of encoded inputs, padded to the longest of them."""
        return {"input_ids": pad_rows(rows, pad=0)}

    def begin(
        self, training: Examples, validation: Examples | None, folder: Path, clock: Clock
    ) -> tuple[Examples, Examples | None]:
        """Do what comes between building the network and training it; here nothing.

        A frozen body answers all examples once, so that training works on its answers.
        """
        return training, validation

    def own_rate(self, network: nn.Module) -> tuple[list[nn.Parameter], float]:
        """Return weights with a learning rate of their own, as a multiple of the one given."""
        return [], 1.0

    def identity(self) -> dict[str, Any]:
        """Return what decides how a fit ends: the parameters, and what files they name hold."""
        return self.get_params()

    def schedule_for(self, labels: Sequence) -> dict[str, int]:
        """Return the ``epochs`` and the ``patience`` of a fit on inputs with these labels."""
        self.check()  # whoever asks before a fit gets its sentence as well
        numbers = np.unique(labels, return_inverse=True)[1]
        n_rows = len(resampled(numbers, self.balance, self.seed))
        return dict(zip(("epochs", "patience"), epochs_and_patience(self, n_rows), strict=True))

    def check(self) -> None:
        """Refuse parameters that no training can work with; a model adds checks of its own.

        Raises
        ------
        InputError
            Naming the parameter, its value and what it may be.
        """
        for name in ("epochs", "patience"):
            require_auto_or_count(self, name)
        require_at_least(self, "batch_size", 1)
        require_at_least(self, "max_length", 4)
        require_at_least(self, "weight_decay", 0)
        require_at_least(self, "seed", 0)
        require_share(self, "warmup")
        require_share(self, "label_smoothing")
        if not self.learning_rate > 0:
            raise InputError(f"Got learning_rate={self.learning_rate!r}; it must be above 0.")
        check_balance(self.balance)
        require_one_of(self, "metric", METRICS)
        require_one_of(self, "precision", PRECISIONS)
        check_precision(self.precision)

    # scikit-learn's protocol ---------------------------------------------------------

    @property
    def pretrained(self) -> bool:
        """Whether training starts from weights that were learned on other texts."""
        return False

    @property
    def rate(self) -> float:
        """The learning rate that training takes."""
        return self.learning_rate

    @property
    def precision_(self) -> str:
        """The type of numbers in which it computes here: ``fp32``, ``bf16``, ``fp16``."""
        return computes_in(self.precision)

    def choices(self) -> dict[str, Any]:
        """Return what the fit took for each field that can be left as ``auto``."""
        return {
            "epochs": getattr(self, "epochs_", None),  # a model stored before it was noted
            "patience": getattr(self, "patience_", None),
            "precision": self.precision_,
        }

    @property
    def name(self) -> str:
        """The model's name on the command line: its file's name."""
        return type(self).__module__.rpartition(".")[2]

    def fit(
        self,
        inputs: Sequence,
        labels: Sequence,
        validation: tuple[Sequence, Sequence] | None = None,
        *,
        workspace: Path | None = None,
        time_limit: float | None = None,
        hopeless: Callable[[float], bool] | None = None,
    ) -> Self:
        """Train on inputs and labels, and keep the epoch that is best on validation.

        Parameters
        ----------
        inputs : sequence of str or of (str, str)
            Texts or pairs.
        labels : sequence
            One label each, of at least two kinds.
        validation : tuple of sequences, optional
            Inputs and labels that choose the epoch. Without them all epochs are done.
        workspace : pathlib.Path, optional
            Folder for checkpoints, one after each epoch and, where epochs are long, every 5
            minutes. If an equal fit was interrupted there, this one goes on from its last
            checkpoint, and ends the same. The caller removes it when the model is saved.
        time_limit : float, optional
            Seconds after which training ends with the best epoch so far; those of an interrupted
            fit in the same workspace count.
        hopeless : callable, optional
            Gets the validation score after each epoch, larger is better, and says whether to give
            up; a search asks so.

        Returns
        -------
        Self
            The fitted classifier.

        Raises
        ------
        InputError
            If there is one class only, lengths differ, or a parameter makes no sense.
        """
        self.check()
        truth = checked_labels(inputs, labels, "training")
        check_classes(truth)
        self.classes_, numbers = np.unique(truth, return_inverse=True)
        scorer(self.metric, self.classes_, self.positive)  # refused now, not when training begins
        with ExitStack() as stack:
            stack.enter_context(own_randomness(self.seed))
            stack.enter_context(kept_heap(self.keeps_large))
            folder = Path(workspace or stack.enter_context(TemporaryDirectory())).resolve()
            if leads():
                claim(folder, fingerprint(self, inputs, truth, validation))
            clock = Clock(folder / "clock.json", time_limit)
            self.notes_: list[str] = []
            self._answering = RowsAtOnce("answering")
            self.encoder_: Any = self.learn_encoder(inputs)
            encoded = self.encoder_.encode(inputs, self.max_length)
            self.truncated_share_ = encoded.truncated_share
            stack.enter_context(no_library_noise())
            self.network_ = self.new_network(self.encoder_, len(self.classes_))
            training, held_out = self.begin(
                Examples(encoded.rows, numbers), self._encoded(validation), folder, clock
            )
            training = training.take(resampled(numbers, self.balance, self.seed))
            self.epochs_, self.patience_ = epochs_and_patience(self, len(training))
            from worthit.neural.training.loop import train  # loads the Trainer, which takes seconds

            outcome = train(self, self.network_, training, held_out, folder, clock, hopeless)
        self.history_ = outcome.history
        self.best_epoch_ = outcome.best_epoch
        self.stopped_ = outcome.stopped
        self.notes_ += outcome.notes
        self.fit_seconds_ = clock.seconds
        return self

    def predict(self, inputs: Sequence) -> np.ndarray:
        """Return the most probable label of each input."""
        return self.classes_[self.predict_proba(inputs).argmax(axis=1)]

    def predict_proba(self, inputs: Sequence) -> np.ndarray:
        """Return the probability of each class: (inputs, classes), columns as ``classes_``."""
        device = best_device()
        found = probabilities(
            self.network_,
            self.rows_of(inputs),
            self.collate,
            n_classes=len(self.classes_),
            batch_size=4 * self.batch_size,
            device=device,
            dtype=compute_type(self.precision, device),
            at_once=self._answering,
        )
        self._note_memory()
        return found

    def rows_of(self, inputs: Sequence) -> Sequence[np.ndarray]:
        """Encode inputs for the fitted network."""
        return self.encoder_.encode(inputs, self.max_length).rows

    def truncated(self, inputs: Sequence) -> np.ndarray:
        """Tell which inputs are longer than the fitted network reads: bool, (inputs,)."""
        return self.encoder_.encode(inputs, self.max_length).truncated

    def save(self, folder: Path) -> None:
        """Write the fitted classifier into a folder, without pickle."""
        save(self, folder)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read a fitted classifier from a folder."""
        classifier = load(cls, folder)
        classifier._answering = RowsAtOnce("answering")  # this machine's memory may be another
        return classifier

    @property
    def n_parameters_(self) -> int:
        """Number of weights in use, whether training changes them or not."""
        return sum(part.numel() for part in self.network_.parameters())

    @property
    def device_(self) -> str:
        """Where the network is: ``cpu``, ``cuda:0``, ``mps:0``."""
        return str(next(self.network_.parameters()).device)

    def _note_memory(self) -> None:
        """Say once that answering took fewer inputs at a time."""
        self.notes_ += [note for note in self._answering.notes if note not in self.notes_]

    def _encoded(self, validation: tuple[Sequence, Sequence] | None) -> Examples | None:
        if validation is None:
            return None
        inputs, labels = validation
        numbers = class_numbers(inputs, labels, self.classes_)
        return Examples(self.encoder_.encode(inputs, self.max_length).rows, numbers)

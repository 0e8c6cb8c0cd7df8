"""A Trainer with batches of like length, whose steps are the same over any memory and devices."""

import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import torch
from torch import nn
from torch.utils.data import Sampler
from transformers import PrinterCallback, Trainer, TrainingArguments

from worthit.core.files import read_json, write_json
from worthit.neural.training.batches import LengthGroupedSampler
from worthit.neural.training.checkpoints import read_weights, write_state
from worthit.neural.training.device import best_device, compute_type, device_name
from worthit.neural.training.memory import RowsAtOnce
from worthit.neural.training.randomness import read_random_state, write_random_state
from worthit.neural.training.ranks import n_ranks, rank, share_gradients, total, wait_for_all
from worthit.neural.training.watch import Watch

if TYPE_CHECKING:
    from worthit.neural.training.classifier import NeuralClassifier

__all__ = ["SpreadTrainer"]

OWN_FILE = "process_{}.json"  # in a checkpoint, what each process keeps for itself


class SpreadTrainer(Trainer):
    """Trains by steps of ``batch_size`` rows, however many devices share them.

    Each device has its part of every step, in smaller parts if its memory does not suffice for
    all of it; the gradients are added up. So a step is the same one everywhere. The loss of a part
    is a sum divided by ``in_step``.

    Parameters
    ----------
    classifier : NeuralClassifier
        Whose ``batch_size``, ``seed`` and precision hold.
    workspace : pathlib.Path
        Where checkpoints are kept.
    watch : Watch
        Follows the training.
    settings : dict
        What else ``TrainingArguments`` takes.
    **given
        What else a Trainer takes.

    Attributes
    ----------
    in_step : torch.Tensor
        What :meth:`count` counts in the whole of the present step, over all devices.
    """

    what: ClassVar[str] = "training"

    def __init__(
        self,
        classifier: "NeuralClassifier",
        workspace: Path,
        watch: Watch,
        settings: dict[str, Any],
        **given: Any,
    ) -> None:
        self.batch_size, self.watch, self._workspace = classifier.batch_size, watch, workspace
        arguments = _arguments(classifier, workspace, settings)
        super().__init__(args=arguments, callbacks=[watch], **given)
        self.remove_callback(PrinterCallback)  # it prints on standard output
        self.in_step = torch.tensor(0)
        self._saved_step = -1
        self._training_rows = RowsAtOnce(self.what)
        self._rows_at_once = [self._training_rows]  # what a checkpoint keeps

    def count(self, inputs: dict[str, torch.Tensor]) -> torch.Tensor:
        """Count what the loss is a mean over."""
        raise NotImplementedError

    def training_step(
        self, model: nn.Module, inputs: dict[str, torch.Tensor], num_items_in_batch: Any = None
    ) -> torch.Tensor:
        """Add up the gradient of a batch, over devices and parts."""
        self.in_step = total(self.count(inputs)).clamp(min=1)
        step = super().training_step
        with self.accelerator.no_sync(model):  # devices may need different numbers of parts
            losses = self._training_rows.take(
                inputs, lambda part: step(model, part), model.zero_grad
            )
        share_gradients(model)
        return torch.stack(losses).sum() * n_ranks()  # what is logged is a mean over devices

    def recall(self, checkpoint: Path) -> None:
        """Take as many rows at once as a checkpoint of such a device says."""
        path = checkpoint / OWN_FILE.format(rank())
        known = read_json(path) if path.exists() else {}
        if known.get("device") != device_name(best_device()):
            return
        for rows in self._rows_at_once:
            rows.most = min(filter(None, (rows.most, known.get(rows.what))), default=None)

    def notes(self) -> list[str]:
        """Say what the reader of the run should know of how it went."""
        notes, asked = [], self.batch_size
        if n_ranks() > 1:
            even = asked % n_ranks() == 0
            share = f"{asked // n_ranks()}" if even else f"at most {self.args.train_batch_size}"
            why = "" if even else f", since {asked} is no multiple of {n_ranks()}"
            notes.append(
                f"Trained on {n_ranks()} devices at once, {share} of each step's {asked} inputs on "
                f"each{why}; a step is still one of {asked}."
            )
        return notes + self.memory_notes()

    def memory_notes(self) -> list[str]:
        """Say where memory did not suffice."""
        if (most := self._training_rows.most) is None:
            return []
        return [
            f"Memory did not suffice for {self.what} on {self.args.train_batch_size} inputs at "
            f"once: at most {most} were taken at a time and their gradients added up, so a step is "
            f"still one of {self.batch_size}."
        ]

    def _run_epoch(self, model: Any, epoch: Any, *given: Any, **more: Any) -> None:
        # accelerate does not reach the sampler where devices share batches and some are skipped.
        self._sampler.set_epoch(epoch)
        super()._run_epoch(model, epoch, *given, **more)

    def _save_checkpoint(self, model: nn.Module, trial: Any) -> None:
        # What a time limit breaks off is saved before it is scored, so that a longer limit goes on
        # as if it had not been scored, which draws random numbers; then its score is added.
        if self._saved_step != self.state.global_step:
            self._saved_step = self.state.global_step
            super()._save_checkpoint(model, trial)
        elif self.args.should_save:
            folder = self._workspace / f"checkpoint-{self.state.global_step}"
            write_state(folder, asdict(self.state))

    def _save(
        self, output_dir: str | None = None, state_dict: dict[str, torch.Tensor] | None = None
    ) -> None:
        # What is frozen is before training as it is after it, so a checkpoint does without.
        network: Any = self.model
        frozen = {name for name, weights in network.named_parameters() if not weights.requires_grad}
        state_dict = network.state_dict() if state_dict is None else state_dict
        kept = {name: weights for name, weights in state_dict.items() if name not in frozen}
        super()._save(output_dir, kept)

    def _load_from_checkpoint(self, resume_from_checkpoint: str, model: Any = None) -> None:
        network: Any = self.model
        read_weights(network, Path(resume_from_checkpoint))

    def _save_rng_state(self, output_dir: str) -> None:
        # What else decides about dropout, and what the Trainer forgets of an epoch half done.
        super()._save_rng_state(output_dir)
        write_random_state(Path(output_dir))
        most = {rows.what: rows.most for rows in self._rows_at_once}
        told = {"device": device_name(best_device())} | most
        epoch = {
            "loss": self._tr_loss.item(),
            "logged": self._globalstep_last_logged,
            "seconds": time.monotonic() - self.watch.epoch_began,
        }
        write_json(Path(output_dir) / OWN_FILE.format(rank()), told | {"epoch": epoch})
        wait_for_all()  # what is written next tells that the checkpoint is whole

    def _load_scaler(self, checkpoint: str | None) -> None:
        # A checkpoint of a card that needs float16 goes on where there is nothing to scale.
        if self.accelerator.scaler is not None:
            super()._load_scaler(checkpoint)

    def _load_rng_state(self, checkpoint: str | None) -> None:
        super()._load_rng_state(checkpoint)
        if checkpoint is not None:
            read_random_state(Path(checkpoint))
            self._go_on_within_epoch(Path(checkpoint))  # here the Trainer has set all to 0

    def _go_on_within_epoch(self, checkpoint: Path) -> None:
        """Take up the sum of losses and the seconds of the epoch in which a checkpoint is."""
        told = [read_json(path)["epoch"] for path in checkpoint.glob(OWN_FILE.format("*"))]
        if told and told[0]["logged"] < self.state.global_step:
            # Of each device, as many as there were: the Trainer logs the mean over devices.
            self._tr_loss += sum(epoch["loss"] for epoch in told) / len(told)
            self._globalstep_last_logged = told[0]["logged"]
            self.watch.epoch_began -= max(epoch["seconds"] for epoch in told)

    def _get_train_sampler(self, train_dataset: Any = None) -> Sampler[int]:
        examples: Any = train_dataset or self.train_dataset
        self._sampler = LengthGroupedSampler(
            examples.lengths, self.batch_size, self.args.seed, n_ranks()
        )
        return self._sampler


def _arguments(
    classifier: "NeuralClassifier", workspace: Path, settings: dict[str, Any]
) -> TrainingArguments:
    device = best_device()
    dtype = compute_type(classifier.precision, device)
    arguments = TrainingArguments(
        output_dir=str(workspace),
        per_device_train_batch_size=-(-classifier.batch_size // n_ranks()),
        per_device_eval_batch_size=4 * classifier.batch_size,
        weight_decay=classifier.weight_decay,
        use_cpu=device.type == "cpu",
        bf16=dtype is torch.bfloat16,
        fp16=dtype is torch.float16,  # which scales the loss as well
        ddp_broadcast_buffers=False,  # no step changes any
        seed=classifier.seed,
        logging_strategy="epoch",
        save_strategy="epoch",
        remove_unused_columns=False,
        dataloader_pin_memory=device.type == "cuda",
        report_to="none",
        disable_tqdm=True,
        log_level="error",
        **settings,
    )
    # accelerate's own settings may say otherwise, and answers would be in another precision.
    arguments.mixed_precision = {torch.bfloat16: "bf16", torch.float16: "fp16"}.get(dtype, "no")
    # One process, one device: two of them would make a step of twice the rows, unasked.
    arguments._n_gpu = min(1, arguments.n_gpu)
    return arguments

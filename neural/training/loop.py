"""One training, from start or checkpoint to the best epoch; imported by ``fit`` alone (seconds)."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from torch import nn
from transformers import TrainerState

from worthit.core.errors import UntrainableError
from worthit.core.progress import progress
from worthit.neural.training.batches import Examples
from worthit.neural.training.checkpoints import (
    STATE,
    forget_score,
    history_of,
    last_whole,
    read_weights,
    step_of,
)
from worthit.neural.training.clock import Clock
from worthit.neural.training.memory import memory_errors
from worthit.neural.training.ranks import agreed, leads, seed_apart
from worthit.neural.training.scores import METRICS
from worthit.neural.training.trainer import ClassifierTrainer
from worthit.neural.training.watch import Watch, epochs_since_best
from worthit.neural.training.writing import writing_errors

if TYPE_CHECKING:
    from worthit.neural.training.classifier import NeuralClassifier

__all__ = ["Outcome", "train"]

NAMES = {"loss": "train_loss", "eval_loss": "validation_loss"} | {
    f"eval_{metric}": f"validation_{metric}" for metric in METRICS if metric != "loss"
}


@dataclass(frozen=True)
class Outcome:
    """What a training leaves besides the network's weights.

    Attributes
    ----------
    history : list of dict
        For each epoch its losses, validation scores and seconds.
    best_epoch : float
        The epoch whose weights were kept, counted from 1; an epoch broken off is a fraction.
    stopped : str
        Why training ended.
    notes : list of str
        What else the reader of the run should know.
    """

    history: list[dict[str, Any]]
    best_epoch: float
    stopped: str
    notes: list[str]


@memory_errors()
def train(
    classifier: "NeuralClassifier",
    network: nn.Module,
    training: Examples,
    validation: Examples | None,
    workspace: Path,
    clock: Clock,
    hopeless: Callable[[float], bool] | None = None,
) -> Outcome:
    """Train a network in place, going on from the last checkpoint if there is one.

    With validation data, training ends when the score has not risen for ``patience`` epochs, and
    the best epoch's weights are kept; without, all epochs are done and the last one is kept.

    Parameters
    ----------
    classifier : NeuralClassifier
        Whose hyper-parameters hold.
    network : torch.nn.Module
        Returns logits (batch, classes).
    training, validation : Examples
        Encoded data.
    workspace : pathlib.Path
        Where checkpoints are kept.
    clock : Clock
        Counts the seconds of this fit, and says when they are over.
    hopeless : callable, optional
        Gets each epoch's validation score and says whether to give up.

    Returns
    -------
    Outcome
        The learning curve and why it ends.

    Raises
    ------
    UntrainableError
        If the weights have grown beyond all numbers, or memory does not suffice.
    OSError
        If a checkpoint cannot be written. An equal fit goes on from the one before.
    """
    metric, patience = classifier.metric, classifier.patience_
    n_batches = -(-len(training) // classifier.batch_size)
    with progress(classifier.epochs_ * n_batches, f"training {classifier.name}", "batch") as bar:
        watch = Watch(bar, metric, patience, clock, hopeless)
        trainer = ClassifierTrainer(classifier, network, training, validation, workspace, watch)
        checkpoint = last_whole(workspace) if leads() else None
        history = history_of(checkpoint) if checkpoint else []
        # Within an epoch training is scored where a time limit has broken it off, and there alone.
        scored = bool(checkpoint and history and history[-1]["step"] == step_of(checkpoint))
        over = scored and clock.over
        if not over:
            history = [entry for entry in history if entry["step"] % n_batches == 0]
        watch.recall(history)
        done = watch.given_up or epochs_since_best(history, metric) >= patience
        if checkpoint and not (over or done):
            forget_score(checkpoint, n_batches, metric)
        checkpoint, finished = agreed((checkpoint, bool(checkpoint and (over or done))))
        if checkpoint:
            trainer.recall(checkpoint)
        if checkpoint and finished:
            # Nothing is left to do but to keep the best: one more step would be one too many.
            watch.out_of_time = over
            trainer.state = TrainerState.load_from_json(str(checkpoint / STATE))
        else:
            seed_apart(classifier.seed)
            try:
                with writing_errors(workspace):
                    trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
            finally:
                for name in ("forward", "_original_forward"):
                    vars(network).pop(name, None)  # wrapped for half precision, and left so
    if not leads():  # the first process has the files, and says how it went
        return Outcome([], 0, "", [])
    state = trainer.state
    best_step = state.best_global_step or state.global_step
    if validation is not None or finished:
        read_weights(network, workspace / f"checkpoint-{best_step}")
    if not all(weights.isfinite().all() for weights in network.parameters()):
        rate = classifier.rate
        raise UntrainableError(
            f"Training diverged with learning_rate={rate!r}; choose a smaller one."
        )
    broken_off = state.global_step % n_batches > 0  # by a time limit; patience is of whole epochs
    if watch.given_up:
        stopped = f"the search gave it up after {_whole(state.epoch or 0)} epochs"
    elif not broken_off and epochs_since_best(state.log_history, metric) >= patience:
        stopped = f"validation {metric} had not improved for {patience} epochs"
    elif watch.out_of_time and state.global_step < classifier.epochs_ * n_batches:
        epoch = _whole(round(state.global_step / n_batches, 2))
        stopped = f"the time limit was reached after {epoch} of {classifier.epochs_} epochs"
    else:
        stopped = f"all {classifier.epochs_} epochs were done"
    best_epoch = _whole(best_step / n_batches)
    return Outcome(_history(state.log_history), best_epoch, stopped, trainer.notes())


def _history(log_history: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Join what the Trainer logs apart: an epoch's training loss, then its validation scores."""
    epochs: dict[int, dict[str, Any]] = {}
    for entry in log_history:
        if not entry.keys() & {"loss", "eval_loss"}:
            continue  # the summary at the end
        epoch = epochs.setdefault(entry["step"], {"epoch": _whole(entry["epoch"])})
        epoch["seconds"] = entry["seconds"]
        for theirs, ours in NAMES.items():
            if theirs in entry:
                epoch[ours] = entry[theirs]
    return list(epochs.values())


def _whole(epoch: float) -> float:
    """Return 3 for 3.0; 2.5 stays."""
    return int(epoch) if epoch == int(epoch) else epoch

"""transformers' Trainer as all our networks use it: logits in, weighted cross-entropy out."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy
from transformers import EvalPrediction
from transformers.trainer_utils import EvalLoopOutput

from worthit.neural.training.balance import class_weights
from worthit.neural.training.batches import Examples
from worthit.neural.training.memory import RowsAtOnce
from worthit.neural.training.ranks import n_ranks
from worthit.neural.training.scores import scorer
from worthit.neural.training.spread import SpreadTrainer
from worthit.neural.training.watch import Watch

if TYPE_CHECKING:
    from worthit.neural.training.classifier import NeuralClassifier

__all__ = ["SECOND_TASK", "ClassifierTrainer"]

TOLD = ("labels", "second")  # of a batch: what the network must not see
SECOND_TASK = 0.5  # weight of an auxiliary task's loss beside the task's own


class ClassifierTrainer(SpreadTrainer):
    """Trains a network that turns a batch into logits.

    Parameters
    ----------
    classifier : NeuralClassifier
        Whose hyper-parameters, classes and way of padding hold.
    network : torch.nn.Module
        Returns logits (batch, classes).
    training, validation : Examples
        Encoded data; without validation nothing is scored.
    workspace : pathlib.Path
        Where checkpoints are kept.
    watch : Watch
        Follows the training.
    """

    def __init__(
        self,
        classifier: "NeuralClassifier",
        network: nn.Module,
        training: Examples,
        validation: Examples | None,
        workspace: Path,
        watch: Watch,
    ) -> None:
        score = scorer(classifier.metric, classifier.classes_, classifier.positive)

        def collate(examples: list[tuple[np.ndarray, int, int]]) -> dict[str, torch.Tensor]:
            rows, labels, second = zip(*examples, strict=True)
            told = {"labels": torch.tensor(labels), "second": torch.tensor(second)}
            return {**classifier.collate(rows), **told}

        def compute_metrics(given: EvalPrediction) -> dict[str, float]:
            guess = np.asarray(given.predictions).argmax(axis=-1)
            return score(np.asarray(given.label_ids), guess)

        super().__init__(
            classifier,
            workspace,
            watch,
            _settings(classifier, validation is not None),
            model=network,
            data_collator=collate,
            train_dataset=training,
            eval_dataset=validation and validation.sorted_by_length(),
            compute_metrics=compute_metrics,
        )
        self._scoring_rows = RowsAtOnce("scoring")
        self._rows_at_once.append(self._scoring_rows)
        self._classifier = classifier
        self._smoothing = classifier.label_smoothing
        weights = class_weights(training.labels, classifier.balance)
        self._weights = None if weights is None else torch.tensor(weights, dtype=torch.float32)

    def memory_notes(self) -> list[str]:
        """Say where memory did not suffice, for scoring as well."""
        return super().memory_notes() + self._scoring_rows.notes

    def count(self, inputs: dict[str, torch.Tensor]) -> torch.Tensor:
        """Count the rows, without those that only fill up a device's part."""
        return inputs["labels"].ge(0).sum()

    def compute_loss(
        self,
        model: nn.Module,
        inputs: dict[str, torch.Tensor],
        return_outputs: bool = False,
        num_items_in_batch: Any = None,
    ) -> torch.Tensor | tuple[torch.Tensor, dict[str, torch.Tensor]]:
        """Return cross-entropy; smoothing and class weights act while training only.

        Weights are not divided by their sum over the batch: so the loss is a plain mean over
        rows, and a batch taken in two halves gives the same gradient. While training it is the
        part's share of the mean over the whole step. While training, too, a network may give more
        logits than there are classes: those of an auxiliary task.
        """
        labels, second = inputs["labels"], inputs["second"]
        logits = model(**{k: value for k, value in inputs.items() if k not in TOLD})
        n_classes = len(self._classifier.classes_)
        logits, other = logits[:, :n_classes], logits[:, n_classes:]
        smoothing = self._smoothing if model.training else 0.0
        losses = cross_entropy(
            logits.float(), labels, label_smoothing=smoothing, ignore_index=-1, reduction="none"
        )  # (batch,)
        if model.training and self._weights is not None:
            losses = losses * self._weights.to(labels.device)[labels]
        if other.shape[1]:
            told = cross_entropy(other.float(), second, ignore_index=-1, reduction="none")
            losses = losses + SECOND_TASK * told
        loss = losses.sum() / self.in_step if model.training else losses.mean()
        return (loss, {"logits": logits}) if return_outputs else loss

    def prediction_step(
        self,
        model: nn.Module,
        inputs: dict[str, torch.Tensor],
        prediction_loss_only: bool,
        ignore_keys: list[str] | None = None,
    ) -> tuple[torch.Tensor | None, torch.Tensor | None, torch.Tensor | None]:
        """Score a batch, in parts if memory does not suffice for all of it."""
        step = super().prediction_step
        parts = self._scoring_rows.take(
            inputs, lambda part: step(model, part, prediction_loss_only, ignore_keys)
        )
        if len(parts) == 1:
            return parts[0]
        losses, logits, labels = zip(*parts, strict=True)
        shares = torch.tensor([len(part) / len(inputs["labels"]) for part in labels])
        loss = (torch.stack(losses) * shares.to(losses[0].device)).sum()
        return loss, torch.cat(logits), torch.cat(labels)

    def evaluation_loop(self, *given: Any, **more: Any) -> EvalLoopOutput:
        """Score all rows; take the loss from the answers, where devices saw some rows twice."""
        outcome = super().evaluation_loop(*given, **more)
        if n_ranks() > 1:
            logits, labels = map(torch.as_tensor, (outcome.predictions, outcome.label_ids))
            assert outcome.metrics is not None
            outcome.metrics["eval_loss"] = cross_entropy(logits.float(), labels).item()
        return outcome

    def create_optimizer(self, model: nn.Module | None = None) -> torch.optim.Optimizer:
        """Give some weights a learning rate of their own, where the classifier says so."""
        if self.optimizer is not None:
            return self.optimizer
        optimizer = super().create_optimizer(model)
        network: Any = self.model
        special, factor = self._classifier.own_rate(network)
        chosen = {id(weights) for weights in special}
        for group in list(optimizer.param_groups):
            part = [weights for weights in group["params"] if id(weights) in chosen]
            if part:
                group["params"] = [w for w in group["params"] if id(w) not in chosen]
                optimizer.add_param_group(group | {"params": part, "lr": factor * group["lr"]})
        return optimizer


def _settings(classifier: "NeuralClassifier", validated: bool) -> dict[str, Any]:
    return {
        "num_train_epochs": classifier.epochs_,
        "learning_rate": classifier.rate,
        "warmup_steps": classifier.warmup,  # below 1 it is a share of all steps
        "eval_strategy": "epoch" if validated else "no",
        "metric_for_best_model": classifier.metric if validated else None,
        "greater_is_better": classifier.metric != "loss",
        "save_total_limit": 2,  # the best and the last one
        "label_names": ["labels"],
    }

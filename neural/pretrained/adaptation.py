"""Domain adaptation: a body goes on with masked-language modelling on the task's own texts."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from safetensors import safe_open
from torch import nn
from torch.nn.functional import cross_entropy, gelu
from transformers import TrainerState

from worthit.core.progress import progress
from worthit.neural.pretrained.network import PretrainedNetwork
from worthit.neural.training.batches import Examples, pad_rows
from worthit.neural.training.checkpoints import ADAPTING, STATE, forget, last_whole, read_weights
from worthit.neural.training.clock import Clock
from worthit.neural.training.memory import memory_errors
from worthit.neural.training.ranks import agreed, leads, seed_apart
from worthit.neural.training.saving import load_weights, save_weights
from worthit.neural.training.spread import SpreadTrainer
from worthit.neural.training.watch import Watch
from worthit.neural.training.writing import writing_errors

if TYPE_CHECKING:
    from worthit.neural.pretrained.classifier import PretrainedClassifier

__all__ = ["adapt", "mask_tokens"]

SHARE = 0.15  # of the tokens are to be guessed (Devlin et al., 2019)
UNSEEN = -100
# Where checkpoints keep the head that guesses tokens: BERT's names, those of its first version
# (gamma and beta), and RoBERTa's.
STORED = {
    "dense.weight": ("cls.predictions.transform.dense.weight", "lm_head.dense.weight"),
    "dense.bias": ("cls.predictions.transform.dense.bias", "lm_head.dense.bias"),
    "norm.weight": (
        "cls.predictions.transform.LayerNorm.weight",
        "cls.predictions.transform.LayerNorm.gamma",
        "lm_head.layer_norm.weight",
    ),
    "norm.bias": (
        "cls.predictions.transform.LayerNorm.bias",
        "cls.predictions.transform.LayerNorm.beta",
        "lm_head.layer_norm.bias",
    ),
    "bias": ("cls.predictions.bias", "lm_head.bias"),
}


def adapt(
    classifier: "PretrainedClassifier",
    network: PretrainedNetwork,
    training: Examples,
    folder: Path,
    clock: Clock,
) -> list[str]:
    """Train the whole body in place to guess hidden tokens of the training texts.

    Gururangan et al. (2020) call it task-adaptive pretraining. An interrupted one, or one
    whose time was over, goes on from its last step; a finished one is read from the folder.

    Returns
    -------
    list of str
        What was done, in sentences.
    """
    finished, done = folder / "adapted.safetensors", float(classifier.adapt)
    if agreed(finished.is_file()):
        load_weights(network, finished)
        with safe_open(str(finished), framework="pt") as stored:
            notes = json.loads((stored.metadata() or {}).get("notes", "[]"))
    else:
        with network.thawed():
            done, notes = _train(classifier, network, training, folder, clock)
        if leads() and done == classifier.adapt:
            save_weights(network, finished, {"notes": json.dumps(notes)})
            shutil.rmtree(folder / ADAPTING, ignore_errors=True)
    epochs = "1 epoch" if classifier.adapt == 1 else f"{classifier.adapt} epochs"
    how, why = f"by {epochs}", ""
    if done < classifier.adapt:
        how, why = f"for {done:.3g} of {epochs}", ": the time was over"
    told = (
        f"The body was first adapted {how} of masked-language modelling on the "
        f"{len(training):,} training inputs{why}."
    )
    return [told, *notes]


def mask_tokens(
    input_ids: torch.Tensor, maskable: torch.Tensor, mask: int, n_tokens: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """Choose 15 % of the tokens: 80 % of them are hidden, 10 % exchanged, 10 % left as they are.

    Parameters
    ----------
    input_ids : torch.Tensor
        (batch, time).
    maskable : torch.Tensor
        (batch, time), True where a token may be chosen.
    mask : int
        Id of the mask.
    n_tokens : int
        Size of the vocabulary.

    Returns
    -------
    tuple of torch.Tensor
        The ids to read, and the ids to guess (-100 elsewhere), both (batch, time).
    """
    shape, device = input_ids.shape, input_ids.device
    chosen = (torch.rand(shape, device=device) < SHARE) & maskable
    truth = input_ids.masked_fill(~chosen, UNSEEN)
    fate = torch.rand(shape, device=device)
    shown = input_ids.masked_fill(chosen & (fate < 0.8), mask)
    others = torch.randint(n_tokens, shape, device=device)
    return torch.where(chosen & (fate >= 0.9), others, shown), truth


class MaskedLanguageNetwork(nn.Module):
    """A body with a head that guesses tokens; the head's matrix is the body's word vectors."""

    def __init__(self, network: PretrainedNetwork, n_tokens: int, mask: int) -> None:
        super().__init__()
        self.mask = mask
        self.network = network
        self.dense = nn.Linear(network.width, network.width)
        self.norm = nn.LayerNorm(network.width)
        self.bias = nn.Parameter(torch.zeros(n_tokens))

    def forward(self, input_ids: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
        """Return the loss of each token to guess; the others cost nothing, not even time."""
        asked = truth != UNSEEN
        states = self.network.states(input_ids)[asked]  # (tokens to guess, width)
        words: Any = self.network.embeddings.word_embeddings
        logits = self.norm(gelu(self.dense(states))) @ words.weight.T + self.bias
        return cross_entropy(logits.float(), truth[asked], reduction="none")

    def read_head(self, source: Path | None) -> bool:
        """Take over the checkpoint's own head, and tell whether it has one, whole."""
        found = {}
        for path in sorted(source.glob("*.safetensors")) if source else ():
            with safe_open(str(path), framework="pt") as stored:
                names = set(stored.keys())
                for ours, theirs in STORED.items():
                    for name in names.intersection(theirs):
                        found[ours] = stored.get_tensor(name)
        if found.keys() != STORED.keys():
            return False
        with torch.no_grad():
            for ours, weights in found.items():
                self.get_parameter(ours).copy_(weights)
        return True


class MaskedLanguageTrainer(SpreadTrainer):
    """The Trainer with the loss above."""

    what = "adapting"

    def count(self, inputs: dict[str, torch.Tensor]) -> torch.Tensor:
        """Count the tokens to guess."""
        return inputs["truth"].ne(UNSEEN).sum()

    def training_step(
        self, model: nn.Module, inputs: dict[str, torch.Tensor], num_items_in_batch: Any = None
    ) -> torch.Tensor:
        """Hide tokens of a batch, here and not where batches are made, ahead of their step."""
        network: Any = self.model
        shown, truth = mask_tokens(**inputs, mask=network.mask, n_tokens=len(network.bias))
        inputs = {"input_ids": shown, "truth": truth}
        return super().training_step(model, inputs, num_items_in_batch)

    def compute_loss(
        self,
        model: nn.Module,
        inputs: dict[str, torch.Tensor],
        return_outputs: bool = False,
        num_items_in_batch: Any = None,
    ) -> torch.Tensor:
        """Return the part's share of the mean loss over the step's tokens to guess."""
        return model(**inputs).sum() / self.in_step


def _train(
    classifier: "PretrainedClassifier",
    network: PretrainedNetwork,
    training: Examples,
    folder: Path,
    clock: Clock,
) -> tuple[float, list[str]]:
    """Train until all epochs are done or the time is over; return how many, and what to note."""
    encoder = classifier.encoder_
    masked = MaskedLanguageNetwork(network, encoder.shape["vocab_size"], encoder.special["mask"])
    notes = []
    if not masked.read_head(encoder.source) and encoder.source:
        notes = ["The checkpoint has no head that guesses tokens; a new one learned with the body."]

    def collate(examples: Sequence[tuple[np.ndarray, int, int]]) -> dict[str, torch.Tensor]:
        rows, labels, _ = zip(*examples, strict=True)
        ids = pad_rows(rows, pad=network.pad)
        maskable = (ids != network.pad) & (ids != network.separator)
        maskable &= torch.tensor(labels).ge(0)[:, None]  # the others only fill up a part
        maskable[:, 0] = False  # the token that opens every input
        return {"input_ids": ids, "maskable": maskable}

    rate = classifier.rate * (classifier.body_rate if classifier.pretrained else 1)
    settings = {
        "num_train_epochs": classifier.adapt,
        "learning_rate": rate,
        "warmup_steps": 0.06,  # below 1 it is a share of all steps
        "save_total_limit": 1,
    }
    n_steps = classifier.adapt * -(-len(training) // classifier.batch_size)
    with progress(n_steps, f"adapting {classifier.name}", "batch") as bar:
        watch = Watch(bar, "loss", 1, clock)
        trainer = MaskedLanguageTrainer(
            classifier,
            folder / ADAPTING,
            watch,
            settings,
            model=masked,
            data_collator=collate,
            train_dataset=training,
        )
        checkpoint = last_whole(folder / ADAPTING) if leads() else None
        checkpoint, over = agreed((checkpoint, bool(checkpoint and clock.over)))
        if checkpoint:
            trainer.recall(checkpoint)
        if checkpoint and over:
            read_weights(masked, checkpoint)
            state = TrainerState.load_from_json(str(checkpoint / STATE))
        else:
            if leads():
                forget(folder)  # what a body that was adapted for less had led to
            seed_apart(classifier.seed)
            with memory_errors(), writing_errors(folder):
                trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
            state = trainer.state
    return classifier.adapt * state.global_step / n_steps, notes + trainer.memory_notes()

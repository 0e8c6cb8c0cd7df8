"""What a frozen part that runs once, and training with little waste, are worth.

    python benchmarks/neural.py [DATA] [--texts 2000] [--held-out 1000] [--epochs 5]
        [--parts frozen,tuning,gru] [--text COLUMN] [--label COLUMN]

A subsample of the training split is fitted, one of validation scores it; test is not looked at.

frozen: `transfer=head` and `freeze=5` of the packaged MiniLM's 6 layers over all epochs, where the
frozen part answers once, against two other ways. In every epoch: nothing else differs, and the
scores must be equal. Trainer: the same network with the same rates in transformers' Trainer as it
is by default (fp32, rows in random order), whose frozen weights need no gradient. Last
`transfer=head` at three learning rates, on inputs that are prepared once, as in a search, against
in every epoch.

tuning: `bert` as it is by default on large data (3 epochs) against transformers' Trainer with its
own defaults (batches of 8, 5e-5, 3 epochs, fp32, rows in random order), until they first have the
accuracy that both reach.

gru: `gru` as it is by default on large data (8 epochs) against a plain loop (batches of 32 in
random order, Adam, scores of all training data and of validation twice an epoch) of all epochs,
likewise.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy
from torch.nn.utils.rnn import pad_sequence
from transformers import (
    AutoModelForSequenceClassification,
    AutoTokenizer,
    DataCollatorWithPadding,
    PrinterCallback,
    Trainer,
    TrainingArguments,
)

from worthit import experiment
from worthit.neural.bert import BERT
from worthit.neural.gru import GRU
from worthit.neural.pretrained.checkpoint import find_checkpoint
from worthit.neural.training.vocabulary import Vocabulary

Part = tuple[list[str], list[str]]  # texts and labels
Curve = list[tuple[float, float]]  # seconds since the start, validation accuracy
RATES = (5e-4, 1e-3, 2e-3)
SECTION = "{:26}{:>12}{:>12}{:>9}{:>12}{:>12}"


class Anew(BERT):
    """The same model, its frozen part answering in every epoch."""

    keeps_frozen = False


def main() -> None:
    """Print a table for each part."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", nargs="?")
    parser.add_argument("--texts", type=int, default=2000)
    parser.add_argument("--held-out", type=int, default=1000)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--parts", default="frozen,tuning,gru")
    parser.add_argument("--text")
    parser.add_argument("--label")
    options = parser.parse_args()
    named = {name: getattr(options, name) for name in ("text", "label") if getattr(options, name)}
    dataset = experiment.load(options.data, **named)
    training = drawn(dataset.train, options.texts)
    held_out = drawn(dataset.validation, options.held_out)
    print(
        f"{dataset.name}: {len(training[0]):,} texts to train on, {len(held_out[0]):,} held out, "
        f"{torch.get_num_threads()} threads"
    )
    parts: dict[str, Callable[[Part, Part, int], None]] = {
        "frozen": frozen,
        "tuning": tuning,
        "gru": recurrent,
    }
    for part in options.parts.split(","):
        parts[part](training, held_out, options.epochs)


def drawn(split: Any, n: int) -> Part:
    """Draw a subsample of a split."""
    rows = np.random.default_rng(0).permutation(len(split))[:n]
    return [split.inputs[i] for i in rows], [split.labels[i] for i in rows]


def frozen(training: Part, held_out: Part, epochs: int) -> None:
    """Compare fits whose frozen part answers once with other ways to the same network."""
    print("\n" + SECTION.format("frozen part", "other way", "once", "ratio", "best", "best"))
    BERT(epochs=1).fit(training[0][:64], training[1][:64])  # whatever is only done once
    fits: dict[str, list[dict[str, Any]]] = {
        "transfer=head": [{"transfer": "head"}],
        "freeze=5": [{"freeze": 5}],
        "head, 3 rates": [{"transfer": "head", "learning_rate": rate} for rate in RATES],
    }
    for name, settings in fits.items():
        print(f"{name}, {epochs} epochs")
        fitted, took, best = fit_all(BERT, settings, training, held_out, epochs)
        _, other_took, other_best = fit_all(Anew, settings, training, held_out, epochs)
        apart = max(abs(a - b) for a, b in zip(best, other_best, strict=True))
        equal = "" if apart * len(held_out[0]) < 1.5 else "  scores NOT equal"  # items
        row("  in every epoch", (other_took, took), (max(other_best), max(best)), equal)
        if len(fitted) > 1:
            continue
        plain = frozen_plainly(fitted[0], training, held_out)
        row("  Trainer", (plain[-1][0], took), (max(score for _, score in plain), max(best)))


def fit_all(
    model: type[BERT],
    settings: list[dict[str, Any]],
    training: Part,
    held_out: Part,
    epochs: int,
) -> tuple[list[BERT], float, list[float]]:
    """Fit a model with each of some settings, on inputs that are prepared once.

    Returns
    -------
    tuple of (list of BERT, float, list of float)
        The fits, the seconds that all took, and the best accuracy of each.
    """
    start = time.perf_counter()
    parts = [(model().prepare(inputs), labels) for inputs, labels in (training, held_out)]
    fitted = [model(epochs=epochs, patience=epochs, **each) for each in settings]
    for each in fitted:
        each.fit(*parts[0], parts[1])
    took = time.perf_counter() - start
    curves = ([epoch["validation_accuracy"] for epoch in each.history_] for each in fitted)
    return fitted, took, [max(curve) for curve in curves]


class WithLoss(nn.Module):
    """A network of ours as the Trainer expects one."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(
        self, input_ids: torch.Tensor, labels: torch.Tensor, **_: torch.Tensor
    ) -> dict[str, torch.Tensor]:
        """Compute logits (batch, classes) and their loss."""
        logits = self.network(input_ids)
        return {"loss": cross_entropy(logits, labels), "logits": logits}


def frozen_plainly(fitted: Any, training: Part, held_out: Part) -> Curve:
    """Train the network of a fitted model anew, with its rates and epochs in a stock Trainer."""
    start = time.perf_counter()
    network = fitted.new_network(fitted.encoder_, len(fitted.classes_))
    special, factor = fitted.own_rate(network)
    ids = {id(weights) for weights in special}
    learning = [weights for weights in network.parameters() if weights.requires_grad]
    rate = fitted.rate
    groups = [
        {"params": [w for w in learning if id(w) in ids], "lr": factor * rate},
        {"params": [w for w in learning if id(w) not in ids], "lr": rate},
    ]
    optimizer = torch.optim.AdamW([g for g in groups if g["params"]], weight_decay=0.01)
    return in_trainer(
        WithLoss(network),
        training,
        held_out,
        start,
        optimizers=(optimizer, None),
        num_train_epochs=fitted.epochs_,
        warmup_steps=fitted.warmup,
        per_device_train_batch_size=fitted.batch_size,
    )


def row(name: str, seconds: Sequence[float], scores: Sequence[float], end: str = "") -> None:
    """Print a line of a table: the other way, ours, and how many times faster ours is."""
    other, ours = seconds
    cells = (f"{other:.1f} s", f"{ours:.1f} s", f"{other / ours:.1f}")
    print(SECTION.format(name, *cells, *(f"{100 * score:.2f}" for score in scores)) + end)


def until_equal(name: str, other: Curve, ours: Curve) -> None:
    """Print how long each took until it first had the accuracy that both reach."""
    bests = [max(accuracy for _, accuracy in curve) for curve in (other, ours)]
    target = min(bests)
    seconds = [next(s for s, accuracy in curve if accuracy >= target) for curve in (other, ours)]
    row(name, seconds, bests, f"  to {100 * target:.2f}")


def our_curve(model: Any, training: Part, held_out: Part) -> Curve:
    """Fit one of our models; what it took beside its epochs counts as if it came before them."""
    start = time.perf_counter()
    model.fit(*training, held_out)
    seconds = [epoch["seconds"] for epoch in model.history_]
    before = time.perf_counter() - start - sum(seconds)
    scores = [epoch["validation_accuracy"] for epoch in model.history_]
    return [(before + sum(seconds[: n + 1]), score) for n, score in enumerate(scores)]


def tuning(training: Part, held_out: Part, epochs: int) -> None:
    """Compare default fine-tuning with the Trainer's own defaults."""
    print("\n" + SECTION.format("fine-tuning", "Trainer", "bert", "ratio", "best", "best"))
    BERT(epochs=1).fit(training[0][:64], training[1][:64])  # whatever is only done once
    ours = our_curve(BERT(epochs=3, metric="accuracy"), training, held_out)
    until_equal("to the same accuracy", stock_trainer(training, held_out), ours)


class Rows(torch.utils.data.Dataset):
    """Tokenised texts with their class numbers, as the Trainer's examples show it."""

    def __init__(self, tokenizer: Any, part: Part, classes: np.ndarray) -> None:
        self.tokens = tokenizer(part[0], truncation=True)
        self.labels = np.searchsorted(classes, part[1])

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, i: int) -> dict[str, Any]:
        tokens = {name: values[i] for name, values in self.tokens.items()}
        return tokens | {"labels": int(self.labels[i])}


def stock_trainer(training: Part, held_out: Part) -> Curve:
    """Fine-tune the packaged MiniLM with all of the Trainer's defaults."""
    start = time.perf_counter()
    model = AutoModelForSequenceClassification.from_pretrained(
        packaged(), num_labels=len(np.unique(training[1]))
    )
    return in_trainer(model, training, held_out, start)


def packaged() -> Path:
    """Return the packaged MiniLM's folder."""
    return find_checkpoint(None, None, ("bert",)).folder


def in_trainer(
    model: nn.Module,
    training: Part,
    held_out: Part,
    start: float,
    optimizers: tuple[Any, None] = (None, None),
    **arguments: Any,
) -> Curve:
    """Train a model in transformers' Trainer, with its defaults but for what is given."""
    classes = np.unique(training[1])
    tokenizer = AutoTokenizer.from_pretrained(packaged())
    parts = [Rows(tokenizer, part, classes) for part in (training, held_out)]
    curve: Curve = []

    def score(given: Any) -> dict[str, float]:
        accuracy = float(np.mean(given.predictions.argmax(axis=1) == given.label_ids))
        curve.append((time.perf_counter() - start, accuracy))
        return {"accuracy": accuracy}

    with tempfile.TemporaryDirectory() as work:
        settings = TrainingArguments(
            output_dir=work, eval_strategy="epoch", save_strategy="no", report_to="none",
            disable_tqdm=True, use_cpu=not torch.cuda.is_available(), seed=0, **arguments,
        )  # fmt: skip
        trainer = Trainer(
            model=model,
            args=settings,
            data_collator=DataCollatorWithPadding(tokenizer),
            train_dataset=parts[0],
            eval_dataset=parts[1],
            compute_metrics=score,
            optimizers=optimizers,
        )
        trainer.remove_callback(PrinterCallback)
        trainer.train()
    return curve


def recurrent(training: Part, held_out: Part, epochs: int) -> None:
    """Compare gru with the loop that most people write."""
    print("\n" + SECTION.format("recurrent", "plain loop", "gru", "ratio", "best", "best"))
    GRU(epochs=1).fit(training[0][:64], training[1][:64])  # whatever is only done once
    ours = our_curve(GRU(epochs=8, metric="accuracy"), training, held_out)
    until_equal("to the same accuracy", plain_loop(training, held_out, epochs), ours)


class PlainGRU(nn.Module):
    """Embedding, GRU, maximum over time, tanh, linear, dropout, tanh, linear."""

    def __init__(self, n_words: int, n_classes: int, width: int = 128) -> None:
        super().__init__()
        self.words = nn.Embedding(n_words, width, padding_idx=0)
        self.cell = nn.GRU(width, width, batch_first=True)
        self.inner, self.outer = nn.Linear(width, width), nn.Linear(width, n_classes)
        self.dropout = nn.Dropout(0.1)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        """Compute logits (batch, classes) from word ids (batch, time)."""
        pooled = self.cell(self.words(ids))[0].amax(dim=1)
        return self.outer(torch.tanh(self.dropout(self.inner(torch.tanh(pooled)))))


def plain_loop(training: Part, held_out: Part, epochs: int) -> Curve:
    """Train by batches of 32 in random order, scoring everything twice an epoch."""
    torch.manual_seed(0)
    start = time.perf_counter()
    words = Vocabulary.learn(training[0], min_count=5, size=50_000)
    classes = np.unique(training[1])
    rows, asked = (tensors(words, part, classes) for part in (training, held_out))
    model = PlainGRU(len(words), len(classes))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    curve: Curve = []
    half = max(1, len(rows) // 64)
    for _ in range(epochs):
        order = torch.randperm(len(rows)).tolist()
        for step, begin in enumerate(range(0, len(rows), 32), start=1):
            model.train()
            ids, truth = together([rows[i] for i in order[begin : begin + 32]])
            loss = cross_entropy(model(ids), truth)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            if step % half == 0:
                accuracy(model, rows)
                score = accuracy(model, asked)
                curve.append((time.perf_counter() - start, score))
    return curve


def tensors(words: Vocabulary, part: Part, classes: np.ndarray) -> list[tuple[torch.Tensor, int]]:
    """Turn texts into ids, words that are not known into one."""
    ids = words.encode(part[0], 256).rows
    numbers = np.searchsorted(classes, part[1])
    known = (np.where(row < len(words), row, 1) for row in ids)
    return [(torch.tensor(row), int(n)) for row, n in zip(known, numbers, strict=True)]


def together(rows: Sequence[tuple[torch.Tensor, int]]) -> tuple[torch.Tensor, torch.Tensor]:
    """Pad a batch to its longest row."""
    ids, truth = zip(*rows, strict=True)
    return pad_sequence(list(ids), batch_first=True).long(), torch.tensor(truth)


def accuracy(model: nn.Module, rows: Sequence[tuple[torch.Tensor, int]]) -> float:
    """Score all rows by batches of 32."""
    model.eval()
    right = 0
    with torch.no_grad():
        for begin in range(0, len(rows), 32):
            ids, truth = together(rows[begin : begin + 32])
            right += int((model(ids).argmax(dim=1) == truth).sum())
    return right / len(rows)


if __name__ == "__main__":
    main()

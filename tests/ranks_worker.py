"""One of two processes that train together, for test_neural_ranks.py; started by its launcher."""

import shutil
import sys
import weakref
from pathlib import Path

import numpy as np
import torch
import torch.distributed as group
from transformers import trainer

from worthit.core.files import write_json
from worthit.core.launched import follows
from worthit.neural.bert import BERT
from worthit.neural.gru import GRU
from worthit.neural.training import watch
from worthit.neural.training.ranks import dismiss, fit_together, join, serve
from worthit.neural.training.recurrent import RecurrentNetwork

FEW = 3  # inputs that the second process has memory for
SMALL = {
    "epochs": 3, "batch_size": 9, "learning_rate": 0.01, "dropout": 0.0, "precision": "fp32",
}  # fmt: skip
RNG = np.random.default_rng(0)
WORDS = {"sport": "goal match team coach", "money": "bank share profit price"}
LABELS = [("sport", "money")[i % 2] for i in range(70)]
TEXTS = [" ".join(RNG.choice([*WORDS[label].split(), "the"], 5)) for label in LABELS]
MOODS = ["good" if "goal" in text else "bad" for text in TEXTS]
VALIDATION = (TEXTS[50:], LABELS[50:])


def classifiers(tiny):
    """Return the networks that are trained, with what their fits take besides texts."""
    body = SMALL | {"checkpoint": tiny, "epochs": 2}
    recurrent = {"hidden": 8, "embedding": 8, "word_dropout": 0.0, "balance": "weights"}
    return {
        "gru": (GRU(**SMALL, **recurrent), {}),
        "head": (BERT(**body, transfer="head", auxiliary="mood"), {"auxiliary": MOODS[:50]}),
        "adapted": (BERT(**body, adapt=1, prune_heads=0.3, freeze=2), {}),
        "stopped": (GRU(**SMALL | {"epochs": 900, "patience": 900}), {"time_limit": 1.0}),
    }


def scarce():
    """Let a recurrent network run out of memory on more than so many rows."""
    forward = RecurrentNetwork.forward

    def failing(self, input_ids):
        if self.training and len(input_ids) > FEW:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return forward(self, input_ids)

    RecurrentNetwork.forward = failing


def told(classifier):
    return {name: getattr(classifier, f"{name}_") for name in ("history", "stopped", "notes")}


def go_on_within_an_epoch(workspace, classifier):
    """Train, then train again from the middle of the second epoch's 6 steps."""
    watch.BETWEEN = 0.0  # a checkpoint after each step
    trainer.rotate_checkpoints = lambda **_: None  # and all of them stay
    given = (classifier, TEXTS[:50], LABELS[:50], VALIDATION)
    fit_together(*given, workspace=workspace)
    whole = classifier.predict_proba(TEXTS)
    for step in range(10, 19):
        shutil.rmtree(workspace / f"checkpoint-{step}")
    before = (workspace / "checkpoint-9" / "trainer_state.json").stat().st_mtime_ns
    history = classifier.history_
    fit_together(*given, workspace=workspace)
    assert (workspace / "checkpoint-9" / "trainer_state.json").stat().st_mtime_ns == before
    np.testing.assert_allclose(classifier.predict_proba(TEXTS), whole, atol=1e-6)
    for ours, theirs in zip(classifier.history_, history, strict=True):
        np.testing.assert_allclose(ours["train_loss"], theirs["train_loss"], rtol=1e-5)


def main():
    tiny, folder = sys.argv[1], Path(sys.argv[2])
    if follows():
        scarce()
        serve()
        return
    join()
    world = weakref.ref(group.group.WORLD)
    for name, (classifier, more) in classifiers(tiny).items():
        workspace = folder / name
        fit_together(classifier, TEXTS[:50], LABELS[:50], VALIDATION, workspace=workspace, **more)
        np.save(folder / f"{name}.npy", classifier.predict_proba(TEXTS))
        write_json(folder / f"{name}.json", told(classifier))
    go_on_within_an_epoch(folder / "resumed", classifiers(tiny)["gru"][0])
    dismiss()
    assert world() is None, "threads of the group go on while the interpreter ends"


if __name__ == "__main__":
    main()

"""A small network that trains in a moment on toy texts, and what may go wrong meanwhile."""

import shutil

import numpy as np
import torch

from worthit.neural.gru import GRU
from worthit.neural.training.recurrent import RecurrentNetwork

WORDS = {"a": "goal match team coach", "b": "bank share profit price", "c": "moon star comet orbit"}
SMALL = {"epochs": 4, "batch_size": 8, "hidden": 8, "embedding": 8, "learning_rate": 0.01}


def toy(n=64, seed=0, share=(0.5, 0.3, 0.2)):
    generator = np.random.default_rng(seed)
    labels = [str(label) for label in generator.choice(list(WORDS), n, p=share)]
    sizes = generator.integers(1, 9, n)
    texts = [
        " ".join(generator.choice([*WORDS[label].split(), "the", "of", "goal"], size))
        for label, size in zip(labels, sizes, strict=True)
    ]
    return texts, labels


TRAINING, VALIDATION, TEST = toy(), toy(24, seed=1), toy(40, seed=2)[0]


def fit(workspace=None, time_limit=None, validation=VALIDATION, **values):
    model = GRU(**(SMALL | values))
    return model.fit(*TRAINING, validation, workspace=workspace, time_limit=time_limit)


class PowerCut(BaseException):
    """Comes out of training unannounced, as Ctrl-C does."""


def cut_after(monkeypatch, n_batches):
    forward = RecurrentNetwork.forward
    count = 0

    def failing(self, input_ids):
        nonlocal count
        count += self.training
        if count > n_batches:
            raise PowerCut
        return forward(self, input_ids)

    monkeypatch.setattr(RecurrentNetwork, "forward", failing)


def scarce(monkeypatch, most):
    """Let the network run out of memory on more than so many rows."""
    forward = RecurrentNetwork.forward
    sizes = []

    def failing(self, input_ids):
        if len(input_ids) > most:
            raise torch.OutOfMemoryError("CUDA out of memory")
        if self.training:
            sizes.append(len(input_ids))
        return forward(self, input_ids)

    monkeypatch.setattr(RecurrentNetwork, "forward", failing)
    return sizes


def interrupted_in_the_second_epoch(tmp_path):
    """Leave what a fit had written when it was interrupted, and return its whole outcome."""
    whole = fit(tmp_path, patience=9)
    first, *later = sorted(tmp_path.glob("checkpoint-*"), key=lambda one: int(one.name[11:]))
    for checkpoint in later:
        shutil.rmtree(checkpoint)
    return whole, first


def timeless(history):
    return [{key: value for key, value in epoch.items() if key != "seconds"} for epoch in history]

"""Smaller training parts of the same data, to learn what more of it would bring."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from worthit.core.errors import InputError
from worthit.core.progress import say
from worthit.corpus.dataset import Dataset
from worthit.corpus.split import Split
from worthit.corpus.splitting import components, hold_out

__all__ = ["nested_parts", "with_training_size"]

PER_CLASS = 10  # training items, on average: below it a score says more of the draw than of a model


def with_training_size(dataset: Dataset, n_items: int, seed: int) -> Dataset:
    """Keep about so many training items, stratified by label; validation and test stay.

    Equal inputs and groups stay together. A smaller choice is not part of a larger one.

    Parameters
    ----------
    dataset : Dataset
        Checked and split.
    n_items : int
        Training items wished for.
    seed : int
        Of the choice, the split's seed.

    Raises
    ------
    InputError
        If there are not so many.
    """
    train = dataset.train
    if n_items == len(train):
        return dataset
    if not 0 < n_items < len(train):
        raise InputError(
            f"Got data.size={n_items}, but {dataset.name} has {len(train):,} training items; give "
            "a size up to that."
        )
    together = components(train.keys, train.groups)
    share = n_items / len(train)
    kept = hold_out(train.labels, together, share, (seed, 5, n_items), every_class=True)
    return replace(dataset, train=train.take(kept), content=dataset.sha256)


def nested_parts(dataset: Dataset, shares: Sequence[float], seed: int) -> list[Dataset]:
    """Keep growing shares of train and of validation, each part of the next; test stays.

    Both shrink, since both are labelled items that somebody paid for: a baseline is refitted on
    validation as well, which would be most of what it learns from if only train were smaller.
    Stratified by label; equal inputs and groups stay together.

    Parameters
    ----------
    dataset : Dataset
        Checked and split.
    shares : sequence of float
        Growing, below 1.
    seed : int
        Of the choice, the split's seed.

    Returns
    -------
    list of Dataset
        The smallest first, without those in which a class would have too few items.
    """
    parts: list[Dataset] = []
    larger, at = dataset, 1.0
    for share in reversed(shares):
        try:
            train = _part(larger.train, share / at, seed, every_class=True)
            validation = _part(larger.validation, share / at, seed, every_class=False)
            smaller = replace(dataset, train=train, validation=validation, content=dataset.sha256)
        except InputError:
            smaller = None
        if smaller is None or len(smaller.train) < PER_CLASS * len(dataset.classes):
            say(f"{dataset.name}: {share:.4g} of the training items and less are too few.")
            break
        parts.insert(0, smaller)
        larger, at = smaller, share
    return parts


def _part(split: Split, share: float, seed: int, *, every_class: bool) -> Split:
    together = components(split.keys, split.groups)
    chosen = hold_out(split.labels, together, share, (seed, 6, len(split)), every_class=every_class)
    return split.take(np.asarray(chosen))

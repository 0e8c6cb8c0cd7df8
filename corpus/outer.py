"""Outer folds for small data: every item is a test item once."""

from dataclasses import replace

import numpy as np
import pandas as pd

from worthit.core.errors import InputError
from worthit.corpus.dataset import Dataset
from worthit.corpus.split import Split
from worthit.corpus.splitting import components, hold_out

__all__ = ["outer_folds", "pooled"]

VALIDATION_SHARE = 0.1


def outer_folds(dataset: Dataset, n_folds: int, seed: int) -> list[Dataset]:
    """Cut a data set into folds, each with the rest as train and validation.

    All items take part, also those of delivered test and validation splits. Folds are stratified;
    equal inputs and rows of one group stay in one fold.

    Parameters
    ----------
    dataset : Dataset
        Checked; its own split is forgotten.
    n_folds : int
        At least 2.
    seed : int
        Alone fixes the folds.

    Returns
    -------
    list of Dataset
        In each, ``test`` is one fold.

    Raises
    ------
    InputError
        If there are fewer than two folds, ids repeat, or a class has too few items or groups.
    """
    if n_folds < 2:
        raise InputError(f"Got {n_folds} outer folds; give 2 or more.")
    everything = _joined(list(dataset.splits.values()))
    if len(set(everything.ids)) < len(everything.ids):
        raise InputError(
            f"{dataset.name} has ids that stand in two of its files; outer folds need ids that "
            "are unique over all of them."
        )
    numbers = _fold_numbers(everything, n_folds, seed, dataset.name)
    folds = []
    for number in range(n_folds):
        rest = everything.take(numbers != number)
        together = components(rest.keys, None if rest.groups is None else rest.groups.tolist())
        held = hold_out(
            rest.labels.tolist(), together, VALIDATION_SHARE, (seed, 3, number), every_class=False
        )
        test = everything.take(numbers == number)
        folds.append(_like(dataset, rest.take(~held), rest.take(held), test))
    return folds


def pooled(dataset: Dataset, folds: list[Dataset]) -> Dataset:
    """Return the data set whose test split is all folds, in their order.

    Train and validation are those of the first fold: sizes in a report are of one fit. Near
    duplicates are looked for in each item's own train and validation, unseen words in its train.
    """
    test = _joined([fold.test for fold in folds])
    whole = _like(dataset, folds[0].train, folds[0].validation, test)
    alike = folds[0].alike  # every fold has all items
    nearly = frozenset().union(*(each.nearly_leaked(alike) for each in folds))
    unseen = tuple(share for each in folds for share in each.unseen_words or ()) or None
    return replace(whole, nearly=nearly, unseen=unseen)


def _fold_numbers(split: Split, n_folds: int, seed: int, name: str) -> np.ndarray:
    """Hold out fold after fold from what is left; the last one is the rest."""
    numbers = np.full(len(split), n_folds - 1)
    together = components(split.keys, None if split.groups is None else split.groups.tolist())
    left = np.arange(len(split))
    for number in range(n_folds - 1):
        labels = split.labels[left].tolist()
        share = 1 / (n_folds - number)
        try:
            held = hold_out(labels, together[left], share, (seed, 4, number), every_class=True)
        except InputError as error:
            raise InputError(f"{name} cannot be cut into {n_folds} outer folds: {error}") from None
        numbers[left[held]] = number
        left = left[~held]
        _, together_left = np.unique(together[left], return_inverse=True)
        together[left] = together_left
    return numbers


def _joined(splits: list[Split]) -> Split:
    groups = [split.groups for split in splits if split.groups is not None]
    return Split(
        ids=tuple(item for split in splits for item in split.ids),
        inputs=[content for split in splits for content in split.inputs],
        labels=np.concatenate([split.labels for split in splits]),
        groups=np.concatenate(groups) if groups else None,
        extra=pd.concat([split.extra for split in splits], ignore_index=True),
    )


def _like(dataset: Dataset, train: Split, validation: Split, test: Split) -> Dataset:
    return Dataset(
        name=dataset.name,
        kind=dataset.kind,
        language=dataset.language,
        train=train,
        validation=validation,
        test=test,
        positive=dataset.positive,
        group_name=dataset.group_name,
        columns=dataset.columns,
        # Folds keep equal inputs on one side, so nothing leaks between them.
        delivered={"all": ("train", "validation", "test")},
    )

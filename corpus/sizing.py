"""A smaller training part of the same data, to learn what more of it would bring."""

from dataclasses import replace

from worthit.core.errors import InputError
from worthit.corpus.dataset import Dataset
from worthit.corpus.splitting import components, hold_out

__all__ = ["with_training_size"]


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

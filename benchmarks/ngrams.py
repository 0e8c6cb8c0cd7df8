"""Counting n-grams against scikit-learn's CountVectorizer: same matrices, time and memory.

    python benchmarks/ngrams.py [DATA.csv] [--sizes 10000,100000]

DATA is any table with a column ``text``; left out, the built-in set. Texts are repeated with a
running number behind them to reach a size, so that vocabularies grow as they do in real data.
"""

import argparse
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer

from worthit import experiment
from worthit.baselines.sparse.counts import Block, count

SORTS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "words 1-2": (
        {"analyzers": ("word",), "word_max": 2},
        {"ngram_range": (1, 2)},
    ),
    "characters 2-5": (
        {"analyzers": ("char",), "char_max": 5},
        {"analyzer": "char_wb", "ngram_range": (2, 5)},
    ),
}


def main() -> None:
    """Print a row for each sort of n-gram and each size."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("data", nargs="?")
    parser.add_argument("--sizes", default="10000,100000")
    options = parser.parse_args()
    dataset = experiment.load(options.data)
    texts = [text for split in dataset.splits.values() for text in split.inputs]
    print(f"{'sort':16}{'texts':>10}{'ours':>10}{'scikit-learn':>14}{'ratio':>8}  same")
    for size in map(int, options.sizes.split(",")):
        some = [f"{texts[i % len(texts)]} {i // len(texts)}" for i in range(size)]
        for sort, (ours, theirs) in SORTS.items():
            counts, seconds = timed(lambda ours=ours, some=some: count(some, **ours))
            vectorizer = CountVectorizer(**theirs)
            expected, usual = timed(lambda v=vectorizer, some=some: v.fit_transform(some))
            same = equal(counts.blocks[0], expected, vectorizer.vocabulary_, sort)
            row = f"{sort:16}{size:10,}{seconds:8.2f} s{usual:12.2f} s{usual / seconds:8.1f}"
            print(f"{row}  {'yes' if same else 'NO'}", flush=True)


def timed(make: Callable[[], Any]) -> tuple[Any, float]:
    """Return what a function makes and the seconds it took."""
    start = time.perf_counter()
    made = make()
    return made, time.perf_counter() - start


def equal(block: Block, expected: Any, vocabulary: dict[str, int], sort: str) -> bool:
    """Compare the matrices with our columns in scikit-learn's order."""
    columns = np.arange(block.matrix.shape[1])
    if sort.startswith("characters"):
        columns = np.flatnonzero(block.terms.orders >= 2)
    names = block.terms.spell(columns)
    if len(names) != len(vocabulary) or any(name not in vocabulary for name in names):
        return False
    position = np.array([vocabulary[name] for name in names])
    ordered = block.matrix[:, columns[np.argsort(position)]]
    return (ordered != expected).nnz == 0


if __name__ == "__main__":
    main()

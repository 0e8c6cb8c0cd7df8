"""Counting n-grams: against scikit-learn's CountVectorizer, and up to a million texts.

    python benchmarks/ngrams.py [DATA] [--sizes 10000,100000,1000000] [--usual 100000]

DATA is a folder or file; left out, the built-in set. A text is the first half of one given text,
the second half of another and a running number, so that vocabularies grow as they do in real data.
Every size has a process of its own. Memory is what counting adds at its peak to the process that
holds the texts; the matrix is what is left of it. Up to --usual texts scikit-learn counts as well,
and both matrices are compared entry by entry. What is done once in a process is not timed.
"""

import argparse
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer

from worthit import experiment
from worthit.baselines.sparse.counts import Block, count
from worthit.core.progress import progress
from worthit.experiment.cost import Meter

SORTS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "words 1-2": (
        {"analyzers": ("word",), "word_max": 2},
        {"ngram_range": (1, 2)},
    ),
    "chars 2-5": (
        {"analyzers": ("char",), "char_max": 5},
        {"analyzer": "char_wb", "ngram_range": (2, 5)},
    ),
}


def main() -> None:
    """Print a row for each sort of n-gram and each size."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", nargs="?")
    parser.add_argument("--text")
    parser.add_argument("--label")
    parser.add_argument("--sizes", default="10000,100000,1000000")
    parser.add_argument("--usual", type=int, default=100_000)
    options = parser.parse_args()
    named = {name: getattr(options, name) for name in ("text", "label") if getattr(options, name)}
    sizes = [int(size) for size in options.sizes.split(",")]
    print(f"{'':11}{'':10}{'':>9}{'us per':>7}{'matrix':>9}{'peak':>9}{'scikit-':>9}")
    print(
        f"{'n-grams':11}{'texts':>10}{'ours':>9}{'text':>7}{'MB':>9}{'MB':>9}{'learn':>9}"
        f"{'ratio':>8}{'same':>6}"
    )
    with progress(len(SORTS) * len(sizes), "counting", "row") as bar:
        for sort in SORTS:
            for size in sizes:
                compared = size <= options.usual
                print(alone(row, sort, size, compared, options.data, named), flush=True)
                bar.update()


def alone(make: Callable[..., str], *arguments: Any) -> str:
    """Call a function in a new process, so that its memory is its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(make, *arguments).result()


def row(sort: str, size: int, compared: bool, data: str | None, named: dict[str, str]) -> str:
    """Count texts and return a line of the table."""
    dataset = experiment.load(data, **named)
    given = [text for split in dataset.splits.values() for text in split.inputs]
    texts, (ours, theirs) = list(draw(given, size)), SORTS[sort]
    count(texts[:10], **ours)  # loads the compiled loops
    with Meter() as before:
        pass
    with Meter() as meter:
        counts, seconds = timed(lambda: count(texts, **ours))
    matrix = counts.blocks[0].matrix
    mb = (matrix.data.nbytes + matrix.indices.nbytes + matrix.indptr.nbytes) / 1e6
    line = f"{sort:11}{size:10,}{seconds:7.2f} s{1e6 * seconds / size:7.1f}{mb:9,.0f}"
    line += f"{meter.peak_memory_mb - before.peak_memory_mb:9,.0f}"
    if not compared:
        return line
    vectorizer = CountVectorizer(**theirs)
    expected, usual = timed(lambda: vectorizer.fit_transform(texts))
    same = equal(counts.blocks[0], expected, vectorizer.vocabulary_, sort)
    return f"{line}{usual:7.2f} s{usual / seconds:8.1f}{'yes' if same else 'NO':>6}"


def draw(texts: list[str], n: int, seed: int = 0) -> Iterator[str]:
    """Make n texts out of halves of given ones."""
    halves = np.random.default_rng(seed).integers(len(texts), size=(n, 2))
    for number, (a, b) in enumerate(halves):
        yield f"{texts[a][: len(texts[a]) // 2]} {texts[b][len(texts[b]) // 2 :]} {number}"


def timed(make: Callable[[], Any]) -> tuple[Any, float]:
    """Return what a function makes and the seconds it took."""
    start = time.perf_counter()
    made = make()
    return made, time.perf_counter() - start


def equal(block: Block, expected: Any, vocabulary: dict[str, int], sort: str) -> bool:
    """Compare the matrices with our columns in scikit-learn's order."""
    columns = np.arange(block.matrix.shape[1])
    if sort.startswith("chars"):
        columns = np.flatnonzero(block.terms.orders >= 2)
    names = block.terms.spell(columns)
    if len(names) != len(vocabulary) or any(name not in vocabulary for name in names):
        return False
    position = np.array([vocabulary[name] for name in names])
    ordered = block.matrix[:, columns[np.argsort(position)]]
    return (ordered != expected).nnz == 0


if __name__ == "__main__":
    main()

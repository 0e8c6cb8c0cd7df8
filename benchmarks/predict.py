"""Answering new texts against scikit-learn's pipeline with the same features and the same model.

    python benchmarks/predict.py [DATA] [--texts 100000]

Both are fitted on the training split (words 1-2, characters 2-5 inside words, both; sublinear; L2,
C = 1, one-vs-rest) and answer the same texts in one process. A text to answer is the first half of
one given text, the second half of another and a running number, so hardly any occurs twice.
"""

import argparse
import time
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline, make_union

from worthit import experiment
from worthit.baselines.tfidf import TfidfClassifier
from worthit.core.progress import progress

SORTS = {"words 1-2": "word", "characters 2-5": "char", "both": "both"}


def main() -> None:
    """Print a row for each sort of feature."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", nargs="?")
    parser.add_argument("--texts", type=int, default=100_000)
    parser.add_argument("--text")
    parser.add_argument("--label")
    options = parser.parse_args()
    named = {name: getattr(options, name) for name in ("text", "label") if getattr(options, name)}
    dataset = experiment.load(options.data, **named)
    train = dataset.train
    given = [text for split in dataset.splits.values() for text in split.inputs]
    new = draw(given, options.texts)
    print(f"{'features':16}{'texts':>10}{'ours':>12}{'scikit-learn':>16}{'ratio':>8}{'agree':>10}")
    with progress(4 * len(SORTS), "predicting", "step") as bar:
        for sort, analyzer in SORTS.items():
            answers, seconds = {}, {}
            for name, model in {"ours": ours(analyzer), "usual": usual(analyzer)}.items():
                model.fit(train.inputs, train.labels)
                model.predict(new[:100])  # whatever is only done once
                bar.update()
                start = time.perf_counter()
                answers[name] = model.predict(new)
                seconds[name] = time.perf_counter() - start
                bar.update()
            ratio = seconds["usual"] / seconds["ours"]
            agree = 100 * np.mean(answers["ours"] == answers["usual"])
            row = f"{sort:16}{len(new):10,}{seconds['ours']:10.2f} s{seconds['usual']:14.2f} s"
            print(f"{row}{ratio:8.1f}{agree:8.2f} %", flush=True)


def draw(texts: list[str], n: int, seed: int = 0) -> list[str]:
    """Make n new texts out of halves of given ones."""
    halves = np.random.default_rng(seed).integers(len(texts), size=(n, 2)).tolist()
    return [
        f"{texts[a][: len(texts[a]) // 2]} {texts[b][len(texts[b]) // 2 :]} {number}"
        for number, (a, b) in enumerate(halves)
    ]


def ours(analyzer: str) -> TfidfClassifier:
    """Return the baseline without what scikit-learn lacks."""
    return TfidfClassifier(
        analyzer=analyzer, naive_bayes=False, C=1.0, balance="none", tolerance=1e-4
    )


def usual(analyzer: str) -> Any:
    """Return the pipeline that most people write."""
    word = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    char = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), min_df=2, sublinear_tf=True)
    chosen = {"word": word, "char": char, "both": make_union(word, char)}
    model = LogisticRegression(solver="liblinear", C=1.0, tol=1e-4)
    return make_pipeline(chosen[analyzer], OneVsRestClassifier(model))


if __name__ == "__main__":
    main()

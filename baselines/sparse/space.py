"""What a search of the TF-IDF baseline may vary, where it begins, and what people usually run."""

from typing import Any

from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)

__all__ = ["PATH", "RUNGS", "STARTS", "TURNS", "search_space"]

OUT_OF_THE_BOX: dict[str, Any] = {
    "analyzer": "word",
    "word_max": 1,
    "min_df": 1,
    "max_df": 1.0,
    "sublinear": False,
    "binary": False,
    "norm": "l2",
    "naive_bayes": False,
    "lowercase": True,
    "stop_words": "none",
    "penalty": "l2",
    "C": 1.0,
    "balance": "none",
}

# The ladder: scikit-learn's two classes as they come, then one change at a time.
RUNGS: dict[str, tuple[str, dict[str, Any]]] = {
    "default": ("single words, L2, C = 1, as scikit-learn comes", OUT_OF_THE_BOX),
    "penalty": ("L1 in place of L2", OUT_OF_THE_BOX | {"penalty": "l1"}),
    "balanced": ("classes weighted", OUT_OF_THE_BOX | {"penalty": "l1", "balance": "weights"}),
}

# Settings that do well on texts of very different kinds, as changes to the default.
STARTS: tuple[dict[str, Any], ...] = (
    {"C": 10.0},
    {"analyzer": "char", "C": 10.0},
    {"analyzer": "char", "naive_bayes": False, "C": 10.0},
    {"analyzer": "word", "C": 10.0},
    {"C": 10.0, "balance": "none"},
)

# What may still gain a little once the rest is right, the likeliest first.
TURNS: tuple[dict[str, Any], ...] = (
    {"balance": "none"},
    {"balance": "weights"},
    {"lowercase": False},
    {"binary": True},
    {"min_df": 1},
    {"min_df": 2},
    {"naive_bayes": False},
    {"naive_bayes": True},
    {"word_max": 3},
    {"char_min": 1},
    {"norm": "none"},
    {"max_df": 0.5},
    {"stop_words": "english"},
    {"min_df": 3},
    {"char_max": 4},
    {"char_min": 2},
)

# How far an L1 model can be thinned out: from a few dozen features to nearly all of use.
PATH = (0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0)


def search_space(penalty: str) -> dict[str, BaseDistribution]:
    """Return the fields to search with their distributions, given the classifier's penalty."""
    mixture: dict[str, BaseDistribution] = {
        "penalty": CategoricalDistribution(["l1", "l2", "elasticnet"])
    }
    if penalty == "elasticnet":
        mixture = {"l1_ratio": FloatDistribution(0.05, 0.95)}
    return mixture | {
        "analyzer": CategoricalDistribution(["word", "char", "both"]),
        "word_max": IntDistribution(1, 3),
        "char_min": IntDistribution(1, 3),
        "char_max": IntDistribution(3, 5),
        "min_df": IntDistribution(1, 5),
        "max_df": CategoricalDistribution([1.0, 0.5, 0.2]),
        "sublinear": CategoricalDistribution([True, False]),
        "binary": CategoricalDistribution([False, True]),
        "norm": CategoricalDistribution(["l2", "none"]),
        "lowercase": CategoricalDistribution([True, False]),
        "stop_words": CategoricalDistribution(["none", "english"]),
        "naive_bayes": CategoricalDistribution([True, False]),
        "C": FloatDistribution(0.3, 100.0, log=True),
        "balance": CategoricalDistribution(["none", "weights"]),
    }

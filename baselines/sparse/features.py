"""Fitted TF-IDF features of texts or pairs: blocks of weighted n-grams side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from worthit.baselines.sparse.counts import Counts, count
from worthit.baselines.sparse.overlap import SHARES
from worthit.baselines.sparse.vocabulary import Vocabulary
from worthit.baselines.sparse.weighting import (
    Part,
    Selection,
    WeightedBlock,
    fit_block,
    side_by_side,
)

__all__ = ["Features"]

SHARE_NAMES = ("overlap with the first side", "overlap with the second side", "Jaccard overlap")
SIDE_NAMES = {"": "", "first": "1: ", "second": "2: ", "both": "both: "}


@dataclass(frozen=True)
class Features:
    """What a fitted baseline looks at.

    Attributes
    ----------
    settings : dict
        Arguments of :func:`~worthit.baselines.sparse.counts.count` that new inputs need.
    keys : tuple of (str, str)
        Analyzer and side of each block.
    blocks : tuple of WeightedBlock
        In the same order.
    vocabularies : tuple of Vocabulary
        The n-grams of each block, as text.
    ranges : mapping of str to (int, int)
        For pairs, the orders of n-grams by analyzer whose overlap is a feature; empty for texts.
    """

    settings: Mapping[str, Any]
    keys: tuple[tuple[str, str], ...]
    blocks: tuple[WeightedBlock, ...]
    vocabularies: tuple[Vocabulary, ...]
    ranges: Mapping[str, tuple[int, int]]

    @classmethod
    def fit(
        cls, counts: Counts, selections: Mapping[str, Selection], settings: Mapping[str, Any]
    ) -> "Features":
        """Learn the features from the rows being fitted.

        Parameters
        ----------
        counts : Counts
            Counts of those rows; may hold larger ranges than are selected.
        selections : mapping of str to Selection
            By analyzer; blocks of other analyzers are left out.
        settings : mapping
            See the class.
        """
        chosen = [block for block in counts.blocks if block.analyzer in selections]
        fitted = tuple(
            fit_block(block, counts.rows, selections[block.analyzer]) for block in chosen
        )
        keys = tuple((block.analyzer, block.side) for block in chosen)
        spelled = tuple(
            Vocabulary(block.analyzer, block.terms, weighted.columns)
            for block, weighted in zip(chosen, fitted, strict=True)
        )
        ranges = {
            name: (selection.n_min, selection.n_max)
            for name, selection in selections.items()
            if name in counts.shares
        }
        return cls(settings, keys, fitted, spelled, ranges)

    @property
    def names(self) -> list[str]:
        """Name of every feature, in the order of columns."""
        named = [
            SIDE_NAMES[side] + (f"⟨{term}⟩" if analyzer == "char" else term)
            for (analyzer, side), terms in zip(self.keys, self.vocabularies, strict=True)
            for term in terms.strings
        ]
        return named + [
            f"{share} of {name} {n}-grams"
            for name, (n_min, n_max) in self.ranges.items()
            for n in range(n_min, n_max + 1)
            for share in SHARE_NAMES
        ]

    @property
    def n_shares(self) -> int:
        """Number of dense overlap features."""
        return sum(SHARES * (n_max - n_min + 1) for n_min, n_max in self.ranges.values())

    def transform(self, counts: Counts) -> sparse.csr_array:
        """Weight counts that come from the same counting as the fitted ones.

        Returns
        -------
        scipy.sparse.csr_array of shape (n_items, n_features)
        """
        found = {(block.analyzer, block.side): block.matrix for block in counts.blocks}
        parts = [
            Part(found[key], weighted.numbers(found[key].shape[1]), weighted)
            for key, weighted in zip(self.keys, self.blocks, strict=True)
        ]
        return side_by_side(parts + self._share_parts(counts), counts.rows)

    def transform_new(self, inputs: Sequence[str] | Sequence[tuple[str, str]]) -> sparse.csr_array:
        """Count new inputs and weight what the fitted vocabularies know of them.

        Returns
        -------
        scipy.sparse.csr_array of shape (n_items, n_features)
        """
        counts = count(inputs, **self.settings)
        found = {(block.analyzer, block.side): block for block in counts.blocks}
        parts = [
            Part(found[key].matrix, terms.find(found[key].terms), weighted)
            for key, weighted, terms in zip(self.keys, self.blocks, self.vocabularies, strict=True)
        ]
        return side_by_side(parts + self._share_parts(counts), counts.rows)

    def _share_parts(self, counts: Counts) -> list[Part]:
        """Return the overlap of pairs as columns that are taken as they are."""
        parts = []
        for name, (n_min, n_max) in self.ranges.items():
            shares = counts.shares[name][:, SHARES * (n_min - 1) : SHARES * n_max]
            columns = np.arange(shares.shape[1])
            as_is = WeightedBlock(columns, np.ones(len(columns)))
            parts.append(Part(sparse.csr_array(shares), columns.astype(np.int32), as_is))
        return parts

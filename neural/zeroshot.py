"""Zero-shot floor: the class whose name is nearest in a frozen encoder's space; learns nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Self

import numpy as np
from optuna.distributions import BaseDistribution

from worthit.core.errors import InputError
from worthit.neural.pretrained.encoder import EncoderClassifier
from worthit.neural.training.checks import check_classes, checked_labels, require_one_of
from worthit.neural.training.clock import Clock

__all__ = ["ZeroShot"]

SHARPNESS = 20.0  # cosines lie close together; without it all classes are about equally probable


@dataclass(kw_only=True, eq=False, repr=False)
class ZeroShot(EncoderClassifier):
    """A text gets the class whose name its vector has the largest cosine with.

    No training text is looked at: from the training labels it takes the names of the classes and
    nothing else. A trained model that is not better has learned nothing that the encoder did not
    know. Probabilities are a softmax of the cosines times 20, which is not calibrated.

    Parameters
    ----------
    names : str
        What the classes are about, where their labels do not say it: ``0=polite;1=rude``.
    template : str
        The text in which a name is embedded; ``{}`` is the name.
    balance : str
        ``none``; with nothing learned there is nothing to balance.
    """

    kinds: ClassVar[tuple[str, ...]] = ("text",)
    family: ClassVar[str] = "floor"
    learned: ClassVar[tuple[str, ...]] = (*EncoderClassifier.learned, "history_")

    names: str = ""
    template: str = "{}"
    balance: str = "none"

    def check(self) -> None:
        """Refuse names and templates that cannot be read."""
        super().check()
        require_one_of(self, "balance", ("none",))
        self._named()
        if self.template.count("{}") != 1:
            raise InputError(f"Got template={self.template!r}; it needs one '{{}}' for the name.")

    def check_labels(self, labels: Sequence | np.ndarray) -> None:
        """Refuse names of classes that no label is of.

        Raises
        ------
        InputError
            With the classes that there are.
        """
        known = [str(one) for one in np.unique(labels)]
        if unknown := [label for label in self._named() if label not in known]:
            raise InputError(
                f"Got names={self.names!r}, but no class is called {unknown[0]!r}; there are "
                f"{', '.join(known)}."
            )

    def fit(
        self,
        inputs: Sequence,
        labels: Sequence,
        validation: tuple[Sequence, Sequence] | None = None,
        *,
        workspace: Path | None = None,
        time_limit: float | None = None,
    ) -> Self:
        """Embed the names of the classes that stand in the labels."""
        self.check()
        truth = checked_labels(inputs, labels, "training")
        check_classes(truth)
        self.classes_ = np.unique(truth)
        self.check_labels(truth)
        self.history_: list[dict] = []
        self.read_encoder(inputs)
        self._embed_names(Clock(None, time_limit))
        self.truncated_share_ = 0.0
        return self

    def predict_proba(self, inputs: Sequence) -> np.ndarray:
        """Return the probability of each class: (inputs, classes), columns as ``classes_``."""
        vectors = self.vectors(inputs)
        cosines = vectors.astype(np.float64) @ self._names.T
        raised = np.exp(SHARPNESS * (cosines - cosines.max(axis=1, initial=-1.0, keepdims=True)))
        return raised / raised.sum(axis=1, keepdims=True)

    def search_space(self) -> dict[str, BaseDistribution]:
        """Return nothing: there is nothing to search."""
        return {}

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read a saved classifier."""
        classifier = super().load(folder)
        classifier._embed_names()
        return classifier

    def _embed_names(self, clock: Clock | None = None) -> None:
        named = self._named()
        names = [named.get(str(one), str(one)) for one in self.classes_]
        # Not str.format, to which any other brace of the template would be a field.
        shown = [self.template.replace("{}", name) for name in names]
        self._names = self.vectors(shown, clock).astype(np.float64)  # (classes, width)

    def _named(self) -> dict[str, str]:
        """Read ``label=name;label=name``."""
        named = {}
        for part in filter(None, (part.strip() for part in self.names.split(";"))):
            label, equals, name = part.partition("=")
            if not equals or not name.strip():
                raise InputError(f"Got names={self.names!r}; expected LABEL=NAME;LABEL=NAME.")
            named[label.strip()] = name.strip()
        return named

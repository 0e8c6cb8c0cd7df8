"""What bert and roberta share: transfer modes on a body that was pretrained, or is new."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from optuna.distributions import BaseDistribution
from torch import nn

from worthit.core.errors import InputError
from worthit.core.files import read_json, write_json
from worthit.neural.pretrained.checkpoint import SCRATCH, Checkpoint, find_checkpoint
from worthit.neural.pretrained.frozen import Memo, Prepared
from worthit.neural.pretrained.keeping import KeepingClassifier
from worthit.neural.pretrained.modes import layer_read, parts_frozen
from worthit.neural.pretrained.network import HEADS, POOLS, PretrainedNetwork
from worthit.neural.pretrained.pruning import head_importance, heads_to_prune, prune
from worthit.neural.pretrained.second_task import note_of, number_labels
from worthit.neural.pretrained.shape import (
    OF_A_NEW_BODY,
    check_parts,
    layers_and_heads,
    refuse_shape,
)
from worthit.neural.pretrained.space import search_space
from worthit.neural.pretrained.subwords import Subwords
from worthit.neural.training.batches import Examples
from worthit.neural.training.checkpoints import PRUNED
from worthit.neural.training.checks import require_at_least, require_one_of, require_share
from worthit.neural.training.clock import Clock
from worthit.neural.training.device import best_device
from worthit.neural.training.memory import RowsAtOnce
from worthit.neural.training.ranks import agreed, leads

__all__ = ["PretrainedClassifier"]

# The width up to which the rate holds as it is: MiniLM's, whose body learns at 1e-4. One of width
# 768 then learns at 2.5e-5 and one of 1024 at 1.4e-5, as in Devlin et al. (2019: 2e-5 to 5e-5) and
# Liu et al. (2019: 1e-5 to 3e-5).
NARROW = 384
HEAD_ALONE = 10.0  # times the learning rate, where nothing else learns


@dataclass(kw_only=True, eq=False, repr=False)
class PretrainedClassifier(KeepingClassifier):
    """A classifier on a body of BERT's build; a subclass says which architectures it reads.

    Parameters
    ----------
    checkpoint : str or None
        Where the weights come from: a folder that ``save_pretrained`` wrote, a name on the
        Hugging Face hub (``NAME@REVISION`` for a revision), or ``scratch``: a small new body over
        byte-level BPE learned from the training texts. Left out, the model's own default. Only
        safetensors are read, and no code of the checkpoint's is run.
    transfer : str
        ``full`` (all layers learn), ``head`` (the body is frozen), or ``last:N`` (the last N
        layers learn).
    freeze : int or str
        First layers that do not learn, or ``embeddings`` for those alone; where ``transfer``
        freezes more, that holds.
    freeze_embeddings : bool
        Whether the embeddings are frozen along with the first layers; with ``transfer=head`` they
        are in any case.
    layer : int
        The hidden layer that is read, from 1 for the first; negative ones count from the last.
        Layers above it are cut off.
    pool : str
        ``cls``, ``mean``, ``max``, or ``last4`` (the mean of the sum of the last four layers).
    head : str
        ``linear`` or ``mlp``.
    dropout : float
        Share of values hidden in the head while training.
    learning_rate : float
        Of the head, and of a new body. With a pretrained body wider than 384 it is multiplied by
        (384 / width) squared: large bodies are soon spoiled. Where only the head learns, it takes
        ten times as much: it starts from nothing, and has no body to spoil.
    body_rate : float
        The pretrained body's learning rate, as a share of the head's.
    prune_heads : float, list or None
        Attention heads to take out before training: a share of all (those least important on
        the training data), or a list of [layer, head], both counted from 1.
    adapt : int
        Epochs of masked-language-model training on the training texts before all else.
    auxiliary : str or None
        Another column of the data: its labels are learned by a second head (multi-task).
    hidden, layers, n_tokens : int
        Width, layers and vocabulary of a new body; a checkpoint has its own and takes none.
    """

    architectures: ClassVar[tuple[str, ...]]
    default_checkpoint: ClassVar[str | None] = None  # the packaged MiniLM
    learned: ClassVar[tuple[str, ...]] = (
        *KeepingClassifier.learned,
        "checkpoint_",
        "checkpoint_sha256_",
        "pruned_heads_",
        "second_classes_",
    )

    # A new body learns no more from longer training either: validation scores of 3 to 50 epochs,
    # on 500 to 20,000 texts of ag_news, differ by less than seeds do.
    usual_epochs: ClassVar[int] = 3
    least_steps: ClassVar[int] = 200
    most_epochs: ClassVar[int] = 20

    batch_size: int = 32
    learning_rate: float = 1e-3
    weight_decay: float = 0.01
    warmup: float = 0.1

    checkpoint: str | None = None
    transfer: str = "full"
    freeze: int | str = 0
    freeze_embeddings: bool = True
    layer: int = -1
    pool: str = "mean"
    head: str = "linear"
    dropout: float = 0.1
    body_rate: float = 0.1
    prune_heads: float | list | None = None
    adapt: int = 0
    auxiliary: str | None = None
    hidden: int = 128
    layers: int = 2
    n_tokens: int = 8000

    # scikit-learn's protocol, where it is more than the base's -------------------------

    @property
    def rate(self) -> float:
        """The learning rate, lower for a wide body."""
        width = self._find().width if self.pretrained else NARROW
        return self.learning_rate * min(1.0, (NARROW / width) ** 2)

    @property
    def pretrained(self) -> bool:
        """Whether training starts from a checkpoint."""
        return self.checkpoint != SCRATCH

    def fit(
        self,
        inputs: Sequence,
        labels: Sequence,
        validation: tuple[Sequence, Sequence] | None = None,
        *,
        workspace: Path | None = None,
        time_limit: float | None = None,
        hopeless: Callable[[float], bool] | None = None,
        auxiliary: Sequence | None = None,
    ) -> Self:
        """Train as every network does; see the base.

        Parameters
        ----------
        inputs, labels, validation, workspace, time_limit, hopeless
            As for the base. Inputs may be what :meth:`prepare` returned.
        auxiliary : sequence, optional
            One label of the second task for each input, None or blank where there is none; needed
            if the field ``auxiliary`` names a column.
        """
        self._memo = inputs.memo if isinstance(inputs, Prepared) else Memo()
        self.pruned_heads_: list[list[int]] = []
        self.second_classes_: list[str] = []
        self._second: np.ndarray | None = None
        if self.auxiliary is not None:
            task = number_labels(self.auxiliary, auxiliary, len(inputs))
            self.second_classes_, self._second = task
        try:
            return super().fit(
                inputs,
                labels,
                validation,
                workspace=workspace,
                time_limit=time_limit,
                hopeless=hopeless,
            )
        finally:
            del self._memo, self._second

    def identity(self) -> dict[str, Any]:
        """Return the parameters, the checkpoint's hash in place of where it lies, a second task."""
        identity = self.get_params() | {"learning_rate": self.rate}
        if self.pretrained:
            identity["checkpoint"] = self._find().sha256
        second = getattr(self, "_second", None)
        if second is not None:  # while it is being fitted
            identity["second"] = (self.second_classes_, second.tolist())
        return identity

    # What the bases ask for -----------------------------------------------------------

    def learn_encoder(self, inputs: Sequence) -> Subwords:
        """Read the checkpoint's tokenizer, or learn byte-level BPE."""
        from worthit.neural.pretrained.body import new_subwords, read_subwords  # transformers

        if self.pretrained:
            checkpoint = self._find()
            self.checkpoint_: dict[str, Any] | None = checkpoint.record
            self.checkpoint_sha256_: str | None = checkpoint.sha256
            self.notes_.append(checkpoint.told)
            return read_subwords(checkpoint)
        self.checkpoint_, self.checkpoint_sha256_ = None, None
        return new_subwords(
            inputs,
            self.architectures[0],
            n_tokens=self.n_tokens,
            max_length=self.max_length,
            hidden=self.hidden,
            layers=self.layers,
        )

    def load_encoder(self, folder: Path) -> Subwords:
        """Read the tokenizer and the shape of the body."""
        return Subwords.load(folder)

    def new_network(self, encoder: Subwords, n_classes: int) -> PretrainedNetwork:
        """Build the network; a fit's body has its pretrained weights, a loaded one gets its own."""
        from worthit.neural.pretrained.body import new_body

        body: Any = new_body(encoder)
        layer = layer_read(self.layer, len(body.encoder.layer))
        n_frozen, embeddings = self._frozen(layer)
        network = PretrainedNetwork(
            body,
            encoder.special,
            n_classes=n_classes,
            n_second=len(self.second_classes_),
            layer=layer,
            pool=self.pool,
            head=self.head,
            dropout=self.dropout,
            n_frozen=n_frozen,
            frozen_embeddings=embeddings,
        )
        prune(network, self.pruned_heads_)
        return network

    def shared_body(self) -> str | None:
        """Return the checkpoint's hash, unless training data has changed the body already."""
        return None if self.adapt or self.prune_heads else self.checkpoint_sha256_

    def begin(
        self, training: Examples, validation: Examples | None, folder: Path, clock: Clock
    ) -> tuple[Examples, Examples | None]:
        """Adapt the body, prune it, and let its frozen part answer all inputs once."""
        network: Any = self.network_.to(best_device())
        training = Examples(training.rows, training.labels, second=self._second)
        if self._second is not None:
            from worthit.neural.training.trainer import SECOND_TASK  # not sooner: it takes seconds

            given = (self.auxiliary, self.second_classes_, self._second)
            self.notes_.append(note_of(*given, weight=SECOND_TASK))
        if self.adapt:
            from worthit.neural.pretrained.adaptation import adapt

            self.notes_ += adapt(self, network, training, folder, clock)
        if self.prune_heads:
            self._prune(network, training, folder)
        if self.rate != self.learning_rate:
            self.notes_.append(
                f"It learned at a rate of {self.rate:.3g}, less than {self.learning_rate:g} since "
                "its body is wide."
            )
        learning = sum(part.numel() for part in network.parameters() if part.requires_grad)
        if learning < self.n_parameters_:
            self.notes_.append(f"{learning:,} of {self.n_parameters_:,} weights learn.")
        return self.run_frozen(training, validation, self._memo, folder, clock)

    def own_rate(self, network: Any) -> tuple[list[nn.Parameter], float]:
        """Let a pretrained body learn at a share of the head's rate, and a head alone faster."""
        if network.all_frozen:
            return list(network.parameters()), HEAD_ALONE
        if not self.pretrained:
            return [], 1.0
        return [*network.embeddings.parameters(), *network.layers.parameters()], self.body_rate

    def check(self) -> None:
        """Refuse unknown modes and sizes, and a checkpoint that cannot be found."""
        super().check()
        for name in OF_A_NEW_BODY:
            require_at_least(self, name, 1)
        require_at_least(self, "adapt", 0)
        require_one_of(self, "pool", POOLS)
        require_one_of(self, "head", HEADS)
        require_share(self, "dropout")
        if not 0 < self.body_rate <= 1:
            raise InputError(f"Got body_rate={self.body_rate!r}; it must be above 0 and at most 1.")
        if self.pretrained:
            self._find().check_length(self.max_length)
        check_parts(self, *layers_and_heads(self))
        refuse_shape(self)

    def search_space(self) -> dict[str, BaseDistribution]:
        """Return what tuning may vary; the defaults are in it."""
        return search_space(self)

    # The parts ------------------------------------------------------------------------

    def _find(self) -> Checkpoint:
        return find_checkpoint(self.checkpoint, self.default_checkpoint, self.architectures)

    def _frozen(self, n_layers: int) -> tuple[int, bool]:
        return parts_frozen(self.transfer, self.freeze, self.freeze_embeddings, n_layers)

    def _prune(self, network: PretrainedNetwork, training: Examples, folder: Path) -> None:
        # A fit that goes on keeps its choice: weighed anew it may be another, by rounding alone.
        path, weighing = folder / PRUNED, RowsAtOnce("weighing heads")
        heads: Any = agreed(read_json(path) if leads() and path.exists() else self.prune_heads)
        if not isinstance(heads, list):
            importance = head_importance(network, training, self.collate, self.seed, weighing)
            heads = heads_to_prune(heads, importance)
        self.pruned_heads_ = agreed(sorted([layer, head] for layer, head in heads))
        if leads():
            write_json(path, self.pruned_heads_)
        prune(network, self.pruned_heads_)
        self.notes_ += weighing.notes
        listed = ", ".join(f"{layer}.{head}" for layer, head in self.pruned_heads_)
        self.notes_.append(f"Attention heads taken out, as layer.head: {listed or 'none'}.")

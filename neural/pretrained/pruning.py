"""Attention heads measured on training data, and taken out of a body (Michel et al., 2019)."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from torch import nn
from torch.nn.functional import cross_entropy
from transformers.pytorch_utils import prune_linear_layer

from worthit.core.errors import InputError
from worthit.neural.pretrained.network import PretrainedNetwork
from worthit.neural.training.batches import Examples, sorted_batches
from worthit.neural.training.memory import RowsAtOnce

__all__ = ["check_heads", "head_importance", "heads_to_prune", "prune"]

Heads = list[list[int]]  # [layer, head], both counted from 1
SAMPLE = 1000  # training inputs on which importance is measured


def check_heads(wished: float | list | None, n_layers: int, n_heads: int) -> None:
    """Refuse what is neither a share nor a list of heads that a body of this size can spare."""
    if wished is None or (isinstance(wished, int | float) and 0 <= wished < 1):
        return
    pairs = isinstance(wished, list) and all(
        isinstance(one, list | tuple) and len(one) == 2 and all(type(n) is int for n in one)
        for one in wished
    )
    if not pairs:
        raise InputError(
            f"Got prune_heads={wished!r}; give a share of all heads such as 0.3, or a list of "
            "[layer, head], both counted from 1, such as [[1,4],[6,12]]."
        )
    assert isinstance(wished, list)
    for number in sorted({layer for layer, _ in wished}):
        gone = {head for layer, head in wished if layer == number}
        there = set(range(1, n_heads + 1)) if 1 <= number <= n_layers else set()
        if not gone < there:
            raise InputError(
                f"Cannot prune the heads {sorted(gone)} of layer {number}: the body has "
                f"{n_layers} layers of {n_heads} heads, and each layer keeps at least one."
            )


def head_importance(
    network: PretrainedNetwork,
    training: Examples,
    collate: Callable[[Sequence[np.ndarray]], dict[str, torch.Tensor]],
    seed: int,
    at_once: RowsAtOnce,
) -> np.ndarray:
    """Measure how much the loss depends on each head, before the network is fine-tuned.

    Every head's output is multiplied by a gate of 1; its importance is the mean over inputs of
    the absolute gradient of the loss with respect to that gate, and each layer's values are
    divided by their length (Michel, Levy and Neubig, 2019). The loss is that of a logistic
    regression on the pooled outputs of the body as it is, over 1,000 training inputs; as many of
    them are taken at once as memory suffices for.

    Returns
    -------
    numpy.ndarray
        (layers, heads).
    """
    drawn = np.random.default_rng(seed).permutation(len(training))[:SAMPLE]
    sample = training.take(np.sort(drawn))
    network.eval()
    device = next(network.parameters()).device
    batches = []
    for batch in sorted_batches(sample.rows, 32):
        ids = collate([sample.rows[i] for i in batch])["input_ids"].to(device)
        batches.append((ids, sample.labels[batch]))

    def pool(part: dict[str, torch.Tensor]) -> torch.Tensor:
        return network.above(network.below(part["ids"]), part["ids"] != network.pad)

    with torch.no_grad():
        pooled = [each for ids, _ in batches for each in at_once.take({"ids": ids}, pool)]
    vectors = torch.cat(pooled).float().cpu().numpy()
    known = np.concatenate([labels for _, labels in batches])
    found, numbers = np.unique(known, return_inverse=True)
    if len(found) < 2:
        raise InputError(
            f"Got prune_heads, but {len(sample)} training inputs drawn to weigh the heads are all "
            "of one class; list the heads instead, as [[layer,head],...]."
        )
    probe = LogisticRegression(max_iter=1000).fit(vectors, numbers)
    weight = torch.tensor(probe.coef_, dtype=torch.float32, device=device)
    bias = torch.tensor(probe.intercept_, dtype=torch.float32, device=device)
    if len(found) == 2:  # one logit stands for both
        weight, bias = torch.cat([0 * weight, weight]), torch.cat([0 * bias, bias])

    def weigh(part: dict[str, torch.Tensor]) -> np.ndarray:
        with _Gates(network, len(part["ids"])) as gates:
            loss = cross_entropy(pool(part) @ weight.T + bias, part["truth"], reduction="sum")
            gradients = torch.autograd.grad(loss, gates)
        return np.stack([each.abs().sum(dim=0).cpu().numpy() for each in gradients])

    total = np.zeros((len(network.layers), _n_heads(network.layers[0])))
    for ids, labels in batches:
        truth = torch.tensor(np.searchsorted(found, labels), device=device)
        total += sum(at_once.take({"ids": ids, "truth": truth}, weigh))
    return total / np.linalg.norm(total, axis=1, keepdims=True).clip(min=1e-12)


def heads_to_prune(share: float, importance: np.ndarray) -> Heads:
    """Choose a share of all heads, the least important; every layer keeps its most important one.

    Examples
    --------
    >>> heads_to_prune(0.5, np.array([[0.1, 0.9], [0.3, 0.2]]))
    [[1, 1], [2, 2]]
    """
    n_layers, n_heads = importance.shape
    safe = {(layer, int(importance[layer].argmax())) for layer in range(n_layers)}
    order = np.argsort(importance.ravel(), kind="stable")
    ranked = [divmod(int(place), n_heads) for place in order]
    free = [one for one in ranked if one not in safe]
    n_pruned = round(share * importance.size)
    return sorted([layer + 1, head + 1] for layer, head in free[:n_pruned])


def prune(network: PretrainedNetwork, heads: Heads) -> None:
    """Take heads out of the body: their rows and columns of the attention's weights are cut out.

    transformers 5 has no ``prune_heads`` any more. The outputs are those of a body in which the
    heads give zeros. :func:`check_heads` says which lists are sound.
    """
    for number in sorted({layer for layer, _ in heads}):
        gone = {head for layer, head in heads if layer == number}
        layer = network.layers[number - 1]
        kept = [head for head in range(1, _n_heads(layer) + 1) if head not in gone]
        _keep(layer.attention, kept)
    network.freeze()


def _keep(attention: Any, kept: list[int]) -> None:
    inner, size = attention.self, attention.self.attention_head_size
    columns: Any = torch.cat([torch.arange((head - 1) * size, head * size) for head in kept])
    for name in ("query", "key", "value"):
        setattr(inner, name, prune_linear_layer(getattr(inner, name), columns))
    attention.output.dense = prune_linear_layer(attention.output.dense, columns, dim=1)
    inner.num_attention_heads, inner.all_head_size = len(kept), len(columns)


def _n_heads(layer: Any) -> int:
    return int(layer.attention.self.num_attention_heads)


class _Gates:
    """Multiplies each head's output by a gate of 1, one for each input, within ``with``."""

    def __init__(self, network: PretrainedNetwork, n_rows: int) -> None:
        self._network, self._n_rows = network, n_rows

    def __enter__(self) -> list[torch.Tensor]:
        gates, self._hooks = [], []
        for layer in self._network.layers:
            attention: Any = layer.attention
            weight = attention.output.dense.weight
            shape = (self._n_rows, _n_heads(layer))
            gate = torch.ones(shape, device=weight.device, requires_grad=True)
            gates.append(gate)
            self._hooks.append(attention.output.dense.register_forward_pre_hook(_multiplier(gate)))
        return gates

    def __exit__(self, *_: object) -> None:
        for hook in self._hooks:
            hook.remove()


def _multiplier(gate: torch.Tensor) -> Callable[[nn.Module, tuple], tuple]:
    def multiply(_: nn.Module, given: tuple) -> tuple:
        (context,) = given  # (batch, time, heads * size)
        by_head = context.unflatten(-1, (gate.shape[1], -1)) * gate[:, None, :, None]
        return (by_head.flatten(-2),)

    return multiply

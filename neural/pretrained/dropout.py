"""Dropout and attention in a body; on a processor torch's own take much of training's time."""

import math
from typing import Any

import torch
from torch import nn
from transformers import AttentionInterface
from transformers.integrations.sdpa_attention import sdpa_attention_forward

__all__ = ["ATTENTION", "Dropout", "hide"]

ATTENTION = "worthit"  # the name under which bodies find how they attend
STEPS = 2**16  # shares of values are multiples of one in so many


def hide(values: torch.Tensor, p: float) -> torch.Tensor:
    """Set a share p of values to 0 at random, and raise the others so that their mean stays.

    torch draws a number for every value; here one of 64 bits does for four of them, which is much
    faster. p is rounded to a multiple of 2 ** -16.
    """
    n_hidden = round(p * STEPS)
    if n_hidden == STEPS:
        return values * 0
    n_values = values.numel()
    draws = torch.empty(math.ceil(n_values / 4), dtype=torch.int64).random_(-(2**63), None)
    noise = draws.view(torch.int16)[:n_values].view(values.shape)  # -STEPS / 2 to STEPS / 2 - 1
    kept = noise.ge_(n_hidden - STEPS // 2).to(values.dtype)
    return values * kept.div_(1 - n_hidden / STEPS)


class Dropout(nn.Dropout):
    """``torch.nn.Dropout`` that draws as :func:`hide` does where the network is on a processor."""

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        """Hide values while training."""
        if self.training and self.p and values.device.type == "cpu":
            return hide(values, self.p)
        return super().forward(values)

    @classmethod
    def put_into(cls, module: nn.Module) -> None:
        """Take the place of every ``torch.nn.Dropout`` within."""
        for name, child in module.named_children():
            if type(child) is nn.Dropout:
                setattr(module, name, cls(child.p).train(child.training))
            else:
                cls.put_into(child)


def laid_out(
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor | None]:
    """Write out permuted tensors and a mask that stands for all heads and times.

    Versions of torch misread both on Apple's devices (its issues 163597, 169222 and 181133).
    """
    if attention_mask is not None:
        attention_mask = attention_mask.expand(-1, *query.shape[1:3], -1).contiguous()
    return query.contiguous(), key.contiguous(), value.contiguous(), attention_mask


def attend(
    module: nn.Module,
    query: torch.Tensor,  # (batch, heads, time, size), as keys and values
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,  # bool, (batch, 1, 1, time): True where there is a token
    *,
    dropout: float = 0.0,
    scaling: float,
    **more: Any,
) -> tuple[torch.Tensor, None]:
    """Attend as torch does, (batch, time, heads, size); on a processor faster while training."""
    if query.device.type == "mps":
        query, key, value, attention_mask = laid_out(query, key, value, attention_mask)
    causal = getattr(module, "is_causal", False)  # a decoder's, left to torch's mask
    # On a processor torch's fused attention answers fast, but its way back is slow.
    learns = dropout or query.requires_grad
    if not learns or causal or query.device.type != "cpu":
        return sdpa_attention_forward(
            module, query, key, value, attention_mask, dropout=dropout, scaling=scaling, **more
        )
    scores = (query * scaling) @ key.mT  # (batch, heads, time, time)
    if attention_mask is not None:
        scores = scores.masked_fill_(~attention_mask, torch.finfo(scores.dtype).min)
    # As precise as the products around it: in float32 scores on validation were no better.
    with torch.autocast("cpu", enabled=False):
        weights = scores.softmax(dim=-1)
    weights = hide(weights, dropout) if dropout else weights
    return (weights @ value).transpose(1, 2), None


AttentionInterface.register(ATTENTION, attend)

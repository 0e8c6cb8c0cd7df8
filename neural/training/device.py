"""Where a network runs and with which precision, found out rather than asked."""

import torch

__all__ = ["PRECISIONS", "best_device", "use_bf16"]

PRECISIONS = ("auto", "fp32", "bf16")


def best_device() -> torch.device:
    """Return the first of cuda, mps and cpu that is there."""
    if torch.cuda.is_available():
        return torch.device("cuda")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")


def use_bf16(precision: str, device: torch.device) -> bool:
    """Say whether matrix products run in bfloat16 instead of float32.

    Parameters
    ----------
    precision : str
        ``bf16``, ``fp32``, or ``auto``: bfloat16 where the hardware computes with it. Elsewhere
        it is emulated, which is slower than float32.
    device : torch.device
        Where the network runs.
    """
    if precision != "auto":
        return precision == "bf16"
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    if device.type == "cpu":
        return torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()
    return False

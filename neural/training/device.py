"""Where a network runs and with which precision, found out rather than asked."""

import os

import torch

from worthit.core.errors import InputError

__all__ = [
    "PRECISIONS",
    "best_device",
    "check_precision",
    "compute_type",
    "computes_in",
    "computing",
    "device_name",
]

TYPES = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}
PRECISIONS = ("auto", *TYPES)
TENSOR_CORES = (7, 0)  # the first generation of cards whose half precision is the faster one


def best_device() -> torch.device:
    """Return the first of cuda, mps and cpu that is there; cpu for ``accelerate launch --cpu``."""
    if os.environ.get("ACCELERATE_USE_CPU", "").lower() in ("1", "true", "yes"):
        return torch.device("cpu")
    if torch.cuda.is_available():
        return torch.device("cuda")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")


def check_precision(precision: str) -> None:
    """Refuse to train in a type that the device does not have.

    Raises
    ------
    InputError
        If it is float16 without a graphics card, or bfloat16 on one that imitates it: its
        convolutions fail.
    """
    device = best_device().type
    if precision == "fp16" and device != "cuda":
        raise InputError(
            f"Got precision='fp16', which trains on cuda alone, and here is {device}; "
            "leave it out or choose bf16 or fp32."
        )
    if precision == "bf16" and device == "cuda" and not _has_bf16():
        raise InputError(
            "Got precision='bf16', which this graphics card does not have; leave it out or choose "
            "fp16 or fp32."
        )


def compute_type(precision: str, device: torch.device) -> torch.dtype:
    """Return the type in which matrix products are computed; weights stay in float32.

    Parameters
    ----------
    precision : str
        ``fp32``, ``bf16``, ``fp16`` (the loss is scaled, since small gradients would become 0), or
        ``auto``: bfloat16 where the hardware computes with it, else float16 on a graphics card
        that is built for it. Elsewhere both are emulated, which is slower than float32.
    device : torch.device
        Where the network runs. What was trained in half precision answers in float32 on a device
        that does not have it.
    """
    if precision == "fp16" and device.type != "cuda":
        return torch.float32
    if precision == "bf16" and device.type == "cuda" and not _has_bf16():
        return torch.float32
    if precision != "auto":
        return TYPES[precision]
    if device.type == "cuda":
        if _has_bf16():
            return torch.bfloat16
        if torch.cuda.get_device_capability() >= TENSOR_CORES:
            return torch.float16
    if device.type == "cpu" and (
        torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()
    ):
        return torch.bfloat16
    return torch.float32


def _has_bf16() -> bool:
    return torch.cuda.is_bf16_supported(including_emulation=False)


def device_name(device: torch.device) -> str:
    """Name a kind of device: ``cpu``, ``mps``, or the graphics card's own name."""
    return torch.cuda.get_device_name(device) if device.type == "cuda" else device.type


def computes_in(precision: str) -> str:
    """Name the type that :func:`compute_type` finds for this machine."""
    dtype = compute_type(precision, best_device())
    return next(name for name, each in TYPES.items() if each is dtype)


def computing(device: torch.device, dtype: torch.dtype) -> torch.autocast:
    """Return the context in which matrix products are computed in a type."""
    return torch.autocast(device.type, dtype, enabled=dtype is not torch.float32)

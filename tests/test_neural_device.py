"""Device and precision are found out; no such device is needed to test what is decided."""

import pytest
import torch

from worthit.core.errors import InputError
from worthit.neural.training.device import best_device, check_precision, compute_type


@pytest.mark.parametrize(
    ("cuda", "mps", "expected"),
    [(True, True, "cuda"), (False, True, "mps"), (False, False, "cpu")],
)
def test_first_device_that_is_there_is_taken(monkeypatch, cuda, mps, expected):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
    assert best_device().type == expected


@pytest.mark.parametrize(
    ("computed", "generation", "expected"),
    [
        (True, (8, 0), torch.bfloat16),
        (False, (7, 5), torch.float16),  # the cards that are lent for free
        (False, (6, 0), torch.float32),
    ],
)
def test_cuda_takes_the_half_precision_that_it_is_built_for(
    monkeypatch, computed, generation, expected
):
    def supported(including_emulation=True):
        return True if including_emulation else computed

    monkeypatch.setattr(torch.cuda, "is_bf16_supported", supported)
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda: generation)
    assert compute_type("auto", torch.device("cuda")) is expected
    assert compute_type("fp32", torch.device("cuda")) is torch.float32


@pytest.mark.parametrize(
    ("avx512", "amx", "expected"),
    [
        (True, False, torch.bfloat16),
        (False, True, torch.bfloat16),
        (False, False, torch.float32),
    ],
)
def test_processor_takes_bf16_only_where_it_computes_with_it(monkeypatch, avx512, amx, expected):
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: avx512)
    monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda: amx)
    assert compute_type("auto", torch.device("cpu")) is expected


@pytest.mark.parametrize(("told", "expected"), [("True", "cpu"), ("False", "cuda"), ("", "cuda")])
def test_accelerate_may_ask_for_the_processor(monkeypatch, told, expected):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setenv("ACCELERATE_USE_CPU", told)
    assert best_device().type == expected


def test_card_that_imitates_bf16_does_not_train_in_it_and_answers_in_fp32(monkeypatch):
    monkeypatch.setattr("worthit.neural.training.device.best_device", lambda: torch.device("cuda"))
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation=True: False)
    with pytest.raises(InputError, match="this graphics card does not have"):
        check_precision("bf16")
    assert compute_type("bf16", torch.device("cuda")) is torch.float32


def test_mps_computes_in_fp32_unless_told():
    assert compute_type("auto", torch.device("mps")) is torch.float32
    assert compute_type("bf16", torch.device("mps")) is torch.bfloat16


def test_fp16_is_for_training_on_cuda_and_answers_anywhere(monkeypatch):
    monkeypatch.setattr("worthit.neural.training.device.best_device", lambda: torch.device("cpu"))
    with pytest.raises(InputError, match="trains on cuda alone, and here is cpu"):
        check_precision("fp16")
    assert compute_type("fp16", torch.device("cpu")) is torch.float32
    assert compute_type("fp16", torch.device("cuda")) is torch.float16

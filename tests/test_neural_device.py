"""Device and precision are found out; no such device is needed to test what is decided."""

import pytest
import torch

from worthit.neural.training.device import best_device, use_bf16


@pytest.mark.parametrize(
    ("cuda", "mps", "expected"),
    [(True, True, "cuda"), (False, True, "mps"), (False, False, "cpu")],
)
def test_first_device_that_is_there_is_taken(monkeypatch, cuda, mps, expected):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
    assert best_device().type == expected


@pytest.mark.parametrize("computed", [True, False])
def test_cuda_takes_bf16_only_where_it_is_not_emulated(monkeypatch, computed):
    def supported(including_emulation=True):
        return True if including_emulation else computed

    monkeypatch.setattr(torch.cuda, "is_bf16_supported", supported)
    assert use_bf16("auto", torch.device("cuda")) is computed
    assert use_bf16("fp32", torch.device("cuda")) is False


@pytest.mark.parametrize(
    ("avx512", "amx", "expected"),
    [(True, False, True), (False, True, True), (False, False, False)],
)
def test_processor_takes_bf16_only_where_it_computes_with_it(monkeypatch, avx512, amx, expected):
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: avx512)
    monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda: amx)
    assert use_bf16("auto", torch.device("cpu")) is expected


def test_mps_computes_in_fp32_unless_told():
    assert use_bf16("auto", torch.device("mps")) is False
    assert use_bf16("bf16", torch.device("mps")) is True

"""The heap is kept while a network trains, and is no slower afterwards than it was before."""

import platform
import subprocess
import sys

import pytest

FAULTS = """
import ctypes, resource
from worthit.neural.training.heap import kept_heap

library = ctypes.CDLL(None)
library.malloc.restype = ctypes.c_void_p
library.free.argtypes = [ctypes.c_void_p]
library.memset.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t]

def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(20):
        memory = library.malloc(SIZE)
        library.memset(memory, 1, SIZE)
        library.free(memory)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

SIZE = KEPT  # 40 MiB is more than glibc ever keeps by itself
alone = faults()
with kept_heap(LARGE):
    faults()
    within = faults()
SIZE = 4 * 2**20
faults()
print(alone, within, faults())
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc's heap is kept")
@pytest.mark.parametrize(("large", "size"), [(True, 40), (False, 30)])
def test_memory_is_kept_within_and_no_dearer_after(large, size):
    program = FAULTS.replace("LARGE", str(large)).replace("KEPT", str(size * 2**20))
    told = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    alone, within, after = map(int, told.stdout.split())
    assert alone > 1000  # pages of the system's; large ones count once for many
    assert within < alone / 10
    assert after < alone / 10

"""What a run costs: wall and processor seconds, peak memory, answering time, the machine."""

import os
import platform
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import numpy as np
import psutil

__all__ = ["Meter", "folder_bytes", "machine", "ms_per_item"]

ROUNDS = 5  # of timed answers
INTERVAL = 0.25  # seconds between two looks at the worker processes


@dataclass
class Meter:
    """Measures this process and its workers between ``with`` and the end of the block.

    Attributes
    ----------
    wall_seconds, processor_seconds : float
        Processor seconds include those of worker processes.
    peak_memory_mb : float
        The process's own high-water mark (since it started) plus the largest sum seen of what its
        workers held for themselves; pages that they share are counted once.
    gpu_memory_mb : float or None
        The most that tensors took on the graphics card since the process started; None without.
    """

    wall_seconds: float = 0.0
    processor_seconds: float = 0.0
    peak_memory_mb: float = 0.0
    gpu_memory_mb: float | None = None
    _workers: dict[int, float] = field(default_factory=dict, repr=False)
    _workers_peak: float = field(default=0.0, repr=False)

    def __enter__(self) -> Self:
        self._start = time.perf_counter(), time.process_time()
        self._before = self._look()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()
        self._look()
        wall, processor = self._start
        self.wall_seconds = time.perf_counter() - wall
        self.processor_seconds = time.process_time() - processor
        self.processor_seconds += sum(self._workers.values()) - self._before
        self.peak_memory_mb = _own_peak() + self._workers_peak
        if torch := _torch_with_gpu():
            self.gpu_memory_mb = torch.cuda.max_memory_allocated() / 1e6

    def _watch(self) -> None:
        while not self._done.wait(INTERVAL):
            self._look()

    def _look(self) -> float:
        """Note processor time and own memory of all workers; return their seconds so far."""
        held = 0.0
        for worker in psutil.Process().children(recursive=True):
            try:
                times, memory = worker.cpu_times(), worker.memory_info()
            except psutil.Error:  # it has just ended
                continue
            self._workers[worker.pid] = times.user + times.system
            held += (memory.rss - getattr(memory, "shared", 0)) / 1e6
        self._workers_peak = max(self._workers_peak, held)
        return sum(self._workers.values())


def _own_peak() -> float:
    """Return this process's largest resident size in MB.

    On Linux VmHWM: unlike ``ru_maxrss`` it does not start from the size of the parent process.
    """
    status = Path("/proc/self/status")
    if status.exists():
        lines = status.read_text().splitlines()
        return next(float(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1e3
    memory = psutil.Process().memory_info()
    return float(getattr(memory, "peak_wset", memory.rss)) / 1e6


def ms_per_item(
    answer: Callable[[list[Any]], Any], inputs: Sequence[Any], limit: float = 3.0
) -> float:
    """Time answers to one item at a time; other work on the machine makes some of them slower.

    So each item is asked for up to five times, in rounds over all of them, and its fastest answer
    counts.

    Parameters
    ----------
    answer : callable
        Answers a list of items, all work from the raw item included.
    inputs : sequence of length n
        Items to ask for; at most 200 of them are used, spread evenly.
    limit : float
        Seconds after which no round begins; the first one ends then, too.

    Returns
    -------
    float
        Median over items in milliseconds.
    """
    spread = np.linspace(0, len(inputs) - 1, min(200, len(inputs))).astype(int)
    answer([inputs[0]])  # the first answer may still build things
    began = time.perf_counter()
    fastest: dict[int, float] = {}
    for number in range(ROUNDS):
        for i in spread if number == 0 else list(fastest):
            start = time.perf_counter()
            answer([inputs[i]])
            end = time.perf_counter()
            fastest[i] = min(end - start, fastest.get(i, np.inf))
            if number == 0 and end - began > limit:
                break
        if time.perf_counter() - began > limit:
            break
    return float(1000 * np.median(list(fastest.values())))


def folder_bytes(folder: Path) -> int:
    """Return the size of all files in a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def machine() -> dict[str, Any]:
    """Name the machine that the seconds were measured on."""
    return {
        "cpu": _cpu_name(),
        "cores": len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9),
        "gpu": _gpu_name(),
        "system": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
    }


def _cpu_name() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _gpu_name() -> str | None:
    torch = _torch_with_gpu()
    return str(torch.cuda.get_device_name()) if torch else None


def _torch_with_gpu() -> Any:
    """Return torch where there is a card; no baseline must load it to say there is none."""
    torch = sys.modules.get("torch")
    return torch if torch and torch.cuda.is_available() else None

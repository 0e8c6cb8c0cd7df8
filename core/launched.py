"""Whether a launcher (torchrun, accelerate launch) started several processes, and which this is."""

import os

__all__ = ["follows", "n_launched"]


def n_launched() -> int:
    """Return how many processes the launcher started together; 1 without a launcher."""
    told = {"RANK", "WORLD_SIZE"} <= os.environ.keys()
    return int(os.environ["WORLD_SIZE"]) if told else 1


def follows() -> bool:
    """Tell whether this is one that only trains along, for the first process has the run."""
    return n_launched() > 1 and int(os.environ["RANK"]) > 0

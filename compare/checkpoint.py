"""Which pretrained weights a run started from: stored as such, or in an old run's notes."""

import re
from typing import Any

__all__ = ["checkpoint_of"]

TOLD = re.compile(
    r"The weights are those of (?P<name>.+) \((?P<architecture>\S+), (?P<layers>\d+) layers of "
    r"width (?P<width>\d+)\), SHA-256 (?P<sha256>[0-9a-f]{64})\."
)
HASH_ALONE = re.compile(
    r"The weights are those of a folder with SHA-256 (?P<sha256>[0-9a-f]{64})\."
)


def checkpoint_of(record: dict[str, Any]) -> dict[str, Any] | None:
    """Return what is known of a run's checkpoint.

    Parameters
    ----------
    record : dict
        What run.json holds.

    Returns
    -------
    dict or None
        ``sha256`` and, but for the oldest runs, ``name``, ``architecture``, ``layers``, ``width``;
        None without a checkpoint.
    """
    if record.get("checkpoint"):
        return dict(record["checkpoint"])
    for note in record.get("notes") or ():
        found = TOLD.fullmatch(note) or HASH_ALONE.fullmatch(note)
        if found:
            told: dict[str, Any] = found.groupdict()
            return told | {name: int(told[name]) for name in ("layers", "width") if name in told}
    return None

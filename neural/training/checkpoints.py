"""The checkpoints of one fit: whose they are, and which of them is whole.

They hold pickles, which are read as plain tensors alone. They stay in the workspace of their run.
"""

import json
import shutil
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from math import isnan, nan
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import nn

from worthit.core.files import read_json, write_atomic, write_json
from worthit.core.hashing import sha256_of
from worthit.core.progress import say
from worthit.neural.training.saving import load_weights

if TYPE_CHECKING:
    from worthit.neural.training.classifier import NeuralClassifier

__all__ = [
    "ADAPTING",
    "FROZEN",
    "PRUNED",
    "STATE",
    "claim",
    "fingerprint",
    "forget",
    "forget_score",
    "history_of",
    "last_whole",
    "read_weights",
    "step_of",
    "write_state",
]

OWNER = "fit.json"
STATE = "trainer_state.json"
FROZEN = "frozen-"  # how files begin that hold what a frozen part answered
ADAPTING = "adapt"  # the folder of the checkpoints before those of the task
PRUNED = "pruned_heads.json"  # the heads that were taken out before training


def fingerprint(
    classifier: "NeuralClassifier",
    inputs: Sequence,
    labels: Sequence | np.ndarray,
    validation: tuple[Sequence, Sequence] | None,
) -> str:
    """Hash all that decides how a fit ends: model, parameters, data, versions.

    torch's is taken without its build (``+cpu``): an interrupted fit goes on on another device.
    """
    versions = [version("worthit"), torch.__version__.partition("+")[0]]
    parts = [classifier.name, *versions, repr(sorted(classifier.identity().items()))]
    for some, theirs in ((inputs, labels), validation or ((), ())):
        parts += [repr(one) for one in some]
        parts += [str(label) for label in theirs]
    return sha256_of(parts)


def claim(workspace: Path, owner: str) -> None:
    """Make the workspace ready for a fit; checkpoints of any other fit are removed.

    Parameters
    ----------
    workspace : pathlib.Path
        The folder; made if missing.
    owner : str
        The :func:`fingerprint` of the fit.
    """
    path = workspace / OWNER
    if path.exists() and read_json(path) == {"fingerprint": owner}:
        return
    if path.exists():
        say("An unfinished fit of other data, settings or versions is forgotten; this one begins.")
    forget(workspace)
    shutil.rmtree(workspace / ADAPTING, ignore_errors=True)
    for name in ("clock.json", "adapted.safetensors"):
        (workspace / name).unlink(missing_ok=True)
    write_json(path, {"fingerprint": owner})


def forget(workspace: Path) -> None:
    """Remove what a body has led to: checkpoints, a choice of heads, its frozen part's answers."""
    for checkpoint in list(workspace.glob("checkpoint-*")):
        shutil.rmtree(checkpoint)
    (workspace / PRUNED).unlink(missing_ok=True)
    for answers in workspace.glob(f"{FROZEN}*"):
        answers.unlink()


def last_whole(workspace: Path) -> Path | None:
    """Return the newest checkpoint that was written to its end, or None.

    The state file is written last, when all processes have written theirs, so a checkpoint that
    has a readable one is whole. One that was cut off by a kill is removed.
    """
    checkpoints = sorted(workspace.glob("checkpoint-*"), key=step_of, reverse=True)
    for checkpoint in checkpoints:
        try:
            history_of(checkpoint)
        except (OSError, json.JSONDecodeError):
            shutil.rmtree(checkpoint)
        else:
            return checkpoint
    return None


def forget_score(checkpoint: Path, n_batches: int, metric: str) -> None:
    """Forget the score of an epoch that a time limit broke off: training goes on within it.

    Parameters
    ----------
    checkpoint : pathlib.Path
        Whose state file is written anew, if it has such a score.
    n_batches : int
        Steps of an epoch.
    metric : str
        The validation score that decides.
    """
    state = read_json(checkpoint / STATE)
    whole = [entry for entry in state["log_history"] if entry["step"] % n_batches == 0]
    if len(whole) == len(state["log_history"]):
        return
    sign = -1 if metric == "loss" else 1
    scored = [entry for entry in whole if not isnan(entry.get(f"eval_{metric}", nan))]
    best = max(scored, key=lambda entry: sign * entry[f"eval_{metric}"], default=None)
    state |= {
        "log_history": whole,
        "best_metric": best and best[f"eval_{metric}"],
        "best_global_step": best and best["step"],
        "best_model_checkpoint": best and str(checkpoint.with_name(f"checkpoint-{best['step']}")),
    }
    write_state(checkpoint, state)


def write_state(checkpoint: Path, state: Mapping[str, Any]) -> None:
    """Put another state in the place of a whole checkpoint's, which stays whole meanwhile."""
    write_atomic(checkpoint / STATE, json.dumps(state))  # with NaN, as the Trainer writes it


def history_of(checkpoint: Path) -> list[dict[str, Any]]:
    """Read what was logged until a checkpoint."""
    return read_json(checkpoint / STATE)["log_history"]


def read_weights(network: nn.Module, checkpoint: Path) -> None:
    """Give a network the weights of a checkpoint, which does without those that do not learn."""
    load_weights(network, checkpoint / "model.safetensors", learned_alone=True)


def step_of(checkpoint: Path) -> int:
    """Return after how many steps a checkpoint was written."""
    return int(checkpoint.name.rpartition("-")[2])

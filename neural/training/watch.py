"""Follows a training: progress, seconds, patience and the time limit. Imports transformers."""

import time
from collections.abc import Callable
from typing import Any

from tqdm import tqdm
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from worthit.neural.training.clock import Clock
from worthit.neural.training.ranks import agreed, leads

__all__ = ["Watch", "epochs_since_best"]

BETWEEN = 300.0  # seconds between two checkpoints: about what a training that is killed loses

Hopeless = Callable[[float], bool] | None


class Watch(TrainerCallback):
    """The one callback of the training loop.

    It keeps nothing that a resumed training would miss: patience is counted from the history
    that every checkpoint holds, and the trainer saves the seconds of an epoch.

    Parameters
    ----------
    bar : tqdm.tqdm
        Counts batches.
    metric : str
        The validation score that decides.
    patience : int
        Evaluations without a better score after which training ends.
    clock : Clock
        Says when the time is over.
    hopeless : callable, optional
        Gets each validation score, larger is better, and says whether to give up.
    """

    def __init__(
        self, bar: tqdm, metric: str, patience: int, clock: Clock, hopeless: Hopeless = None
    ) -> None:
        self.bar = bar
        self.metric = metric
        self.patience = patience
        self.clock = clock
        self.hopeless = hopeless
        self.out_of_time = self.given_up = False
        self.epoch_began = self.saved = time.monotonic()

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        """Begin the bar where training goes on, so that what was done before adds to no rate."""
        self.bar.n = self.bar.initial = self.bar.last_print_n = state.global_step

    def on_epoch_begin(self, *_: Any, **__: Any) -> None:
        """Start the epoch's clock."""
        self.epoch_began = time.monotonic()

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        """Move the bar; save now and then; end the epoch, and training, when the time is over."""
        self.bar.update(state.global_step - self.bar.n)
        if leads():
            self.clock.tick()
        due = self.clock.path is not None and time.monotonic() - self.saved >= BETWEEN
        over, due = agreed((self.clock.over, due))
        if over:
            self.out_of_time = control.should_training_stop = True
            if leads():
                self.clock.note()
        # A whole epoch is saved when it has been scored.
        control.should_save = (over or due) and not _epoch_ended(state)

    def on_save(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        """Begin the wait for the next checkpoint; count what scoring a whole epoch took."""
        self.saved = time.monotonic()
        if leads() and _epoch_ended(state):
            self.clock.note()

    def on_log(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        """Note how long the epoch has taken so far."""
        state.log_history[-1]["seconds"] = time.monotonic() - self.epoch_began

    def on_evaluate(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        """Show the score; end training when it has not risen for long enough."""
        score = state.log_history[-1][f"eval_{self.metric}"]
        self.bar.set_postfix_str(f"epoch {state.epoch:.3g}, validation {self.metric} {score:.3f}")
        if epochs_since_best(state.log_history, self.metric) >= self.patience:
            control.should_training_stop = True
        self._ask(score)
        if self.given_up:
            control.should_training_stop = True

    def recall(self, log_history: list[dict]) -> None:
        """Ask of the epochs before an interruption, as if they had just been done."""
        for score in _scores(log_history, self.metric):
            self._ask(score)

    def _ask(self, score: float) -> None:
        larger = -score if self.metric == "loss" else score
        self.given_up = bool(self.hopeless and self.hopeless(larger))


def _epoch_ended(state: TrainerState) -> bool:
    """Tell whether training is at the end of an epoch."""
    return state.global_step % (state.max_steps // state.num_train_epochs) == 0


def epochs_since_best(log_history: list[dict], metric: str) -> int:
    """Count the evaluations after the best one; the earliest of equally good ones is the best."""
    scores = _scores(log_history, metric)
    if not scores:
        return 0
    best = min(scores) if metric == "loss" else max(scores)
    return len(scores) - 1 - scores.index(best)


def _scores(log_history: list[dict], metric: str) -> list[float]:
    key = f"eval_{metric}"
    return [entry[key] for entry in log_history if key in entry]

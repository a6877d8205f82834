"""Callbacks: what else happens while a model trains."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from .errors import ThumbnetError
from .tensor import Array

if TYPE_CHECKING:
    from .model import Model

Logs = dict[str, float]


class History:
    """What `fit` gives: `history["loss"][i]` is the loss of epoch i, and so for every metric.

    `epoch` lists the epochs' numbers, from 0.
    """

    def __init__(self) -> None:
        self.history: dict[str, list[float]] = {}
        self.epoch: list[int] = []

    def append(self, epoch: int, logs: Logs) -> None:
        """Add an epoch's numbers."""
        self.epoch.append(epoch)
        for name, value in logs.items():
            self.history.setdefault(name, []).append(value)


class Callback:
    """Base of the callbacks: override what you need.

    `model` is the model, `history` its History so far, `epochs` the number of epochs asked for and
    `steps_per_epoch` that of their batches; all are set before `on_train_begin`. Epochs and batches
    count from 0. `logs` holds the means so far of loss and metrics, at an epoch's end also the
    `val_...` of the validation data.
    """

    model: Model
    history: History
    epochs: int
    steps_per_epoch: int

    def on_train_begin(self) -> None:
        """Before the first epoch, or the first one after a resume."""

    def on_epoch_begin(self, epoch: int) -> None:
        """Before an epoch."""

    def on_batch_end(self, batch: int, logs: Logs) -> None:
        """After each update of the weights."""

    def on_epoch_end(self, epoch: int, logs: Logs) -> None:
        """After an epoch and its validation."""

    def on_train_end(self) -> None:
        """At the end, also if training was interrupted or failed."""

    def get_state(self) -> dict[str, Array]:
        """Give what a checkpoint must keep for a resumed run to go on as if never stopped."""
        return {}

    def set_state(self, state: dict[str, Array]) -> None:
        """Restore what `get_state` gave; called after `on_train_begin`."""


class EarlyStopping(Callback):
    """Stop when `monitor` has not improved by more than `min_delta` for `patience` epochs.

    mode: "min", "max" or "auto" (max for an accuracy). restore_best_weights: at the end, go
    back to the weights of the best epoch, and its activation ranges (see `fake_quantize`).
    `stopped_epoch` is the epoch it stopped after, or None; `best` the best value. Raises
    ThumbnetError in `fit` if there is no such number to monitor.
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        patience: int = 0,
        min_delta: float = 0.0,
        mode: str = "auto",
        restore_best_weights: bool = False,
    ) -> None:
        if mode not in ("auto", "min", "max"):
            raise ThumbnetError(f"EarlyStopping: mode {mode!r} must be 'auto', 'min' or 'max'")
        self.monitor = monitor
        self.patience = patience
        self.min_delta = abs(min_delta)
        self.sign = -1.0 if mode == "max" or (mode == "auto" and "acc" in monitor) else 1.0
        self.restore_best_weights = restore_best_weights
        self.on_train_begin()

    def on_train_begin(self) -> None:
        """Forget the run before."""
        self._lowest = np.inf  # of sign * value, so that lower is better
        self.wait = 0
        self.best_epoch = 0
        self.stopped_epoch: int | None = None
        self._best_weights: list[Array] = []
        self._best_ranges: dict[str, tuple[float, float]] = {}

    @property
    def best(self) -> float:
        """The best value so far."""
        return self.sign * self._lowest

    def on_epoch_end(self, epoch: int, logs: Logs) -> None:
        """Compare, and ask the model to stop when patience is over."""
        if self.monitor not in logs:
            raise ThumbnetError(
                f"EarlyStopping monitors {self.monitor!r}, training gives {', '.join(logs)}: "
                "choose one of these, or pass validation data"
            )
        value = self.sign * logs[self.monitor]
        if value < self._lowest - self.min_delta:
            self._lowest, self.wait, self.best_epoch = value, 0, epoch
            if self.restore_best_weights:
                self._best_weights = self.model.get_weights()
                self._best_ranges = self.model.activation_ranges
            return
        self.wait += 1
        if self.wait >= self.patience:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def on_train_end(self) -> None:
        """Restore the best weights, if that was asked for."""
        if self._best_weights:
            self.model.set_weights(self._best_weights)
            self.model.activation_ranges = self._best_ranges

    def get_state(self) -> dict[str, Array]:
        """Give the best value, how long ago it was, its weights and its ranges."""
        stopped = -1 if self.stopped_epoch is None else self.stopped_epoch
        numbers = np.array([self._lowest, self.wait, self.best_epoch, stopped], dtype=np.float64)
        weights = {str(i): w for i, w in enumerate(self._best_weights)}
        ranges = {f"range/{name}": np.array(ends) for name, ends in self._best_ranges.items()}
        return {"numbers": numbers, **weights, **ranges}

    def set_state(self, state: dict[str, Array]) -> None:
        """Restore what `get_state` gave."""
        lowest, wait, best_epoch, stopped = state["numbers"].tolist()
        self._lowest, self.wait, self.best_epoch = lowest, int(wait), int(best_epoch)
        self.stopped_epoch = None if stopped < 0 else int(stopped)
        weights = [name for name in state if name.isdigit()]
        self._best_weights = [state[str(i)] for i in range(len(weights))]
        self._best_ranges = {
            name.removeprefix("range/"): (float(ends[0]), float(ends[1]))
            for name, ends in state.items()
            if name.startswith("range/")
        }


class LearningRateScheduler(Callback):
    """Set the learning rate before each epoch: `schedule(epoch, current_rate) -> rate`.

    The rate is added to the history as `learning_rate`. Raises ThumbnetError in `fit` for a rate
    that is not a positive number.
    """

    def __init__(self, schedule: Callable[[int, float], float]) -> None:
        self.schedule = schedule

    def on_epoch_begin(self, epoch: int) -> None:
        """Ask the schedule."""
        _, optimizer = self.model.require_compiled()
        rate = float(self.schedule(epoch, optimizer.learning_rate))
        if not 0 < rate < np.inf:
            raise ThumbnetError(
                f"the schedule gave a learning rate of {rate} for epoch {epoch}: "
                "it must be a positive number"
            )
        optimizer.learning_rate = rate

    def on_epoch_end(self, epoch: int, logs: Logs) -> None:
        """Note the rate."""
        logs["learning_rate"] = self.model.require_compiled()[1].learning_rate


class OneCycle(Callback):
    """Let the learning rate rise to `peak` and fall again, a little after each batch.

    From nearly 0 to `peak` in the first `rising` share of all batches, then back, both along a
    straight line: the one-cycle policy of Smith and Topin 2018, arXiv:1708.07120. Large steps in
    the middle find a good region, the small ones at the end settle in it; the rate that the
    optimizer was made with does not matter. The last rate of each epoch is added to the history as
    `learning_rate`. Raises ThumbnetError for a peak that is not a positive number, or a share
    outside (0, 1).
    """

    def __init__(self, peak: float, rising: float = 0.2) -> None:
        if not 0 < peak < np.inf or not 0 < rising < 1:
            raise ThumbnetError(
                f"OneCycle: peak is {peak} and rising {rising}: give a positive rate, and a share "
                "between 0 and 1"
            )
        self.peak = float(peak)
        self.rising = float(rising)

    def rate(self, batch: int) -> float:
        """Give the learning rate for a batch, counted through all epochs."""
        # Between 0 and 1, where the rate would be 0.
        time = (batch + 1) / (self.epochs * self.steps_per_epoch + 1)
        return self.peak * min(time / self.rising, (1 - time) / (1 - self.rising))

    def on_epoch_begin(self, epoch: int) -> None:
        """Set the rate for the first batch."""
        self._before = epoch * self.steps_per_epoch
        self.model.require_compiled()[1].learning_rate = self.rate(self._before)

    def on_batch_end(self, batch: int, logs: Logs) -> None:
        """Set the rate for the next batch of the epoch."""
        if batch + 1 < self.steps_per_epoch:
            optimizer = self.model.require_compiled()[1]
            optimizer.learning_rate = self.rate(self._before + batch + 1)

    def on_epoch_end(self, epoch: int, logs: Logs) -> None:
        """Note the rate."""
        logs["learning_rate"] = self.model.require_compiled()[1].learning_rate


class ModelCheckpoint(Callback):
    """Write the model and the state of its training to `path` after every `every` epochs.

    The file is replaced in one step, so at any moment it is a whole one. `load_model(path)`
    reads it as a model; `fit(..., resume_from=path)` goes on where it ended, and gives the same
    bits as a run that was never stopped. `fit` calls it after all other callbacks.
    """

    def __init__(self, path: str | os.PathLike[str], every: int = 1) -> None:
        if every < 1:
            raise ThumbnetError(f"ModelCheckpoint: every is {every}, it must be at least 1")
        self.path = path
        self.every = every
        self.companions: list[Callback] = []

    def on_epoch_end(self, epoch: int, logs: Logs) -> None:
        """Write the file, if it is time or the last epoch."""
        from .checkpoint import save_checkpoint  # built on callbacks

        last = epoch + 1 == self.epochs or self.model.stop_training
        if last or (epoch + 1) % self.every == 0:
            save_checkpoint(self.model, self.path, self.history, self.companions)

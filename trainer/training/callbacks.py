"""Callbacks: what else happens while a model trains."""

from __future__ import annotations

import numpy as np

from ..arrays import Array
from ..errors import ThumbnetError
from .compiled import CompiledNetwork

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

    model: CompiledNetwork
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

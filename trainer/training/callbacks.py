"""Callbacks, which a model calls while it trains."""

from __future__ import annotations

import numpy as np

from ..arrays import Array
from ..errors import ThumbnetError
from .compiled import CompiledNetwork

Logs = dict[str, float]


class History:
    """The loss and metrics of every epoch, as `fit` returns them.

    Attributes
    ----------
    history : dict of str to list of float
        `history["loss"][i]` is the loss of epoch i; the same for every metric.
    epoch : list of int
        The epochs' numbers, from 0.
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

    Epochs and batches count from 0. `logs` holds the means so far of loss and metrics; at the end
    of an epoch also the `val_...` of the validation data.

    Attributes
    ----------
    model : Model
        The model that trains.
    history : History
        Of the run so far.
    epochs : int
        The number of epochs asked for.
    steps_per_epoch : int
        The number of batches in an epoch.

    Notes
    -----
    All attributes are set before `on_train_begin`.
    """

    model: CompiledNetwork
    history: History
    epochs: int
    steps_per_epoch: int

    def on_train_begin(self) -> None:
        """Called before the first epoch, or the first one after a resume."""

    def on_epoch_begin(self, epoch: int) -> None:
        """Called before an epoch."""

    def on_batch_end(self, batch: int, logs: Logs) -> None:
        """Called after each update of the weights."""

    def on_epoch_end(self, epoch: int, logs: Logs) -> None:
        """Called after an epoch and its validation."""

    def on_train_end(self) -> None:
        """Called at the end, also if training was interrupted or failed."""

    def get_state(self) -> dict[str, Array]:
        """Return the state that a checkpoint stores so that a run can resume exactly."""
        return {}

    def set_state(self, state: dict[str, Array]) -> None:
        """Restore what `get_state` returned; called after `on_train_begin`."""


class EarlyStopping(Callback):
    """Stop when a number has not improved for some epochs.

    Parameters
    ----------
    monitor : str
        The number to watch, such as "val_loss".
    patience : int
        Epochs to wait for an improvement.
    min_delta : float
        A smaller change is no improvement.
    mode : str
        "min", "max" or "auto" (max for an accuracy).
    restore_best_weights : bool
        Whether to end with the weights of the best epoch, and with its activation ranges (see
        `fake_quantization`).

    Attributes
    ----------
    stopped_epoch : int or None
        The epoch that it stopped after.
    best : float
        The best value so far.

    Raises
    ------
    ThumbnetError
        In `fit`, if there is no such number to monitor.
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
        """Forget the previous run."""
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
        """Compare, and ask the model to stop when patience has run out.

        Raises
        ------
        ThumbnetError
            If `logs` do not contain the number to monitor.
        """
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
        """Restore the best weights, if asked to."""
        if self._best_weights:
            self.model.set_weights(self._best_weights)
            self.model.activation_ranges = self._best_ranges

    def get_state(self) -> dict[str, Array]:
        """Return the best value, how long ago it was, its weights and its ranges."""
        stopped = -1 if self.stopped_epoch is None else self.stopped_epoch
        numbers = np.array([self._lowest, self.wait, self.best_epoch, stopped], dtype=np.float64)
        weights = {str(i): w for i, w in enumerate(self._best_weights)}
        ranges = {f"range/{name}": np.array(ends) for name, ends in self._best_ranges.items()}
        return {"numbers": numbers, **weights, **ranges}

    def set_state(self, state: dict[str, Array]) -> None:
        """Restore what `get_state` returned."""
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

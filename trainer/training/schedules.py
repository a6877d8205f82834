"""Callbacks that set the learning rate: `LearningRateScheduler` and `OneCycle`."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..errors import ThumbnetError
from .callbacks import Callback, Logs


class LearningRateScheduler(Callback):
    """Set the learning rate before each epoch.

    The rate is added to the history as `learning_rate`.

    Parameters
    ----------
    schedule : callable
        Called with the epoch and the current rate; returns the new rate.

    Raises
    ------
    ThumbnetError
        In `fit`, if a rate is not a positive number.
    """

    def __init__(self, schedule: Callable[[int, float], float]) -> None:
        self.schedule = schedule

    def on_epoch_begin(self, epoch: int) -> None:
        """Set the rate of the epoch.

        Raises
        ------
        ThumbnetError
            If the rate is not a positive number.
        """
        _, optimizer = self.model.require_compiled()
        rate = float(self.schedule(epoch, optimizer.learning_rate))
        if not 0 < rate < np.inf:
            raise ThumbnetError(
                f"the schedule gave a learning rate of {rate} for epoch {epoch}: "
                "it must be a positive number"
            )
        optimizer.learning_rate = rate

    def on_epoch_end(self, epoch: int, logs: Logs) -> None:
        """Add the rate to the logs."""
        logs["learning_rate"] = self.model.require_compiled()[1].learning_rate


class OneCycle(Callback):
    """Raise the learning rate to a peak and lower it again, a little after each batch.

    The one-cycle policy of Smith and Topin 2018, arXiv:1708.07120: from nearly 0 to `peak` and
    back, both along a straight line. Large steps in the middle find a good region, the small ones
    at the end settle in it. The rate that the optimizer was made with does not matter. The last
    rate of each epoch is added to the history as `learning_rate`.

    Parameters
    ----------
    peak : float
        The highest rate.
    rising : float
        The share of all batches in which the rate rises, between 0 and 1.

    Raises
    ------
    ThumbnetError
        If the peak is not a positive number, or the share is out of range.
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
        """Return the learning rate for a batch, counted through all epochs."""
        # Strictly between 0 and 1, where the rate would be 0.
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
        """Add the rate to the logs."""
        logs["learning_rate"] = self.model.require_compiled()[1].learning_rate

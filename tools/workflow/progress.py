"""Callbacks that watch a training: progress on the console, and the pace of checkpoints."""

from __future__ import annotations

import math
import time

from thumbnet.trainer import Callback, ModelCheckpoint

from ..terminal.console import Update

CHECKPOINT_SECONDS = 0.5


class ShowEpochs(Callback):
    """Shows the loss and the accuracy of each epoch."""

    def __init__(self, update: Update) -> None:
        self.update = update

    def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
        """Show the loss, and the accuracy if there is one."""
        parts = [f"loss {logs['loss']:.4f}"]
        if "val_accuracy" in logs:
            # The rows that decide when training ends, or else the held-out ones.
            parts += [f"accuracy {logs['accuracy']:.2%}", f"validation {logs['val_accuracy']:.2%}"]
        elif "val_loss" in logs:
            parts.append(f"validation {logs['val_loss']:.4f}")
        self.update(epoch + 1, "  ".join(parts))


class PaceCheckpoints(Callback):
    """Limits checkpoints to about two per second, however short the epochs are."""

    def __init__(self, checkpoint: ModelCheckpoint) -> None:
        self.checkpoint = checkpoint
        self.started = 0.0

    def on_epoch_begin(self, epoch: int) -> None:
        """Note the time."""
        self.started = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
        """Choose how many epochs lie between two checkpoints."""
        spent = time.perf_counter() - self.started
        self.checkpoint.every = max(1, math.ceil(CHECKPOINT_SECONDS / max(spent, 1e-6)))

"""Recognize a training that diverges, and say what to change."""

from __future__ import annotations

import math
from typing import NoReturn

import numpy as np

from ..arrays import Array
from ..autograd.tensor import Tensor
from ..errors import ThumbnetError
from ..optimization.losses import Loss
from .compiled import CompiledNetwork
from .evaluation import evaluate
from .preparation import Examples

FAR = 100.0
"""A loss this many times that of a constant answer, and of the untrained network, is lost."""

PATIENCE = 5
"""So many epochs may be that bad in a row: a training may begin with a leap and recover."""

_ROWS = 1000
"""Examples at most on which the suspicion is confirmed."""

_LARGE_INPUTS, _LARGE_TARGETS = 20.0, 1000.0


class DivergenceGuard:
    """Watches the loss of a run, and ends it if it explodes.

    A run has diverged if the loss or a weight is not finite, or if the loss has been `FAR` times
    those of a constant answer and of the untrained network for `PATIENCE` epochs without falling to
    half, or still is at the end. The model then gets back the weights of its best epoch, if one was
    not worse than these two.

    Parameters
    ----------
    network : CompiledNetwork
        Compiled and built.
    loss : Loss
        The compiled loss.
    data : Examples
        The training data.
    """

    def __init__(self, network: CompiledNetwork, loss: Loss, data: Examples) -> None:
        self._network, self._loss, self._data = network, loss, data
        self._constant = _constant_loss(loss, data, network.output_shape[-1])
        self._untrained: float | None = None
        self._rate = 0.0
        self._bad, self._bad_at_first = 0, 0.0
        self._best = math.inf
        self._weights: list[Array] = []
        self._ranges: dict[str, tuple[float, float]] = {}

    @property
    def _most(self) -> float:
        """The loss beyond which a training is lost; a loss below 1 is never far from 0."""
        return FAR * max(self._constant, self._untrained or 0.0, 1.0)

    def end_batch(self, value: float, epoch: int, batch: int) -> None:
        """Take note of the loss of a batch before its update; raise ThumbnetError if not finite."""
        _, optimizer = self._network.require_compiled()
        self._rate = max(self._rate, optimizer.learning_rate)
        if not math.isfinite(value):
            self._stop(f"the loss is {value} in epoch {epoch + 1}, batch {batch + 1}")
        if self._untrained is None:
            self._untrained = value

    def end_epoch(self, value: float, epoch: int, last: bool) -> None:
        """Take note of the mean loss of an epoch; raise ThumbnetError if training is lost."""
        for variable in self._network.variables:
            if not np.isfinite(variable.data).all():
                self._stop(f"{variable.name} is not finite after epoch {epoch + 1}")
        if value < self._best and value <= self._most / FAR:
            self._best = value
            self._weights = self._network.get_weights()
            self._ranges = self._network.activation_ranges
        if value <= self._most:
            self._bad = 0
            return
        self._bad += 1
        if self._bad == 1:
            self._bad_at_first = value
        if self._bad == PATIENCE and value < self._bad_at_first / 2:
            self._bad, self._bad_at_first = 1, value
        if self._bad < PATIENCE and not last:
            return
        # The mean of an epoch holds its beginning, too: what is the loss now?
        x, y = self._data.x[:_ROWS], self._data.y[:_ROWS]
        with np.errstate(over="ignore", invalid="ignore"):
            now = evaluate(self._network, self._loss, x, y)["loss"]
        if not now <= self._most:
            self._stop(
                f"the loss is {now:.3g} after epoch {epoch + 1}, that of a constant answer "
                f"{self._constant:.3g}"
            )

    def _stop(self, fault: str) -> NoReturn:
        kept = ""
        if self._weights:
            self._network.set_weights(self._weights)
            self._network.activation_ranges = self._ranges
            kept = "; the model has the weights of its best epoch again"
        raise ThumbnetError(f"training diverged: {fault}: {self._remedy()}{kept}")

    def _remedy(self) -> str:
        """Return what to change: the inputs or the targets if they are large, and the rate."""
        rate = f"a tenth of the learning rate ({self._rate / 10:g} instead of {self._rate:g})"
        reach = float(np.abs(self._data.x).max())
        if reach > _LARGE_INPUTS:
            return (
                f"scale the inputs, which reach {reach:.3g} (Normalization, or --scale standard), "
                f"or try {rate}"
            )
        reach = float(np.abs(self._data.y).max())
        if self._loss.targets == "values" and reach > _LARGE_TARGETS:
            return f"divide the targets, which reach {reach:.3g}, by a constant, or try {rate}"
        return f"try {rate}"


def _constant_loss(loss: Loss, data: Examples, outputs: int) -> float:
    """Return the loss of a network that always answers the mean of the targets, with weights."""
    y = data.y
    rows = np.eye(outputs)[y.reshape(-1)] if loss.targets == "classes" else y.reshape(len(y), -1)
    answer = np.broadcast_to(rows.mean(axis=0, dtype=np.float64), rows.shape)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        value = float(loss(y, Tensor(answer.copy())).data.mean())
    if data.weights is not None:
        value *= float(data.weights.max())
    return value if math.isfinite(value) else 0.0

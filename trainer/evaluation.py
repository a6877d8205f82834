"""Loss and metrics of a model on prepared data: shared by `fit` and `evaluate`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from . import activations
from .losses import Loss
from .metrics import get as get_metric
from .tensor import Array, Tensor

if TYPE_CHECKING:
    from .sequential import Sequential

ROWS = 4096  # at a time: bounds the memory that prediction takes


def slices(count: int) -> Iterator[slice]:
    """Cut `count` rows into slices of at most ROWS."""
    for start in range(0, count, ROWS):
        yield slice(start, min(start + ROWS, count))


def losses_and_outputs(
    model: Sequential, loss: Loss, x: Tensor, y: Array, training: bool = False
) -> tuple[Tensor, Array]:
    """Give the loss of each example, (n,), and the outputs, of preprocessed x and prepared y.

    Where the loss can be fused with the last activation, it works on the logits.
    """
    if loss.on_logits is None or model.output_activation != loss.logits_of:
        outputs = model.forward(x, training)
        return loss(y, outputs), outputs.data
    *hidden, last = model.learning_layers
    for layer in hidden:
        x = layer.call(x, training)
    logits = last.pre_activation(x)
    # The outputs are for the metrics only, so their activation is hidden from the tape.
    return loss.on_logits(y, logits), activations.get(loss.logits_of)(Tensor(logits.data)).data


def measure(model: Sequential, y: Array, outputs: Array) -> dict[str, float]:
    """Give the sum of every metric over a batch."""
    return {
        name: float(get_metric(name)(y, outputs, model.threshold).sum(dtype=np.float64))
        for name in model.metrics
    }


def evaluate(model: Sequential, loss: Loss, x: Array, y: Array) -> dict[str, float]:
    """Give the mean loss, with penalties, and metrics of preprocessed x and prepared y."""
    totals = dict.fromkeys(("loss", *model.metrics), 0.0)
    for rows in slices(len(x)):
        each, outputs = losses_and_outputs(model, loss, Tensor(x[rows]), y[rows])
        totals["loss"] += float(each.data.sum(dtype=np.float64))
        for name, total in measure(model, y[rows], outputs).items():
            totals[name] += total
    results = {name: total / len(x) for name, total in totals.items()}
    penalties = (penalty for layer in model.layers for penalty in layer.penalties())
    results["loss"] += sum(float(penalty.data) for penalty in penalties)
    return results

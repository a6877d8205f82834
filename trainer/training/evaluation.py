"""Loss and metrics of a network on prepared data: shared by `fit` and `evaluate`."""

from __future__ import annotations

import numpy as np

from ..arrays import Array
from ..autograd import activations
from ..autograd.tensor import Tensor
from ..layers.layer import Layer
from ..network.batches import slices
from ..optimization.losses import Loss
from ..optimization.metrics import get as get_metric
from .compiled import CompiledNetwork


def losses_and_outputs(
    network: CompiledNetwork, loss: Loss, x: Tensor, y: Array, training: bool = False
) -> tuple[Tensor, Array]:
    """Compute the loss of each example, fused with the last activation where that is possible.

    Parameters
    ----------
    network : CompiledNetwork
        Built.
    loss : Loss
        The compiled loss.
    x : Tensor
        Preprocessed inputs.
    y : ndarray
        Prepared target values.
    training : bool
        Whether the call is part of a training step.

    Returns
    -------
    losses : Tensor, shape (n,)
    outputs : ndarray, shape (n, units)
        For the metrics.
    """
    last = network.layers[-1]
    if (
        loss.on_logits is None
        or last.activation != loss.logits_of
        or type(last).pre_activation is Layer.pre_activation  # SimpleRNN, for one, has none
    ):
        outputs = network.forward(x, training)
        return loss(y, outputs), outputs.data
    logits = network.logits(x, training)
    # The outputs are for the metrics only, so their activation is hidden from the tape.
    return loss.on_logits(y, logits), activations.get(loss.logits_of)(Tensor(logits.data)).data


def measure(network: CompiledNetwork, y: Array, outputs: Array) -> dict[str, float]:
    """Return the sum of every metric over a batch."""
    return {
        name: float(get_metric(name)(y, outputs, network.threshold).sum(dtype=np.float64))
        for name in network.metrics
    }


def evaluate(network: CompiledNetwork, loss: Loss, x: Array, y: Array) -> dict[str, float]:
    """Compute the mean loss and metrics.

    Parameters
    ----------
    network : CompiledNetwork
        Built.
    loss : Loss
        The compiled loss.
    x : ndarray
        Preprocessed inputs.
    y : ndarray
        Prepared target values.

    Returns
    -------
    dict of str to float
        "loss", with penalties, and every metric.
    """
    totals = dict.fromkeys(("loss", *network.metrics), 0.0)
    for rows in slices(len(x), network.rows_at_once()):
        with np.errstate(over="ignore", invalid="ignore"):  # the loss is then infinite or NaN
            each, outputs = losses_and_outputs(network, loss, Tensor(x[rows]), y[rows])
            totals["loss"] += float(each.data.sum(dtype=np.float64))
            for name, total in measure(network, y[rows], outputs).items():
                totals[name] += total
    results = {name: total / len(x) for name, total in totals.items()}
    penalties = (penalty for layer in network.layers for penalty in layer.penalties())
    results["loss"] += sum(float(penalty.data) for penalty in penalties)
    return results

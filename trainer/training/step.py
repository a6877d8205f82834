"""One step of training on one batch: its loss, the gradients, and the update of the weights."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from ..arrays import Array
from ..autograd import functional
from ..autograd.tape import GradientTape
from ..autograd.tensor import Tensor, Variable
from ..errors import ThumbnetError
from ..network.inputs import prepare_inputs
from ..optimization.losses import Loss
from .compiled import CompiledNetwork
from .evaluation import losses_and_outputs
from .preparation import check_ends


def differentiate(
    network: CompiledNetwork,
    loss: Loss,
    x: Array,
    y: Array,
    weights: Array | None,
    variables: Sequence[Variable],
) -> tuple[float, list[Array], Array]:
    """Compute the loss of a batch and its gradients.

    Forward on the tape, backward along it, then an update: all of deep learning is in these lines.

    Parameters
    ----------
    network : CompiledNetwork
        Built.
    loss : Loss
        The compiled loss.
    x, y : ndarray
        Preprocessed inputs and prepared target values.
    weights : ndarray, shape (n,), or None
        The weight of each example; None if all are 1.
    variables : sequence of Variable
        What to differentiate with respect to.

    Returns
    -------
    value : float
        The mean loss, with penalties.
    gradients : list of ndarray
        In the shapes of the variables.
    outputs : ndarray, shape (n, units)
        For the metrics.
    """
    with np.errstate(over="ignore", invalid="ignore"), GradientTape() as tape:
        each, outputs = losses_and_outputs(network, loss, Tensor(x), y, training=True)
        total = functional.mean(each if weights is None else each * weights)
        for layer in network.layers:
            for penalty in layer.penalties():
                total = total + penalty
        gradients = tape.gradient(total, variables)
    return float(total.data), gradients, outputs


def gradients(
    network: CompiledNetwork,
    x: ArrayLike,
    y: ArrayLike,
    variables: Sequence[Variable] | None = None,
) -> tuple[float, list[Array]]:
    """Compute the loss of one batch, and its gradients; nothing is updated.

    Parameters
    ----------
    network : CompiledNetwork
        The model, as a method: `model.gradients(x, y)`. Compiled and built.
    x, y : array_like
        As for `fit`.
    variables : sequence of Variable, optional
        What to differentiate with respect to; by default `trainable_variables`.

    Returns
    -------
    value : float
        The mean loss of the batch in training, with penalties.
    gradients : list of ndarray
        In the shapes of the variables.

    Raises
    ------
    ThumbnetError
        If the model is not compiled or built, or x or y do not fit it.
    """
    loss, _ = network.require_compiled()
    inputs = network.preprocess(prepare_inputs(x, network.require_built()))
    check_ends(network, loss)
    target = network.prepare_y(y, len(inputs))
    wanted = network.trainable_variables if variables is None else variables
    value, found, _ = differentiate(network, loss, inputs, target, None, wanted)
    return value, found


def train_on_batch(
    network: CompiledNetwork,
    x: ArrayLike,
    y: ArrayLike,
    variables: Sequence[Variable] | None = None,
) -> float:
    """Take one step of gradient descent on one batch, for training loops of your own.

    A generative adversarial network, for one, trains two models in turns: the discriminator, and
    the generator through the discriminator. The second is a model that has the layers of both, of
    which `variables` names those of the generator.

    Parameters
    ----------
    network : CompiledNetwork
        The model, as a method: `model.train_on_batch(x, y)`. Compiled and built.
    x, y : array_like
        As for `fit`.
    variables : sequence of Variable, optional
        The weights to update, always the same ones; by default `trainable_variables`.

    Returns
    -------
    float
        The mean loss of the batch before the step, with penalties.

    Raises
    ------
    ThumbnetError
        If the model is not compiled or built, x or y do not fit it, or the loss is not finite.
    """
    wanted = network.trainable_variables if variables is None else variables
    value, found = gradients(network, x, y, wanted)
    _, optimizer = network.require_compiled()
    if not math.isfinite(value):
        rate = optimizer.learning_rate
        raise ThumbnetError(
            f"training diverged: the loss is {value}: try a tenth of the learning rate "
            f"({rate / 10:g} instead of {rate:g})"
        )
    network.quantized, network.activation_ranges = None, {}  # of weights that change now
    with np.errstate(over="ignore", invalid="ignore"):
        optimizer.apply(wanted, found)
    return value

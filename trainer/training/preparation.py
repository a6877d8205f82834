"""Prepare `fit`: make the weights, and check all arguments."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ..arrays import Array
from ..autograd.activations import NOT_DIFFERENTIABLE
from ..errors import ThumbnetError
from ..network.inputs import prepare_inputs
from ..optimization.losses import Loss
from .compiled import CompiledNetwork


@dataclass
class Examples:
    """Data that training and validation compute on.

    Attributes
    ----------
    x : ndarray
        Preprocessed inputs.
    y : ndarray
        Prepared target values.
    weights : ndarray, shape (n,), or None
        The weight of each example; None if all are 1.
    """

    x: Array
    y: Array
    weights: Array | None = None


def seed_and_build(
    network: CompiledNetwork, input_shape: tuple[int, ...], seed: int | None
) -> None:
    """Seed the run's random numbers; a network with its own seed draws its weights first."""
    if network.seed is not None and not network.built:
        network.build(input_shape)
    if seed is not None:
        network.rng.bit_generator.state = np.random.default_rng(seed).bit_generator.state
    if not network.built:
        network.build(input_shape)


def check_ends(network: CompiledNetwork, loss: Loss) -> None:
    """Reject activations without a useful derivative, and outputs that are not probabilities."""
    for layer in network.layers:
        if layer.activation in NOT_DIFFERENTIABLE:
            raise ThumbnetError(
                f"layer {layer.name!r}: {layer.activation} has no gradient to learn by: "
                "train with sigmoid or tanh, or use Perceptron"
            )
    if loss.targets != "values" and network.output_activation not in ("softmax", "sigmoid"):
        raise ThumbnetError(
            f"{loss.name} needs probabilities, the last layer gives {network.output_activation}: "
            f"set its activation to {loss.logits_of!r}"
        )
    if loss.logits_of == "softmax" and network.output_shape == (1,):
        raise ThumbnetError(
            f"{loss.name} needs one output for each class: Dense(2, 'softmax'), "
            "or binary_crossentropy on Dense(1, 'sigmoid')"
        )
    if not network.trainable_variables:
        raise ThumbnetError("the model has nothing to train: add a Dense layer")


def split_examples(
    network: CompiledNetwork,
    loss: Loss,
    inputs: Array,
    y: ArrayLike,
    validation_split: float,
    validation_data: tuple[ArrayLike, ArrayLike] | None,
) -> tuple[Examples, Examples | None]:
    """Preprocess and check all data, and split off the validation data.

    Parameters
    ----------
    network : CompiledNetwork
        Built.
    loss : Loss
        The compiled loss.
    inputs : ndarray
        Checked inputs in raw units.
    y, validation_split, validation_data
        As given to `fit`.

    Returns
    -------
    training, validation : Examples
        validation is None if there is none.

    Raises
    ------
    ThumbnetError
        If data do not fit the network, or a part would be empty.
    """
    if not 0 <= validation_split < 1:
        raise ThumbnetError(
            f"validation_split is {validation_split}: it must be at least 0 and less than 1"
        )
    data = Examples(network.preprocess(inputs), network.prepare_y(y, len(inputs)))
    if validation_data is not None:
        x_val = network.preprocess(
            prepare_inputs(validation_data[0], network.input_shape, "validation x")
        )
        return data, Examples(x_val, network.prepare_y(validation_data[1], len(x_val)))
    if not validation_split:
        return data, None
    at = math.floor(len(data.x) * (1 - validation_split))
    if not 0 < at < len(data.x):
        raise ThumbnetError(
            f"validation_split {validation_split} of {len(data.x)} examples leaves "
            f"{at} to train on and {len(data.x) - at} to validate: both need at least one"
        )
    return Examples(data.x[:at], data.y[:at]), Examples(data.x[at:], data.y[at:])


def checked_batch_size(batch_size: int | None, count: int) -> int:
    """Return how many of `count` examples make a batch; None stands for all of them."""
    if batch_size is None:
        return count
    if not isinstance(batch_size, (int, np.integer)) or batch_size < 1:
        raise ThumbnetError(f"batch_size is {batch_size!r}: give a positive whole number, or None")
    return min(int(batch_size), count)

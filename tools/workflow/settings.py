"""The settings of a training: the options of `thumbnet train`, and their defaults."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy.typing as npt

from thumbnet.trainer import SGD, Adam, Optimizer, RMSprop

Array = npt.NDArray[Any]

OPTIMIZERS: dict[str, type[Adam] | type[RMSprop] | type[SGD]] = {
    "adam": Adam,
    "rmsprop": RMSprop,
    "sgd": SGD,
}
ACTIVATION_CHOICES = ("relu", "leaky_relu", "sigmoid", "tanh", "linear")
SCALES = ("standard", "minmax", "none")
EPOCHS = 30
SOUND_CONV, SOUND_HIDDEN = (32, 32), (32,)
"""Layers for sounds by default: a Pico runs them in a tenth of the time between two decisions."""
UPDATES = 2000
_MANY_INPUTS = 32


@dataclass(frozen=True)
class TrainSettings:
    """How to build and train a network.

    Attributes
    ----------
    hidden
        Units of each hidden layer.
    activation
        Activation of hidden layers and convolutions.
    scale
        "standard", "minmax", "none", or None: images are divided by their largest value, other
        inputs are scaled like "standard".
    learning_rate
        None for the default of the optimizer.
    vote
        For windows: see `Windows.prepare`.
    conv
        Filters of each convolution, before the hidden layers.
    gru
        Units of a recurrent layer before the hidden layers; 0 for none.
    lstm
        The same for an LSTM; at most one of both.
    patience
        Epochs without a lower loss after which training stops, with the weights of the best; None
        for a share of the epochs, 0 to train to the end.
    quantize
        "int8" or "int4": the rounding that training prepares for, see `Model.fit`.

    """

    hidden: tuple[int, ...] = (16,)
    activation: str = "relu"
    scale: str | None = None
    optimizer: str = "adam"
    learning_rate: float | None = None
    epochs: int = EPOCHS
    batch_size: int = 32
    seed: int = 0
    vote: tuple[int, int] | None = None
    conv: tuple[int, ...] = ()
    gru: int = 0
    quantize: str | None = None
    lstm: int = 0
    patience: int | None = 0

    @property
    def recurrent(self) -> bool:
        """Whether the network has a recurrent layer."""
        return bool(self.gru or self.lstm)

    def make_optimizer(self) -> Optimizer:
        """Return the optimizer, with its learning rate."""
        kind = OPTIMIZERS[self.optimizer]
        return kind() if self.learning_rate is None else kind(learning_rate=self.learning_rate)


def default_hidden(inputs: int, whole: bool) -> tuple[int, ...]:
    """Return the units of the hidden layer by default.

    Parameters
    ----------
    inputs
        Numbers that the layer takes.
    whole
        Whether other layers come before it.

    """
    return (64,) if inputs >= _MANY_INPUTS and not whole else (16,)


def default_epochs(rows: int, batch_size: int) -> int:
    """Return how many epochs to train by default: small data sets need more of them."""
    return max(EPOCHS, math.ceil(UPDATES / math.ceil(rows / batch_size)))

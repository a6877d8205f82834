"""The networks of the benchmark, each built twice from the same weights: here and in PyTorch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..arrays import Array
from ..layers.convolutional import Conv2D
from ..layers.core import Activation, Dense
from ..layers.layer import Layer
from ..layers.normalization import BatchNormalization
from ..layers.pooling_layers import GlobalAveragePooling2D, MaxPooling2D
from ..models.model import Sequential
from ..optimization.optimizers import Adam, Optimizer, RMSprop

LEARNING_RATE, EPSILON = 1e-3, 1e-7
RHO = 0.9  # of RMSprop
BETAS = 0.9, 0.999  # of Adam


@dataclass(frozen=True)
class MnistNetwork:
    """A network for digits of 28 x 28 pixels, and how it is trained.

    Attributes
    ----------
    layers : callable
        Makes the layers of this package.
    modules : callable
        Makes PyTorch's modules, given `torch.nn`; the last one gives logits.
    images : bool
        Whether they take images, rather than 784 numbers in a row.
    optimizer : str
        "adam" or "rmsprop".
    goal : float, optional
        An epoch takes at most so many times as long as PyTorch's; without it nothing is judged.
    """

    name: str
    batch: int
    optimizer: str
    images: bool
    layers: Callable[[], list[Layer]]
    modules: Callable[[Any], list[Any]]
    goal: float | None = None

    def ours(self) -> Sequential:
        """Make and compile the model of this package, seeded."""
        optimizer: Optimizer = RMSprop(LEARNING_RATE, RHO, EPSILON)
        if self.optimizer == "adam":
            optimizer = Adam(LEARNING_RATE, *BETAS, EPSILON)
        model = Sequential(self.layers(), seed=0)
        model.compile(optimizer, "sparse_categorical_crossentropy", ["accuracy"])
        model.build((28, 28, 1) if self.images else (784,))
        return model

    def theirs(self, torch: Any) -> tuple[Any, Any]:
        """Make PyTorch's module, with the same initial weights, and its optimizer."""
        net = torch.nn.Sequential(*self.modules(torch.nn))
        kernels = [layer for layer in self.ours().layers if isinstance(layer, (Conv2D, Dense))]
        modules = [m for m in net if isinstance(m, (torch.nn.Conv2d, torch.nn.Linear))]
        with torch.no_grad():
            for layer, module in zip(kernels, modules, strict=True):
                kernel, bias = layer.get_weights()
                module.weight.copy_(torch.from_numpy(_turned(kernel)))
                module.bias.copy_(torch.from_numpy(bias))
        parameters, settings = net.parameters(), {"lr": LEARNING_RATE, "eps": EPSILON}
        if self.optimizer == "adam":
            return net, torch.optim.Adam(parameters, betas=BETAS, **settings)
        return net, torch.optim.RMSprop(parameters, alpha=RHO, **settings)


def _turned(kernel: Array) -> Array:
    """Return a kernel with its axes in PyTorch's order: outputs, inputs, then the window."""
    order = (1, 0) if kernel.ndim == 2 else (3, 2, 0, 1)
    return np.asarray(kernel.transpose(order))


def dense(hidden: int) -> MnistNetwork:
    """Return a network with one hidden layer: 784 - hidden - 10."""
    return MnistNetwork(
        f"784-{hidden}-10",
        128,
        "rmsprop",
        False,
        lambda: [Dense(hidden, "relu"), Dense(10, "softmax")],
        lambda nn: [nn.Linear(784, hidden), nn.ReLU(), nn.Linear(hidden, 10)],
        goal=1,
    )


def convolutional(batch: int) -> MnistNetwork:
    """Return three convolutions of 8, 12 and 18 filters, each halving the image, then means."""
    return MnistNetwork(
        "conv-8-12-18",
        batch,
        "adam",
        True,
        lambda: [
            Conv2D(8, 3, 2, activation="relu"),
            Conv2D(12, 3, 2, activation="relu"),
            Conv2D(18, 3, 2, activation="relu"),
            GlobalAveragePooling2D(),
            Dense(10, "softmax"),
        ],
        lambda nn: [
            *(nn.Conv2d(1, 8, 3, 2), nn.ReLU()),
            *(nn.Conv2d(8, 12, 3, 2), nn.ReLU()),
            *(nn.Conv2d(12, 18, 3, 2), nn.ReLU()),
            *(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(18, 10)),
        ],
        goal=3,
    )


def larger(batch: int) -> MnistNetwork:
    """Return two convolutions over all pixels, with batch normalization and max pooling."""

    def block(filters: int) -> list[Layer]:
        convolution = Conv2D(filters, 3, padding="same")
        return [convolution, BatchNormalization(), Activation("relu"), MaxPooling2D()]

    def module(nn: Any, channels: int, filters: int) -> list[Any]:
        convolution = nn.Conv2d(channels, filters, 3, padding=1)
        normalization = nn.BatchNorm2d(filters, eps=1e-3, momentum=0.01)
        return [convolution, normalization, nn.ReLU(), nn.MaxPool2d(2)]

    return MnistNetwork(
        "conv-16-32",
        batch,
        "adam",
        True,
        lambda: [*block(16), *block(32), GlobalAveragePooling2D(), Dense(10, "softmax")],
        lambda nn: [
            *module(nn, 1, 16),
            *module(nn, 16, 32),
            *(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(32, 10)),
        ],
    )

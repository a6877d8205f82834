"""Networks whose weights a test writes out, or draws from a seed."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from thumbnet.export.graph.graph import Graph, Node
from thumbnet.trainer import Dense, Layer, Sequential


def handmade(*layers: tuple[npt.ArrayLike, npt.ArrayLike, str]) -> Sequential:
    """Dense layers from kernel (inputs, units), bias (units,) or one for all, and activation."""
    kernels = [np.asarray(kernel, np.float32) for kernel, _, _ in layers]
    model = Sequential(
        [
            Dense(kernel.shape[1], activation=activation)
            for kernel, (_, _, activation) in zip(kernels, layers, strict=True)
        ]
    )
    model.build((kernels[0].shape[0],))
    for layer, kernel, (_, bias, _) in zip(model.layers, kernels, layers, strict=True):
        layer.kernel.assign(kernel)
        layer.bias.assign(np.broadcast_to(np.asarray(bias, np.float32), kernel.shape[1:]).copy())
    return model


def drawn(*layers: Layer, inputs: int = 6, gain: float = 1.5, seed: int = 0) -> Sequential:
    """The layers with random weights: kernels of standard deviation gain / sqrt(inputs)."""
    model = Sequential(list(layers))
    model.build((inputs,))
    rng = np.random.default_rng(seed)
    for variable in model.trainable_variables:
        shape = variable.numpy().shape
        spread = gain / np.sqrt(shape[0]) if len(shape) == 2 else 0.3
        variable.assign(rng.normal(0, spread, shape).astype(np.float32))
    return model


def the_node(graph: Graph, op: str, number: int = 0) -> Node:
    """The node of that operation; `number` counts from the input, -1 is the last."""
    return list(graph.only(op))[number]

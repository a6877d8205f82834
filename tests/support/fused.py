"""Fused graphs of networks with random weights, made once."""

from __future__ import annotations

from functools import cache

import numpy as np

from thumbnet.export import Program, convert
from thumbnet.export.graph.graph import Graph
from thumbnet.trainer import Dense, InputSpec

from .handmade import drawn


@cache
def program(
    *sizes: int, activation: str = "relu", levels: bool = True, board: str = "unix"
) -> Program:
    """A network of these layer sizes: pixels in, or sensors' readings."""
    *hidden, last = sizes[1:]
    layers = [Dense(units, activation=activation) for units in hidden]
    model = drawn(*layers, Dense(last, activation="softmax"), inputs=sizes[0])
    rng = np.random.default_rng(0)
    x = rng.integers(0, 256, (20, sizes[0])).astype(float)
    if levels:
        model.input_spec = InputSpec((sizes[0],), minimum=0, maximum=255, resolution=1)
    else:
        x *= 10 ** rng.uniform(-1, 1, sizes[0])
    return convert(model, x, name="net", board=board)


def network(*sizes: int, activation: str = "relu", levels: bool = True) -> Graph:
    """The graph of such a network."""
    return program(*sizes, activation=activation, levels=levels).graph

"""The graph of a float network, whatever file it comes from.

Images are (height, width, channels) and sequences (steps, channels), without the batch axis; the
weights are float64, in the layouts of the trainer's layers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Shape = tuple[int, ...]
Pads = tuple[tuple[int, int], ...]

INPUT = "input"
"""Name of the tensor that the network reads."""


@dataclass(frozen=True)
class FloatNode:
    """One operation.

    Attributes
    ----------
    op : str
        One of those that `to_model` makes a layer of.
    inputs : tuple of str
        Tensors that it reads.
    output : str
        The tensor that it writes.
    where : str
        What it is in the file, for messages.
    attributes : dict
        Weights as float64, sizes, names.
    """

    op: str
    inputs: tuple[str, ...]
    output: str
    where: str
    attributes: dict[str, Any]


@dataclass(frozen=True)
class FloatGraph:
    """A network with one input and one output.

    Attributes
    ----------
    name : str
        Of the network.
    nodes : tuple of FloatNode
        In computing order.
    shapes : dict of str to tuple of int
        Of each tensor; that of `INPUT` is the input's.
    output : str
        The tensor that is the result.
    input_axes : tuple of int
        The file's axes in the order in which a row has them: (2, 3, 1) if the file has channels
        first.
    output_axes : tuple of int
        The same for the result, without axes of size 1.
    """

    name: str
    nodes: tuple[FloatNode, ...]
    shapes: dict[str, Shape]
    output: str
    input_axes: tuple[int, ...] = ()
    output_axes: tuple[int, ...] = ()

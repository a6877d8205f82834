"""What a .tflite describes: sub-graphs of operators over tensors."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray


def _no_scales() -> NDArray[np.float32]:
    return np.empty(0, np.float32)


def _no_zero_points() -> NDArray[np.int64]:
    return np.empty(0, np.int64)


@dataclass(frozen=True, eq=False)
class Tensor:
    """A constant, or what an operator computes.

    Attributes
    ----------
    name
        As the file says, without any promise: names may be empty, or occur twice.
    shape
        The batch is included, as 1 where it may be of any size.
    dtype
        NumPy's name of the type; `"resource"` for the handle of a variable.
    data
        The values of a constant, in its shape and read-only; None for any other tensor.
    scales, zero_points
        `real = scale * (integer - zero_point)`: empty, one for the tensor, or one for each index of
        `axis`. Both have the same length; scales of integers are positive and finite.
    axis
        The dimension that `scales` count along.
    is_variable
        Whether the tensor keeps its value from one inference to the next.
    signature
        The shape with -1 for each dimension that may be of any size; empty if there is none.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    data: NDArray[Any] | None = None
    scales: NDArray[np.float32] = field(default_factory=_no_scales)
    zero_points: NDArray[np.int64] = field(default_factory=_no_zero_points)
    axis: int = 0
    is_variable: bool = False
    signature: tuple[int, ...] = ()


@dataclass(frozen=True)
class Operator:
    """A computation.

    Attributes
    ----------
    name
        Of the schema, such as `"CONV_2D"`; `"CUSTOM name"` for one that is not in it.
    position
        Its place in the sub-graph, from 0.
    version
        What the operator may do; the file's writer chose the lowest that it needs.
    inputs
        Numbers of tensors; -1 for one that is left out.
    outputs
        Numbers of tensors.
    options
        By their names in the schema, every one with its value or default. Enumerations are their
        names (`"SAME"`, `"RELU6"`), types are those of `Tensor.dtype`. Empty for an operator that
        has none, or that `schema.OPTIONS` does not list.
    intermediates
        Tensors that only carry scales: those between the parts of an LSTM.
    """

    name: str
    position: int
    version: int
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    options: dict[str, Any] = field(default_factory=dict)
    intermediates: tuple[int, ...] = ()


@dataclass(frozen=True)
class Subgraph:
    """Operators in the order in which they run; numbers of tensors count in `tensors`."""

    name: str
    tensors: tuple[Tensor, ...]
    operators: tuple[Operator, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]


@dataclass(frozen=True)
class TfliteModel:
    """A file. The first sub-graph is the network; operators such as CALL_ONCE name the others.

    Attributes
    ----------
    label_file
        What the metadata call the appended file with the names of classes; "" if there is none.
    labels
        The names in it.
    """

    subgraphs: tuple[Subgraph, ...]
    description: str = ""
    label_file: str = ""
    labels: tuple[str, ...] = ()

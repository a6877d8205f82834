"""Operators whose results do not depend on the input: sizes of tensors and what follows from them.

A converter leaves them in a network that can have any batch.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from ..tflite.model import Operator
from .builder import Builder
from .slices import strided

Array = npt.NDArray[Any]


def fold(builder: Builder, operator: Operator) -> bool:
    """Compute an operator now if that is possible; return whether it was."""
    if operator.name not in FOLDED:
        return False
    if operator.name == "SHAPE":
        known: list[Array | None] = [np.array(builder.tensor(operator.inputs[0]).shape)]
    else:
        known = [builder.known(number) for number in operator.inputs]
    values = [value for value in known if value is not None]
    if len(values) != len(known) or any(value.dtype.kind != "i" for value in values):
        return False
    (y,) = operator.outputs
    dtype = builder.tensor(y).dtype
    if dtype not in ("int32", "int64"):
        return False
    found = FOLDED[operator.name](builder, operator, values)
    builder.folded[y] = np.asarray(found, dtype)
    return True


def _slice(builder: Builder, operator: Operator, values: list[Array]) -> Array:
    array, begin, end, strides = values
    bounds = begin.tolist(), end.tolist(), strides.tolist()
    return np.asarray(strided(builder, operator, array, bounds))


def _joined(builder: Builder, operator: Operator, values: list[Array]) -> Array:
    return np.concatenate(values, operator.options["axis"])


def _packed(builder: Builder, operator: Operator, values: list[Array]) -> Array:
    return np.stack(values, operator.options["axis"])


def _first(builder: Builder, operator: Operator, values: list[Array]) -> Array:
    return values[0].reshape(builder.tensor(operator.outputs[0]).shape)


def _product(builder: Builder, operator: Operator, values: list[Array]) -> Array:
    return np.asarray(values[0] * values[1])


def _sum(builder: Builder, operator: Operator, values: list[Array]) -> Array:
    return np.asarray(values[0] + values[1])


def _difference(builder: Builder, operator: Operator, values: list[Array]) -> Array:
    return np.asarray(values[0] - values[1])


FOLDED: dict[str, Callable[[Builder, Operator, list[Array]], Array]] = {
    "ADD": _sum,
    "CAST": _first,
    "CONCATENATION": _joined,
    "EXPAND_DIMS": _first,
    "MUL": _product,
    "PACK": _packed,
    "RESHAPE": _first,
    "SHAPE": _first,
    "SQUEEZE": _first,
    "STRIDED_SLICE": _slice,
    "SUB": _difference,
}
"""The operators that are computed if their inputs are known, and how."""

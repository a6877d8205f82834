"""Operators of one variable in an 8-bit network: each becomes a table."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from thumbnet.export import Node

from ..tflite.model import Operator
from . import curve_tables as tables
from .boxes import boxes, move_attributes
from .builder import SIGN, Builder
from .curve_tables import Ends
from .tflite_integers import Ints

Bytes = npt.NDArray[np.uint8]

VECTOR = 16
"""So many bytes at a time, TFLite's kernel of QUANTIZE takes vector instructions."""


def curve(rule: Callable[[Ends], Ints]) -> Callable[[Builder, Operator], None]:
    """Return what translates an operator without options that is this function."""

    def translate(builder: Builder, operator: Operator) -> None:
        add_lookup(builder, operator, as_bytes(rule(ends(builder, operator))))

    return translate


relu = curve(lambda found: tables.clamped(found, 0, None))
relu_6 = curve(lambda found: tables.clamped(found, 0, 6))
relu_n1_to_1 = curve(lambda found: tables.clamped(found, -1, 1))
logistic = curve(tables.logistic)
tanh = curve(tables.tanh)
elu = curve(tables.elu)
absolute = curve(tables.absolute)


def hard_swish(builder: Builder, operator: Operator) -> None:
    """Add a HARD_SWISH."""
    try:
        found = tables.hard_swish(ends(builder, operator))
    except ValueError as error:
        builder.refuse(str(error), "quantize the network anew")
    add_lookup(builder, operator, as_bytes(found))


def rsqrt(builder: Builder, operator: Operator) -> None:
    """Add an RSQRT; the input's least level stands for 0.0, because LiteRT takes no less."""
    if builder.zero_point(operator.inputs[0]):
        builder.refuse("its input can be negative", "quantize it from 0.0 on: zero point -128")
    add_lookup(builder, operator, as_bytes(tables.inverse_square_root(ends(builder, operator))))


def leaky_relu(builder: Builder, operator: Operator) -> None:
    """Add a LEAKY_RELU."""
    found = tables.leaky_relu(ends(builder, operator), operator.options["alpha"])
    add_lookup(builder, operator, as_bytes(found))


def gelu(builder: Builder, operator: Operator) -> None:
    """Add a GELU."""
    found = tables.gelu(ends(builder, operator), approximate=operator.options["approximate"])
    add_lookup(builder, operator, as_bytes(found))


def prelu(builder: Builder, operator: Operator) -> None:
    """Add a PRELU whose slopes are constant: a table for each slope."""
    x, slopes = operator.inputs
    alpha = builder.levels(slopes) - SIGN
    scale, zero = builder.quantization(slopes)
    found = ends(builder, operator)
    rows = {
        int(value): as_bytes(tables.prelu(found, int(value), zero - SIGN, scale))
        for value in np.unique(alpha)
    }
    each = np.broadcast_to(alpha, builder.dims(x))
    add_lookups(builder, operator, x, each, rows)


def quantize(builder: Builder, operator: Operator) -> None:
    """Add a QUANTIZE of bytes; behind a float input, the module takes its result instead."""
    (x,), (y,) = operator.inputs, operator.outputs
    if builder.tensor(x).dtype == "float32":
        builder.refuse(
            "it quantizes floats inside the network",
            "quantize the whole network to int8, or import its float version with --data",
        )
    found = ends(builder, operator)
    kinds = builder.tensor(x).dtype, builder.tensor(y).dtype
    if kinds == ("int8", "int8"):
        first, rest = (tables.requantized(found, by_vectors=kind) for kind in (True, False))
    else:
        first, rest = (tables.by_tflite(found, by_vectors=kind) for kind in (True, False))
    size = prod(builder.dims(x))
    whole = size // VECTOR * VECTOR
    if np.array_equal(first, rest) or whole in (0, size):
        add_lookup(builder, operator, as_bytes(first if whole else rest))
        return
    parts = [
        boxes(np.arange(*span), table=k, y_at=span[0])
        for k, span in enumerate(((0, whole), (whole, size)))
    ]
    attributes = move_attributes(parts, tables=[as_bytes(first), as_bytes(rest)])
    spec = builder.spec(builder.name(), y)
    node = Node("move", (builder.source(x).name,), spec.name, attributes)
    builder.add(node, spec, y, "quantize")


def cast(builder: Builder, operator: Operator) -> None:
    """Take the bytes of a CAST from int8 to int8 as they are."""
    (x,), (y,) = operator.inputs, operator.outputs
    kinds = [builder.tensor(number).dtype for number in (x, y)]
    if kinds != ["int8", "int8"]:
        builder.refuse(f"it casts {kinds[0]} to {kinds[1]}", "quantize instead, to int8")
    if not builder.tensor(y).scales.size:
        builder.alias(y, builder.source(x))
        return
    add_lookup(builder, operator, np.arange(256).astype(np.uint8))


def ends(builder: Builder, operator: Operator) -> Ends:
    """Return the quantization of an operator's input and output, with zero points of int8."""
    (x, *_), (y,) = operator.inputs, operator.outputs
    scale, zero = builder.quantization(x)
    out_scale, out_zero = builder.quantization(y)
    return Ends(scale, zero - SIGN, out_scale, out_zero - SIGN)


def as_bytes(values: Ints) -> Bytes:
    """Return int8 values for the inputs -128 to 127 as a table of levels."""
    return (values + SIGN).astype(np.uint8)


def add_lookup(builder: Builder, operator: Operator, table: Bytes, x: int | None = None) -> None:
    """Add a table for one input, the operator's first by default."""
    number = operator.inputs[0] if x is None else x
    (y,) = operator.outputs
    spec = builder.spec(builder.name(), y)
    node = Node("lookup", (builder.source(number).name,), spec.name, {"table": table})
    builder.add(node, spec, y, operator.name.lower())


def add_lookups(
    builder: Builder,
    operator: Operator,
    x: int,
    each: npt.NDArray[Any],
    rows: dict[int, Bytes],
) -> None:
    """Add a table for each value in `each`, which has the shape of the input `x`."""
    (y,) = operator.outputs
    if len(rows) == 1:
        add_lookup(builder, operator, next(iter(rows.values())), x)
        return
    keys = sorted(rows)
    which = np.searchsorted(keys, channels_of(each)).astype(np.int64)
    spec = builder.spec(builder.name(), y)
    attributes = {"tables": np.stack([rows[key] for key in keys]), "which": which}
    node = Node("lookup_channels", (builder.source(x).name,), spec.name, attributes)
    builder.add(node, spec, y, operator.name.lower())


def channels_of(each: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return the shortest row of values that gives all of an array when it is repeated."""
    flat = each.reshape(-1)
    for axis in range(each.ndim - 1, -1, -1):
        period = prod(each.shape[axis:])
        if np.array_equal(flat, np.resize(flat[:period], flat.shape)):
            return flat[:period]
    return flat

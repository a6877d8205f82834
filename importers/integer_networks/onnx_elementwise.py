"""Functions of one tensor, and sums and products of two, in a quantized ONNX file."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

from thumbnet.export import Node, steps_of

from ..tflite.model import Operator
from .boxes import Ints
from .curves import add_lookup, add_lookups
from .onnx_arithmetic import (
    LEVELS,
    Quantized,
    added,
    factors_of,
    multiplied,
    quantized,
    reals,
)
from .onnx_builder import OnnxBuilder
from .onnx_tables import CURVES, table

MOST_TABLES = 64
"""Tables of a constant's values, at most."""

Rule = Callable[[Any, Any], Ints]
"""Levels of two arrays of levels."""


def quantization(builder: OnnxBuilder, number: int) -> Quantized:
    """Return the quantization of a tensor, and the level of its integer 0."""
    scale, zero = builder.quantization(number)
    return Quantized(scale, zero, builder.base(number))


def curve(builder: OnnxBuilder, operator: Operator) -> None:
    """Add a function of one variable as a table."""
    (x, *more), (y,) = operator.inputs, operator.outputs
    settings = dict(operator.options)
    if operator.name == "Clip":
        settings |= clip_limits(builder, operator, more)
    rule = CURVES[operator.name]
    levels = table(rule, settings, quantization(builder, x), quantization(builder, y))
    looked_up(builder, operator, levels)


def looked_up(builder: OnnxBuilder, operator: Operator, levels: Ints) -> None:
    """Add a table for the levels of the first input."""
    (x, *_), (y,) = operator.inputs, operator.outputs
    layout = builder.layout(x)
    builder.output_shape(operator, layout.shape)
    add_lookup(builder, operator, levels.astype(np.uint8))
    builder.layouts[y] = layout


def clip_limits(builder: OnnxBuilder, operator: Operator, more: list[int]) -> dict[str, Any]:
    """Return the limits of a Clip, from its inputs or, in old files, its attributes."""
    limits = {"min": -np.inf, "max": np.inf, **operator.options}
    for name, number in zip(("min", "max"), more, strict=False):
        if number >= 0:
            limits[name] = builder.real(number, "its limits are computed", "use constants")
    return {name: np.float32(limits[name]) for name in ("min", "max")}


def add(builder: OnnxBuilder, operator: Operator) -> None:
    """Add an Add."""
    _binary(builder, operator, added, lambda a, b: a + b)


def mul(builder: OnnxBuilder, operator: Operator) -> None:
    """Add a Mul."""
    _binary(builder, operator, multiplied, lambda a, b: a * b)


def sub(builder: OnnxBuilder, operator: Operator) -> None:
    """Add a Sub, which onnxruntime always computes in floats."""
    _binary(builder, operator, None, lambda a, b: a - b)


def _binary(
    builder: OnnxBuilder,
    operator: Operator,
    in_integers: Callable[..., Ints] | None,
    in_floats: Callable[..., Any],
) -> None:
    """Add an operation of two tensors, repeated to one shape, or of one and a constant."""
    (a, b), (y,) = operator.inputs, operator.outputs
    shapes = [builder.dims(number) for number in (a, b)]
    # onnxruntime has kernels for two tensors of one type, otherwise it computes in floats.
    alike = len({builder.tensor(number).dtype for number in (a, b, y)}) == 1
    fused = in_integers if alike else None
    qa, qb, qy = (quantization(builder, number) for number in (a, b, y))

    def first_is_repeated() -> bool:
        sizes = zip(reversed(shapes[0]), reversed(shapes[1]), strict=False)
        inner = next(((m, n) for m, n in sizes if max(m, n) > 1), (1, 1))
        longer = len(shapes[1]) > len(shapes[0])
        return inner[0] == 1 < inner[1] or (inner == (1, 1) and longer)

    def rule(left: Any, right: Any) -> Ints:
        if fused is None:
            return quantized(in_floats(reals(left, qa), reals(right, qb)), qy)
        if first_is_repeated():
            return fused(right, left, qb, qa, qy)
        return fused(left, right, qa, qb, qy)

    builder.output_shape(operator, np.broadcast_shapes(*shapes))
    if a == b:
        looked_up(builder, operator, rule(LEVELS, LEVELS))
        return
    if builder.is_constant(a) and builder.is_constant(b):
        builder.refuse("both inputs are constants", "compute it before")
    if builder.is_constant(b):
        _with_constant(builder, operator, a, b, rule)
    elif builder.is_constant(a):
        _with_constant(builder, operator, b, a, lambda left, right: rule(right, left))
    else:
        _of_tensors(builder, operator, rule)


def _of_tensors(builder: OnnxBuilder, operator: Operator, rule: Rule) -> None:
    (a, b), (y,) = operator.inputs, operator.outputs
    shape = builder.dims(y)
    whole = a if builder.dims(a) == shape or builder.dims(b) != shape else b
    order = _memory(builder, whole, shape)
    x, w = (np.broadcast_to(builder.layout(number), shape).reshape(-1)[order] for number in (a, b))
    op, attributes = _pairs(builder, operator, (a, b), rule(LEVELS[:, None], LEVELS[None]))
    spec = builder.spec(builder.name(), y)
    sources = builder.in_order(a, x, "left"), builder.in_order(b, w, "right")
    node = Node(op, sources, spec.name, attributes)
    builder.put(node, spec, y, _inverse(order).reshape(shape), operator.name.lower())


def _with_constant(
    builder: OnnxBuilder, operator: Operator, x: int, constant: int, rule: Rule
) -> None:
    (y,) = operator.outputs
    shape = builder.dims(y)
    order = _memory(builder, x, shape)
    each = np.broadcast_to(builder.levels(constant), shape).reshape(-1)[order]
    index = np.broadcast_to(builder.layout(x), shape).reshape(-1)[order]
    values = np.unique(each)
    if builder.dims(x) == shape and len(values) <= MOST_TABLES:
        rows = {int(q): rule(LEVELS, q).astype(np.uint8) for q in values}
        add_lookups(builder, operator, x, each, rows)
        builder.layouts[y] = _inverse(order).reshape(shape)
        return
    pair = x, constant
    op, attributes = _pairs(builder, operator, pair, rule(LEVELS[:, None], LEVELS[None]))
    attributes["constant"] = each.astype(np.uint8)
    spec = builder.spec(builder.name(), y)
    node = Node(op, (builder.in_order(x, index, "left"),), spec.name, attributes)
    builder.put(node, spec, y, _inverse(order).reshape(shape), operator.name.lower())


def _pairs(
    builder: OnnxBuilder, operator: Operator, pair: tuple[int, int], levels: Ints
) -> tuple[str, dict[str, Any]]:
    """Return the operation of the graph that gives the level of each pair of levels."""
    (sa, za), (sb, zb) = (builder.quantization(number) for number in pair)
    if operator.name == "Mul":
        steps = steps_of((LEVELS[:, None] - za) * (LEVELS[None] - zb), levels)
        if steps is not None:
            zeros = {"x_zero_point": za, "w_zero_point": zb}
            return "multiply_levels", {**zeros, "steps": steps}
    else:
        taken = operator.inputs[1] if operator.name == "Sub" else None
        signs = [-1 if number == taken else 1 for number in pair]
        ratio = Fraction(float(sa)) / Fraction(float(sb))
        found = factors_of(levels[:: signs[0], :: signs[1]], ratio)
        if found is not None:
            ka, kb = (sign * k for sign, k in zip(signs, found, strict=True))
            steps = steps_of(ka * LEVELS[:, None] + kb * LEVELS[None], levels)
            if steps is not None:
                return "add_levels", {"ka": ka, "kb": kb, "steps": steps}
    return builder.refuse(
        "float32 rounds its results so that no integers give them all",
        "quantize the network anew, with other calibration rows",
    )


def _memory(builder: OnnxBuilder, number: int, shape: tuple[int, ...]) -> Ints:
    """Return which value of a shape, counted in the file's order, each byte of memory is."""
    layout = builder.layout(number)
    if layout.shape == shape:
        return np.argsort(layout, axis=None, kind="stable")
    return np.arange(int(np.prod(shape)))


def _inverse(order: Ints) -> Ints:
    found = np.empty_like(order)
    found[order] = np.arange(len(order))
    return found

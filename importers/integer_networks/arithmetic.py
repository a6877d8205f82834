"""Sums and products, element by element, and softmax in an 8-bit network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import prod
from typing import Any

import numpy as np

from thumbnet.export import Node, add_factors, exponentials, staircase

from ..tflite.model import Operator
from .boxes import Ints
from .builder import Builder
from .curve_tables import square
from .curves import add_lookup, add_lookups, as_bytes, ends
from .moving import moved, places

MUL_MIN, MUL_MAX = 2.0**-16, 2.0**8
"""XNNPACK takes products whose scale is in this range."""


@dataclass(frozen=True)
class Rule:
    """An operation of two bytes.

    Attributes
    ----------
    op, attributes
        The operation of the graph, and its numbers, but for a constant.
    levels
        The same for arrays of levels.

    """

    op: str
    attributes: dict[str, Any]
    levels: Callable[[Ints, Ints], Ints]


def add(builder: Builder, operator: Operator) -> None:
    """Add an ADD of two tensors, or of a tensor and a constant."""
    _binary(builder, operator, partial(_sum, sign=1))


def sub(builder: Builder, operator: Operator) -> None:
    """Add a SUB."""
    _binary(builder, operator, partial(_sum, sign=-1))


def mul(builder: Builder, operator: Operator) -> None:
    """Add a MUL."""
    (a, b), (y,) = operator.inputs, operator.outputs
    if a == b and not builder.is_constant(a):
        low, high = builder.limits(operator.options["fused_activation_function"], y)
        table = as_bytes(square(ends(builder, operator)))
        add_lookup(builder, operator, np.clip(table, low, high).astype(np.uint8))
        return
    _binary(builder, operator, _product)


def softmax(builder: Builder, operator: Operator) -> None:
    """Add a SOFTMAX over the last axis."""
    (x,), (y,) = operator.inputs, operator.outputs
    if operator.options["beta"] != 1.0:
        builder.refuse(f"its beta is {operator.options['beta']:g}", "use 1")
    if float(builder.scale(y)) != 2.0**-8 or builder.zero_point(y) != 0:
        builder.refuse("its output is not in steps of 1/256 from 0", "quantize the network anew")
    spec = builder.spec(builder.name(), y)
    attributes: dict[str, Any] = {"exponentials": exponentials(float(builder.scale(x)))}
    attributes["channels"] = builder.dims(x)[-1]
    node = Node("softmax_tflite", (builder.source(x).name,), spec.name, attributes)
    builder.add(node, spec, y, "softmax")


def _sum(builder: Builder, operator: Operator, a: int, b: int, sign: int) -> Rule:
    """Return the sum of two tensors, the first in the graph; the second may be subtracted.

    If the file has them the other way round, so that the first is a constant, the signs change.
    """
    (y,) = operator.outputs
    try:
        ka, kb, shift = add_factors(*(float(builder.scale(n)) for n in (a, b, y)))
    except ValueError as error:
        builder.refuse(str(error), "quantize the network anew")
    signs = (1, sign) if a == operator.inputs[0] else (sign, 1)
    ka, kb = ka * signs[0], kb * signs[1]
    za, zb, zero = (builder.zero_point(n) for n in (a, b, y))
    low, high = builder.limits(operator.options["fused_activation_function"], y)

    def levels(p: Ints, q: Ints) -> Ints:
        total = ka * (p - za) + kb * (q - zb)
        return np.clip(zero + (total + (1 << shift - 1) >> shift), low, high)

    attributes = {
        **{"ka": ka, "kb": kb, "shift": shift, "x_zero_point": za, "w_zero_point": zb},
        **{"zero_point": zero, "activation_min": low, "activation_max": high},
    }
    return Rule("add_xnnpack", attributes, levels)


def _product(builder: Builder, operator: Operator, a: int, b: int) -> Rule:
    """Return the product, which XNNPACK rescales in float32 and rounds half to even."""
    (y,) = operator.outputs
    (sa, za), (sb, zb), (scale, zero) = (builder.quantization(n) for n in (a, b, y))
    ratio = np.float32(np.float32(sa * sb) / scale)
    if not MUL_MIN <= ratio < MUL_MAX:
        builder.refuse(f"scales of {sa:g} and {sb:g} are too far from {scale:g}", "quantize anew")
    low, high = builder.limits(operator.options["fused_activation_function"], y)

    def rule(products: Ints) -> Ints:
        q = zero + np.rint(products.astype(np.float32) * ratio).astype(np.int64)
        return np.asarray(np.clip(q, low, high))

    attributes = {
        **{"x_zero_point": za, "w_zero_point": zb},
        "steps": staircase(rule, -(255**2), 255**2),
    }
    return Rule("multiply_levels", attributes, lambda p, q: rule((p - za) * (q - zb)))


def _binary(builder: Builder, operator: Operator, rule_of: Callable[..., Rule]) -> None:
    """Add an operation of two tensors, repeated to one shape, or of one and a constant."""
    (a, b), (y,) = operator.inputs, operator.outputs
    if builder.is_constant(a):
        a, b = b, a
    if builder.is_constant(a):
        builder.refuse("both inputs are constants", "compute it before")
    rule = rule_of(builder, operator, a, b)
    dims = np.broadcast_shapes(builder.dims(a), builder.dims(b))
    if prod(dims) != prod(builder.dims(y)):
        builder.refuse(f"its inputs make {list(dims)}", "export the network again")
    index = np.broadcast_to(places(builder.dims(a)), dims)
    word = operator.name.lower()
    spec = builder.spec(builder.name(), y)
    if not builder.is_constant(b):
        other = np.broadcast_to(places(builder.dims(b)), dims)
        sources = moved(builder, a, index, "left"), moved(builder, b, other, "right")
        builder.add(Node(rule.op, sources, spec.name, rule.attributes), spec, y, word)
        return
    constant = np.broadcast_to(builder.levels(b), dims)
    values = np.unique(constant)
    if prod(builder.dims(a)) == prod(dims) and (
        len(values) == 1 or 256 * len(values) <= prod(dims)
    ):
        rows = {int(q): rule.levels(np.arange(256), q).astype(np.uint8) for q in values}
        add_lookups(builder, operator, a, constant, rows)
        return
    attributes = {**rule.attributes, "constant": constant.reshape(-1).astype(np.uint8)}
    node = Node(rule.op, (moved(builder, a, index, "left"),), spec.name, attributes)
    builder.add(node, spec, y, word)

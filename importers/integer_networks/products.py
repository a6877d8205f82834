"""Matrix products of two tensors in an 8-bit network."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from thumbnet.export import Node, staircase

from ..tflite.model import Operator
from .boxes import Ints
from .builder import SIGN, Builder
from .moving import moved, places
from .tflite_integers import multiplier_of, rescaled

MOST_INNER = 8256
"""The most products in a sum that stays below 2**29."""


def batch_matmul(builder: Builder, operator: Operator) -> None:
    """Add a BATCH_MATMUL; its second factor may be a constant."""
    (a, b), (y,) = operator.inputs, operator.outputs
    if builder.is_constant(a):
        builder.refuse("its first factor is a constant", "let the second be the constant")
    x = _matrices(builder, a, turned=operator.options["adj_x"])
    w = _matrices(builder, b, turned=not operator.options["adj_y"])
    batch = np.broadcast_shapes(x.shape[:-2], w.shape[:-2])
    x, w = (np.broadcast_to(index, (*batch, *index.shape[-2:])) for index in (x, w))
    rows, inner, columns = x.shape[-2], x.shape[-1], w.shape[-2]
    if w.shape[-1] != inner or inner > MOST_INNER:
        builder.refuse(f"it adds {inner} products", f"at most {MOST_INNER} can be added")
    (sa, za), (sb, zb), (so, zo) = (builder.quantization(number) for number in (a, b, y))
    multiplier = multiplier_of(float(sa) * float(sb) / float(so))

    ratio = np.float32(np.float32(sa * sb) / so)

    def rule(sums: Ints) -> Ints:
        """XNNPACK takes it if the second factor's zero point is 0; TFLite's kernel otherwise."""
        by_xnnpack = np.rint(sums.astype(np.float32) * ratio).astype(np.int64)
        y = by_xnnpack if zb == SIGN else rescaled(sums, multiplier)
        return np.clip(y + zo, 0, 255)

    most = 255 * 255 * inner
    attributes: dict[str, Any] = {
        **{"batches": prod(batch), "rows": rows, "inner": inner, "columns": columns},
        **{"x_zero_point": za, "w_zero_point": zb, "steps": staircase(rule, -most, most)},
    }
    sources = [moved(builder, a, x, "left")]
    if builder.is_constant(b):
        attributes["constant"] = builder.levels(b).reshape(-1)[w.reshape(-1)].astype(np.uint8)
    else:
        sources.append(moved(builder, b, w, "right"))
    spec = builder.spec(builder.name(), y)
    node = Node("matmul_levels", tuple(sources), spec.name, attributes)
    builder.add(node, spec, y, f"matmul {columns}")


def _matrices(builder: Builder, number: int, *, turned: bool) -> Ints:
    index = places(builder.dims(number))
    if index.ndim < 2:
        builder.refuse("a factor has one axis", "give it rows and columns")
    return index.swapaxes(-1, -2) if turned else index

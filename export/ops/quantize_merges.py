"""Quantize layers without weights: pooling, sums, tensors side by side."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from thumbnet.trainer import ThumbnetError

from ..quantizer.affine import ROOM, affine, coarser
from ..graph.arithmetic import ACTIVATION_MAX, REAL_MULTIPLIER_LIMIT, quantize_multiplier
from ..graph.graph import Node, Tensor
from ..quantizer.builder import Builder, range_of
from ..graph.window import Window

_MOST_SHIFT = 20
"""Of the sum of two tensors: a factor times 255, twice, and the zero point stay below 2**30."""

_MOST_FACTOR = 2**20


def max_pool(builder: Builder, node: Node) -> None:
    """Add a max pooling: its output has the scale of its input."""
    source = builder.tensors[node.inputs[0]]
    out = _like(builder, node, source.scale, source.zero_point)
    builder.add(Node("max_pool", node.inputs, out.name, _window(node)), out)


def average_pool(builder: Builder, node: Node) -> None:
    """Add an average pooling, at a scale of its own: means vary less than what they are of."""
    source = builder.tensors[node.inputs[0]]
    assert isinstance(source.scale, float)
    counts = Window.of(node.attributes).counts()
    fewest = min(counts)
    out, function = builder.written(node)
    low, high = range_of(out)
    low = 0.0 if function == "relu" else low
    finest = source.scale / fewest / REAL_MULTIPLIER_LIMIT * ROOM
    scale, zero_point = coarser(*affine(low, high, builder.holds_zero(out.name)), finest)
    pairs = [quantize_multiplier(source.scale / n / scale) for n in range(fewest, max(counts) + 1)]
    multiplier, shift = np.array(pairs, dtype=np.int64).T
    attributes = {
        **_window(node),
        "x_zero_point": source.zero_point,
        "fewest": fewest,
        "multiplier": multiplier,
        "shift": shift,
        "zero_point": zero_point,
        "activation_min": 0,
        "activation_max": ACTIVATION_MAX,
    }
    out = replace(out, scale=scale, zero_point=zero_point)
    builder.add(Node("average_pool", node.inputs, out.name, attributes), out)


def add_tensors(builder: Builder, node: Node) -> None:
    """Add the sum of two tensors: `(ka * a + kb * b + bias) >> shift`."""
    a, b = (builder.tensors[name] for name in node.inputs)
    assert isinstance(a.scale, float)
    assert isinstance(b.scale, float)
    out, function = builder.written(node)
    low, high = range_of(out)
    low = 0.0 if function == "relu" else low
    zero = builder.holds_zero(out.name)
    scale, zero_point = affine(low, high, True) if zero else affine(low, high)
    # The zero point goes through the shift too.
    scale, zero_point = coarser(scale, zero_point, max(a.scale, b.scale) / _MOST_FACTOR * 2)
    if not -256 < zero_point < 512:
        scale, zero_point = affine(low, high, True)
    largest = max(a.scale, b.scale) / scale
    shift = _MOST_SHIFT
    while round(largest * 2**shift) > _MOST_FACTOR // 2:
        shift -= 1
    if shift < 1:
        raise ThumbnetError(
            f"export: {node.output} is far smaller than what it adds: normalize before the sum"
        )
    ka, kb = (round(s / scale * 2**shift) for s in (a.scale, b.scale))
    bias = (zero_point << shift) + (1 << (shift - 1)) - ka * a.zero_point - kb * b.zero_point
    attributes = {
        "ka": ka,
        "kb": kb,
        "bias": bias,
        "shift": shift,
        "zero_point": zero_point,
        "activation_min": 0,
        "activation_max": ACTIVATION_MAX,
    }
    out = replace(out, scale=scale, zero_point=zero_point)
    builder.add(Node("add", node.inputs, out.name, attributes), out)


def concatenate(builder: Builder, node: Node) -> None:
    """Add tensors side by side; a table brings each to the scale of the result."""
    out = replace(builder.floats.tensors[node.output], dtype="uint8")
    scale, zero_point = affine(*range_of(out), builder.holds_zero(out.name))
    tables = []
    for name in node.inputs:
        source = builder.tensors[name]
        assert isinstance(source.scale, float)
        reals = source.scale * (np.arange(256) - source.zero_point)
        steps = np.floor(reals / scale + 0.5) + zero_point
        tables.append(np.clip(steps, 0, ACTIVATION_MAX).astype(np.uint8))
    attributes = {"tables": np.array(tables), "channels": tuple(node.attributes["channels"])}
    out = replace(out, scale=scale, zero_point=zero_point)
    builder.add(Node("concatenate", node.inputs, out.name, attributes), out)


def _window(node: Node) -> dict[str, tuple[int, ...]]:
    return {"window": tuple(node.attributes["window"])}


def _like(builder: Builder, node: Node, scale: object, zero_point: int) -> Tensor:
    assert isinstance(scale, float)
    out = replace(builder.floats.tensors[node.output], dtype="uint8")
    return replace(out, scale=scale, zero_point=zero_point)

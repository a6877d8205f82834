"""Quantize recurrent layers: two products a step, on one wide scale, and tables for the curves.

The products of the inputs and of the state have scales of their own; both are brought to wide
numbers (32 bits) of one scale, so that they can be added. A step of a curve's table is 2**k of
those, and the table is asked with 8 bits.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from thumbnet.trainer import ThumbnetError

from ..quantizer.affine import FLAT_BEYOND, affine, curve_output, finest_output
from ..graph.arithmetic import ACTIVATION_MAX
from ..quantizer.channel_weights import Channels, multipliers, quantize_channels
from ..quantizer.curves import CURVES
from ..graph.graph import Node
from ..quantizer.builder import Builder, range_of

Floats = npt.NDArray[np.float64]

LIMIT = 2**20
"""Wide numbers are clamped to this: a gate of 256 times one of them stays in 31 bits."""

GRU_STATE = (256 / (127 * 258), 128)
"""Scale and zero point of the state that the weights of a GRU see: the upper byte of 16 bits."""

_MOST_SHIFT = {"simple_rnn": 12, "gru": 8}


def simple_rnn(builder: Builder, node: Node) -> None:
    """Add a layer whose state is a curve of two products."""
    function = node.attributes["function"]
    out = replace(builder.floats.tensors[node.output], dtype="uint8")
    low, high = range_of(out)
    low, high = min(low, 0.0), max(high, 0.0)  # the state begins at 0
    if function in FLAT_BEYOND:
        edge = FLAT_BEYOND[function]
        scale, zero_point = curve_output(function, -1.0, 1.0)
        before = (-edge, edge)
    elif function in ("relu", "linear"):
        scale, zero_point = affine(0.0 if function == "relu" else low, high, True)
        before = (0.0 if function == "relu" else low, high)
    else:
        raise ThumbnetError(
            f"export: {node.output} has activation {function}: use tanh, sigmoid, relu or linear"
        )
    # Where the step grows, the table reaches further on both sides.
    step, center = affine(*before, True)
    sides = _sides(builder, node, node.attributes["bias"], np.zeros(0), (scale, zero_point))
    step, shift, attributes = _wide(sides, step, _MOST_SHIFT["simple_rnn"])
    reals = CURVES[function](step * (np.arange(256, dtype=np.float64) - center))
    table = np.clip(np.floor(reals / scale + 0.5) + zero_point, 0, ACTIVATION_MAX)
    attributes |= {"step_shift": shift, "center": center, "state_zero": zero_point}
    attributes |= {"table": table.astype(np.uint8), **_shape(builder, node)}
    out = replace(out, scale=scale, zero_point=zero_point)
    builder.add(Node("simple_rnn", node.inputs, out.name, attributes), out)


def gru(builder: Builder, node: Node) -> None:
    """Add a gated recurrent unit; its gates are 256ths, its state has 16 bits."""
    biases = np.broadcast_to(node.attributes["bias"], (2, node.attributes["kernel"].shape[1]))
    sides = _sides(builder, node, biases[0], biases[1], GRU_STATE)
    step = FLAT_BEYOND["tanh"] / 127
    step, shift, attributes = _wide(sides, step, _MOST_SHIFT["gru"])
    steps = np.arange(256, dtype=np.float64) - 128
    gate = np.floor(256 * CURVES["sigmoid"](2 * step * steps) + 0.5)
    # A gate q stands for q + (q >> 7) 256ths: from 129 on the entry is one lower.
    gate = np.clip(np.where(gate > 128, gate - 1, gate), 0, ACTIVATION_MAX)
    tanh = np.floor(127 * np.tanh(step * steps) + 0.5) + 128
    attributes |= {"step_shift": shift, **_shape(builder, node)}
    attributes |= {"sigmoid_table": gate.astype(np.uint8), "tanh_table": tanh.astype(np.uint8)}
    out = replace(builder.floats.tensors[node.output], dtype="uint8")
    out = replace(out, scale=GRU_STATE[0], zero_point=GRU_STATE[1])
    builder.add(Node("gru", node.inputs, out.name, attributes), out)


def _shape(builder: Builder, node: Node) -> dict[str, Any]:
    shape = {name: node.attributes[name] for name in ("steps", "units", "sequences")}
    return shape if builder.bits == 8 else {**shape, "bits": builder.bits}


def _sides(
    builder: Builder, node: Node, bias: Floats, state_bias: Floats, state: tuple[float, int]
) -> dict[str, Channels]:
    """Return the weights of the inputs and of the state."""
    source = builder.tensors[node.inputs[0]]
    tensors = builder.floats.tensors
    mean, states = tensors[node.inputs[0]].mean, tensors[node.output].mean
    assert isinstance(source.scale, float)
    assert mean is not None
    assert states is not None
    kernel, recurrent = node.attributes["kernel"], node.attributes["recurrent_kernel"]
    means = mean.reshape(-1, kernel.shape[0]).mean(axis=0)[:, None]
    # Of a layer that gives its last state alone, the others are not known: 0 is between them.
    known = node.attributes["sequences"]
    seen = states.reshape(-1, len(recurrent)).mean(axis=0)[:, None] * float(known)
    state_bias = state_bias if state_bias.size else np.zeros(recurrent.shape[1])
    options = (builder.bits, builder.fitted)
    return {
        "input": quantize_channels(
            node.output, kernel, bias, means, source.scale, source.zero_point, *options
        ),
        "state": quantize_channels(node.output, recurrent, state_bias, seen, *state, *options),
    }


def _wide(sides: dict[str, Channels], step: float, most: int) -> tuple[float, int, dict[str, Any]]:
    """Return the table's step, the wide steps in it (2**k), and what the products need.

    The step grows where the products are too coarse for two wide steps in one of the table.
    """
    finest = max(finest_output(side.scale) for side in sides.values())
    shift = max((k for k in range(1, most + 1) if step / 2**k >= finest), default=0)
    if not shift:
        step, shift = 2 * finest, 1
    scale = step / 2**shift
    attributes: dict[str, Any] = {"limit": LIMIT}
    for name, side in sides.items():
        multiplier, moved = multipliers(side.scale, scale)
        attributes |= {
            f"{name}_weight": side.weight,
            f"{name}_bias": side.bias,
            f"{name}_multiplier": multiplier,
            f"{name}_shift": moved,
        }
    return step, shift, attributes

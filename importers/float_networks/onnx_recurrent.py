"""ONNX's GRU, RNN and LSTM, as the trainer's layers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from thumbnet.trainer import ThumbnetError

from ..onnx_files.read_onnx import OnnxNode
from .onnx_settings import constant
from .sequences import recurrent
from .values import BATCH, Axis, Value

Array = npt.NDArray[Any]


def gru(c: Any, node: OnnxNode, inputs: Sequence[Any]) -> list[Value | None]:
    """Return the outputs of a GRU, whose gates are z, r, h in both."""
    if not node.attributes.get("linear_before_reset", 0):
        raise ThumbnetError(
            "resets its state before the product (linear_before_reset=0): use PyTorch's GRU, or "
            "Keras's with reset_after=True"
        )
    _check_activations(node, ["Sigmoid", "Tanh"])
    kernel, state, bias = _weights(node, inputs, 3)
    return _outputs(c, node, inputs, "gru", kernel, state, bias.reshape(2, -1))


def simple_rnn(c: Any, node: OnnxNode, inputs: Sequence[Any]) -> list[Value | None]:
    """Return the outputs of a plain recurrent layer."""
    function = str((node.attributes.get("activations") or ["Tanh"])[0]).lower()
    if function not in ("tanh", "relu", "sigmoid"):
        raise ThumbnetError(f"has the activation {function}: use tanh, relu or sigmoid")
    kernel, state, bias = _weights(node, inputs, 1)
    bias = bias.reshape(2, -1).sum(axis=0)
    return _outputs(c, node, inputs, "simple_rnn", kernel, state, bias, function=function)


def lstm(c: Any, node: OnnxNode, inputs: Sequence[Any]) -> list[Value | None]:
    """Return the outputs of an LSTM: ONNX's gates are i, o, f, c, the trainer's i, f, c, o."""
    _check_activations(node, ["Sigmoid", "Tanh", "Tanh"])
    if len(inputs) > 7 and inputs[7] is not None:
        raise ThumbnetError("has peepholes: use an LSTM without")
    kernel, state, bias = _weights(node, inputs, 4)
    units = len(state)
    order = np.concatenate([np.arange(units) + g * units for g in (0, 2, 3, 1)])
    bias = bias.reshape(2, -1).sum(axis=0)[order]
    return _outputs(c, node, inputs, "lstm", kernel[:, order], state[:, order], bias)


def _check_activations(node: OnnxNode, expected: list[str]) -> None:
    given = node.attributes.get("activations")
    if given and [str(name).lower() for name in given] != [name.lower() for name in expected]:
        raise ThumbnetError(f"has the activations {given}: {', '.join(expected)} are supported")
    if node.attributes.get("clip") or node.attributes.get("input_forget"):
        raise ThumbnetError("clips, or couples its gates: use a layer without")


def _weights(node: OnnxNode, inputs: Sequence[Any], gates: int) -> tuple[Array, Array, Array]:
    """Return the kernel (inputs, width), that of the state, and the bias (2 * width,)."""
    if node.attributes.get("direction", "forward") != "forward":
        raise ThumbnetError("runs backwards, or both ways: use a forward layer")
    kernel, state = (constant(inputs, i, "weights").astype(np.float64) for i in (1, 2))
    units = int(state.shape[-1])
    width = gates * units
    if kernel.ndim != 3 or state.shape != (1, width, units) or kernel.shape[:2] != (1, width):
        raise ThumbnetError(f"has weights of shapes {kernel.shape} and {state.shape}")
    bias = np.zeros(2 * width)
    if len(inputs) > 3 and inputs[3] is not None:
        bias = constant(inputs, 3, "bias").astype(np.float64).reshape(2 * width)
    for start in inputs[5:7]:
        if start is not None and (not isinstance(start, np.ndarray) or start.any()):
            raise ThumbnetError("starts with a state that is not 0: let it start with 0")
    return kernel[0].T, state[0].T, bias


def _outputs(
    c: Any,
    node: OnnxNode,
    inputs: Sequence[Any],
    op: str,
    kernel: Array,
    state: Array,
    bias: Array,
    **settings: Any,
) -> list[Value | None]:
    """Return all states and the last, each if something reads it."""
    batch_first = bool(node.attributes.get("layout", 0))
    results: list[Value | None] = []
    for sequences in (True, False):
        k = len(results)
        name = node.outputs[k] if k < len(node.outputs) else ""
        if not name or not c.uses.get(name):
            results.append(None)
            continue
        value, steps, units = recurrent(
            *(c.tracer, inputs[0], op, int(batch_first), sequences),
            units=len(state),
            kernel=kernel,
            recurrent_kernel=state,
            bias=bias,
            **settings,
        )
        axes: tuple[Axis, ...]
        if sequences:
            axes = ((BATCH,), steps, (), units) if batch_first else (steps, (), (BATCH,), units)
        else:
            axes = ((BATCH,), (), units) if batch_first else ((), (BATCH,), units)
        results.append(replace(value, axes=axes))
    return results

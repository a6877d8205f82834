"""TensorFlow Lite's LSTM in floats, as the trainer's layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from thumbnet.trainer import ThumbnetError

from ..tflite.lstm_inputs import BIASES, INPUT_WEIGHTS, INPUTS, NOT_SUPPORTED, STATE_WEIGHTS
from .onnx_settings import constant
from .sequences import recurrent
from .tracer import Tracer
from .values import BATCH, Value

_GATES = 4


def sequence_lstm(tracer: Tracer, options: dict[str, Any], inputs: Sequence[Any]) -> Value:
    """Return all states of a UNIDIRECTIONAL_SEQUENCE_LSTM that begins with zeros.

    Its gates are those of the trainer, in the same order: input, forget, cell, output.
    """
    given = [*inputs, *[None] * (INPUTS - len(inputs))]
    for what, part in NOT_SUPPORTED.items():
        if any(one is not None for one in given[part]):
            raise ThumbnetError(f"has {what}: use an LSTM without, such as Keras's")
    if given[INPUT_WEIGHTS] is None or given[STATE_WEIGHTS] is None:
        raise ThumbnetError("has no input gate: use an LSTM with all gates, such as Keras's")
    activation = options.get("fused_activation_function", "NONE")
    if activation != "TANH" or options.get("cell_clip"):
        raise ThumbnetError(f"has the activation {activation}, or clips its cell: use tanh alone")
    kernels = [
        np.concatenate([constant(given, at + k, "weights") for k in range(_GATES)]).T
        for at in (INPUT_WEIGHTS, STATE_WEIGHTS)
    ]
    bias = np.concatenate([constant(given, BIASES + k, "bias") for k in range(_GATES)])
    time = 0 if options.get("time_major") else 1
    value, steps, units = recurrent(
        *(tracer, given[0], "lstm", time, True),
        units=len(kernels[1]),
        kernel=kernels[0],
        recurrent_kernel=np.asarray(kernels[1], np.float64),
        bias=np.asarray(bias, np.float64),
    )
    axes = (steps, (BATCH,), units) if options.get("time_major") else ((BATCH,), steps, units)
    return Value(value.tensor, axes, value.stored)

"""SVDF: a memory for each filter, and weighted sums over time."""

from __future__ import annotations

import numpy as np

from thumbnet.export import Node

from ..tflite.model import Operator
from .builder import Builder
from .kept import MOST_LEFT, keep, kept_tensor, multiplier, one_scale


def svdf(builder: Builder, operator: Operator) -> None:
    """Add an SVDF: what the memory takes up, and the sums of it."""
    x, wf, wt, *rest = operator.inputs
    (y,) = operator.outputs
    bias, kept = rest[0] if len(rest) > 1 else -1, rest[-1] if rest else -1
    rank, activation = operator.options["rank"], operator.options["fused_activation_function"]
    if activation != "RELU":
        builder.refuse(
            f"the activation {activation} is fused, but LiteRT runs an int8 SVDF with RELU only",
            "convert the network with RELU",
        )
    weight, late = builder.constant(wf, "int8", "weights"), _time_weights(builder, wt)
    filters, inputs = weight.shape
    memory = late.shape[1]
    size = int(np.prod(builder.shape(x)))
    if size != inputs or len(late) != filters:
        builder.refuse(
            f"{size} inputs and {len(late)} filters do not fit weights of {list(weight.shape)}",
            "let it infer one row at a time, or export the network again",
        )
    units = int(np.prod(builder.shape(y)))
    if rank < 1 or units * rank != filters:
        builder.refuse(f"{filters} filters are not {rank} for each of {units} units", "check it")
    kept_tensor(builder, kept, "int16", filters * memory, "state")
    scales = [
        builder.scale(x),
        one_scale(builder, wf, "weights", "int8"),
        one_scale(builder, kept, "states", "int16"),
        one_scale(builder, wt, "time weights", "int16"),
        builder.scale(y),
    ]
    start, by_weights, state, by_time, end = scales
    first = multiplier(builder, (start, by_weights), state, "values of its state", MOST_LEFT)
    second = multiplier(builder, (state, by_time), end, "sums over time", -1)
    biases = np.zeros(units, np.int64)
    if bias >= 0:
        biases = builder.constant(bias, "int32", "biases").astype(np.int64).ravel()
    before, after = keep(builder, (kept,), np.zeros(2 * filters * memory, np.uint8))
    wide = weight.astype(np.int64)
    features = {
        "weight": np.ascontiguousarray(weight, np.int8),
        # The file's inputs are centred on the zero point; ours are not.
        "bias": -builder.zero_point(x) * wide.sum(axis=1),
        "memory": memory,
        **dict(zip(("mantissa", "exponent"), first, strict=True)),
    }
    inputs_of = (builder.source(x).name, before.name)
    builder.nodes.append(Node("svdf_features", inputs_of, after.name, features))
    sums = {
        **{"time_weight": late.astype(np.int64), "time_bias": biases, "rank": rank},
        **dict(zip(("mantissa", "exponent"), second, strict=True)),
        "zero_point": builder.zero_point(y),
    }
    spec = builder.spec(builder.name(), y)
    node = Node("svdf_sums", (after.name,), spec.name, sums)
    builder.add(node, spec, y, f"svdf {units}")


def _time_weights(builder: Builder, number: int) -> np.ndarray[tuple[int, int], np.dtype[np.int16]]:
    found = builder.tensor(number)
    if found.dtype == "int8":
        builder.refuse(
            "its time weights are int8, as TensorFlow Lite Micro has them: LiteRT takes int16",
            "quantize the network anew with TensorFlow's converter",
        )
    return builder.constant(number, "int16", "time weights")

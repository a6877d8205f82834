"""The end of an imported 8-bit network: its scores and its answer."""

from __future__ import annotations

from fractions import Fraction
from math import prod

import numpy as np

from thumbnet.export import Graph, Node, State, Task, TensorSpec, verify

from .builder import Builder, Source
from .constant_channels import without_constant_channels
from .network import IntegerNetwork

MOST_STEP = 2**20
"""A scale is step / units with integers up to this: its error is below 2**-20 of it."""

MOST_SCALE = 2**30
"""Steps are 31-bit integers."""


def answered(
    builder: Builder,
    name: str,
    shape: tuple[int, ...],
    sources: list[Source],
    states: tuple[State, ...],
    kind: str,
) -> IntegerNetwork:
    """Add the scores and the answer.

    Parameters
    ----------
    builder
        The graph so far.
    name
        The name of the module.
    shape
        The shape of the input, without the batch.
    sources
        The outputs.
    states
        What stays from one inference to the next.
    kind
        What kind of file it is from, in words.

    """
    for source in sources:
        scale = builder.tensors[source.name].scale
        if np.max(np.asarray(scale)) > MOST_SCALE:
            builder.refuse(f"an output has a scale of {scale:g}", "quantize the network anew")
    specs = [builder.tensors[source.name] for source in sources]
    zeros = [spec.zero_point for spec in specs]
    counts = [prod(source.shape) for source in sources]
    builder.nodes.append(
        Node(
            "scores_of_levels",
            tuple(source.name for source in sources),
            "scores",
            {"x_zero_point": np.array(zeros, np.int64)},
        )
    )
    scales = np.repeat([float(np.asarray(spec.scale)) for spec in specs], counts)
    tensors = {
        **builder.tensors,
        "input": TensorSpec("input", (prod(shape),), "int32", scale=1.0),
        "scores": TensorSpec("scores", (sum(counts),), "int32", scale=scales),
    }
    shares = [
        node.attributes["channels"]
        for node in builder.nodes
        if node.output == sources[0].name and node.op == "softmax_tflite"
    ]
    if len(counts) == 1 and counts[0] > 1 and shares == counts:
        labels = tuple(map(str, range(counts[0])))
        task = Task("classifier", "softmax", labels, None)
        answer = Node("classify", ("scores",), "prediction")
        tensors["prediction"] = TensorSpec("prediction", (), "int32")
    else:
        task = Task("regression", "linear", (), None)
        pairs = [_fraction(scale) for scale in scales]
        steps, units = (np.array(column, np.int64) for column in zip(*pairs, strict=True))
        answer = Node("measure", ("scores",), "prediction", {"step": steps, "units": units})
        tensors["prediction"] = TensorSpec("prediction", (sum(counts),), "float32")
    nodes = (*builder.nodes, answer)
    whole = Graph(name, "fuse", "input", ("scores", "prediction"), nodes, tensors, None, states)
    layers = " -> ".join(["x".join(map(str, shape)), *builder.words])
    return IntegerNetwork(verify(without_constant_channels(whole)), task, layers, kind)


def _fraction(scale: float) -> tuple[int, int]:
    """Return step and units with step / units close to a scale, and both small."""
    ratio = Fraction(scale)
    if ratio >= 1:
        found = Fraction(round(ratio))
        if ratio < MOST_STEP:
            found = 1 / (1 / ratio).limit_denominator(MOST_STEP)
    else:
        found = ratio.limit_denominator(MOST_STEP)
    return max(found.numerator, 1), found.denominator

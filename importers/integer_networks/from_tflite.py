"""An int8 .tflite as an integer graph with the same integers."""

from __future__ import annotations

from fractions import Fraction
from math import prod

import numpy as np

from thumbnet.export import Graph, Node, Task, TensorSpec, verify

from ..tflite.model import TfliteModel
from .builder import Builder
from .constant_channels import without_constant_channels
from .network import IntegerNetwork
from .registry import TRANSLATORS

MOST_STEP = 2**20
"""A scale is step / units with integers up to this: its error is below 2**-20 of it."""


def integer_network(model: TfliteModel, path: str, name: str) -> IntegerNetwork:
    """Translate an int8 network.

    Parameters
    ----------
    model
        The file's description.
    path
        The file, for messages.
    name
        The name of the module.

    Raises
    ------
    ThumbnetError
        If an operator or its types are not supported, with its position and what to do.

    """
    subgraph = model.subgraphs[0]
    builder = Builder(path, subgraph)
    if len(subgraph.inputs) != 1:
        builder.refuse(f"it has {len(subgraph.inputs)} inputs", "thumbnet takes networks with one")
    (start,) = subgraph.inputs
    levels = {"minimum": 0, "maximum": 255, "gain": 1}
    builder.add(Node("quantize_levels", ("input",), "x", levels), builder.spec("x", start), start)
    for operator in subgraph.operators:
        if operator.name not in TRANSLATORS:
            builder.at(operator)
            builder.refuse(
                "thumbnet has no integer form of it",
                f"use one of {', '.join(TRANSLATORS)}, or import the float network with --data",
            )
        TRANSLATORS[operator.name](builder, builder.at(operator))
    return _answered(builder, name)


def _answered(builder: Builder, name: str) -> IntegerNetwork:
    """Add the scores and the answer."""
    subgraph = builder.subgraph
    zeros = [builder.zero_point(number) for number in subgraph.outputs]
    sources = [builder.source(number) for number in subgraph.outputs]
    counts = [prod(source.shape) for source in sources]
    builder.nodes.append(
        Node(
            "scores_of_levels",
            tuple(source.name for source in sources),
            "scores",
            {"x_zero_point": np.array(zeros, np.int64)},
        )
    )
    scales = np.repeat([float(builder.scale(number)) for number in subgraph.outputs], counts)
    size = prod(builder.shape(subgraph.inputs[0]))
    tensors = {
        **builder.tensors,
        "input": TensorSpec("input", (size,), "int32", scale=1.0),
        "scores": TensorSpec("scores", (sum(counts),), "int32", scale=scales),
    }
    ends_with_softmax = subgraph.operators[-1].name == "SOFTMAX"
    if len(counts) == 1 and counts[0] > 1 and ends_with_softmax:
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
    whole = Graph(name, "fuse", "input", ("scores", "prediction"), nodes, tensors)
    shape = "x".join(map(str, builder.shape(subgraph.inputs[0])))
    return IntegerNetwork(
        verify(without_constant_channels(whole)),
        task,
        " -> ".join([shape, *builder.words]),
        "int8 .tflite",
    )


def _fraction(scale: float) -> tuple[int, int]:
    """Return step and units with step / units close to a scale, and both small."""
    ratio = Fraction(scale)
    if ratio >= 1:
        found = 1 / (1 / ratio).limit_denominator(MOST_STEP)
    else:
        found = ratio.limit_denominator(MOST_STEP)
    return max(found.numerator, 1), found.denominator

"""The end of an imported 8-bit network: its scores and its answer."""

from __future__ import annotations

from math import prod

import numpy as np

from thumbnet.export import Graph, Node, State, TensorSpec, verify

from .answering import answering
from .builder import Builder, Source
from .constant_channels import without_constant_channels
from .network import IntegerNetwork

MOST_SCALE = 2**30
"""Steps are 31-bit integers."""


def finished(
    builder: Builder,
    name: str,
    shape: tuple[int, ...],
    sources: list[Source],
    states: tuple[State, ...],
    kind: str,
) -> IntegerNetwork:
    """Add the scores and the answer, and check the whole network.

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
    whole = Graph(name, "fuse", "input", ("scores",), tuple(builder.nodes), tensors, None, states)
    graph, task = answering(whole)
    layers = " -> ".join(["x".join(map(str, shape)), *builder.words])
    return IntegerNetwork(verify(without_constant_channels(graph)), task, layers, kind)

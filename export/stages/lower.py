"""Stage 1, lower: a trained model becomes a float graph, layer by layer."""

from __future__ import annotations

from dataclasses import replace

from thumbnet.trainer import Add, Model, ThumbnetError

from ..graph.graph import Graph, Node, Tensor
from ..ops.lower_layers import steps

_OWN_NAME = ("reshape", "scale_shift", "max_pool", "average_pool", "add", "concatenate")
"""Operations that are all of their layer: what they write bears the layer's name."""


def lower(model: Model, graph_name: str) -> Graph:
    """Return the float graph of `model`, one node a layer step, weights as float64.

    An Add of more than two tensors becomes a chain of additions, in the order of the list.

    Where training has fixed the range of a layer's output (quantization-aware training), its tensor
    has it already.

    Raises
    ------
    ThumbnetError
        If the model is not built, or has a layer that this exporter has no operation for.

    """
    if not model.layers or model.input_shape is None:
        raise ThumbnetError(
            "export: the model has no input shape yet: fit it, or call build(input_shape), first"
        )
    names = [layer.name for layer in model.layers]
    for name in names:
        if names.count(name) > 1:
            raise ThumbnetError(f"export: two layers are called {name!r}: give each its own name")
    tensors = {"input": Tensor("input", tuple(model.input_shape), "float32")}
    nodes: list[Node] = []
    written = {"": "input"}
    for layer in model.layers:
        current = tuple(written[source] for source in model.sources[layer.name])
        while isinstance(layer, Add) and len(current) > 2:  # the operation takes two
            first, second, *others = current
            partial = f"{layer.name}_without_{len(others)}"
            nodes.append(Node("add", (first, second), partial, {}))
            tensors[partial] = Tensor(partial, tuple(layer.output_shape), "float32")
            current = (partial, *others)
        for op, attributes in steps(layer):
            output = layer.name if op in _OWN_NAME else f"{layer.name}_{op}"
            nodes.append(Node(op, current, output, attributes))
            tensors[output] = Tensor(output, tuple(layer.output_shape), "float32")
            current = (output,)
        written[layer.name] = current[0]
    for name, (low, high) in model.activation_ranges.items():
        tensor = tensors[written[name]]
        tensors[tensor.name] = replace(tensor, low=float(low), high=float(high))
    last = written[model.layers[-1].name]
    return Graph(graph_name, "lower", "input", (last,), tuple(nodes), tensors)

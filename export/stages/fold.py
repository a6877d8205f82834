"""Stage 2, fold: merge scalings into the weights, except one scaling of the input."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from thumbnet.trainer import ThumbnetError

from ..graph.graph import Graph, Node, TensorSpec
from ..ops import operation, scaling_as_layer
from ..ops.operation import Floats
from ..ops.scaling import ScaleShift
from .positive_scale import make_scale_positive


def fold(graph: Graph) -> Graph:
    """Return a graph that computes what `graph` computes, in fewer operations.

    The first is the scaling of the input, with a positive scale for every feature: see
    `make_scale_positive`. Batch normalization is folded into the weights
    before or after it; if neither can absorb it, it becomes a layer. Reshapes are dropped, because
    they change nothing in memory.

    Raises
    ------
    ThumbnetError
        If a scaling comes last, or the model does not end with a dense layer.

    """
    shape = graph.tensors[graph.input].shape
    size = math.prod(shape)
    x = TensorSpec("x", shape, "float32", low=graph.tensors[graph.input].low)
    x = replace(x, high=graph.tensors[graph.input].high)
    tensors = {
        graph.input: TensorSpec(graph.input, (size,), "float32"),
        "x": x,
    }
    unit = {"scale": np.ones(1), "offset": np.zeros(1)}
    folder = _Folder(graph, [Node(ScaleShift.name, (graph.input,), "x", unit)], tensors)
    for node in graph.nodes:
        folder.take(node)
    nodes = folder.done()
    last = folder.names[graph.outputs[0]]
    return replace(graph, outputs=(last,)).rebuilt(nodes, tensors, stage="fold")


class _Folder:
    """The nodes so far. names: for each tensor of the lowered graph, the one that now holds it."""

    def __init__(self, graph: Graph, nodes: list[Node], tensors: dict[str, TensorSpec]) -> None:
        self.graph = graph
        self.nodes = nodes
        self.tensors = tensors
        self.names = {graph.input: "x"}

    def take(self, lowered: Node) -> None:
        """Add a node of the lowered graph, merged into the one before it if that is possible."""
        node = replace(lowered, inputs=tuple(self.names[name] for name in lowered.inputs))
        output = self.graph.tensors[node.output]
        if operation(node).is_alias:
            self.names[node.output] = node.inputs[0]
            return
        before = next(other for other in self.nodes if other.output == node.inputs[0])
        shapes = [self.graph.tensors[name].shape for name in lowered.inputs]
        node = operation(node).with_shapes(node, shapes)
        alone = operation(node).is_scaling and self._is_only_reader(lowered)
        merged = self._merged(before, node) if alone else None
        if merged is None:
            self.nodes.append(node)
            self.tensors[node.output] = output
            self.names[node.output] = node.output
            return
        at = self.nodes.index(before)
        written = "x" if before.output == "x" else node.output
        self.nodes[at] = replace(merged, output=written)
        if written != "x":
            self.tensors[written] = output
        self.names[node.output] = written

    def _merged(self, before: Node, scaling: Node) -> Node | None:
        """Return the node before a scaling with the scaling folded in; None if impossible."""
        scale, offset = scaling.attributes["scale"], scaling.attributes["offset"]
        if before.output == "x":
            size = math.prod(self.tensors["x"].shape)
            scale, offset = (_for_inputs(v, size) for v in (scale, offset))
        return operation(before).absorb_behind(before, scale, offset)

    def _is_only_reader(self, lowered: Node) -> bool:
        """Return whether this node is the only reader of its input."""
        current = self.names[lowered.inputs[0]]
        aliases = {name for name, now in self.names.items() if now == current}
        readers = [n for n in self.graph.nodes if aliases & set(n.inputs)]
        return len([n for n in readers if not operation(n).is_alias]) == 1

    def done(self) -> list[Node]:
        """Fold the remaining scalings into the weights after them, and check the result."""
        nodes: list[Node] = []
        renamed: dict[str, str] = {}
        for k, node in enumerate(self.nodes):
            node = replace(node, inputs=tuple(renamed.get(name, name) for name in node.inputs))
            if not operation(node).is_scaling or k == 0:
                nodes.append(node)
                continue
            readers = [n for n in self.nodes if node.output in n.inputs]
            taken = _with_scaling_before(readers[0], node) if len(readers) == 1 else None
            if taken is None:
                nodes.append(self._as_layer(node))
            else:
                self.nodes[self.nodes.index(readers[0])] = taken
                renamed[node.output] = node.inputs[0]
        _check_form(nodes)
        make_scale_positive(nodes, self.tensors)
        return nodes

    def _as_layer(self, node: Node) -> Node:
        """Return a scaling that no neighbour can absorb as a layer."""
        if self.graph.consumers(node.output) == [] and node.output == self.graph.outputs[0]:
            raise ThumbnetError(
                f"export: {node.output} is the last layer and no Dense comes after it: "
                "put the normalization before the activation, or add a Dense after it"
            )
        return scaling_as_layer(node, self.tensors[node.output].shape)


def _for_inputs(values: Floats, size: int) -> Floats:
    return values if values.size == 1 else np.tile(values, size // values.size)


def _with_scaling_before(node: Node, scaling: Node) -> Node | None:
    """Return a node with the scaling of its input folded in; None if it cannot absorb it."""
    op = operation(node)
    return op.absorb_before(node, scaling) if op.accepts_before(node, scaling) else None


def _check_form(nodes: list[Node]) -> None:
    if not any(operation(node).gives_scores for node in nodes):
        raise ThumbnetError("export: the model has no Dense layer: add one")
    # A curve at the end is checked later, together with the task.
    if not operation(nodes[-1]).may_be_last:
        raise ThumbnetError(
            f"export: the model ends with {nodes[-1].output} ({nodes[-1].op}), not with a Dense "
            "layer: add a Dense with one output per class or measured value after it"
        )

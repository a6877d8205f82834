"""Stage 2, fold: one input scaling, then layers that compute and their curves; nothing else."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from thumbnet.trainer import ThumbnetError

from ..graph.graph import Graph, Node, Tensor
from ..graph.window import Window

WEIGHTED = ("dense", "conv", "depthwise_conv")
"""Operations with a kernel that a scaling before or behind them goes into."""


def fold(graph: Graph) -> Graph:
    """Return a graph that computes what `graph` computes, in fewer operations.

    The first is the input's scaling, `scale_shift` with a positive scale for every feature: a
    negative or zero scale goes into the weights behind it. Batch normalization goes into the
    kernel before it, or after it; where neither can take it, it becomes a depthwise convolution
    of one tap. Reshapes go: they change nothing in memory.

    Raises
    ------
    ThumbnetError
        If a scaling or a curve stands where nothing can take it, or the end is no dense layer.

    """
    shape = graph.tensors[graph.input].shape
    size = math.prod(shape)
    x = Tensor("x", shape, "float32", low=graph.tensors[graph.input].low)
    x = replace(x, high=graph.tensors[graph.input].high)
    tensors = {
        graph.input: Tensor(graph.input, (size,), "float32"),
        "x": x,
    }
    scaling = Node("scale_shift", (graph.input,), "x", {"scale": np.ones(1), "offset": np.zeros(1)})
    folder = _Folder(graph, [scaling], tensors)
    for node in graph.nodes:
        folder.take(node)
    nodes = folder.done()
    last = folder.names[graph.outputs[0]]
    return replace(graph, outputs=(last,)).rebuilt(nodes, tensors, stage="fold")


class _Folder:
    """The nodes so far. `names`: tensor of the lowered graph -> the one that stands for it now."""

    def __init__(self, graph: Graph, nodes: list[Node], tensors: dict[str, Tensor]) -> None:
        self.graph = graph
        self.nodes = nodes
        self.tensors = tensors
        self.names = {graph.input: "x"}

    def take(self, node: Node) -> None:
        """Add a node of the lowered graph, merged into one before it where it can be."""
        node = replace(node, inputs=tuple(self.names[name] for name in node.inputs))
        output = self.graph.tensors[node.output]
        if node.op == "reshape":
            self.names[node.output] = node.inputs[0]
            return
        before = self._producer(node.inputs[0])
        if node.op == "concatenate":  # of a flat tensor all are channels, whatever it was before
            shapes = [self.graph.tensors[name].shape for name in self._sources(node)]
            node = node.with_attributes(channels=tuple(shape[-1] for shape in shapes))
        if node.op == "scale_shift":
            source = self.graph.tensors[next(iter(self._sources(node)))].shape
            node = node.with_attributes(
                **{k: _for_channels(v, source) for k, v in node.attributes.items()}
            )
        merged = self._merged(before, node)
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

    def _sources(self, node: Node) -> list[str]:
        """Return the lowered tensors that a node reads."""
        lowered = next(n for n in self.graph.nodes if n.output == node.output)
        return list(lowered.inputs)

    def _producer(self, tensor: str) -> Node:
        return next(node for node in self.nodes if node.output == tensor)

    def _merged(self, before: Node, node: Node) -> Node | None:
        """Return the two nodes as one, in the place of the first; None where that cannot be."""
        if node.op != "scale_shift" or not self._alone(node):
            return None
        scale, offset = node.attributes["scale"], node.attributes["offset"]
        inner = before.attributes
        if before.op == "scale_shift":
            if before.output == "x":
                size = math.prod(self.tensors["x"].shape)
                scale, offset = (_for_inputs(v, size) for v in (scale, offset))
            return before.with_attributes(
                scale=inner["scale"] * scale, offset=inner["offset"] * scale + offset
            )
        if before.op in WEIGHTED and max(scale.size, offset.size) in (1, inner["bias"].size):
            return before.with_attributes(
                kernel=inner["kernel"] * scale, bias=inner["bias"] * scale + offset
            )
        return None

    def _alone(self, node: Node) -> bool:
        """Tell whether nothing but this node reads what it reads."""
        source = self._sources(node)[0]
        aliases = {name for name, now in self.names.items() if now == self.names[source]}
        readers = [n for n in self.graph.nodes if aliases & set(n.inputs) and n.op != "reshape"]
        return len(readers) == 1

    def done(self) -> list[Node]:
        """Put what scalings are left into the kernels behind them, and check the whole."""
        nodes: list[Node] = []
        renamed: dict[str, str] = {}
        for k, node in enumerate(self.nodes):
            node = replace(node, inputs=tuple(renamed.get(name, name) for name in node.inputs))
            if node.op != "scale_shift" or k == 0:
                nodes.append(node)
                continue
            readers = [n for n in self.nodes if node.output in n.inputs]
            if len(readers) == 1 and _takes_scaling(readers[0], node):
                at = self.nodes.index(readers[0])
                self.nodes[at] = behind_scaling(readers[0], node)
                renamed[node.output] = node.inputs[0]
            else:
                nodes.append(self._as_convolution(node))
        _check_form(nodes)
        if len([n for n in nodes if "x" in n.inputs]) == 1 or np.all(
            nodes[0].attributes["scale"] > 0
        ):
            _make_scale_positive(nodes, self.tensors["x"].shape)
        else:
            raise ThumbnetError(
                "export: a negative scale of the inputs, which several layers read: "
                "put a Dense or convolution before the branches"
            )
        return nodes

    def _as_convolution(self, node: Node) -> Node:
        """Return a scaling as a depthwise convolution of one tap."""
        shape = self.tensors[node.output].shape
        if self.graph.consumers(node.output) == [] and node.output == self.graph.outputs[0]:
            raise ThumbnetError(
                f"export: {node.output} is the last layer and no Dense comes after it: "
                "put the normalization before the activation, or a Dense behind it"
            )
        scale, offset = node.attributes["scale"], node.attributes["offset"]
        channels = max(scale.size, offset.size, shape[-1])
        positions = math.prod(shape) // channels
        window = Window(1, positions, channels, 1, 1, 1, 1, 0, 0, 1, positions)
        attributes = {
            "kernel": np.broadcast_to(scale, (1, channels)).copy(),
            "bias": np.broadcast_to(offset, channels).copy(),
            "window": window,
        }
        return Node("depthwise_conv", node.inputs, node.output, attributes)


def _for_channels(
    values: npt.NDArray[np.float64], shape: tuple[int, ...]
) -> npt.NDArray[np.float64]:
    """Return one number for all, or one for each of the last axis."""
    return values.reshape(1) if values.ndim == 0 else np.broadcast_to(values, shape[-1:])


def _for_inputs(values: npt.NDArray[np.float64], size: int) -> npt.NDArray[np.float64]:
    return values if values.size == 1 else np.tile(values, size // values.size)


def _takes_scaling(node: Node, scaling: Node) -> bool:
    """Tell whether a kernel can take the scaling before it: padding stands for 0 behind it."""
    if node.op not in WEIGHTED:
        return False
    padded = "window" in node.attributes and Window.of(node.attributes).padded
    return not padded or not np.any(scaling.attributes["offset"])


def behind_scaling(node: Node, scaling: Node) -> Node:
    """Return the weighted node with the scaling before it in its weights."""
    kernel, bias = node.attributes["kernel"], node.attributes["bias"]
    scale, offset = scaling.attributes["scale"], scaling.attributes["offset"]
    rows = kernel.shape[0]
    if node.op == "depthwise_conv":
        changed = kernel * scale, bias + (offset * kernel).sum(axis=0)
    else:
        scale, offset = (np.resize(v, rows) for v in (scale, offset))
        changed = kernel * scale[:, None], bias + offset @ kernel
    return replace(node, inputs=scaling.inputs).with_attributes(kernel=changed[0], bias=changed[1])


def _check_form(nodes: list[Node]) -> None:
    for node in nodes:
        if node.op == "activation" and node.inputs == ("x",):
            raise ThumbnetError(
                f"export: {node.output} is applied to the input itself: put a Dense first"
            )
    if not any(node.op == "dense" for node in nodes):
        raise ThumbnetError("export: the model has no Dense layer: add one")
    # An activation at the end is judged with the head, by what it follows.
    if nodes[-1].op not in ("dense", "activation"):
        raise ThumbnetError(
            f"export: the model ends with {nodes[-1].output} ({nodes[-1].op}), not with a Dense "
            "layer: put a Dense with one output for each class or measurement behind it"
        )


def _make_scale_positive(nodes: list[Node], shape: tuple[int, ...]) -> None:
    """Move negative and zero scales of the input into the weights of the layer that reads it."""
    scaling = nodes[0]
    size = math.prod(shape)
    scale = np.broadcast_to(scaling.attributes["scale"], size)
    if np.all(scale > 0):
        return
    at = next(k for k, node in enumerate(nodes) if "x" in node.inputs)
    node = nodes[at]
    offset = np.broadcast_to(scaling.attributes["offset"], size)
    sign = np.where(scale < 0, -1.0, 1.0)
    fixed = scale == 0
    moved = {
        "scale": np.where(fixed, 0.0, sign),
        "offset": np.where(fixed, offset, 0.0),
    }
    if node.op != "dense":
        period = shape[-1]
        moved = {name: values[:period] for name, values in moved.items()}
    if not _takes_scaling(node, replace(scaling, attributes=moved)):
        raise ThumbnetError(
            f"export: the input's scale is negative or zero and {node.output} cannot take it: "
            "scale the inputs by positive numbers"
        )
    behind = replace(scaling, attributes=moved, inputs=("x",))
    nodes[0] = scaling.with_attributes(
        scale=np.where(fixed, 1.0, scale * sign), offset=np.where(fixed, 0.0, offset * sign)
    )
    nodes[at] = behind_scaling(node, behind)

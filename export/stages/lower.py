"""Stage 1, lower: turn a trained model into a float graph, layer by layer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from thumbnet.trainer import IntegerRole, Layer, Model, ThumbnetError

from ..graph.graph import Graph, Node, TensorSpec
from ..ops import LOWERED_BY, operation
from ..ops.operation import Step

_LATER = {"x", "scores", "prediction", "probabilities"}
"""Tensors that later stages add."""


def lower(model: Model, graph_name: str) -> Graph:
    """Return the float graph of a model: one node per step of a layer, weights as float64.

    If quantization-aware training has set the range of a layer's output, the tensor gets that
    range.

    Parameters
    ----------
    model
        A built model, whose layers have weights.
    graph_name
        The name of the future module.

    Raises
    ------
    ThumbnetError
        If the model is not built, has a layer that the exporter does not support, or has weights
        that are not finite.

    """
    if not model.layers or model.input_shape is None:
        raise ThumbnetError(
            "export: the model has no input shape yet: fit it or call build(input_shape) first"
        )
    names = [layer.name for layer in model.layers]
    for name in names:
        if names.count(name) > 1:
            raise ThumbnetError(f"export: two layers are called {name!r}: give each its own name")
    lowering = _Lowering(TensorSpec("input", tuple(model.input_shape), "float32"))
    for layer in model.layers:
        lowering.take(layer, model.sources[layer.name])
    for name, (low, high) in model.activation_ranges.items():
        lowering.fix_range(name, float(low), float(high))
    last = lowering.written[model.layers[-1].name]
    return Graph(graph_name, "lower", "input", (last,), tuple(lowering.nodes), lowering.tensors)


class _Lowering:
    """The nodes so far. written: the tensor with the output of each layer."""

    def __init__(self, source: TensorSpec) -> None:
        self.nodes: list[Node] = []
        self.tensors = {source.name: source}
        self.written = {"": source.name}

    def take(self, layer: Layer, sources: tuple[str, ...]) -> None:
        """Add the operations of a layer."""
        current = tuple(self.written[source] for source in sources)
        kind = type(layer).__name__
        if kind not in LOWERED_BY and layer.integer_role is not IntegerRole.NONE:
            raise ThumbnetError(
                f"export: layer {layer.name!r} ({kind}) is not supported: use one of "
                f"{', '.join(sorted(LOWERED_BY))}"
            )
        for variable in layer.variables:
            if not np.isfinite(variable.numpy()).all():
                raise ThumbnetError(
                    f"export: {variable.name} contains NaN or infinity: training diverged: train "
                    "again with a tenth of the learning rate and scaled inputs (Normalization)"
                )
        # Other layers without a role, such as Dropout, do nothing outside of training.
        steps = LOWERED_BY[kind].lower(layer) if kind in LOWERED_BY else []
        made = {"": current[0]}
        for step in steps:
            if isinstance(step, Step):
                current = (self._branch(step, made, layer),)
                continue
            op, attributes = step
            node = Node(op, current, layer.name, attributes)
            current = self._chained(node, layer)
            if not operation(node).named_as_layer:
                node = replace(node, output=f"{layer.name}_{op}")
            node = replace(node, output=self._free(node.output))
            self._add(replace(node, inputs=current), layer)
            current = (node.output,)
        self.written[layer.name] = current[0]

    def _branch(self, step: Step, made: dict[str, str], layer: Layer) -> str:
        """Add a step that names what it reads; made: the tensors of the layer's steps so far."""
        output = self._free(f"{layer.name}_{step.name}")
        inputs = tuple(made[name] for name in step.reads)
        self._add(step.node(inputs, output), layer, step.shape)
        made[step.name] = output
        return output

    def _chained(self, node: Node, layer: Layer) -> tuple[str, ...]:
        """Return the remaining inputs, after nodes for those beyond what one operation takes."""
        current, most = node.inputs, operation(node).most_inputs
        while most is not None and len(current) > most:
            taken, others = current[:most], current[most:]
            partial = self._free(f"{layer.name}_without_{len(others)}")
            self._add(replace(node, inputs=taken, output=partial), layer)
            current = (partial, *others)
        return current

    def _free(self, name: str) -> str:
        """Return a name that no tensor has: layers may be called anything."""
        while name in self.tensors or name in _LATER:
            name += "_"
        return name

    def _add(self, node: Node, layer: Layer, shape: tuple[int, ...] | None = None) -> None:
        self.nodes.append(node)
        shape = tuple(layer.output_shape) if shape is None else shape
        self.tensors[node.output] = TensorSpec(node.output, shape, "float32")

    def fix_range(self, layer: str, low: float, high: float) -> None:
        """Set the range that training has fixed for the output of a layer."""
        tensor = self.tensors[self.written[layer]]
        self.tensors[tensor.name] = replace(tensor, low=low, high=high)

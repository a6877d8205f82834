"""The literals around the layers: how readings become the input, and scores an answer."""

from __future__ import annotations

from collections.abc import Callable

from ..graph.graph import Graph, Node
from ..emit.literals import tuple_literal

Literals = dict[str, str]


def input_literals(graph: Graph) -> Literals:
    """Return what `quantize` needs."""
    node = graph.nodes[0]
    (size,) = graph.tensors[graph.input].shape
    return {"INPUTS": str(size), **_INPUTS[node.op](node)}


def answer_literals(graph: Graph) -> Literals:
    """Return what `predict` and `probabilities` need."""
    literals: Literals = {}
    for node in graph.nodes:
        if node.op in _ANSWERS:
            literals.update(_ANSWERS[node.op](node))
    return literals


def _levels(node: Node) -> Literals:
    return {
        "INPUT_MIN": str(node.attributes["minimum"]),
        "INPUT_MAX": str(node.attributes["maximum"]),
        "INPUT_GAIN": str(node.attributes["gain"]),
    }


def _sensors(node: Node) -> Literals:
    names = ("units", "minimum", "maximum", "left_shift", "bias", "multiplier", "shift")
    columns = [node.attributes[name].tolist() for name in names]
    lines = [f"    {tuple(line)}," for line in zip(*columns, strict=True)]
    comment = f"    # {', '.join(names)}" + (
        "" if len(lines) == 1 else ", a line a feature or channel"
    )
    return {
        "SCALING": "(\n" + "\n".join([comment, *lines]) + "\n)",
        "INPUT_ZERO_POINT": str(node.attributes["zero_point"]),
    }


_INPUTS: dict[str, Callable[[Node], Literals]] = {
    "quantize_levels": _levels,
    "quantize_sensors": _sensors,
}


def _decide(node: Node) -> Literals:
    return {"THRESHOLD": str(node.attributes["threshold"])}


def _measure(node: Node) -> Literals:
    literals = {}
    for name in ("step", "units"):
        values = node.attributes[name].tolist()
        literals[f"OUTPUT_{name.upper()}"] = tuple_literal(values) if len(values) > 1 else values[0]
    return {name: str(literal) for name, literal in literals.items()}


def _softmax(node: Node) -> Literals:
    fields = ("limit", "left_shift", "multiplier", "shift")
    return {"SOFTMAX": tuple_literal([node.attributes[name] for name in fields])}


_ANSWERS: dict[str, Callable[[Node], Literals]] = {
    "decide": _decide,
    "measure": _measure,
    "softmax": _softmax,
    "logistic": _softmax,
    "logistic_all": _softmax,
}

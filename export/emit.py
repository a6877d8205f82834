"""Stage 7, emit: the fused integer graph becomes the text of one MicroPython module.

Only literals are written here. The code comes from `firmware/`, and this file never sees the
reference executor: that the two agree is evidence as long as they are independent.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .firmware_source import assemble
from .graph import Graph, Node
from .header import Facts, header
from .literals import bytes_literal, commented_rows, tuple_literal

Literals = dict[str, str]

KERNELS = ("fully_connected", "lookup")
"""Operations with a kernel in each tier; a layer is one call."""

_INPUT_FILES = {"quantize_levels": "levels", "quantize_sensors": "sensors"}
_PROBABILITIES = {
    "softmax": "probabilities",
    "logistic": "probabilities_of_two",
    "logistic_all": "probabilities_of_each",
}


def emit(graph: Graph, tier: str, facts: Facts) -> str:
    """Return the module's source.

    Parameters
    ----------
    graph
        A verified graph of stage "fuse".
    tier
        Which of the folders of `firmware/` the kernels come from.
    facts
        What the header says: accuracy, labels, board.

    """
    literals = {"LABELS": tuple_literal([repr(label) for label in facts.labels])}
    layers: list[str] = []
    roots: list[str] = []
    replace: dict[str, str] = {}
    for node in graph.nodes:
        if node.op in KERNELS:
            number = len(layers) + 1
            literals.update(_layer(graph, node, number))
            layers.append(f"({node.op}, W{number}, X{number}, P{number})")
            roots.append(node.op)
        elif node.op in _INPUT_FILES:
            replace["levels"] = _INPUT_FILES[node.op]
            literals.update(_INPUTS[node.op](graph, node))
        elif node.op in _PROBABILITIES:
            replace["probabilities"] = _PROBABILITIES[node.op]
            roots.append("predict_proba")
            literals.update(_softmax(node))
        else:
            several = node.op == "measure" and graph.tensors["scores"].shape != (1,)
            roots.append("measure_all" if several else node.op)
            literals.update(_ANSWERS[node.op](node))
    kernels = assemble(sorted({root for root in roots if root in KERNELS}), tier, {})
    rest = assemble(["forward", *(r for r in roots if r not in KERNELS)], tier, replace)
    rest = [source for source in rest if source not in kernels]
    needed = {name for source in (*kernels, *rest) for name in source.literals}
    layer_table = "LAYERS = (\n" + "".join(f"    {layer},\n" for layer in layers) + ")"
    first = ["INPUTS", "LABELS"] if facts.labels else ["INPUTS"]
    order = [*first, *(name for name in literals if name not in first and name != "LABELS")]
    unknown = needed - set(order) - {"LAYERS"}
    assert not unknown, f"firmware asks for {sorted(unknown)}"
    parts = [
        header(graph, facts),
        "\n".join(f"{name} = {literals[name]}" for name in order),
        "\n\n\n".join(source.text for source in kernels),
        layer_table,
        "\n\n\n".join(source.text for source in rest),
    ]
    docstring, *code = (part.strip("\n") + "\n" for part in parts)
    return docstring + "\n" + "\n\n".join(code)


def _layer(graph: Graph, node: Node, number: int) -> Literals:
    target = graph.tensors[node.output]
    (size,) = target.shape
    if node.op == "lookup":
        weights, parameters = [node.attributes["table"].tobytes()], f"({size},)"
    else:
        weights, parameters = _fully_connected(node)
    # Wide scores do not fit a byte: they go into a list.
    buffer = f"bytearray({size})" if target.dtype == "uint8" else f"[0] * {size}"
    return {
        f"W{number}": bytes_literal(weights),
        f"P{number}": parameters,
        f"X{number}": buffer,
    }


def _fully_connected(node: Node) -> tuple[list[bytes], str]:
    a = node.attributes
    weight = a["weight"].astype(np.int64)
    rows = [bytes((row + 128).astype(np.uint8)) for row in weight]
    table = 0
    if "table" in a:
        table = weight.size
        rows.append(a["table"].tobytes())
    outputs, inputs = weight.shape
    limits = (a["zero_point"], a["activation_min"], a["activation_max"], table)
    channels = np.stack([a["bias"], a["multiplier"], a["shift"]], axis=1)
    groups = [
        (
            "inputs, outputs, zero_point, activation_min, activation_max, table",
            [inputs, outputs, *limits],
        ),
        ("bias, multiplier, shift of each output", channels.ravel().tolist()),
    ]
    return rows, commented_rows(groups)


def _levels(graph: Graph, node: Node) -> Literals:
    (size,) = graph.tensors[graph.input].shape
    return {
        "INPUTS": str(size),
        "INPUT_MIN": str(node.attributes["minimum"]),
        "INPUT_MAX": str(node.attributes["maximum"]),
        "INPUT_GAIN": str(node.attributes["gain"]),
        "X0": f"bytearray({size})",
    }


def _sensors(graph: Graph, node: Node) -> Literals:
    (size,) = graph.tensors[graph.input].shape
    names = ("units", "minimum", "maximum", "left_shift", "bias", "multiplier", "shift")
    columns = [node.attributes[name].tolist() for name in names]
    lines = [f"    {tuple(line)}," for line in zip(*columns, strict=True)]
    comment = f"    # {', '.join(names)}" + ("" if len(lines) == 1 else ", a line a feature")
    return {
        "INPUTS": str(size),
        "SCALING": "(\n" + "\n".join([comment, *lines]) + "\n)",
        "INPUT_ZERO_POINT": str(node.attributes["zero_point"]),
        "X0": f"bytearray({size})",
    }


_INPUTS: dict[str, Callable[[Graph, Node], Literals]] = {
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
    "classify": lambda node: {},
    "decide": _decide,
    "measure": _measure,
}

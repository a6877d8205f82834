"""`verify(graph)`: what has to hold of every stage, checked before and after every pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import prod
from typing import Any

import numpy as np

from thumbnet.trainer import ThumbnetError

from ..graph.arithmetic import (
    ACCUMULATOR_LIMIT,
    ACTIVATION_MAX,
    MULTIPLIER_MAX,
    MULTIPLIER_MIN,
    SCORE_LIMIT,
    SHIFT_MAX,
    SHIFT_MIN,
)
from ..graph.graph import Graph, Node, Tensor
from ..ops.signatures import FLOAT, FLOAT_STAGES, INTEGER
from ..ops.verify_layers import LAYERS, accumulator_faults, window_faults
from ..graph.window import Window


def verify(graph: Graph) -> Graph:
    """Return `graph` if it is sound.

    Raises
    ------
    ThumbnetError
        At the first fault: names the stage, the node, its neighbours, and the mend.

    """
    known = {graph.input}
    if graph.input not in graph.tensors:
        raise _error(graph, None, f"the input {graph.input!r} has no tensor")
    for node in graph.nodes:
        for fault in _structure(graph, node, known):
            raise _error(graph, node, fault)
        for fault in _numbers(graph, node):
            raise _error(graph, node, fault)
        known.add(node.output)
    for name in graph.outputs:
        if name not in known:
            raise _error(graph, None, f"nothing writes the output {name!r}")
    return graph


def _error(graph: Graph, node: Node | None, fault: str) -> ThumbnetError:
    where = f"graph {graph.name} after {graph.stage}"
    if node is not None:
        before = [str(graph.tensors.get(name, name)) for name in node.inputs]
        after = [reader.op for reader in graph.consumers(node.output)] or ["the end"]
        where += f", {node.output} = {node.op}({', '.join(before)}) -> {', '.join(after)}"
    return ThumbnetError(f"{where}: {fault}")


def _structure(graph: Graph, node: Node, known: set[str]) -> Iterator[str]:
    signatures = FLOAT if graph.stage in FLOAT_STAGES else INTEGER
    if node.op not in signatures:
        yield f"unknown operation: use one of {', '.join(signatures)}"
        return
    takes, gives, attributes = signatures[node.op]
    if missing := attributes - set(node.attributes):
        yield f"attribute {sorted(missing)[0]!r} is missing: the pass that made the node sets it"
    for name in node.inputs:
        if name not in known:
            yield f"{name!r} is read before it is written: move the node behind its producer"
        elif graph.tensors[name].dtype != takes:
            yield f"{name!r} is {graph.tensors[name].dtype}, {node.op} reads {takes}"
    if node.output in known:
        yield f"{node.output!r} is written twice: give each node its own output"
    elif node.output not in graph.tensors:
        yield f"{node.output!r} has no tensor: declare its shape and dtype"
    elif gives not in ("*", graph.tensors[node.output].dtype):
        yield f"{node.output!r} is {graph.tensors[node.output].dtype}, {node.op} writes {gives}"


def _numbers(graph: Graph, node: Node) -> Iterator[str]:
    source, target = graph.tensors[node.inputs[0]], graph.tensors[node.output]
    attributes = node.attributes
    if "window" in attributes:
        yield from Window.of(attributes).faults()
        yield from window_faults(node, source, target)
    if node.op == "dense":
        expected: tuple[int, ...] = (prod(source.shape), target.shape[-1])
        if attributes["kernel"].shape != expected:
            yield f"kernel is {attributes['kernel'].shape}, the tensors need {expected}"
    if graph.stage in FLOAT_STAGES:
        return
    for name in ("", "input_", "state_"):
        if f"{name}multiplier" in attributes:
            yield from _multipliers(attributes[f"{name}multiplier"], attributes[f"{name}shift"])
    if "weight" in attributes or node.op == "requantize":
        yield from _lengths(node, target)
    if "weight" in attributes:
        yield from _accumulators(node, source, target)
    if node.op in _ROOM:
        yield from _ROOM[node.op](attributes)
    if node.op in LAYERS:
        yield from LAYERS[node.op](graph, node)
    if "activation_min" in attributes or node.op == "quantize_sensors":
        yield from _limits(node, target)
    for name in ("table", "sigmoid_table", "tanh_table"):
        table = attributes.get(name)
        if table is not None and (table.shape != (256,) or table.dtype != np.uint8):
            yield f"the {name} is {table.dtype}{list(table.shape)}: it has to be uint8[256]"


def _multipliers(multiplier: object, shift: object) -> Iterator[str]:
    m, s = np.asarray(multiplier), np.asarray(shift)
    if np.any((m < MULTIPLIER_MIN) | (m > MULTIPLIER_MAX)):
        yield f"a multiplier is outside [{MULTIPLIER_MIN}, {MULTIPLIER_MAX}]: normalize it"
    if np.any((s < SHIFT_MIN) | (s > SHIFT_MAX)):
        yield f"a shift is outside [{SHIFT_MIN}, {SHIFT_MAX}]: widen the output scale"


def _accumulators(node: Node, source: Tensor, target: Tensor) -> Iterator[str]:
    attributes = node.attributes
    products = prod(source.shape)
    if "window" in attributes:
        window = Window.of(attributes)
        products = window.taps * (1 if "depthwise" in node.op else window.channels)
    yield from accumulator_faults(
        attributes["weight"], attributes["bias"], (target.shape[-1], products)
    )


def _lengths(node: Node, target: Tensor) -> Iterator[str]:
    for name in ("multiplier", "shift", "bias"):
        values = node.attributes.get(name)
        if values is not None and np.shape(values) != target.shape[-1:]:
            needed = target.shape[-1:]
            yield f"{name} has shape {np.shape(values)}, one for each of {needed} is needed"


def _levels_room(a: dict[str, Any]) -> Iterator[str]:
    if not 0 < (a["maximum"] - a["minimum"]) * a["gain"] <= ACTIVATION_MAX:
        yield f"counts {a['minimum']} to {a['maximum']} times {a['gain']} do not fit uint8"


def _sensors_room(a: dict[str, Any]) -> Iterator[str]:
    if np.any(a["units"] < 1) or np.any(a["minimum"] > a["maximum"]) or np.any(a["left_shift"] < 0):
        yield "units, range or left_shift of an input make no sense: choose_counts sets them"
        return
    reach = np.maximum(np.abs(a["minimum"]), np.abs(a["maximum"])) << a["left_shift"]
    if np.any(reach + np.abs(a["bias"]) >= ACCUMULATOR_LIMIT):
        yield "an input may reach 2**29: take a smaller left_shift"


def _softmax_room(a: dict[str, Any]) -> Iterator[str]:
    if not 0 < a["limit"] << max(a["left_shift"], 0) < ACCUMULATOR_LIMIT or a["left_shift"] < 0:
        yield f"limit {a['limit']} << {a['left_shift']} is not in 1 to 2**29 - 1"


_ROOM: dict[str, Callable[[dict[str, Any]], Iterator[str]]] = {
    "quantize_levels": _levels_room,
    "quantize_sensors": _sensors_room,
    "softmax": _softmax_room,
    "logistic": _softmax_room,
    "logistic_all": _softmax_room,
}


def _limits(node: Node, target: Tensor) -> Iterator[str]:
    attributes = node.attributes
    low, high = attributes.get("activation_min", 0), attributes.get("activation_max", 255)
    widest = (0, ACTIVATION_MAX) if target.dtype == "uint8" else (-SCORE_LIMIT, SCORE_LIMIT)
    if not widest[0] <= low <= high <= widest[1]:
        yield f"clamped to {low}..{high}, {target.dtype} holds {widest[0]}..{widest[1]}"
    if "table" not in attributes and attributes["zero_point"] != target.zero_point:
        yield f"zero_point is {attributes['zero_point']}, its tensor's is {target.zero_point}"

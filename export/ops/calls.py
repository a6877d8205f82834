"""The kernel calls of one inference: what stands in `LAYERS`, before it is text or a file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import prod

import numpy as np
import numpy.typing as npt

from ..kernels.build import Build
from ..kernels.call import ADD, CONV, COPY, COPY_CHANNELS, HEADER, POOL, Call
from .calls_recurrent import recurrent
from ..graph.graph import Graph, Node
from ..kernels.lanes import lanes_win
from ..emit.memory_plan import Plan
from ..graph.window import Window

KERNELS = (
    *("fully_connected", "conv", "conv_int4", "depthwise_conv", "max_pool", "average_pool", "add"),
    *("concatenate", "copy_channels", "lookup", "simple_rnn", "gru", "recurrent", "copy"),
)
"""Operations with a kernel in each tier; a layer is one call."""


def calls(graph: Graph, plan: Plan, build: Build) -> list[Call]:
    """Return the kernel calls of a fused graph, in order."""
    # Tensors of other tiers are objects of their own.
    places = plan.offsets if build.native else {}
    made: list[Call] = []
    for node in graph.nodes:
        if node.op in _CALLS:
            made += _CALLS[node.op](graph, node, places, build)
    return made


def _fully_connected(graph: Graph, node: Node, places: dict[str, int], build: Build) -> list[Call]:
    (source,), target = node.inputs, node.output
    inputs, outputs = prod(graph.tensors[source].shape), prod(graph.tensors[target].shape)
    weight = node.attributes["weight"]
    wide = graph.tensors[target].dtype != "uint8"
    if "bits" in node.attributes:
        window = Window(1, 1, inputs, 1, 1, 1, 1, 0, 0, 1, 1)
        return [_conv_call(graph, node, window, places, "conv_int4")]
    lanes = build.lanes and build.weights == "module" and lanes_win(weight)
    head = (
        *(inputs, outputs, places.get(source, 0), 0 if wide else places.get(target, 0)),
        *(*_limits(node), 0, int(wide), 1),
    )
    kernel = "fully_connected_lanes" if lanes else "fully_connected"
    call = Call(kernel, source, target, HEADER, head, weight, _channels(node), wide=wide)
    return [replace(call, table=_table(node))]


def _conv(graph: Graph, node: Node, places: dict[str, int], build: Build) -> list[Call]:
    kernel = "conv_int4" if "bits" in node.attributes else node.op
    return [_conv_call(graph, node, Window.of(node.attributes), places, kernel)]


def _conv_call(
    graph: Graph, node: Node, window: Window, places: dict[str, int], kernel: str
) -> Call:
    (source,), target = node.inputs, node.output
    weight = node.attributes["weight"]
    wide = graph.tensors[target].dtype != "uint8"
    outputs = len(weight)
    at = 0 if wide else places.get(target, 0)
    head = (
        *(weight.shape[1], outputs, places.get(source, 0), at, *_limits(node), 0, int(wide), 1),
        *_moves(window, outputs),
        *(int(node.attributes.get("pad", 0)), places.get(f"{target}.patch", 0)),
    )
    call = Call(kernel, source, target, CONV, head, weight, _channels(node), wide=wide)
    return replace(call, table=_table(node))


def _moves(w: Window, outputs: int) -> tuple[int, ...]:
    """Return the words of `call.WINDOW`."""
    run, step = w.kernel_width * w.channels, w.stride_width * w.channels
    return (
        *(w.height, w.width * w.channels, w.kernel_height, run, w.stride_height, step),
        *(w.top, w.left * w.channels, w.out_height, w.out_width, outputs),
    )


def _max_pool(graph: Graph, node: Node, places: dict[str, int], build: Build) -> list[Call]:
    return [_pool(node, places, (0, 0, 255, 0), 0)]


def _average_pool(graph: Graph, node: Node, places: dict[str, int], build: Build) -> list[Call]:
    a = node.attributes
    call = _pool(node, places, (*_limits(node), int(a["x_zero_point"])), int(a["fewest"]))
    pairs = np.stack([a["multiplier"], a["shift"]], axis=1).astype(np.int64)
    return [replace(call, channels=pairs)]


def _pool(
    node: Node, places: dict[str, int], numbers: tuple[int, int, int, int], fewest: int
) -> Call:
    (source,), target = node.inputs, node.output
    window = Window.of(node.attributes)
    head = (
        *(window.channels, 0, places.get(source, 0), places.get(target, 0), *numbers, 0, 0),
        *(*_moves(window, window.channels), fewest),
    )
    return Call(node.op, source, target, POOL, head)


def _add(graph: Graph, node: Node, places: dict[str, int], build: Build) -> list[Call]:
    (a, b), target = node.inputs, node.output
    names = ("ka", "kb", "bias", "shift", "activation_min", "activation_max")
    numbers = (int(node.attributes[name]) for name in names)
    at = (places.get(name, 0) for name in (a, b, target))
    head = (prod(graph.tensors[target].shape), *at, *numbers)
    return [Call("add", a, target, ADD, head, other=b)]


def _concatenate(graph: Graph, node: Node, places: dict[str, int], build: Build) -> list[Call]:
    made = []
    at = places.get(node.output, 0)
    channels, tables = node.attributes["channels"], node.attributes["tables"]
    for source, width, table in zip(node.inputs, channels, tables, strict=True):
        pixels = prod(graph.tensors[source].shape) // width
        head = (pixels, width, places.get(source, 0), at, sum(channels))
        call = Call("copy_channels", source, node.output, COPY_CHANNELS, head)
        made.append(replace(call, table=table.tobytes()))
        at += width
    return made


def _lookup(graph: Graph, node: Node, places: dict[str, int], build: Build) -> list[Call]:
    (source,), target = node.inputs, node.output
    size = prod(graph.tensors[source].shape)
    head = (size, places.get(source, 0), places.get(target, 0))
    return [Call("lookup", source, target, COPY, head, table=_table(node))]


def _limits(node: Node) -> tuple[int, int, int]:
    a = node.attributes
    return int(a["zero_point"]), int(a["activation_min"]), int(a["activation_max"])


def _channels(node: Node) -> npt.NDArray[np.int64]:
    columns = [node.attributes[name] for name in ("bias", "multiplier", "shift")]
    return np.stack(columns, axis=1).astype(np.int64)


def _table(node: Node) -> bytes:
    return node.attributes["table"].tobytes() if "table" in node.attributes else b""


_CALLS: dict[str, Callable[[Graph, Node, dict[str, int], Build], list[Call]]] = {
    "fully_connected": _fully_connected,
    "conv": _conv,
    "depthwise_conv": _conv,
    "max_pool": _max_pool,
    "average_pool": _average_pool,
    "add": _add,
    "concatenate": _concatenate,
    "lookup": _lookup,
    "simple_rnn": recurrent,
    "gru": recurrent,
}

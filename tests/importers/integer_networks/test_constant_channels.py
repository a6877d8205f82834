"""Channels that never change: which are removed, and that every score stays the same."""

from __future__ import annotations

import numpy as np
import pytest
from support.imported import imported
from support.litert import litert, varied_rows
from support.streaming import SCALE, WIDTH, Streaming
from support.streaming import ZERO as STATE_ZERO
from support.tflite_builder import Network, build

from thumbnet.export import Graph
from thumbnet.export.stages.reference import execute
from thumbnet.importers.integer_networks import finish

CONV = {"stride_h": 1, "stride_w": 1}
ZERO = -100
"""The level of 0.0 between the layers; a relu ends there."""


def conv(
    net: Network,
    x: int,
    outputs: int,
    shape: tuple[int, ...],
    *,
    constant: dict[int, int] | None = None,
    padding: str = "VALID",
    relu: bool = True,
    depthwise: bool = False,
    rng: np.random.Generator,
) -> int:
    """A 3 x 3 convolution; `constant`: the channels whose weights are 0, and their biases."""
    inputs = net.tensors[x].shape[-1]
    axis = 3 if depthwise else 0
    weight = rng.integers(-90, 90, (1, 3, 3, outputs) if depthwise else (outputs, 3, 3, inputs))
    bias = rng.integers(-2000, 2000, outputs)
    for channel, value in (constant or {}).items():
        np.moveaxis(weight, axis, 0)[channel] = 0
        bias[channel] = value
    scales = np.full(outputs, 0.01, np.float32)
    w = net.constant(weight.astype(np.int8), scales, axis=axis)
    b = net.constant(bias.astype(np.int32), net.tensors[x].scales[0] * scales)
    more = {"fused_activation_function": "RELU"} if relu else {}
    name = "DEPTHWISE_CONV_2D" if depthwise else "CONV_2D"
    if depthwise:
        more["depth_multiplier"] = 1  # type: ignore[assignment]
    return net.apply(
        name, [x, w, b], (1, *shape, outputs), 0.1, ZERO, padding=padding, **CONV, **more
    )


CONSTANTS = {0: 5000, 3: -9000}
"""Channel 0 is always 5.0, channel 3 is always 0.0, because of its relu."""


def network(kind: str) -> tuple[Network, list[int]]:
    rng = np.random.default_rng(5)
    net = Network()
    x = net.input((1, 9, 9, 2), 0.1, 3)
    only = dict.fromkeys(range(4), 5000) if kind in ("all", "border") else CONSTANTS
    a = conv(net, x, 4, (7, 7), constant=only, rng=rng)
    outputs, size = [], 7
    if kind == "depthwise":
        a, size = conv(net, a, 4, (5, 5), depthwise=True, rng=rng), 5
    if kind == "pool":
        window = {"filter_height": 2, "filter_width": 2, "stride_h": 1, "stride_w": 1}
        a = net.apply("MAX_POOL_2D", [a], (1, 6, 6, 4), 0.1, ZERO, padding="VALID", **window)
        size = 6
    if kind == "output":
        outputs.append(a)
    if kind in ("padded", "border"):
        b = conv(net, a, 3, (size, size), padding="SAME", rng=rng)
    else:
        b = conv(net, a, 3, (size - 2, size - 2), rng=rng)
        size -= 2
    if kind == "border":  # its channels differ at the border, where the padding is
        b, size = conv(net, b, 3, (size - 2, size - 2), rng=rng, relu=False), size - 2
    if kind == "two readers":
        outputs.append(conv(net, a, 2, (5, 5), rng=rng))
    return net, [*outputs, b]


def kept(graph: Graph) -> int:
    """Channels of the first convolution that are left."""
    return graph.tensors["conv_2d_0"].shape[-1]


@pytest.mark.parametrize(
    ("kind", "channels"),
    [
        ("valid", 2),
        ("padded", 3),  # channel 0 has another value than the padding around it
        ("depthwise", 2),
        ("pool", 2),
        ("output", 4),
        ("two readers", 4),
        ("all", 1),
        ("border", 4),
    ],
)
def test_scores_stay_the_same(kind: str, channels: int, monkeypatch: pytest.MonkeyPatch) -> None:
    net, outputs = network(kind)
    data = build(net.model(*outputs))
    small = imported.__wrapped__(data).graph
    monkeypatch.setattr(finish, "without_constant_channels", lambda graph: graph)
    whole = imported.__wrapped__(data).graph
    assert (kept(whole), kept(small)) == (4, channels)
    rows = np.random.default_rng(0).integers(0, 256, (20, 162)).astype(np.float64)
    rows[0], rows[1] = 0, 255
    found = [execute(graph, rows, ["scores"])["scores"] for graph in (small, whole)]
    assert found[0].tolist() == found[1].tolist()
    assert kind == "all" or len(np.unique(found[1])) > 5


def test_a_state_keeps_its_channels() -> None:
    """Only one convolution reads the channels, and so does the next inference."""
    made = Streaming([1], np.random.default_rng(0))
    net, scales = made.net, np.full(WIDTH, 0.006, np.float32)
    old = made.convolve(made.read(0))
    weight = made.rng.integers(-127, 128, (WIDTH, 1, 1, WIDTH)).astype(np.int8)
    weight[0] = 0
    w = net.constant(weight, scales, axis=0)
    b = net.constant(np.full(WIDTH, 4000, np.int32), np.float32(SCALE) * scales)
    form = {"stride_h": 1, "stride_w": 1, "padding": "VALID"}
    new = net.apply("CONV_2D", [made.x, w, b], (1, 1, 1, WIDTH), SCALE, STATE_ZERO, **form)
    made.assign(0, new)
    y = net.apply("ADD", [old, made.convolve(new)], (1, 1, 1, WIDTH), 0.1, 0)
    data = build(made.model(y))
    network = imported(data)
    rows = varied_rows(np.random.default_rng(1), (1, WIDTH), 8)
    (want,) = litert(data, rows)
    levels = rows.reshape(8, -1).astype(np.int64) + 128
    found = execute(network.graph, levels, ["scores"])["scores"]
    assert found.tolist() == want.tolist()

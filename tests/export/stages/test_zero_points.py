"""Padding stands for 0.0, so a tensor that is padded has 0.0 among its 256 values."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from support.layer_models import chain
from support.networks import module_text, run_module

from thumbnet.export import convert
from thumbnet.export.graph.window import Window
from thumbnet.export.program.quality import layer_quality
from thumbnet.trainer import (
    Conv1D,
    Conv2D,
    Dense,
    DepthwiseConv1D,
    DepthwiseConv2D,
    Flatten,
    Layer,
    MaxPooling1D,
    Model,
)

FAR = np.random.default_rng(0).uniform(100, 110, (60, 8, 2)).round(1)
"""Readings of a sensor that are never near 0, such as a temperature."""


def behind(*layers: Layer) -> Model:
    return chain((8, 2), *layers, Flatten(), Dense(2))


def far_behind(*layers: Layer) -> Model:
    """A convolution without padding, whose outputs are also far from 0, and the layers after it."""
    model = behind(Conv1D(3, 1), *layers)
    rng = np.random.default_rng(1)
    model.variables[0].assign(rng.uniform(-0.1, 0.1, (1, 2, 3)))
    model.variables[1].assign(np.full(3, 100.0))
    return model


PADDED: dict[str, tuple[Callable[[], Model], str]] = {
    "input, convolution": (lambda: behind(Conv1D(4, 3, padding="same")), "x"),
    "input, depthwise": (lambda: behind(DepthwiseConv1D(3, padding="same")), "x"),
    "input, pooled before": (
        lambda: behind(MaxPooling1D(2), Conv1D(4, 3, padding="same")),
        "x",
    ),
    "layer, convolution": (lambda: far_behind(Conv1D(4, 3, padding="same")), "conv1d_conv"),
    "layer, depthwise": (lambda: far_behind(DepthwiseConv1D(3, padding="same")), "conv1d_conv"),
    "layer, pooled before": (
        lambda: far_behind(MaxPooling1D(2), Conv1D(4, 3, padding="same")),
        "conv1d_conv",
    ),
}
"""By the padded tensor: the network, and the name of the tensor that has to hold 0.0."""


@pytest.mark.parametrize("kind", PADDED)
def test_what_is_padded_holds_zero(kind: str) -> None:
    make, tensor = PADDED[kind]
    model = make()
    program = convert(model, FAR, name="net")
    padded = program.graph.tensors[tensor]
    assert 0 <= padded.zero_point <= 255
    (node,) = (
        node
        for node in program.graph.nodes
        if node.op in ("conv", "depthwise_conv") and Window.of(node.attributes).padded
    )
    assert node.attributes["pad"] == padded.zero_point
    for layer in layer_quality(program.floats, program.graph, FAR):
        assert layer.sqnr > 25, layer
    module = run_module(module_text(program.graph))
    rows = [[float(v) for v in row.ravel()] for row in FAR[:4]]
    assert [module["scores"](row) for row in rows] == program.scores(FAR[:4]).tolist()


@pytest.mark.parametrize("kind", ["convolution", "depthwise"])
def test_in_two_dimensions(kind: str) -> None:
    layer = {
        "convolution": lambda: Conv2D(4, 3, padding="same"),
        "depthwise": lambda: DepthwiseConv2D(3, padding="same"),
    }[kind]
    model = chain((4, 4, 1), layer(), Flatten(), Dense(2))
    x = FAR.reshape(60, 4, 4, 1)
    program = convert(model, x, name="net")
    assert 0 <= program.graph.tensors["x"].zero_point <= 255
    assert all(layer.sqnr > 20 for layer in program.quality(x))


def test_without_padding_all_steps_are_for_what_is_seen() -> None:
    program = convert(far_behind(Conv1D(4, 3)), FAR, name="net")
    tensor, seen = (graph.tensors["conv1d_conv"] for graph in (program.graph, program.floats))
    assert seen.low is not None
    assert seen.high is not None
    assert not 0 <= tensor.zero_point <= 255
    assert tensor.scale == pytest.approx((seen.high - seen.low) / 255)

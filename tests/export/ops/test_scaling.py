"""Scalings: one number for all or one for each channel, and how a depthwise layer absorbs them."""

from __future__ import annotations

import numpy as np

from thumbnet.export.graph.graph import Node
from thumbnet.export.graph.window import Window
from thumbnet.export.ops import operation, scaling_as_layer


def scaling(scale: object, offset: object) -> Node:
    attributes = {"scale": np.asarray(scale, float), "offset": np.asarray(offset, float)}
    return Node("scale_shift", ("x",), "y", attributes)


def test_one_number_serves_all_and_channels_have_one_each() -> None:
    node = scaling(0.5, [1.0, 2.0, 3.0])
    shaped = operation(node).with_shapes(node, [(4, 3)])
    assert shaped.attributes["scale"].tolist() == [0.5]
    assert shaped.attributes["offset"].tolist() == [1.0, 2.0, 3.0]


def test_a_scaling_is_a_layer_with_the_channels_of_its_tensor() -> None:
    layer = scaling_as_layer(scaling([2.0], [1.0]), (5, 3))
    assert layer.attributes["kernel"].tolist() == [[2.0, 2.0, 2.0]]
    assert layer.attributes["bias"].tolist() == [1.0, 1.0, 1.0]
    assert layer.attributes["window"].positions == 5


def test_a_depthwise_convolution_absorbs_a_scaling_of_its_channels() -> None:
    attributes = {
        "kernel": np.array([[1.0, 2.0], [3.0, 4.0]]),
        "bias": np.array([10.0, 20.0]),
        "window": Window(2, 2, 2, 2, 1, 1, 1, 0, 0, 1, 2),
    }
    node = Node("depthwise_conv", ("y",), "z", attributes)
    absorbed = operation(node).absorb_before(node, scaling([2.0, 3.0], [1.0, 5.0]))
    assert absorbed is not None
    assert absorbed.inputs == ("x",)
    assert absorbed.attributes["kernel"].tolist() == [[2.0, 6.0], [6.0, 12.0]]
    assert absorbed.attributes["bias"].tolist() == [14.0, 50.0]

"""The dense layer that gives the scores, and when a dense layer is called as a convolution."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from thumbnet.export import Graph, Node, Options, TensorSpec, run_until
from thumbnet.export.ops import LOWERED_BY, operation
from thumbnet.trainer import Dense, Sequential


def quantized(activation: str) -> Graph:
    model = Sequential([Dense(2, activation)], seed=3)
    model.build((4,))
    x = np.random.default_rng(0).normal(0, 1, (50, 4)).round(2)
    return run_until(model, x, Options("net"), "quantize")[0]


def test_measurements_are_in_the_smallest_decimal_steps_that_fit() -> None:
    graph = quantized("linear")
    steps = np.asarray(graph.tensors["scores"].scale)
    ratio = np.asarray(graph.tensors["scores_acc"].scale) / steps
    assert steps.shape == (2,)
    assert np.allclose(np.log10(steps), np.round(np.log10(steps)))
    assert np.all(ratio < 0.5)
    assert np.all(ratio * 10 >= 0.5 / (1 + 2.0**-14))


@pytest.mark.parametrize(("activation", "lowest"), [("relu", 0), ("linear", -(2**28))])
def test_only_a_relu_clamps_scores(activation: str, lowest: int) -> None:
    (node,) = quantized(activation).only("requantize")
    assert node.attributes["activation_min"] == lowest


@pytest.mark.parametrize(("inputs", "expected"), [(512, "conv"), (513, None)])
def test_up_to_512_inputs_are_called_as_a_convolution(inputs: int, expected: str | None) -> None:
    node = Node("fully_connected", ("x",), "y", {"weight": np.zeros((3, inputs), np.int8)})
    tensors = {"x": TensorSpec("x", (inputs,), "uint8"), "y": TensorSpec("y", (3,), "uint8")}
    other = operation(node).other_kernel(Graph("n", "fuse", "x", ("y",), (node,), tensors), node)
    assert (other.op if other else None) == expected


@pytest.mark.parametrize("shape", [(3, 2), (5, 2), (4, 1), (4, 3)])
def test_a_kernel_of_another_shape_is_a_fault(shape: tuple[int, int]) -> None:
    attributes: dict[str, Any] = {"kernel": np.zeros(shape), "bias": np.zeros(2)}
    node = Node("dense", ("x",), "y", attributes)
    tensors = {"x": TensorSpec("x", (4,), "float32"), "y": TensorSpec("y", (2,), "float32")}
    graph = Graph("n", "fold", "x", ("y",), (node,), tensors)
    assert len(list(operation(node).shape_faults(graph, node))) == 1


def test_a_layer_without_biases_gets_zeros() -> None:
    model = Sequential([Dense(3, use_bias=False)], seed=0)
    model.build((4,))
    (step,) = LOWERED_BY["Dense"].lower(model.layers[0])
    assert isinstance(step, tuple)
    name, attributes = step
    assert name == "dense"
    assert attributes["kernel"].shape == (4, 3)
    assert attributes["bias"].tolist() == [0.0, 0.0, 0.0]

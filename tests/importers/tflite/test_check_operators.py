"""Operators whose tensors or options do not fit together are refused by position and name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from support.tflite_builder import Network, build

from thumbnet.importers.tflite.check_operators import FORMS, check_operators
from thumbnet.importers.tflite.flatbuffer import Damaged
from thumbnet.importers.tflite.read_tflite import parse_tflite

STEPS = {"stride_h": 2, "stride_w": 1}
POOL = {**STEPS, "filter_height": 2, "filter_width": 3, "padding": "VALID"}


def check(net: Network) -> None:
    (subgraph,) = parse_tflite(build(net.model())).subgraphs
    check_operators(subgraph)


def one(name: str, inputs: list[tuple[int, ...]], output: tuple[int, ...], **options: Any) -> None:
    """Check a single operator between tensors of these shapes."""
    net = Network()
    net.apply(name, [net.input(shape, 0.1) for shape in inputs], output, 0.1, **options)
    check(net)


GOOD: dict[str, Callable[[], None]] = {
    "conv": lambda: one("CONV_2D", [(1, 5, 4, 2), (3, 3, 3, 2), (3,)], (1, 3, 4, 3), **STEPS),
    "conv valid": lambda: one(
        "CONV_2D", [(1, 5, 4, 2), (3, 2, 1, 2)], (1, 2, 4, 3), **STEPS, padding="VALID"
    ),
    "groups": lambda: one("CONV_2D", [(1, 4, 4, 4), (6, 1, 1, 2)], (1, 2, 4, 6), **STEPS),
    "dilated": lambda: one(
        "CONV_2D",
        [(1, 7, 4, 1), (1, 3, 1, 1)],
        (1, 2, 4, 1),
        **STEPS,
        padding="VALID",
        dilation_h_factor=2,
    ),
    "wide window": lambda: one("CONV_2D", [(1, 2, 2, 1), (1, 5, 5, 1)], (1, 1, 2, 1), **STEPS),
    "depthwise": lambda: one(
        "DEPTHWISE_CONV_2D", [(1, 4, 4, 2), (1, 3, 3, 6), (6,)], (1, 2, 4, 6), **STEPS
    ),
    "pool": lambda: one("MAX_POOL_2D", [(1, 5, 4, 2)], (1, 2, 2, 2), **POOL),
    "dense": lambda: one("FULLY_CONNECTED", [(2, 3, 4), (5, 12), (5,)], (2, 5)),
    "broadcast": lambda: one("ADD", [(1, 3, 2), (2,)], (1, 3, 2)),
    "joined": lambda: one("CONCATENATION", [(1, 2, 3), (1, 2, 4)], (1, 2, 7), axis=-1),
    "reshape": lambda: one("RESHAPE", [(1, 6)], (2, 3)),
}

BAD: dict[str, tuple[Callable[[], None], str]] = {
    "few": (lambda: one("ADD", [(1,)], (1,)), "operator 0 ADD cannot have 1 inputs"),
    "many": (lambda: one("TANH", [(1,), (1,)], (1,)), "0 TANH cannot have 2 inputs"),
    "rank": (
        lambda: one("CONV_2D", [(5, 4, 2), (3, 3, 3, 2)], (1, 3, 4, 3), **STEPS),
        r"has an input of shape \(5, 4, 2\), but needs rank 4",
    ),
    "no stride": (lambda: one("MAX_POOL_2D", [(1, 5, 4, 2)], (1, 2, 2, 2)), "has the stride_w 0"),
    "dilation": (
        lambda: one(
            "CONV_2D", [(1, 4, 4, 1), (1, 3, 3, 1)], (1, 2, 4, 1), **STEPS, dilation_w_factor=5
        ),
        "has a window of 11 over 4 values",
    ),
    "huge": (
        lambda: one("MAX_POOL_2D", [(1, 5, 4, 2)], (1, 2, 2, 2), **{**POOL, "stride_w": 70_000}),
        "has the stride_w 70000",
    ),
    "window": (
        lambda: one("MAX_POOL_2D", [(1, 1, 4, 2)], (1, 1, 2, 2), **POOL),
        "has a window of 2 over 1 values",
    ),
    "conv channels": (
        lambda: one("CONV_2D", [(1, 4, 4, 3), (1, 1, 1, 2)], (1, 2, 4, 1), **STEPS),
        r"has weights of shape \(1, 1, 1, 2\) for an input of shape \(1, 4, 4, 3\)",
    ),
    "conv output": (
        lambda: one("CONV_2D", [(1, 4, 4, 2), (1, 1, 1, 2)], (1, 2, 4, 2), **STEPS),
        r"has an output of shape \(1, 2, 4, 2\), but computes \(1, 2, 4, 1\)",
    ),
    "conv bias": (
        lambda: one("CONV_2D", [(1, 4, 4, 2), (3, 1, 1, 2), (2,)], (1, 2, 4, 3), **STEPS),
        r"has biases of shape \(2,\) for 3 channels",
    ),
    "depthwise": (
        lambda: one("DEPTHWISE_CONV_2D", [(1, 4, 4, 2), (1, 1, 1, 3)], (1, 2, 4, 3), **STEPS),
        "has weights of shape",
    ),
    "dense": (lambda: one("FULLY_CONNECTED", [(2, 3), (5, 4)], (1, 5)), "has weights of shape"),
    "dense output": (
        lambda: one("FULLY_CONNECTED", [(2, 4), (5, 4)], (1, 5)),
        r"has an output of shape \(1, 5\) for weights of shape \(5, 4\)",
    ),
    "broadcast": (lambda: one("MUL", [(2,), (3,)], (3,)), r"has inputs of shapes \(2,\) and"),
    "unary": (lambda: one("TANH", [(2,)], (3,)), "has an output of shape"),
    "reshape": (lambda: one("RESHAPE", [(6,)], (5,)), r"makes the shape \(5,\) of \(6,\)"),
    "axis": (lambda: one("CONCATENATION", [(1, 2)], (1, 2), axis=2), "along dimension 2"),
    "joined": (
        lambda: one("CONCATENATION", [(1, 2), (2, 2)], (1, 4), axis=1),
        r"joins tensors of shapes \(1, 2\) and \(2, 2\)",
    ),
    "splits": (lambda: one("SPLIT", [(), (4,)], (4,), num_splits=2), "has the num_splits 2, but 1"),
    "beta": (lambda: one("SOFTMAX", [(4,)], (4,), beta=np.inf), "has the beta inf"),
    "outputs": (lambda: one("ASSIGN_VARIABLE", [(), ()], ()), "has 1 outputs instead of 0"),
}


@pytest.mark.parametrize("kind", GOOD)
def test_what_fits_together(kind: str) -> None:
    GOOD[kind]()


@pytest.mark.parametrize("kind", BAD)
def test_refused(kind: str) -> None:
    with pytest.raises(Damaged, match=BAD[kind][1]):
        BAD[kind][0]()


def test_open_shapes_are_not_compared() -> None:
    """The converter writes 1 for every dimension that it does not know, not only for the batch."""
    net = Network()
    x = net.input((1, 6), 0.1)
    net.operator("RESHAPE", [x], [net.tensor((1, 1), 0.1, signature=(-1, -1))])
    check(net)


@pytest.mark.parametrize("name", FORMS)
def test_inputs_that_are_left_out(name: str) -> None:
    if FORMS[name].least == 0:
        return
    net = Network()
    net.operator(name, [-1] * FORMS[name].least, [])
    with pytest.raises(Damaged, match=f"operator 0 {name} cannot have"):
        check(net)

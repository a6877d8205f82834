"""`verify` finds a fault planted in any stage, and says where it is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from thumbnet.export import Graph, Options, Tensor, run_until, verify
from thumbnet.trainer import Dense, Sequential, ThumbnetError


def graph(stage: str) -> Graph:
    model = Sequential([Dense(3, activation="tanh"), Dense(2, activation="softmax")])
    model.build((4,))
    x = np.random.default_rng(0).normal(size=(20, 4))
    return run_until(model, x, Options("net"), stage)[0]


def with_node(base: Graph, op: str, **changes: Any) -> Graph:
    nodes = [n.with_attributes(**changes) if n.op == op else n for n in base.nodes]
    return replace(base, nodes=tuple(nodes))


def with_tensor(base: Graph, name: str, **changes: Any) -> Graph:
    tensors = {**base.tensors, name: replace(base.tensors[name], **changes)}
    return replace(base, tensors=tensors)


def first(base: Graph, **changes: Any) -> Graph:
    nodes = (base.nodes[0], replace(base.nodes[1], **changes), *base.nodes[2:])
    return replace(base, nodes=nodes)


def without(base: Graph, attribute: str) -> Graph:
    node = base.nodes[1]
    kept = {k: v for k, v in node.attributes.items() if k != attribute}
    return first(base, attributes=kept)


FULL = "fully_connected"

FAULTS = [
    ("fold", lambda g: with_node(g, "dense", kernel=np.zeros((9, 9))), r"kernel is \(9, 9\)"),
    ("lower", lambda g: first(g, inputs=("nowhere",)), "'nowhere' is read before it is written"),
    ("fuse", lambda g: first(g, op="conv9"), "unknown operation: use one of"),
    ("fuse", lambda g: without(g, "bias"), "attribute 'bias' is missing"),
    ("fuse", lambda g: first(g, output="x"), "'x' is written twice"),
    ("fuse", lambda g: first(g, output="ghost"), "'ghost' has no tensor"),
    ("fuse", lambda g: with_tensor(g, "x", dtype="int32"), "quantize_sensors writes uint8"),
    ("fuse", lambda g: replace(g, outputs=("else",)), "nothing writes the output 'else'"),
    ("fuse", lambda g: replace(g, input="else"), "the input 'else' has no tensor"),
    ("fuse", lambda g: with_node(g, FULL, multiplier=np.array([9] * 3)), "a multiplier is outside"),
    ("fuse", lambda g: with_node(g, FULL, shift=np.array([15] * 3)), "a shift is outside"),
    ("fuse", lambda g: with_node(g, FULL, bias=np.array([2**29] * 3)), r"not below 2\*\*29"),
    ("fuse", lambda g: with_node(g, FULL, weight=np.zeros((3, 4))), "weight is float64"),
    ("fuse", lambda g: with_node(g, FULL, activation_max=2**30), "clamped to"),
    ("quantize", lambda g: with_node(g, "requantize", zero_point=99), "zero_point is 99"),
    ("quantize", lambda g: with_node(g, "lookup", table=np.zeros(9)), r"the table is float64\[9\]"),
]


@pytest.mark.parametrize(("stage", "spoil", "message"), FAULTS, ids=[m for _, _, m in FAULTS])
def test_fault(stage: str, spoil: Any, message: str) -> None:
    sound = verify(graph(stage))
    with pytest.raises(ThumbnetError, match=message) as caught:
        verify(spoil(sound))
    text = str(caught.value)
    assert text.startswith(f"graph net after {stage}")
    assert "\n" not in text


def test_error_names_the_neighbours() -> None:
    with pytest.raises(ThumbnetError) as caught:
        verify(with_node(graph("quantize"), "lookup", table=np.zeros(9)))
    text = str(caught.value)
    assert "= lookup(" in text
    assert "uint8[3]" in text
    assert "-> matmul" in text


def test_printing_shows_types_and_scales() -> None:
    text = str(graph("fuse"))
    assert "x: uint8[4] scale=" in text
    assert "return scores, prediction, probabilities" in text
    assert str(Tensor("a", (3,), "float32", low=-1.0, high=2.0)) == "a: float32[3] range=-1..2"

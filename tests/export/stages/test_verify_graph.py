"""`verify` finds a fault planted in any stage, and says where it is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from thumbnet.export import Graph, Options, TensorSpec, run_until, verify
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


def last_full(base: Graph, inputs: tuple[str, ...] | None = None, **changes: Any) -> Graph:
    """The layer of the scores, changed."""
    place = max(i for i, node in enumerate(base.nodes) if node.op == FULL)
    node = base.nodes[place].with_attributes(**changes)
    node = replace(node, inputs=inputs or node.inputs)
    return replace(base, nodes=(*base.nodes[:place], node, *base.nodes[place + 1 :]))


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
    ("fuse", lambda g: with_node(g, FULL, bias=np.array([2**29] * 3)), r"the limit is 2\*\*29"),
    ("fuse", lambda g: with_node(g, FULL, weight=np.zeros((3, 4))), "weight is float64"),
    ("fuse", lambda g: with_node(g, FULL, multiplier=np.array([2**15] * 3)), "a multiplier is out"),
    ("fuse", lambda g: with_node(g, FULL, shift=np.array([45] * 3)), r"outside \[16, 44\]"),
    (
        "fuse",
        lambda g: with_node(g, FULL, multiplier=np.array([2**14] * 2)),
        "multiplier has shape",
    ),
    ("fuse", lambda g: with_node(g, FULL, shift=np.array([20] * 2)), "shift has shape"),
    (
        "fuse",
        lambda g: with_node(g, FULL, bias=np.array([0])),
        r"bias has shape \(1,\), but weight has 3 outputs",
    ),
    ("fuse", lambda g: last_full(g, weight=np.zeros((2, 3), np.int16)), "weight is int16"),
    ("fuse", lambda g: with_node(g, FULL, activation_max=2**30), "clamped to"),
    ("fuse", lambda g: with_node(g, FULL, activation_min=-1, activation_max=9), "clamped to -1..9"),
    ("fuse", lambda g: with_node(g, FULL, activation_min=9, activation_max=8), "clamped to 9..8"),
    (
        "fuse",
        lambda g: with_node(g, FULL, activation_max=256),
        "clamped to 0..256, but uint8 holds 0..",
    ),
    ("fuse", lambda g: last_full(g, activation_min=-(2**29)), "clamped to -536870912.."),
    (
        "fuse",
        lambda g: last_full(g, inputs=("input",)),
        "'input' is int32, but fully_connected reads ui",
    ),
    (
        "fuse",
        lambda g: with_node(g, "quantize_sensors", zero_point=7777),
        "zero_point is 7777, but its",
    ),
    ("fuse", lambda g: with_node(g, "quantize_sensors", units=np.array([0])), "units has 0 to 0"),
    (
        "fuse",
        lambda g: with_node(g, "quantize_sensors", minimum=np.array([10**6])),
        "are invalid",
    ),
    (
        "fuse",
        lambda g: with_node(g, "quantize_sensors", left_shift=np.array([-1])),
        "are invalid",
    ),
    ("quantize", lambda g: with_node(g, "requantize", zero_point=99), "zero_point is 99"),
    (
        "quantize",
        lambda g: with_node(g, "lookup", table=np.zeros(9)),
        r"table is float64\[9\]: it must be uint8\[256\]",
    ),
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
    assert str(TensorSpec("a", (3,), "float32", low=-1.0, high=2.0)) == "a: float32[3] range=-1..2"


def refusal(base: Graph) -> str:
    """The message of `verify`; empty if it finds nothing."""
    try:
        verify(base)
    except ThumbnetError as error:
        return str(error)
    return ""


def test_accumulator_bound_is_exact() -> None:
    sound = graph("fuse")
    weight = np.full((3, 4), -128, np.int8)
    room = 2**29 - 255 * 128 * 4
    for bias, fits in ((room - 1, True), (room, False), (1 - room, True), (-room, False)):
        spoilt = first(
            sound,
            attributes={
                **sound.nodes[1].attributes,
                "weight": weight,
                "bias": np.array([0, bias, 0]),
            },
        )
        assert ("output 1 could reach 536870912, the limit is" in refusal(spoilt)) == (not fits)


def wide(inputs: int, bias: int) -> Graph:
    """One layer of zero weights over so many inputs."""
    model = Sequential([Dense(1)])
    model.build((1,))
    base = run_until(model, np.array([[0.0], [1.0]]), Options("net"))[0]
    base = with_node(base, FULL, weight=np.zeros((1, inputs), np.int8), bias=np.array([bias]))
    return with_tensor(with_tensor(base, "x", shape=(inputs,)), "input", shape=(inputs,))


def test_excess_of_the_inputs_is_bounded() -> None:
    # 128 * 255 * 32896 is 2**30 - 16384
    assert refusal(wide(32896, 16383)) == ""
    assert refusal(wide(32896, -16383)) == ""
    for inputs, bias in ((32896, 16384), (32896, -16384), (32897, 0)):
        assert "128 times their sum does not fit 31 bits" in refusal(wide(inputs, bias))


@pytest.mark.parametrize(
    ("minimum", "maximum", "gain", "fits"),
    [
        (0, 10, 25, True),
        (-1, 254, 1, True),
        (0, 10, 26, False),
        (0, 256, 1, False),
        (0, 10, 0, False),
        (5, 5, 1, False),
    ],
)
def test_levels_fit_uint8(minimum: int, maximum: int, gain: int, fits: bool) -> None:
    model = Sequential([Dense(2, activation="softmax")])
    model.build((1,))
    base = run_until(model, np.arange(10)[:, None], Options("net"))[0]
    spoilt = with_node(base, "quantize_levels", minimum=minimum, maximum=maximum, gain=gain)
    assert ("do not fit uint8" in refusal(spoilt)) == (not fits)


@pytest.mark.parametrize(
    ("minimum", "maximum", "bias", "fits"),
    [
        (-(2**19), 2**19 - 1, 2**28 - 1, True),
        (-(2**19), 2**19 - 1, 2**28, False),
        (-(2**19), 2**19 - 1, -(2**28), False),
        (0, 2**20 - 1, 511, True),
        (0, 2**20 - 1, 512, False),
    ],
)
def test_reach_of_the_sensors_is_exact(minimum: int, maximum: int, bias: int, fits: bool) -> None:
    spoilt = with_node(
        graph("fuse"),
        "quantize_sensors",
        minimum=np.array([minimum]),
        maximum=np.array([maximum]),
        left_shift=np.array([9]),
        bias=np.array([bias]),
    )
    assert ("an input could reach 2**29" in refusal(spoilt)) == (not fits)


@pytest.mark.parametrize(
    ("limit", "steps", "fits"),
    [
        (2**29 - 1, [1, 2**8, 2**16, 2**24], True),
        (2**29, [1, 2**8, 2**16, 2**24], False),
        (2, [2**29], False),
        (2, [2**29 - 1], True),
        # 256 fits, but 255 does not.
        (256, [2**23, 0], False),
        (257, [1, 2**29], True),
        (256, [2**21], False),
        (9, [1, 1], False),
        (9, [-1], False),
        (0, [], False),
    ],
)
@pytest.mark.parametrize("op", ["softmax", "logistic", "logistic_all"])
def test_room_of_the_softmax(op: str, limit: int, steps: list[int], fits: bool) -> None:
    base = with_node(graph("fuse"), "softmax", limit=limit, steps=np.array(steps, np.int64))
    nodes = tuple(replace(node, op=op) if node.op == "softmax" else node for node in base.nodes)
    text = refusal(replace(base, nodes=nodes))
    faults = (f"a limit of {limit} with", "could reach 2**30", "steps is int64[0]")
    assert any(fault in text for fault in faults) == (not fits)


def test_multiplier_of_every_operation_is_checked() -> None:
    sensors = "quantize_sensors"
    for changes, said in (({"multiplier": 2**15}, "multiplier"), ({"shift": 45}, "shift")):
        changed = {name: np.array([value]) for name, value in changes.items()}
        assert f"a {said} is outside" in refusal(with_node(graph("fuse"), sensors, **changed))


def test_bias_of_another_length() -> None:
    with pytest.raises(ThumbnetError, match=r"bias has shape \(2,\), but weight has 3 outputs"):
        verify(
            first(
                graph("fuse"),
                attributes={**graph("fuse").nodes[1].attributes, "bias": np.zeros(2, np.int64)},
            )
        )

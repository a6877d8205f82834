"""What operations check beyond the common conditions, at both sides of each limit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from thumbnet.export import Graph, TensorSpec
from thumbnet.export.graph.graph import Node
from thumbnet.export.ops import operation

FACTORS = {"ka": 2**20, "kb": -(2**20), "bias": 0, "shift": 20}


def faults(
    op: str, shapes: list[tuple[int, ...]], out: tuple[int, ...] = (), **attributes: Any
) -> list[str]:
    """The faults of a node that reads uint8 tensors of these shapes."""
    tensors = {f"x{k}": TensorSpec(f"x{k}", shape, "uint8") for k, shape in enumerate(shapes)}
    node = Node(op, tuple(tensors), "y", attributes)
    tensors["y"] = TensorSpec("y", out or shapes[0], "uint8")
    graph = Graph("net", "fuse", "x0", ("y",), (node,), tensors)
    return list(operation(node).integer_faults(graph, node))


PAIR = [(2, 6), (12,)]


@pytest.mark.parametrize("shapes", [[(12,)], [(12,), (12,), (12,)], [(12,), (11,)], [(11,), (12,)]])
def test_a_sum_has_two_tensors_of_one_size(shapes: list[tuple[int, ...]]) -> None:
    assert not faults("add", PAIR, **FACTORS)
    assert faults("add", shapes, **FACTORS) == [
        f"tensors of shape {shapes} cannot be added: there must be two, of equal size"
    ]


def test_a_sum_stays_within_31_bits() -> None:
    most = 2**30 - 255 * 2 * 2**20
    for bias in (most - 1, 1 - most):
        assert not faults("add", PAIR, **{**FACTORS, "bias": bias})
        (fault,) = faults("add", PAIR, **{**FACTORS, "bias": bias + np.sign(bias)})
        assert fault == "the sum could reach 2**30: use a smaller shift"
    assert not faults("add", PAIR, ka=3, kb=-5, bias=2**30 - 1 - 255 * 8, shift=1)
    assert faults("add", PAIR, ka=3, kb=-5, bias=2**30 - 255 * 8, shift=1)


def test_shift_of_a_sum() -> None:
    for shift in (1, 20):
        assert not faults("add", PAIR, **{**FACTORS, "shift": shift})
    for shift in (0, 21):
        (fault,) = faults("add", PAIR, **{**FACTORS, "shift": shift})
        assert fault == f"shift is {shift}: it must be from 1 to 20"


PADDED = (3, 3, 1, 2, 2, 2, 2, 0, 0, 2, 2)
"""Windows of 4, 2, 2 and 1 elements."""


def pooling(fewest: int, multipliers: int, window: tuple[int, ...] = PADDED, zero: int = 0) -> Any:
    attributes = {"fewest": fewest, "multiplier": np.zeros(multipliers), "x_zero_point": zero}
    return faults("average_pool", [(9,)], window=window, **attributes)


def test_a_mean_has_a_multiplier_for_each_size_of_its_window() -> None:
    assert not pooling(1, 4)
    for fewest, multipliers in ((0, 4), (2, 4), (1, 3), (1, 5)):
        assert pooling(fewest, multipliers) == ["windows of 1 to 4 elements need a multiplier each"]


@pytest.mark.parametrize("zero", [257, -257])
def test_a_mean_of_many_elements(zero: int) -> None:
    # 2**20 elements of up to 512.
    for width, fits in ((2**20 - 1, True), (2**20, False), (2**21, False)):
        found = pooling(width, 1, (1, width, 1, 1, width, 1, 1, 0, 0, 1, 1), zero)
        fault = f"a sum of {width} elements could reach 2**29: pool in two steps"
        assert found == ([] if fits else [fault])


def cell(op: str, gates: int, **changes: Any) -> list[str]:
    """Of 2 units that read 4 steps of 3 features."""
    attributes: dict[str, Any] = {
        "input_weight": np.zeros((2 * gates, 3), np.int8),
        "state_weight": np.zeros((2 * gates, 2), np.int8),
        **{f"{side}_bias": np.zeros(2 * gates, int) for side in ("input", "state")},
        **{"limit": 2**20, "step_shift": 1, "steps": 4, "units": 2, "sequences": False},
        **{"center": 0, "state_zero": 0, "tanh_table": np.ones(256, np.uint8)},
        **{"cell_shift": 0, "curve_shift": 1, "factor": 2**13, "factor_shift": 22},
    }
    return faults(op, [(4, 3)], (2,), **(attributes | changes))


CELLS = pytest.mark.parametrize(("op", "gates"), [("simple_rnn", 1), ("gru", 3), ("lstm", 4)])


@CELLS
def test_wide_numbers_of_a_cell(op: str, gates: int) -> None:
    for limit, shift in ((2**20, 1), (1, 12)):
        assert not cell(op, gates, limit=limit, step_shift=shift)
    for limit, shift in ((0, 1), (2**20 + 1, 1), (1, 0), (1, 13)):
        assert cell(op, gates, limit=limit, step_shift=shift) == [
            f"limit {limit} or step_shift {shift} exceeds 31 bits"
        ]


@CELLS
@pytest.mark.parametrize("side", ["input", "state"])
def test_weights_of_a_cell(op: str, gates: int, side: str) -> None:
    shape = [2 * gates, 3 if side == "input" else 2]
    for wrong in ([shape[0] + 1, shape[1]], [shape[0], shape[1] + 1]):
        assert cell(op, gates, **{f"{side}_weight": np.zeros(wrong, np.int8)}) == [
            f"weight is int8{wrong}: it must be int8{shape}"
        ]
    bias = np.zeros(2 * gates, int)
    bias[-1] = 2**29
    (fault,) = cell(op, gates, **{f"{side}_bias": bias})
    assert fault == f"output {2 * gates - 1} could reach {2**29}, the limit is 2**29"


def test_a_table_of_tanh_ends_at_minus_one() -> None:
    table = np.ones(256, np.uint8)
    table[200] = 0
    assert cell("gru", 3, tanh_table=table) == ["the tanh_table contains a 0, which is below -1.0"]


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("cell_shift", 0, 7),
        ("curve_shift", 1, 15),
        ("factor", 0, 2**14 - 1),
        ("factor_shift", 1, 23),
        ("state_zero", 0, 255),
    ],
)
def test_numbers_of_a_cell(name: str, low: int, high: int) -> None:
    for value in (low, high):
        assert not cell("lstm", 4, **{name: value})
    for value in (low - 1, high + 1):
        assert cell("lstm", 4, **{name: value}) == [
            f"{name} is {value}: it must be {low} to {high}"
        ]


def test_zero_of_a_state() -> None:
    for center, zero in ((2**20 - 1, 255), (1 - 2**20, 0)):
        assert not cell("simple_rnn", 1, center=center, state_zero=zero)
    for center, zero in ((2**20, 0), (-(2**20), 0), (0, -1), (0, 256)):
        assert cell("simple_rnn", 1, center=center, state_zero=zero) == [
            "center or state_zero is out of range"
        ]


def test_a_reading_may_have_one_count() -> None:
    ends = {name: np.array([7]) for name in ("minimum", "maximum")}
    ones = {"units": np.array([1]), "left_shift": np.array([0]), "bias": np.array([0])}
    assert not faults("quantize_sensors", [(1,)], **ones, **ends)


def test_a_difference_of_scores_is_positive() -> None:
    for limit in (-1, 0):
        (fault,) = faults("softmax", [(2,)], limit=limit, steps=np.array([1]))
        assert fault.startswith(f"a limit of {limit} with 1 steps")

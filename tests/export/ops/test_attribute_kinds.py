"""The kinds of attributes: at both sides of each limit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from thumbnet.export.ops import OPERATIONS
from thumbnet.export.ops.attribute_kinds import (
    BITS,
    Array,
    Flag,
    Kinds,
    Sizes,
    Whole,
    attribute_faults,
    optional,
)


def faults(kinds: Kinds, **attributes: Any) -> list[str]:
    return list(attribute_faults(kinds, attributes))


@pytest.mark.parametrize("value", [-2, 3, np.int64(0), np.uint8(3)])
def test_whole(value: Any) -> None:
    assert not faults({"n": Whole(-2, 3)}, n=value)


@pytest.mark.parametrize("value", [-3, 4, 1.0, True, "1", None, [1], np.float64(1), np.array(1)])
def test_not_whole(value: Any) -> None:
    (fault,) = faults({"n": Whole(-2, 3)}, n=value)
    assert fault.endswith("it must be a whole number, -2 to 3")


def test_a_board_has_32_bits() -> None:
    for value in (-(2**31), 2**31 - 1):
        assert not faults({"n": Whole()}, n=value)
        assert not faults({"n": Array()}, n=np.array([value]))
    for value in (-(2**31) - 1, 2**31):
        assert faults({"n": Whole()}, n=value)
        assert faults({"n": Array()}, n=np.array([value]))


def test_flag() -> None:
    assert not faults({"f": Flag()}, f=True)
    for value in (1, 0, None, "true"):
        assert faults({"f": Flag()}, f=value)


def test_sizes() -> None:
    assert not faults({"s": Sizes(2)}, s=(0, 2**24))
    assert not faults({"s": Sizes()}, s=[1])
    for value in ((1,), (1, 2, 3), (1, -1), (1, 2**24 + 1), (1, True), (1, 1.0), "11", 11, None):
        assert faults({"s": Sizes(2)}, s=value), value
    assert faults({"s": Sizes()}, s=[])


@pytest.mark.parametrize(
    "value",
    [
        [[1, 2]],
        np.ones(2, np.int8),
        np.ones((1, 2, 1), np.int8),
        np.ones((1, 3), np.int8),
        np.ones((0, 2), np.int8),
        np.ones((1, 2), np.int16),
        np.ones((1, 2), np.uint8),
    ],
)
def test_not_an_array_of_this_kind(value: Any) -> None:
    (fault,) = faults({"a": Array("int8", ("rows", 2))}, a=value)
    assert fault.endswith("it must be int8[rows, 2]")


def test_axes_of_one_name_have_one_size() -> None:
    kinds = {"w": Array("int8", ("outputs", "inputs")), "b": Array()}
    weight = np.ones((3, 4), np.int8)
    assert not faults(kinds, w=weight, b=np.zeros(3, int))
    (fault,) = faults(kinds, w=weight, b=np.zeros(4, int))
    assert fault == "b has shape (4,), but w has 3 outputs"


def test_missing_and_unknown() -> None:
    kinds = {"n": Whole(), "bits": BITS, "flag": optional(Flag())}
    assert not faults(kinds, n=1)
    assert not faults(kinds, n=1, bits=4, flag=False)
    assert faults(kinds)[0].startswith("attribute 'n' is missing")
    assert faults(kinds, n=1, m=2) == ["attribute 'm' is unknown: use n, bits, flag"]
    assert faults(kinds, n=1, flag=0)
    for bits in (8, 3, None):
        assert faults(kinds, n=1, bits=bits)


@pytest.mark.parametrize(
    "value", [2**70, -(10**4000), "x" * 10_000, [1] * 10_000, {"a": 1}, "a\nb"]
)
def test_messages_are_short(value: Any) -> None:
    (fault,) = faults({"n": Whole()}, n=value)
    assert len(fault) < 200
    assert "\n" not in fault


def test_operations_of_integer_stages_declare_kinds() -> None:
    assert sum(op.integer_attributes is not None for op in OPERATIONS) > 20
    for op in OPERATIONS:
        assert op.integer_attributes is None or isinstance(op.integer_attributes, dict)

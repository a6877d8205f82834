"""The conditions that keep every number of a graph within 31 bits, at both sides of each limit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from thumbnet.export import TensorSpec
from thumbnet.export.graph.graph import Node
from thumbnet.export.ops.checks import (
    accumulator_faults,
    clamp_faults,
    length_faults,
    multiplier_faults,
    table_faults,
    window_faults,
)


def node(**attributes: Any) -> Node:
    return Node("any", ("x",), "y", attributes)


BYTES, SCORES = TensorSpec("y", (2,), "uint8"), TensorSpec("y", (2,), "int32")


@pytest.mark.parametrize(
    ("dtype", "shape", "fits"),
    [
        (np.int8, (2, 3), True),
        (np.int16, (2, 3), False),
        (np.int8, (3, 2), False),
        (np.int8, (1, 3), False),
    ],
)
def test_weights_are_int8_of_one_shape(dtype: type, shape: tuple[int, int], fits: bool) -> None:
    faults = list(accumulator_faults(np.zeros(shape, dtype), np.zeros(2, int), (2, 3)))
    stated = f"weight is {np.dtype(dtype)}{list(shape)}: it must be int8[2, 3]"
    assert faults == ([] if fits else [stated])


def test_limits_of_an_accumulator_and_of_the_sum_of_its_inputs() -> None:
    weight = np.array([[1, -1], [-128, 127]], np.int8)
    reach = 255 * (128 + 127)
    for bias in (2**29 - 1 - reach, 1 + reach - 2**29):
        assert not list(accumulator_faults(weight, np.array([0, bias]), (2, 2)))
        (fault,) = accumulator_faults(weight, np.array([0, bias + np.sign(bias)]), (2, 2))
        assert fault == f"output 1 could reach {2**29}, the limit is 2**29"
    # 128 * 255 * 32896 is 2**30 - 16384.
    weight = np.zeros((1, 32896), np.int8)
    for bias in (16383, -16383):
        assert not list(accumulator_faults(weight, np.array([bias]), weight.shape))
        (fault,) = accumulator_faults(weight, np.array([bias + np.sign(bias)]), weight.shape)
        assert fault == "32896 inputs: 128 times their sum does not fit 31 bits"


@pytest.mark.parametrize("prefix", ["", "input_", "state_"])
@pytest.mark.parametrize(
    ("multiplier", "shift", "fault"),
    [
        (2**14, 16, ""),
        (2**15 - 1, 44, ""),
        (2**14 - 1, 16, "a multiplier is outside [16384, 32767]: normalize it"),
        (2**15, 16, "a multiplier is outside [16384, 32767]: normalize it"),
        (2**14, 15, "a shift is outside [16, 44]: widen the output scale"),
        (2**14, 45, "a shift is outside [16, 44]: widen the output scale"),
    ],
)
def test_limits_of_multiplier_and_shift(
    prefix: str, multiplier: int, shift: int, fault: str
) -> None:
    found = {
        "units": 1,  # what comes first hides nothing
        f"{prefix}multiplier": np.array([20000, multiplier]),
        f"{prefix}shift": np.array([20, shift]),
    }
    assert list(multiplier_faults(node(**found))) == ([fault] if fault else [])


def test_a_number_for_each_channel() -> None:
    target = TensorSpec("y", (4, 2), "uint8")
    for name in ("multiplier", "shift", "bias"):
        assert not list(length_faults(node(**{name: np.zeros(2, int)}), target))
        (fault,) = length_faults(node(**{name: np.zeros(4, int)}), target)
        assert fault == f"{name} has shape (4,), but must have shape (2,)"
    assert not list(length_faults(node(), target))
    assert len(list(length_faults(node(bias=np.zeros(1), shift=np.zeros(1)), target))) == 2


@pytest.mark.parametrize(
    ("target", "low", "high", "fits"),
    [
        (BYTES, 0, 255, True),
        (BYTES, 7, 7, True),
        (BYTES, -1, 255, False),
        (BYTES, 0, 256, False),
        (BYTES, 8, 7, False),
        (SCORES, -(2**28), 2**28, True),
        (SCORES, -(2**28) - 1, 2**28, False),
        (SCORES, -(2**28), 2**28 + 1, False),
    ],
)
def test_limits_of_a_clamp(target: TensorSpec, low: int, high: int, fits: bool) -> None:
    limits = {"zero_point": 0, "activation_min": low, "activation_max": high}
    faults = list(clamp_faults(node(**limits), target))
    assert faults == [] if fits else faults[0].startswith(f"clamped to {low}..{high}, but")


def test_without_limits_a_clamp_covers_a_byte() -> None:
    assert not list(clamp_faults(node(zero_point=0), BYTES))
    assert not list(clamp_faults(node(activation_min=-9), BYTES))
    (fault,) = clamp_faults(node(zero_point=0, activation_max=-1), BYTES)
    assert fault == "clamped to 0..-1, but uint8 holds 0..255"
    (fault,) = clamp_faults(node(zero_point=0, activation_min=256), BYTES)
    assert fault == "clamped to 256..255, but uint8 holds 0..255"


def test_a_zero_point_is_its_tensors_unless_a_table_follows() -> None:
    (fault,) = clamp_faults(node(zero_point=3), BYTES)
    assert fault == "zero_point is 3, but its tensor has 0"
    assert not list(clamp_faults(node(zero_point=3, table=np.zeros(256)), BYTES))


def test_a_table_has_256_bytes() -> None:
    right = np.zeros(256, np.uint8)
    assert not list(table_faults(node(table=right, tanh_table=right, units=np.zeros(9))))
    for wrong in (right[:255], np.append(right, right), right.astype(np.int8), right[None]):
        (fault,) = table_faults(node(units=1, tanh_table=wrong))
        assert fault == f"the tanh_table is {wrong.dtype}{list(wrong.shape)}: it must be uint8[256]"


WINDOW = (4, 5, 3, 2, 2, 1, 1, 0, 0, 3, 4)
"""Of 2 x 2 pixels on an image of 4 x 5 pixels with 3 channels, to 3 x 4."""


def faults(
    source: tuple[int, ...] = (4, 5, 3), target: tuple[int, ...] = (3, 4, 2), **attributes: Any
) -> list[str]:
    tensors = (TensorSpec("x", source, "uint8"), TensorSpec("y", target, "uint8"))
    return list(window_faults(node(window=WINDOW, **attributes), *tensors, 2, 12))


def test_a_window_fits_its_tensors() -> None:
    assert not faults()
    assert not faults((60,), (24,))
    assert faults((4, 5, 2)) == [
        "the window moves over (4, 5, 3), but 'x' has shape (4, 5, 2)",
    ]
    for wrong in ((3, 4, 3), (3, 4, 1)):
        assert faults(target=wrong) == [f"12 positions of 2 channels do not make {wrong}"]


def test_a_kernel_fits_its_window() -> None:
    assert not faults(kernel=np.zeros((12, 2)))
    for shape in ((2, 12), (12, 3), (11, 2)):
        assert faults(kernel=np.zeros(shape)) == [
            f"kernel is {shape}, but the window needs (12, 2)"
        ]


def test_padding_is_a_byte() -> None:
    for pad in (0, 255):
        assert not faults(pad=pad)
    for pad in (-1, 256):
        (fault,) = faults(pad=pad)
        assert fault == f"pad is {pad}: widen the range of the padded tensor to include 0"

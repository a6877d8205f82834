"""The arithmetic contract on the host: multipliers, shifts and rounding."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from thumbnet.export.graph.arithmetic import (
    MULTIPLIER_MAX,
    MULTIPLIER_MIN,
    SHIFT_MAX,
    SHIFT_MIN,
    quantize_multiplier,
    requantize,
)

accumulators = st.integers(-(2**29) + 1, 2**29 - 1)
multipliers = st.integers(MULTIPLIER_MIN, MULTIPLIER_MAX)
shifts = st.integers(SHIFT_MIN, SHIFT_MAX)


@given(accumulators, multipliers, shifts)
@settings(deadline=None)
def test_identity_of_the_contract(acc: int, m: int, s: int) -> None:
    split = ((acc >> 15) * m + (((acc & 0x7FFF) * m) >> 15) + (1 << (s - 16))) >> (s - 15)
    assert split == (acc * m + 2 ** (s - 1)) >> s == int(requantize(acc, m, s))


@given(st.floats(2.0**-29, 0.4999))
@settings(deadline=None)
def test_multiplier_is_close(real: float) -> None:
    m, s = quantize_multiplier(real)
    assert MULTIPLIER_MIN <= m <= MULTIPLIER_MAX
    assert SHIFT_MIN <= s <= SHIFT_MAX
    assert abs(m / 2**s / real - 1) <= 2**-15


@given(st.floats(0, 2.0**-31))
@settings(deadline=None)
def test_tiny_multiplier_gives_zero(real: float) -> None:
    m, s = quantize_multiplier(real)
    assert requantize([2**29 - 1, 1 - 2**29], m, s).tolist() == [0, 0]


@pytest.mark.parametrize("real", [0.5, 0.49999999, 1.0, -0.1, float("nan"), float("inf")])
def test_multiplier_refuses(real: float) -> None:
    with pytest.raises(ValueError, match="real multiplier"):
        quantize_multiplier(real)


def test_rounds_half_up() -> None:
    got = requantize(np.array([2, -2, -3, 1]), 2**14, 16)
    assert got.tolist() == [1, 0, -1, 0]


def test_multiplier_at_the_ends_of_its_range() -> None:
    assert quantize_multiplier(0.25) == (2**14, 16)
    assert quantize_multiplier(0.5 - 2.0**-16) == (2**15 - 1, 16)
    assert quantize_multiplier(2.0**-30) == (2**14, 44)
    assert quantize_multiplier(0.0) == (2**14, 44)


def test_multiplier_rounds_up_to_a_power_of_two() -> None:
    assert quantize_multiplier(0.25 - 2.0**-20) == (2**14, 16)

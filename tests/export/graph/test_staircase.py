"""A function that never falls, as the sums at which each next level begins."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from thumbnet.export.graph.arithmetic import ACCUMULATOR_LIMIT
from thumbnet.export.graph.staircase import climb, staircase


@given(
    st.integers(-3000, 0),
    st.integers(0, 3000),
    st.floats(1e-3, 5.0),
    st.integers(-200, 400),
)
def test_it_says_what_the_function_does(low: int, high: int, slope: float, zero: int) -> None:
    def rule(sums: np.ndarray) -> np.ndarray:
        assert low <= sums.min() <= sums.max() <= high
        return np.clip(np.rint(sums * slope) + zero, 0, 255).astype(np.int64)

    steps = staircase(rule, low, high)
    sums = np.arange(low, high + 1)
    assert climb(sums, steps).tolist() == rule(sums).tolist()
    assert steps.shape == (255,)
    assert np.all(np.diff(steps) >= 0)


def test_a_level_that_is_never_reached_begins_nowhere() -> None:
    steps = staircase(lambda sums: np.minimum(sums, 7), 0, 100)
    assert steps[:7].tolist() == [1, 2, 3, 4, 5, 6, 7]
    assert set(steps[7:].tolist()) == {ACCUMULATOR_LIMIT}


@pytest.mark.parametrize("ends", [(-(2**29), 0), (0, 2**29), (1, 0)])
def test_sums_have_30_bits(ends: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match=f"sums from {ends[0]} to {ends[1]} do not fit 30 bits"):
        staircase(lambda sums: sums, *ends)

"""Sensors that are stuck in a part of a recording; for all of it, see `test_windows.py`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.motions import motion, motions

from thumbnet.trainer import find_flatlines as standstills
from thumbnet.trainer.signals.flatlines import longest_run


@given(st.lists(st.integers(0, 1), min_size=1, max_size=12))
@settings(deadline=None)
def test_longest_run(values: list[int]) -> None:
    begin, length = longest_run(np.array(values, float))
    assert len(set(values[begin : begin + length])) == 1
    pairs = [(i, j) for i in range(len(values)) for j in range(i + 1, len(values) + 1)]
    assert length == max(j - i for i, j in pairs if len(set(values[i:j])) == 1)


@pytest.mark.parametrize(("channels", "named"), [([1], "'y'"), ([0, 1, 2], "'x', 'y', 'z'")])
def test_from_the_middle_on(channels: list[int], named: str) -> None:
    one = motion("wave", 7)
    values = one.values.copy()
    values[100:, channels] = values[100, channels]
    lines = tuple(range(2, 202))
    made = [*motions(2), replace(one, values=values, lines=lines)]
    assert standstills(motions(2), 32) == []
    assert standstills(made, 100) == [
        f"wave/7.csv, line 102: no change of {named} in 100 samples, learned as 'wave': cut them "
        "out if the sensor was stuck"
    ]
    assert standstills(made, 101) == []

"""The finest scale that a layer can write, and the scale of a finer range."""

from __future__ import annotations

import numpy as np
import pytest

from thumbnet.export.graph.arithmetic import quantize_multiplier
from thumbnet.export.quantizer.output_scale import coarser, finest_output


def test_a_coarser_scale_keeps_the_middle() -> None:
    assert coarser(1.0, 100, 0.5) == (1.0, 100)
    assert coarser(1.0, 100, 1.0) == (1.0, 100)
    assert coarser(1.0, 0, 2.0) == (2.0, 0)
    assert coarser(1.0, 255, 2.0) == (2.0, 255)
    assert coarser(1.0, 100, 2.0) == (2.0, 114)  # 127.5 - 27.5 / 2
    assert coarser(1.0, 1, 4.0) == (4.0, 96)
    assert coarser(1.0, -255, 3.0) == (3.0, 0)


def test_the_finest_output_has_the_largest_multiplier_but_one() -> None:
    scale = np.array([0.125, 3.0, 0.0])
    finest = finest_output(scale)
    assert quantize_multiplier(3.0 / finest) == (2**15 - 2, 16)
    assert finest_output(np.zeros(2)) == pytest.approx(finest / 3, rel=1e-12)

"""Rows whose axes are in another order are refused; what else has the same count is not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from thumbnet.tools.workflow.row_axes import check_axes
from thumbnet.trainer import Dataset, ThumbnetError

PATH = Path("net.onnx")


@pytest.mark.parametrize(
    ("found", "accepted", "advice"),
    [
        ((3, 8, 6), (8, 6, 3), r"3x8x6, but net.onnx takes 8x6x3, .* x.transpose\(0, 2, 3, 1\)"),
        ((3, 20), (20, 3), r"3x20, but net.onnx takes 20x3, .* x.transpose\(0, 2, 1\)"),
    ],
)
def test_channels_first(found: tuple[int, ...], accepted: tuple[int, ...], advice: str) -> None:
    with pytest.raises(ThumbnetError, match=advice):
        check_axes(Dataset(np.zeros((2, *found)), np.zeros(2)), "rows.npz", accepted, PATH)


@pytest.mark.parametrize(
    ("found", "accepted"),
    [
        ((8, 6, 3), (8, 6, 3)),
        ((144,), (8, 6, 3)),
        ((1, 8, 6), (8, 6, 1)),
        ((8, 6), (8, 6, 1)),
        ((8, 6), (48,)),
        ((8, 6), ()),
        ((3, 3, 3), (3, 3, 3)),
    ],
)
def test_others_pass(found: tuple[int, ...], accepted: tuple[int, ...]) -> None:
    check_axes(Dataset(np.zeros((2, *found)), np.zeros(2)), "rows.npz", accepted, PATH)

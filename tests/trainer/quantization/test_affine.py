"""Scales and zero points of a range."""

from __future__ import annotations

import numpy as np
import pytest

from thumbnet.trainer import affine


@pytest.mark.parametrize(
    ("low", "high", "scale", "zero_point"),
    [
        (0.0, 10.0, 10 / 255, 0),
        (-10.0, 0.0, 10 / 255, 255),
        (-1.0, 1.0, 1 / 127, 128),
        (-2.0, 2.0, 2 / 127, 128),
        (0.0, 0.0, 1 / 255, 0),
    ],
)
def test_affine(low: float, high: float, scale: float, zero_point: int) -> None:
    assert affine(low, high) == (pytest.approx(scale), zero_point)


@pytest.mark.parametrize("unit", [1e-6, 1.0, 1e6])
@pytest.mark.parametrize(("low", "high"), [(1, 10), (-10, -1), (5, 10), (-3, 1), (-0.1, 30)])
def test_range_near_zero_is_widened_to_take_it_in(low: float, high: float, unit: float) -> None:
    scale, zero_point = affine(low * unit, high * unit)
    assert 0 <= zero_point <= 255
    ends = scale * (np.array([0, 255]) - zero_point)
    assert ends[0] <= low * unit + 1e-9 * scale
    assert ends[1] >= high * unit - 1e-9 * scale


@pytest.mark.parametrize(("low", "high"), [(5.0, 9.9), (-11.0, -10.0)])
def test_range_far_from_zero_keeps_its_steps(low: float, high: float) -> None:
    scale, zero_point = affine(low, high)
    assert not 0 <= zero_point <= 255
    assert scale == pytest.approx((high - low) / 255)
    ends = scale * (np.array([0, 255]) - zero_point)
    np.testing.assert_allclose(ends, [low, high], atol=scale / 2)


def test_one_value_far_from_zero() -> None:
    scale, zero_point = affine(7.0, 7.0)
    assert scale * (255 - zero_point) == pytest.approx(7.0)


@pytest.mark.parametrize("sign", [1, -1])
def test_a_range_lies_at_most_64_widths_from_zero(sign: int) -> None:
    """The bias of the layer behind it has to hold the zero point."""
    near, far = sorted((sign * 6400.0, sign * 6500.0))
    scale, zero_point = affine(near, far)
    assert scale == pytest.approx(6500 / 64 / 255)
    ends = scale * (np.array([0, 255]) - zero_point)
    assert ends[0] == pytest.approx(near, abs=scale)
    assert ends[1] == pytest.approx(near + 6500 / 64, abs=scale)
    assert affine(*sorted((sign * 6300.0, sign * 6400.0)))[0] == pytest.approx(100 / 255)

"""Scales and zero points: when the range includes 0, and how far away 0 may lie."""

from __future__ import annotations

import math

import numpy as np
import pytest

from thumbnet.trainer import FLAT_BEYOND, affine, curve_output


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


@pytest.mark.parametrize(
    ("low", "high", "width"),
    [
        (63.0, 64.0, 1.0),  # just far enough: 64 times its width from 0
        (64.0, 64.25, 64.25 / 64),
        (-64.25, -64.0, 64.25 / 64),
        (6400.0, 6400.0, 6400.0),  # one value: 0 is taken in
    ],
)
def test_no_range_lies_farther_than_64_widths_from_zero(
    low: float, high: float, width: float
) -> None:
    scale, zero_point = affine(low, high)
    assert scale == pytest.approx(width / 255, rel=1e-12)
    assert zero_point == round(-(low if low != high else 0.0) / scale)


@pytest.mark.parametrize(("low", "high"), [(4.0, 8.0), (-8.0, -4.0)])
def test_zero_may_cost_half_of_the_steps(low: float, high: float) -> None:
    assert affine(low, high)[0] == pytest.approx(8 / 255)
    nearer, farther = affine(low * 1.001, high), affine(low, high * 1.001)
    assert min(nearer[0], farther[0]) == pytest.approx(4 / 255, rel=0.002)


def test_zero_is_taken_in_where_it_has_to_be() -> None:
    assert affine(100.0, 101.0, with_zero=True) == (pytest.approx(101 / 255), 0)
    assert affine(-101.0, -100.0, with_zero=True) == (pytest.approx(101 / 255), 255)
    assert affine(100.0, 101.0)[0] == pytest.approx(100.0 / 64 / 255, rel=0.02)


@pytest.mark.parametrize(("low", "high"), [(-0.4, 254.6), (-254.6, 0.4), (-100.3, 154.7)])
def test_both_ends_are_covered_by_the_finest_scale_that_does(low: float, high: float) -> None:
    scale, zero_point = affine(low, high)
    inner = 0 < zero_point < 255
    ends = np.array([-zero_point, 255 - zero_point]) * scale
    if inner:
        assert ends[0] <= low + 1e-9
        assert ends[1] >= high - 1e-9
        assert min(low - ends[0], ends[1] - high) == pytest.approx(0, abs=1e-9)
    else:
        assert scale == pytest.approx(1)


@pytest.mark.parametrize(("low", "high", "zero_point"), [(-1.1, 254.0, 1), (-254.0, 1.1, 254)])
def test_the_zero_point_may_be_next_to_an_end(low: float, high: float, zero_point: int) -> None:
    assert affine(low, high) == (pytest.approx(1.1), zero_point)


@pytest.mark.parametrize(
    ("curve", "value"),
    [("sigmoid", math.log(2 * 255)), ("tanh", math.atanh(1 - 1 / 254))],
)
def test_curves_are_flat_just_behind_their_last_step(curve: str, value: float) -> None:
    assert value <= FLAT_BEYOND[curve] <= value + 0.1


@pytest.mark.parametrize(
    ("curve", "whole", "scale", "zero_point"),
    [("sigmoid", 1.0, 1 / 255, 0), ("tanh", 255 / 127, 1 / 127, 128)],
)
def test_a_curve_that_goes_half_of_its_way_has_exact_ends(
    curve: str, whole: float, scale: float, zero_point: int
) -> None:
    low = -0.25 if zero_point else 0.25
    assert curve_output(curve, low, low + whole / 2) == (scale, zero_point)
    assert curve_output(curve, low, low + whole / 2 * 0.999)[0] < scale
    narrow = affine(0.3, 0.4)
    assert curve_output(curve, 0.3, 0.4) == narrow
    assert curve_output(curve, 0.3, 0.4, with_zero=True) == affine(0.3, 0.4, with_zero=True)


@pytest.mark.parametrize(("curve", "expected"), [("step", (1 / 255, 0)), ("sign", (1 / 127, 128))])
def test_sides_are_exact_even_where_one_is_seen(curve: str, expected: tuple[float, int]) -> None:
    assert curve_output(curve, 1.0, 1.0) == expected


def test_other_curves_take_the_range_that_was_seen() -> None:
    assert curve_output("relu", 0.0, 3.0) == affine(0.0, 3.0)

"""Scales and zero points: where 0 is taken in, how far away it may lie, the finest step."""

from __future__ import annotations

import math

import numpy as np
import pytest

from thumbnet.export.graph.arithmetic import quantize_multiplier
from thumbnet.export.quantizer.output_scale import coarser, finest_output
from thumbnet.trainer import FLAT_BEYOND, affine, curve_output


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


def test_what_is_always_zero_has_the_finest_scale() -> None:
    assert affine(0.0, 0.0) == (1 / 255, 0)


def test_zero_that_costs_little_is_taken_in() -> None:
    assert affine(1.0, 10.0) == (pytest.approx(10 / 255), 0)
    assert affine(-10.0, -1.0) == (pytest.approx(10 / 255), 255)


def test_a_zero_point_beyond_the_steps_leaves_the_scale_alone() -> None:
    scale, zero_point = affine(-10.7, -9.9)
    assert scale == pytest.approx(0.8 / 255, rel=1e-9)
    assert zero_point == 3411  # 3410.6


def test_the_middle_moves_by_the_ratio_of_the_scales() -> None:
    assert coarser(0.5, 100, 2.0) == (2.0, 121)  # 127.5 - 27.5 / 4


@pytest.mark.parametrize(("curve", "zero_point"), [("tanh", 128), ("sigmoid", 0)])
def test_a_curve_that_goes_most_of_its_way_has_exact_ends(curve: str, zero_point: int) -> None:
    low = -0.7 if zero_point else 0.1
    assert curve_output(curve, low, 0.9) == (1 / (127 if zero_point else 255), zero_point)

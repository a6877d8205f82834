"""A dense layer's integers, and the bounds of its accumulators."""

from __future__ import annotations

import numpy as np
import pytest
from support.handmade import handmade

from thumbnet.export import convert
from thumbnet.export.graph.arithmetic import MULTIPLIER_MAX, requantize
from thumbnet.export.quantizer.channel_weights import (
    Channels,
    check_accumulator,
    multipliers,
    quantize_channels,
    side_of_zero,
)
from thumbnet.trainer import ThumbnetError

RNG = np.random.default_rng(4)


def test_bias_counts_in_the_accumulators_bound() -> None:
    weight = np.full((6, 1), 127)
    room = 2**29 - 255 * 127 * 6
    check_accumulator("dense", weight, np.array([room - 1]))
    check_accumulator("dense", weight, np.array([1 - room]))
    for bias in (room, -room):
        with pytest.raises(ThumbnetError, match="output 0: an accumulator could reach 536870912, "):
            check_accumulator("dense", weight, np.array([bias]))


def test_negative_weights_count_in_the_accumulators_bound() -> None:
    weight = np.array([[1, 127], [1, -128]])
    with pytest.raises(ThumbnetError, match="layer dense, output 1: an accumulator could reach"):
        check_accumulator("dense", weight, np.array([0, 2**29 - 255 * 255]))


def test_excess_of_the_inputs_stays_in_31_bits() -> None:
    # 128 * 255 * 32896 = 2**30 - 16384: the inputs' sum that kernels take off, and the bias
    weight = np.zeros((32896, 1))
    check_accumulator("dense", weight, np.array([16383]))
    with pytest.raises(ThumbnetError, match=r"reach 1073741824, but the limit is 2\*\*30"):
        check_accumulator("dense", weight, np.array([-16384]))


def test_far_beyond_a_bound_is_refused_too() -> None:
    with pytest.raises(ThumbnetError, match=r"the limit is 2\*\*29"):
        check_accumulator("dense", np.full((6, 1), 127), np.array([2**29]))
    with pytest.raises(ThumbnetError, match=r"the limit is 2\*\*30"):
        check_accumulator("dense", np.zeros((40000, 1)), np.array([0]))


def test_weights_of_eight_bits_never_saturate() -> None:
    # Clipping the largest by 2 % would give a smaller error: 25.5 steps are nearly 26 then.
    kernel = np.array([[1.0], *[[25.5 / 127]] * 500])
    channels = quantize_channels("dense", kernel, np.zeros(1), np.zeros((501, 1)), 1.0, 0)
    assert channels.scale[0] == 1 / 127
    assert channels.weight.max() == 127


@pytest.mark.parametrize("bits", [8, 4])
def test_a_channel_of_zeros_divides_by_nothing(bits: int) -> None:
    kernel = np.array([[0.0, 1.0], [0.0, -0.5]])
    with np.errstate(all="raise"):
        channels = quantize_channels("dense", kernel, np.zeros(2), np.zeros((2, 1)), 1.0, 0, bits)
    assert channels.weight[0].tolist() == [0, 0]
    assert channels.scale[0] == 0


def test_largest_weight_of_each_channel_is_127() -> None:
    kernel = RNG.normal(size=(20, 5)) * [1e-6, 1.0, 1e6, -3.0, 0.0]
    channels = quantize_channels("dense", kernel, np.zeros(5), np.zeros((20, 1)), 0.1, 3)
    assert np.abs(channels.weight).max(axis=1).tolist() == [127] * 4 + [0]
    assert channels.scale[4] == 0
    real = channels.weight * channels.scale[:, None] / 0.1
    assert np.all(np.abs(real.T - kernel) <= channels.scale / 0.1 * 0.5001)


@pytest.mark.parametrize("zero_point", [0, 128, -300, 255])
def test_mean_input_gives_the_mean_output_to_half_a_step(zero_point: int) -> None:
    """Bias correction, and the zero point folded in."""
    kernel, bias = RNG.normal(size=(30, 8)), RNG.normal(size=8)
    mean, in_scale = RNG.uniform(0, 2, 30), 0.01
    channels = quantize_channels("dense", kernel, bias, mean[:, None], in_scale, zero_point)
    acc = channels.weight @ (mean / in_scale + zero_point) + channels.bias
    error = acc * channels.scale - (mean @ kernel + bias)
    assert np.all(np.abs(error) <= channels.scale * 0.5001)


@pytest.mark.parametrize("fitted", [False, True])
def test_weights_of_four_bits(fitted: bool) -> None:
    """From -7 to 7; not fitted, their range is the one of least squared error."""
    kernel = RNG.normal(size=(200, 5)) ** 3
    zeros = np.zeros(5)
    narrow = quantize_channels("dense", kernel, zeros, zeros[:1, None], 1.0, 0, 4, fitted)
    assert np.abs(narrow.weight).max(axis=1).tolist() == [7] * 5
    error = ((narrow.weight.T * narrow.scale - kernel) ** 2).sum(axis=0)
    widest = np.abs(kernel).max(axis=0) / 7
    rounded = np.round(kernel / widest) * widest
    at_most = ((rounded - kernel) ** 2).sum(axis=0)
    assert np.allclose(error, at_most) if fitted else np.all(error < 0.9 * at_most)


@pytest.mark.parametrize("steps", [0.6, 1.4, -0.6, -1.4])
def test_bias_is_the_nearest_step(steps: float) -> None:
    step = 1 / 127
    channels = quantize_channels(
        "dense", np.array([[1.0]]), np.array([steps * step]), np.zeros(1), 1.0, 0
    )
    assert channels.bias.tolist() == [round(steps)]


def test_bias_of_a_thousand_weights_costs_no_precision() -> None:
    x = np.linspace(-1, 1, 201)[:, None]
    program = convert(handmade(([[1.0]], 1000.0, "linear")), x, name="net", resolution=0.01)
    # Half a step of the inputs is 0.005; a multiplier of 15 bits brings 1000 * 2**-16 to it.
    assert np.abs(program.predict(x) - (x[:, 0] + 1000)).max() < 0.021


def test_bias_takes_at_most_half_of_the_accumulator() -> None:
    channels = quantize_channels("dense", np.array([[1e-9]]), np.array([-1e6]), np.zeros(1), 1.0, 0)
    assert channels.bias.tolist() == [-(2**28)]
    assert channels.weight.tolist() == [[0]]


def test_multipliers() -> None:
    multiplier, shift = multipliers(np.array([0.25, 0.1]), 1.0)
    np.testing.assert_allclose(multiplier / 2.0**shift, [0.25, 0.1], rtol=2**-15)
    multiplier, shift = multipliers(np.array([0.25, 0.1]), np.array([1.0, 10.0]))
    np.testing.assert_allclose(multiplier / 2.0**shift, [0.25, 0.01], rtol=2**-15)


def test_zero_channel_has_the_smallest_multiplier() -> None:
    multiplier, shift = multipliers(np.array([0.0, 0.25]), 1.0)
    assert (multiplier[0], shift[0]) == (16384, 44)
    assert requantize(2**29 - 1, multiplier[0], shift[0]) == 0


def test_every_accumulator_keeps_its_side() -> None:
    channels = Channels(np.array([[1]], np.int8), np.array([5]), np.ones(1))
    moved, multiplier, shift = side_of_zero(channels)
    acc = np.array([1 - 2**29, -1000, -2, -1, 0, 1, 2, 1000, 2**29 - 300])
    q = requantize(acc + (moved.bias - channels.bias), multiplier, shift)
    assert np.array_equal(q >= 0, acc >= 0)
    assert multiplier.tolist() == [MULTIPLIER_MAX]


def test_side_of_zero_needs_room_for_its_own_step() -> None:
    channels = Channels(np.array([[0]], np.int8), np.array([1 - 2**29]), np.ones(1))
    with pytest.raises(ThumbnetError, match="layer step"):
        side_of_zero(channels)


def test_weights_are_not_taken_for_fitted() -> None:
    kernel = RNG.normal(size=(200, 3)) ** 3
    arguments = ("dense", kernel, np.zeros(3), np.zeros((1, 1)), 1.0, 0, 4)
    assert np.array_equal(
        quantize_channels(*arguments).weight, quantize_channels(*arguments, False).weight
    )
    assert not np.array_equal(
        quantize_channels(*arguments).weight, quantize_channels(*arguments, True).weight
    )


def test_the_range_of_four_bits_is_from_two_fifths_to_all_in_steps_of_a_fiftieth() -> None:
    kernel = RNG.normal(size=(60, 40)) * np.geomspace(0.01, 100, 40)
    zeros = np.zeros(40)
    scale = quantize_channels("dense", kernel, zeros, zeros[:1, None], 1.0, 0, 4).scale
    shares = scale / (np.abs(kernel).max(axis=0) / 7)
    np.testing.assert_allclose(shares * 50, np.round(shares * 50), atol=1e-9)
    assert len(set(np.round(shares * 50))) > 5
    # One weight is large, of all others the best range would be a quarter of it.
    kernel = np.append(1.0, np.linspace(-0.25, 0.25, 2001))[:, None]
    narrowest = quantize_channels("dense", kernel, zeros[:1], zeros[:1, None], 1.0, 0, 4)
    assert narrowest.scale[0] == pytest.approx(0.4 / 7)
    whole = quantize_channels("dense", kernel[:1], zeros[:1], zeros[:1, None], 1.0, 0, 4)
    assert whole.scale[0] == pytest.approx(1 / 7)


@pytest.mark.parametrize("unit", [2.0**-12, 2.0**12])
def test_the_unit_of_the_weights_does_not_matter(unit: float) -> None:
    kernel, zeros = RNG.normal(size=(60, 8)), np.zeros(8)
    usual, other = (
        quantize_channels("dense", kernel * k, zeros, zeros[:1, None], 1.0, 0, 4) for k in (1, unit)
    )
    assert np.array_equal(usual.weight, other.weight)

"""Scales and zero points that training and the exporter share."""

import pytest

from thumbnet.trainer import (
    GRU,
    LSTM,
    Activation,
    Add,
    BatchNormalization,
    Conv2D,
    Dense,
    DepthwiseConv1D,
    DepthwiseConv2D,
    Flatten,
    GlobalAveragePooling2D,
    IntegerRole,
    Layer,
    MaxPooling1D,
    RandomShift,
    Rescaling,
    affine,
    curve_output,
    largest_weight,
)
from thumbnet.trainer.quantization.affine import fixed_range
from thumbnet.trainer.quantization.uint8_tensors import range_of_outputs


def test_zero_is_taken_in_where_it_costs_at_most_half_of_the_steps() -> None:
    assert affine(1.0, 2.0) == (2 / 255, 0)
    scale, zero_point = affine(1.1, 2.0)
    assert scale == pytest.approx(0.9 / 255)
    assert zero_point == round(-1.1 / scale) < 0
    assert affine(1.1, 2.0, with_zero=True) == (2 / 255, 0)
    assert affine(-2.0, -1.0) == (2 / 255, 255)
    assert affine(3.0, 3.0) == (3 / 255, 0)
    assert affine(0.0, 0.0) == (1 / 255, 0)


def test_a_range_far_from_zero_is_widened() -> None:
    scale, _ = affine(64.0, 64.5)
    assert scale == pytest.approx(64.5 / 64 / 255)


def test_curves_have_exact_ends_where_they_are_used() -> None:
    assert curve_output("sigmoid", 0.0, 0.5) == (1 / 255, 0)
    assert curve_output("sigmoid", 0.0, 0.49) == affine(0.0, 0.49)
    assert curve_output("tanh", -0.6, 0.6) == (1 / 127, 128)
    assert curve_output("sign", 1.0, 1.0) == (1 / 127, 128)
    assert curve_output("step", 1.0, 1.0) == (1 / 255, 0)
    assert curve_output("relu", 0.0, 3.0) == affine(0.0, 3.0)


def test_fixed_ranges_are_those_of_the_curves() -> None:
    assert fixed_range("sigmoid") == fixed_range("step") == (0.0, 1.0)
    assert fixed_range("tanh") == fixed_range("sign") == (-128 / 127, 1.0)
    assert fixed_range("relu") is None
    assert range_of_outputs(GRU(2)) == (-1.0, 127 / 128)
    assert range_of_outputs(LSTM(2)) is None
    assert range_of_outputs(Dense(2, "tanh")) == (-128 / 127, 1.0)
    assert range_of_outputs(Dense(2)) is None


def test_largest_weights() -> None:
    assert (largest_weight(8), largest_weight(4)) == (127, 7)


@pytest.mark.parametrize(
    ("layer", "role"),
    [
        (Flatten(), IntegerRole.NONE),
        (RandomShift(1), IntegerRole.NONE),
        (MaxPooling1D(), IntegerRole.PASSES),
        (Rescaling(), IntegerRole.SCALES),
        (BatchNormalization(), IntegerRole.SCALES),
        (Dense(1), IntegerRole.WEIGHTED),
        (Conv2D(1, 1), IntegerRole.WEIGHTED),
        (DepthwiseConv1D(1), IntegerRole.WEIGHTED),
        (Add(), IntegerRole.CLAMPS),
        (GlobalAveragePooling2D(), IntegerRole.CLAMPS),
        (Activation("tanh"), IntegerRole.CURVE),
        (GRU(1), IntegerRole.COMPUTES),
    ],
)
def test_what_becomes_of_a_layer(layer: Layer, role: IntegerRole) -> None:
    assert layer.integer_role is role
    assert layer.always_int8 is isinstance(layer, DepthwiseConv1D | DepthwiseConv2D)

"""From counts to uint8: levels, and the scaling of sensors' readings."""

from __future__ import annotations

import numpy as np
import pytest
from support.handmade import drawn, the_node
from support.operations import integer_forward

from thumbnet.export import convert
from thumbnet.export.ops.input import levels_stage, sensors_stage
from thumbnet.export.quantizer.input_counts import Counts
from thumbnet.trainer import Dense, Rescaling, ThumbnetError

RNG = np.random.default_rng(8)


def counted(minimum: int, maximum: int, units: int = 1) -> Counts:
    low, high = np.array([minimum]), np.array([maximum])
    return Counts(np.array([units]), low, high, low / units, high / units)


ONE, ZERO = np.ones(1), np.zeros(1)


@pytest.mark.parametrize(
    ("minimum", "maximum", "gain"),
    [(0, 255, 1), (0, 127, 2), (0, 10, 25), (0, 1, 255), (-1, 1, 127)],
)
def test_levels_are_spread_over_uint8(minimum: int, maximum: int, gain: int) -> None:
    stage = levels_stage(counted(minimum, maximum), ONE, ZERO)
    assert stage is not None
    assert stage.node.attributes == {"minimum": minimum, "maximum": maximum, "gain": gain}
    assert stage.zero_point == -minimum * gain
    assert stage.scale == 1 / gain


def test_levels_hold_the_scaling_exactly() -> None:
    stage = levels_stage(counted(0, 10), np.array([0.2]), np.array([-1.0]))
    assert stage is not None
    q = (np.arange(11) - 0) * stage.node.attributes["gain"]
    np.testing.assert_allclose(stage.scale * (q - stage.zero_point), np.arange(11) * 0.2 - 1)


@pytest.mark.parametrize(
    ("counts", "scale", "offset"),
    [
        (counted(0, 256), ONE, ZERO),
        (counted(0, 10, units=10), ONE, ZERO),
        (counted(0, 10), np.ones(2), np.array([0.0, 1.0])),
        (counted(0, 255), ONE, np.array([0.3])),
    ],
    ids=["257 levels", "tenths", "two features", "zero between two levels"],
)
def test_no_levels(counts: Counts, scale: np.ndarray, offset: np.ndarray) -> None:
    assert levels_stage(counts, scale, offset) is None


def test_one_scaling_written_out_for_each_feature_is_one() -> None:
    x = RNG.integers(0, 10, (50, 2)).astype(float)
    x[:2] = [[0.0], [9.0]]
    model = drawn(Rescaling([2.0, 2.0], [4.0, 4.0]), Dense(2), inputs=2)
    assert convert(model, x, name="net", margin=0).graph.nodes[0].op == "quantize_levels"


def test_zero_between_two_levels_needs_the_sensors_kernel() -> None:
    x = RNG.integers(0, 10, (50, 2)).astype(float)
    model = drawn(Rescaling(1.0, 0.3 / 25), Dense(2), inputs=2)
    assert convert(model, x, name="net").graph.nodes[0].op == "quantize_sensors"


@pytest.mark.parametrize("offset", [0.0, 0.3, -7.7, 40.0, -1000.0])
@pytest.mark.parametrize("scale", [1e-3, 0.037, 1.0])
def test_sensors_are_the_float_formula_to_half_a_step(scale: float, offset: float) -> None:
    counts = counted(-2000, 2000, units=10)
    out_scale = 400 * scale / 255
    stage = sensors_stage(
        counts, np.array([scale]), np.array([offset]), out_scale, 128 - round(offset / out_scale)
    )
    reading = np.arange(-2000, 2001)[:, None]
    q = integer_forward("quantize_sensors", reading, **stage.node.attributes)
    wanted = stage.zero_point + (reading / 10 * scale + offset) / out_scale
    slack = 0.501 + 255 * 2.0**-15 + abs(offset) / out_scale * 2.0**-15
    assert np.abs(q - np.clip(wanted, 0, 255)).max() <= slack


def test_sensors_bias_is_the_nearest_step() -> None:
    """Fractions of a count matter: without them a coarse unit would lose half a step."""
    counts = counted(-3, 3)
    stage = sensors_stage(counts, np.array([1.0]), np.array([0.4]), 0.03, 128)
    reading = np.arange(-3, 4)[:, None]
    wanted = 128 + (reading + 0.4) / 0.03
    q = integer_forward("quantize_sensors", reading, **stage.node.attributes)
    assert np.abs(q - np.clip(wanted, 0, 255)).max() <= 0.52


def test_sensors_left_shift_uses_the_room() -> None:
    (left,) = sensors_stage(counted(-100, 100), ONE, ZERO, 1.0, 0).node.attributes["left_shift"]
    assert left == 14
    (left,) = sensors_stage(counted(0, 2**18), ONE, ZERO, 1000.0, 0).node.attributes["left_shift"]
    assert left == 10


@pytest.mark.parametrize(
    ("gain", "fits"), [(0.499 * 2**8, True), (0.5 * 2**8, False), (1e6, False)]
)
def test_sensors_of_too_steep_a_scaling(gain: float, fits: bool) -> None:
    counts = counted(0, 2**20 - 1)  # leaves a left shift of 8
    if fits:
        node = sensors_stage(counts, np.array([gain]), ZERO, 1.0, 0).node
        assert node.attributes["left_shift"].tolist() == [8]
        return
    with pytest.raises(ThumbnetError, match="exceeds 29 bits: standardize the inputs"):
        sensors_stage(counts, np.array([gain]), ZERO, 1.0, 0)


def test_sensors_offset_needs_room_too() -> None:
    for offset, fits in ((2**29 - 110, True), (2**29 - 90, False), (-(2**29), False)):
        arguments = counted(0, 100), np.array([0.25]), np.array([0.25 * offset]), 1.0, 0
        if fits:
            assert sensors_stage(*arguments).node.attributes["left_shift"].tolist() == [0]
        else:
            with pytest.raises(ThumbnetError, match="exceeds 29 bits"):
                sensors_stage(*arguments)


def columns(*widths: float) -> np.ndarray:
    return np.linspace(0, 1, 11)[:, None] * np.array(widths)


def test_every_feature_gets_its_own_line() -> None:
    x = columns(1.0, 100.0, 10000.0)
    node = the_node(convert(drawn(Dense(2), inputs=3), x, name="net").graph, "quantize_sensors")
    reach = node.attributes["multiplier"] / 2.0 ** node.attributes["shift"]
    span = (node.attributes["maximum"] - node.attributes["minimum"]) << node.attributes[
        "left_shift"
    ]
    np.testing.assert_allclose(reach * span, 254, rtol=0.01)

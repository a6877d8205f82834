"""From raw units to uint8: counts and their range, levels, and the scaling lines of sensors."""

from __future__ import annotations

import numpy as np
import pytest
from support.handmade import drawn, handmade, the_node
from support.networks import run_module
from support.operations import integer_forward

from thumbnet.export import Options, convert, run_until
from thumbnet.export.graph.graph import Graph
from thumbnet.export.ops.input import levels_stage, sensors_stage
from thumbnet.export.quantizer.input_counts import (
    Counts,
    choose_counts,
    count,
    spec_of_dtype,
)
from thumbnet.export.stages.equalize import are_alike, is_far_from_zero
from thumbnet.trainer import Dense, InputSpec, Rescaling, ThumbnetError

RNG = np.random.default_rng(8)


def test_counts_round_half_away_from_zero() -> None:
    halves = [0.5, 1.5, 2.5, -0.5, -1.5, -2.5]
    assert count(halves, np.array([1])).tolist() == [1, 2, 3, -1, -2, -3]


def test_halves_of_a_count_are_read_alike_on_both_sides() -> None:
    model = drawn(Dense(2, activation="softmax"))
    program = convert(model, RNG.normal(size=(50, 6)), name="net", resolution=0.01)
    module = run_module(program.module())
    halves = (RNG.integers(-200, 200, (200, 6)) + 0.5) / 100
    assert [module["scores"](row) for row in halves.tolist()] == program.scores(halves).tolist()


@pytest.mark.parametrize(
    ("width", "units"), [(1.0, 10**4), (4.095, 10**4), (4.097, 10**3), (5000.5, 1), (0.01, 10**6)]
)
def test_resolution_gives_the_range_4096_counts(width: float, units: int) -> None:
    x = np.array([[0.0], [width / 3], [width]])
    assert choose_counts(x, None, None, False, 0.0).units.tolist() == [units]


def test_resolution_of_whole_numbers_is_1() -> None:
    x = np.stack([np.arange(9.0), np.arange(9.0) / 10, np.full(9, 2.5)], axis=1)
    assert choose_counts(x, None, None, False, 0.0).units.tolist() == [1, 10**4, 100]


def test_features_alike_share_the_range() -> None:
    x = np.array([[0.0, 3.0], [5.0, 9.0]])
    counts = choose_counts(x, None, None, True, 0.0)
    assert (counts.minimum.tolist(), counts.maximum.tolist()) == ([0], [9])
    counts = choose_counts(x, None, None, False, 0.0)
    assert (counts.minimum.tolist(), counts.maximum.tolist()) == ([0, 3], [5, 9])


def test_range_is_widened_by_the_margin_on_both_sides() -> None:
    x = np.array([[-8.0], [8.0]])
    counts = choose_counts(x, None, 0.5, False, 0.25)
    assert (counts.minimum.tolist(), counts.maximum.tolist()) == ([-24], [24])
    assert (counts.least.tolist(), counts.most.tolist()) == ([-12.0], [12.0])


def test_constant_feature_has_a_range() -> None:
    counts = choose_counts(np.full((3, 1), 7.0), None, None, False, 0.0)
    assert (counts.minimum.tolist(), counts.maximum.tolist()) == ([7], [8])


def test_margin_is_of_one_count_at_least() -> None:
    counts = choose_counts(np.full((3, 1), 7.0), None, None, False, 2.0)
    assert (counts.minimum.tolist(), counts.maximum.tolist()) == ([5], [9])


def test_declared_range_is_accepted_and_the_data_told_apart() -> None:
    spec = InputSpec((1,), resolution=0.5, minimum=-100.0, maximum=4.0)
    counts = choose_counts(np.array([[-8.0], [8.0]]), spec, None, False, 0.25)
    assert (counts.minimum.tolist(), counts.maximum.tolist()) == ([-200], [8])
    assert (counts.least.tolist(), counts.most.tolist()) == ([-12.0], [4.0])


def test_range_is_refused_just_beyond_its_ends() -> None:
    x = np.array([[-1.0], [1.0]])
    program = convert(handmade(([[1.0]], 0.0, "linear")), x, name="net", resolution=0.01)
    # 1.25 and the half that rounds to it
    program.scores([[-1.2549], [1.2549]])
    for value in (-1.256, 1.256):
        with pytest.raises(ThumbnetError, match=r"row 1, input 0 is .*, expected -1.25 to 1.25"):
            program.scores([[0.0], [value]])


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e300])
def test_what_is_no_count_is_refused(value: float) -> None:
    program = convert(handmade(([[1.0]], 0.0, "linear")), np.array([[-1.0], [1.0]]), name="net")
    with pytest.raises(ThumbnetError, match=r"row 0, input 0 is .*, expected"):
        program.scores([[value]])


def test_types_that_declare_their_range() -> None:
    for dtype, largest in ((np.uint8, 255.0), (np.bool_, 1.0)):
        spec = spec_of_dtype(np.zeros((4, 2, 3), dtype))
        assert spec == InputSpec((2, 3), minimum=0.0, maximum=largest)
    assert spec_of_dtype(np.zeros((4, 2), np.int16)) is None


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
    """A fraction of a count counts: without it a coarse unit would lose half a step."""
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
    with pytest.raises(ThumbnetError, match="does not fit 29 bits: standardize the inputs"):
        sensors_stage(counts, np.array([gain]), ZERO, 1.0, 0)


def test_sensors_offset_needs_room_too() -> None:
    for offset, fits in ((2**29 - 110, True), (2**29 - 90, False), (-(2**29), False)):
        arguments = counted(0, 100), np.array([0.25]), np.array([0.25 * offset]), 1.0, 0
        if fits:
            assert sensors_stage(*arguments).node.attributes["left_shift"].tolist() == [0]
        else:
            with pytest.raises(ThumbnetError, match="does not fit 29 bits"):
                sensors_stage(*arguments)


def folded(*layers: Rescaling, inputs: int = 2) -> Graph:
    model = drawn(*layers, Dense(2), inputs=inputs)
    return run_until(model, np.zeros((2, inputs)), Options("net"), "fold")[0]


def columns(*widths: float) -> np.ndarray:
    return np.linspace(0, 1, 11)[:, None] * np.array(widths)


def test_alike_are_ranges_within_four_times() -> None:
    plain = folded()
    assert are_alike(plain, columns(1.0, 3.9), None)
    assert not are_alike(plain, columns(1.0, 7.0), None)
    assert are_alike(plain, columns(1.0, 0.0), None)
    assert are_alike(plain, columns(0.0, 0.0), None)


def test_alike_needs_one_scaling() -> None:
    x = columns(1.0, 1.0)
    assert are_alike(folded(Rescaling(2.0, 1.0)), x, None)
    assert not are_alike(folded(Rescaling([2.0, 1.0], 1.0)), x, None)
    assert not are_alike(folded(Rescaling(2.0, [1.0, 0.0])), x, None)


def test_alike_as_declared() -> None:
    plain, x = folded(), columns(1.0, 100.0)
    assert are_alike(plain, x, InputSpec((2,), minimum=0.0, maximum=255.0))
    assert not are_alike(plain, x, InputSpec((2,), minimum=0.0))
    one_unit = columns(1.0, 1.0)
    spec = InputSpec((2,), resolution=(0.1, 0.5), minimum=0.0, maximum=1.0)
    assert not are_alike(plain, one_unit, spec)


def test_far_from_zero() -> None:
    """The middle of the range, in widths of it."""
    assert not is_far_from_zero(counted(100, 200))
    assert is_far_from_zero(counted(101, 200))
    assert is_far_from_zero(counted(-200, -101))
    assert not is_far_from_zero(counted(-200, 200))


def test_every_feature_gets_its_own_line() -> None:
    x = columns(1.0, 100.0, 10000.0)
    node = the_node(convert(drawn(Dense(2), inputs=3), x, name="net").graph, "quantize_sensors")
    reach = node.attributes["multiplier"] / 2.0 ** node.attributes["shift"]
    span = (node.attributes["maximum"] - node.attributes["minimum"]) << node.attributes[
        "left_shift"
    ]
    np.testing.assert_allclose(reach * span, 254, rtol=0.01)

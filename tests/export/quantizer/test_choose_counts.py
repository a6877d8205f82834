"""Counts of raw readings: their resolution, their range, and what is rejected."""

from __future__ import annotations

import numpy as np
import pytest
from support.handmade import drawn, handmade
from support.networks import run_module

from thumbnet.export import convert
from thumbnet.export.quantizer.input_counts import (
    choose_counts,
    count,
    spec_of_dtype,
)
from thumbnet.trainer import Dense, InputSpec, ThumbnetError

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

"""Counts at the limits of what is accepted, and what the messages say beyond them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from thumbnet.export.quantizer.input_counts import (
    Counts,
    choose_counts,
    in_units,
    one_if_alike,
    per_input,
    spec_of_dtype,
)
from thumbnet.trainer import COUNT_LIMIT, InputSpec, ThumbnetError

X = np.array([[-1.0, 0.0], [3.0, 8.0]])


def chosen(x: Any = X, spec: InputSpec | None = None, resolution: Any = 1.0, **more: Any) -> Counts:
    options = {"alike": False, "margin": 0.0, **more}
    return choose_counts(x, spec, resolution, **options)


def refused(*arguments: Any, **options: Any) -> str:
    with pytest.raises(ThumbnetError) as caught:
        chosen(*arguments, **options)
    return str(caught.value)


@pytest.mark.parametrize("margin", [-0.001, np.inf, np.nan])
def test_a_margin_is_a_share(margin: float) -> None:
    assert refused(margin=margin) == (
        f"export: margin={margin} must be 0 or more: 0.125 is an eighth"
    )


@pytest.mark.parametrize(
    ("resolution", "units"), [(1.0, 1), (0.5, 2), (0.1, 10), (1 / 3, 3), (1 / 3 * (1 + 5e-7), 3)]
)
def test_a_resolution_is_one_over_a_whole_number(resolution: float, units: int) -> None:
    assert chosen(resolution=resolution).units.tolist() == [units]


@pytest.mark.parametrize("resolution", [0.0, -0.5, 2.0, 0.3, 1 / 3 * (1 + 5e-6), (0.5, 0.0)])
def test_another_resolution_is_refused(resolution: Any) -> None:
    assert refused(resolution=resolution) == (
        f"export: a resolution of {resolution} is not 1/N: use 1, 0.5, 0.1, 0.01 ..."
    )


def test_a_resolution_of_the_model_gives_way_to_that_of_the_call() -> None:
    spec = InputSpec((2,), resolution=0.5)
    assert chosen(X, spec, None).units.tolist() == [2]
    assert chosen(X, spec, 0.25).units.tolist() == [4]


@pytest.mark.parametrize("side", [1, -1])
def test_most_counts(side: int) -> None:
    for most, fits in ((COUNT_LIMIT - 1, True), (COUNT_LIMIT, False)):
        x = side * np.array([[0.0], [most / 4]])
        if fits:
            assert (
                np.abs([chosen(x, None, 0.25).minimum, chosen(x, None, 0.25).maximum]).max() == most
            )
            continue
        assert refused(x, None, 0.25) == (
            f"export: inputs reach {COUNT_LIMIT} counts of their resolution, but a board's float "
            f"holds {COUNT_LIMIT}: set a coarser resolution, such as 1"
        )


def test_a_resolution_that_fits_is_suggested() -> None:
    x = np.array([[0.0], [COUNT_LIMIT / 100]])
    assert refused(x, None, 0.01).endswith("set a coarser resolution, such as 0.1")


def test_a_unit_that_is_too_small() -> None:
    assert refused(np.array([[0.0], [COUNT_LIMIT * 5.0]])).endswith("train it in a larger unit")


def test_smallest_range_of_a_resolution_that_is_chosen() -> None:
    assert chosen(np.array([[0.0], [5e-15]]), None, None).units.tolist() == [10**18]
    assert refused(np.array([[0.0], [4e-15]]), None, None) == (
        "export: input 0 varies by only 4e-15: train it in a smaller unit (multiply it by a "
        "constant)"
    )


def test_ends_that_are_declared_for_each_position_are_those_of_the_channel() -> None:
    x = np.array([[[1.0, 10.0], [2.0, 20.0]], [[3.0, 30.0], [4.0, 40.0]]])
    spec = InputSpec((2, 2), minimum=(-1.0, 0.0, -2.0, -5.0), maximum=(9.0, 50.0, 8.0, 60.0))
    counts = chosen(x, spec, channels=2)
    assert counts.minimum.tolist() == [-2, -5]
    assert counts.maximum.tolist() == [9, 60]
    assert (counts.least.tolist(), counts.most.tolist()) == ([1, 10], [4, 40])
    counts = chosen(x, InputSpec((2, 2), minimum=(-1.0, -3.0)), channels=2)
    assert counts.minimum.tolist() == [-1, -3]
    counts = chosen(x, None, (1.0, 0.5, 0.25, 1.0), channels=2)
    assert counts.units.tolist() == [4, 2]


def test_one_number_for_all_or_one_for_each() -> None:
    counts = chosen(X, InputSpec((2,), minimum=-5.0, maximum=9.0))
    assert (counts.minimum.tolist(), counts.maximum.tolist()) == ([-5], [9])
    assert (counts.least.tolist(), counts.most.tolist()) == ([-1, 0], [3, 8])
    assert one_if_alike(np.array([2, 2, 2])).tolist() == [2]
    assert one_if_alike(np.array([2, 2, 3])).tolist() == [2, 2, 3]
    assert per_input(np.array([1, 2]), 6).tolist() == [1, 2, 1, 2, 1, 2]
    assert per_input(np.array([1]), 3).tolist() == [1, 1, 1]


def test_an_empty_range_is_refused() -> None:
    for minimum, maximum in ((5.0, 5.0), (5.0, 4.0)):
        spec = InputSpec((2,), minimum=minimum)
        x = X + maximum - X.max(axis=0)
        assert refused(x, spec) == (
            "export: an input's minimum is not below its maximum: set both in model.input_spec"
        )


def test_samples_outside_their_declared_range() -> None:
    spec = InputSpec((2,), minimum=(-9.0, 9.0), maximum=(9.0, 19.0))
    assert refused(X, spec) == (
        "export: all samples of input 1 are outside its declared range: "
        "calibrate with rows in the range, or correct model.input_spec"
    )


def test_a_feature_that_hardly_varies_is_spread_over_a_few_counts() -> None:
    far = float(2**20 - 1)
    x = np.array([[7.0], [8.0]])
    counts = chosen(x, InputSpec((1,), minimum=-far, maximum=far))
    assert (counts.least.tolist(), counts.most.tolist()) == ([6.5], [8.5])
    for at in (-far, far - 1):  # as near to the end as it goes
        counts = chosen(x - 7 + at, InputSpec((1,), minimum=-far, maximum=far))
        least = at if at < 0 else far - 4
        assert (counts.least.tolist(), counts.most.tolist()) == ([least], [least + 4])


def test_counts_in_raw_units() -> None:
    assert repr(in_units([3, 4], 1)) == "[3, 4]"
    assert repr(in_units([3, 4], [1, 2])) == "[3.0, 2.0]"


def test_a_dtype_declares_the_range_of_rows() -> None:
    assert spec_of_dtype(np.zeros((4, 2), np.uint8)) == InputSpec((2,), minimum=0.0, maximum=255.0)
    assert spec_of_dtype(np.zeros(4, np.uint8)) is None
    assert spec_of_dtype(np.zeros((4, 0), np.uint8)) is None
    assert spec_of_dtype(np.zeros((4, 2))) is None


def test_a_range_that_is_widened_is_in_raw_units() -> None:
    far = float(2**20 - 1) / 4
    x = np.array([[7.0], [7.25]])
    counts = chosen(x, InputSpec((1,), minimum=-far, maximum=far), 0.25)
    assert (counts.least.tolist(), counts.most.tolist()) == ([6.875], [7.375])


def test_more_resolutions_than_features() -> None:
    x = np.arange(8.0).reshape(2, 2, 2)
    assert refused(x, None, (0.5,) * 6, channels=2).startswith(
        "export: 6 resolutions for 4 features: set one for all, or one for each, or one for each of"
    )


def test_samples_that_only_touch_their_declared_range() -> None:
    counts = chosen(np.array([[0.0], [5.0]]), InputSpec((1,), minimum=-5.0, maximum=0.0))
    assert (counts.minimum.tolist(), counts.maximum.tolist()) == ([-5], [0])
    # A 32nd of a count is enough for the largest left shift, 14.
    assert (counts.least.tolist(), counts.most.tolist()) == ([-1 / 32], [0])

"""Observers: the range that the 256 steps of a tensor cover."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from support.outlier import BULK, ROWS, unit

from thumbnet.export import Program, convert
from thumbnet.export.stages.calibrate import run_float
from thumbnet.export.stages.observers import OBSERVERS
from thumbnet.trainer import ThumbnetError

RNG = np.random.default_rng(0)

FAR_OUT = {
    "above": np.append(BULK, 1.3),
    "below": np.append(BULK, -1.3),
    "on both sides": np.append(BULK, [1.25, -1.35]),
    "above, from zero on": np.append(np.abs(BULK), 1.15),
    "above, far from zero": np.append(BULK + 2, 3.2),
    "below, far below zero": np.append(BULK - 2, -3.2),
}


def error(values: np.ndarray, counts: np.ndarray, low: float, high: float) -> float:
    """The mean squared error of 256 values from low to high, clipping included."""
    q = np.clip(np.rint((values - low) / (high - low) * 255), 0, 255)
    return float(np.average((values - (low + q * (high - low) / 255)) ** 2, weights=counts))


def test_all_that_was_seen() -> None:
    values = np.array([[3.0, -7.5], [0.25, 11.0]])
    assert OBSERVERS["min_max"](values) == (-7.5, 11.0)


def test_all_but_one_in_ten_thousand_on_either_side() -> None:
    values = RNG.permutation(np.arange(-50_000.0, 50_001.0)).reshape(-1, 1)
    low, high = OBSERVERS["percentile"](values)
    assert low == pytest.approx(-50_000 + 10)
    assert high == pytest.approx(50_000 - 10)


@pytest.mark.parametrize("where", FAR_OUT)
@pytest.mark.parametrize("name", ["percentile", "mse"])
def test_one_value_far_out_does_not_widen_the_range(name: str, where: str) -> None:
    values = FAR_OUT[where]
    (low, high), (least, most) = OBSERVERS[name](values), OBSERVERS["min_max"](values)
    assert (least, most) == (values.min(), values.max())
    assert (low > least + 0.1) == (where.startswith("below") or where == "on both sides")
    assert (high < most - 0.1) == (where.startswith("above") or where == "on both sides")


@pytest.mark.parametrize("where", FAR_OUT)
def test_the_least_squared_error_of_all_ranges(where: str) -> None:
    """Of every pair of ends: each is tried in 33 places between where it was seen and zero."""
    values = FAR_OUT[where]
    low, high = values.min(), values.max()
    inner = min(max(0.0, low), high)
    shares = np.linspace(0.2, 1, 33)
    distinct = np.unique(values, return_counts=True)
    tried = [
        error(*distinct, inner + (low - inner) * a, inner + (high - inner) * b)
        for a, b in product(shares if low < inner else [1.0], shares if high > inner else [1.0])
    ]
    found = error(*distinct, *OBSERVERS["mse"](values))
    assert found <= 1.05 * min(tried)
    assert found < 0.95 * error(*distinct, low, high)


@pytest.mark.parametrize("name", OBSERVERS)
def test_one_value_alone(name: str) -> None:
    assert OBSERVERS[name](np.full((5, 2), 2.5)) == (2.5, 2.5)


# In the pipeline


INNER = {"dense_dense", "dense_activation"}


def made(name: str) -> Program:
    return convert(unit(), ROWS, name="net", calibration=name, resolution=0.0001)


@pytest.mark.parametrize("name", OBSERVERS)
def test_a_layer_has_the_range_that_its_observer_chooses(name: str) -> None:
    floats = made(name).floats
    seen = run_float(floats, ROWS)
    for tensor in INNER:
        found = floats.tensors[tensor]
        assert (found.low, found.high) == OBSERVERS[name](seen[tensor])
        assert (found.high == seen[tensor].max()) == (name == "min_max")


@pytest.mark.parametrize("name", OBSERVERS)
def test_input_and_scores_are_seen_whole(name: str) -> None:
    floats = made(name).floats
    seen = run_float(floats, ROWS)
    ends = seen.keys() - INNER
    assert {floats.input, "x", *floats.outputs} <= ends
    for tensor in {floats.input, "x", *floats.outputs}:
        found = floats.tensors[tensor]
        assert (found.low, found.high) == (seen[tensor].min(), seen[tensor].max())


def test_the_integers_cover_these_ranges() -> None:
    steps = []
    for name in OBSERVERS:
        program = made(name)
        high = program.floats.tensors["dense_activation"].high
        assert high is not None
        steps.append(program.graph.tensors["dense_activation"].scale)
        assert steps[-1] == pytest.approx(high / 255)
    assert len(set(steps)) == 3


def test_there_is_no_other() -> None:
    with pytest.raises(ThumbnetError) as caught:
        made("median")
    assert str(caught.value) == "unknown calibration 'median': use one of min_max, percentile, mse"

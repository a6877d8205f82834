"""The softmax in integers: true to the float softmax, for any number of classes."""

from __future__ import annotations

import math
import runpy
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from support.int31 import Int31
from support.operations import integer_forward

from thumbnet.export.ops.softmax import CLASSES_MAX, HALVES_MAX, power_of_half, softmax_scaling

RUNTIME = Path(__file__).parents[3] / "firmware" / "runtime"
FURTHEST = 2**29
"""Largest possible difference of two scores."""


@pytest.fixture(scope="module")
def board() -> dict[str, Any]:
    """Return the globals of the firmware's softmax."""
    sys.path.insert(0, str(RUNTIME))
    try:
        return runpy.run_path(str(RUNTIME / "softmax.py"))["softmax"].__globals__
    finally:
        sys.path.remove(str(RUNTIME))


def on_board(board: dict[str, Any], scores: list[int], nats: float) -> list[int]:
    scaling = softmax_scaling(nats)
    board["SOFTMAX_LIMIT"] = Int31(scaling["limit"])
    board["SOFTMAX_STEPS"] = tuple(map(Int31, scaling["steps"].tolist()))
    return [int(q) for q in board["softmax"]([Int31(s) for s in scores])]


def on_pc(scores: list[int], nats: float) -> NDArray[np.int64]:
    return integer_forward("softmax", np.array([scores]), **softmax_scaling(nats))[0]


def worst(scores: list[int], nats: float, got: NDArray[np.int64]) -> float:
    """Return the largest distance from the float softmax, in units of 2**-15."""
    x = np.array(scores, float) * nats
    p = np.exp(x - x.max())
    return float(np.abs(got - 2.0**15 * p / p.sum()).max())


def check(scores: list[int], nats: float) -> NDArray[np.int64]:
    q = on_pc(scores, nats)
    assert int(q.sum()) == 2**15
    assert worst(scores, nats, q) <= 2
    assert q[int(np.argmax(scores))] == q.max()
    return q


def test_power_is_the_firmwares(board: dict[str, Any]) -> None:
    u = np.unique(np.geomspace(1, 2**30 - 1, 5000).astype(np.int64))
    u = np.append(u, [0, *(HALVES_MAX * 2**24 + np.arange(-2, 3))])
    got = power_of_half(u)
    assert got.tolist() == [board["power_of_half"](Int31(v)) for v in u.tolist()]
    true = 2.0 ** (28 - u / 2**24)
    assert np.all(np.abs(got - true) <= np.maximum(7e-5 * true, 1))
    assert got.max() == 2**28  # that of the largest score


@given(
    steps=st.lists(st.floats(0, 30), min_size=2, max_size=40),
    nats=st.floats(-7, 2).map(lambda e: float(10.0**e)),
)
def test_probabilities_are_those_of_floats(steps: list[float], nats: float) -> None:
    check([round(min(step / nats, FURTHEST - 1)) for step in steps], nats)


@given(
    scores=st.lists(st.integers(-(2**28), 2**28), min_size=2, max_size=12),
    nats=st.floats(-9, 3).map(lambda e: float(10.0**e)),
)
def test_board_computes_the_same_in_31_bits(
    board: dict[str, Any], scores: list[int], nats: float
) -> None:
    assert on_board(board, scores, nats) == on_pc(scores, nats).tolist()


@pytest.mark.parametrize("classes", [500, 1000, CLASSES_MAX])
def test_many_classes(board: dict[str, Any], classes: int) -> None:
    for ahead in (0, 1, math.log(classes), 9.0, 13.1, 17.6, 19.0):
        scores = [round(ahead / 1e-4)] + [0] * (classes - 1)
        check(scores, 1e-4)
        nearly = [round(1e4 * ahead * i / classes) for i in range(classes)]
        assert on_board(board, nearly, 1e-4) == check(nearly, 1e-4).tolist()


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ([7, 7, 7], [10923, 10923, 10922]),
        ([-9000, 7, 7], [2, 16383, 16383]),
        ([5, 5], [16384, 16384]),
        ([0, 1, 0], [10919, 10930, 10919]),
    ],
)
def test_largest_remainders_are_rounded_up(
    board: dict[str, Any], scores: list[int], expected: list[int]
) -> None:
    assert on_pc(scores, 1e-3).tolist() == expected
    assert on_board(board, scores, 1e-3) == expected


def test_largest_score_is_never_less_probable_than_one_that_looks_the_same(
    board: dict[str, Any],
) -> None:
    # Too near to differ in Q28: only the order of rounding up tells them apart.
    scores = [2**20 - 1, 2**20 - 1, 2**20, 2**20 - 1]
    shares = [5462, 5461, 5462, 5461, 5461, 5461]
    assert on_pc([*scores, *scores[:2]], 1e-9).tolist() == shares
    assert on_board(board, [*scores, *scores[:2]], 1e-9) == shares

"""The softmax in integers: its exponential by tables, and the remainder."""

from __future__ import annotations

import runpy
from pathlib import Path

import numpy as np
from support.operations import integer_forward

from thumbnet.export.ops.answer import exp_q15

FIRMWARE = Path(__file__).parents[3] / "firmware"


def test_exponential_is_the_firmwares() -> None:
    board = runpy.run_path(str(FIRMWARE / "runtime" / "exponential.py"))["exp_q15"]
    t = np.arange(3101)
    assert exp_q15(t).tolist() == [board(int(v)) for v in t]


def test_exponential_ends() -> None:
    assert exp_q15(np.array([0, 3072, 2**28])).tolist() == [32765, 0, 0]


def test_softmax_gives_the_rest_to_the_first_largest() -> None:
    scaling = {"limit": 6144, "left_shift": 1, "multiplier": 16384, "shift": 16}
    got = integer_forward("softmax", np.array([[7, 7, 7], [-9000, 7, 7]]), **scaling)
    assert got.tolist() == [[10924, 10922, 10922], [0, 16384, 16384]]

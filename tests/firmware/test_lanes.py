"""The plain kernel, and big-integer lanes: the same numbers from a column of weights at a time."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.examples import examples
from support.int31 import Int31
from support.kernel_words import FIRMWARE
from support.kernels import SOME, Case, answers, layers
from support.micropython import needs_micropython

FOLDERS = [FIRMWARE / "plain", FIRMWARE / "runtime"]


@pytest.fixture(scope="module")
def kernels() -> dict[str, Any]:
    """The kernels' files under CPython."""
    names: dict[str, Any] = {}
    for name in ("requantize", "fully_connected", "fully_connected_lanes"):
        text = (FIRMWARE / "plain" / f"{name}.py").read_text(encoding="utf-8")
        exec(text.replace("from requantize import requantize", ""), names)
    return names


@given(st.lists(layers(), min_size=20, max_size=40))
@examples(15, SOME)
def test_lanes_on_unix(tmp_path_factory: pytest.TempPathFactory, cases: list[Case]) -> None:
    needs_micropython()
    file = tmp_path_factory.getbasetemp() / "lanes.jsonl"
    said = answers("lanes", FOLDERS, [case.line("plain") for case in cases], file)
    for case, answer in zip(cases, said, strict=True):
        assert answer["y"] == case.wanted()


class Column(int):
    """An integer that may be long; its bytes are small ones."""

    def __add__(self, other: int) -> Column:
        return Column(int(self) + int(other))

    __radd__ = __add__

    def __mul__(self, other: int) -> Column:
        return Column(int(self) * int(other))

    def to_bytes(self, *size: Any) -> Any:
        return tuple(map(Int31, int(self).to_bytes(*size)))


def check(kernels: dict[str, Any], case: Case) -> None:
    """Both kernels under CPython; and with nothing but columns beyond 31 bits."""
    line, wanted = case.line("plain"), case.wanted()
    w, p = bytes.fromhex(line["w"]), tuple(line["p"])
    kernels["fully_connected"](case.x, w, line["y"], p)
    assert line["y"] == wanted
    columns, table = kernels["lanes"](w, line["inputs"], line["outputs"])
    y = case.line("plain")["y"]
    kernels["fully_connected_lanes"](case.x, (columns, table), y, p)
    assert y == wanted
    if any(case.x):
        y, small = case.line("plain")["y"], tuple(map(Int31, p))
        long = [Column(column) for column in columns], table
        kernels["fully_connected_lanes"]([Int31(a) for a in case.x], long, y, small)
        assert y == wanted


@given(layers())
@examples(300, SOME)
def test_cpython(kernels: dict[str, Any], case: Case) -> None:
    check(kernels, case)


def test_no_lane_reaches_into_the_next(kernels: dict[str, Any]) -> None:
    inputs = 65_000  # the most that an exporter takes, all 255
    weight = np.zeros((3, inputs), int)
    weight[:, : (2**29 - 1) // 255 // 128] = [[127], [-128], [127]]
    node = {
        "weight": weight,
        "bias": np.zeros(3, int),
        "zero_point": 0,
        "multiplier": np.full(3, 2**15 - 1),
        "shift": np.full(3, 16),
        "activation_min": -(2**29),
        "activation_max": 2**29,
    }
    check(kernels, Case(b"\xff" * inputs, b"", b"", 0, True, node))

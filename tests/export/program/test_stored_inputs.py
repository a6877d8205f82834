"""Rows of many levels are base64 in the `.json`; all others are lists."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from thumbnet.export import Graph, Node, TensorSpec
from thumbnet.export.program.stored_inputs import MANY, inputs_from_json, inputs_to_json


def levels(size: int, maximum: int = 255) -> Graph:
    tensors = {"input": TensorSpec("input", (size,), "int32")}
    node = Node("quantize_levels", ("input",), "x", {"minimum": 0, "maximum": maximum, "gain": 1})
    return Graph("net", "fuse", "input", (), (node,), tensors)


@pytest.mark.parametrize("size", [MANY - 1, MANY])
def test_round_trip(size: int) -> None:
    rows = np.random.default_rng(0).integers(0, 256, (3, size)).tolist()
    stored = inputs_to_json(rows, levels(size))
    assert [type(row) for row in stored] == [str if size == MANY else list] * 3
    assert inputs_from_json(stored, levels(size)) == rows


def test_levels_beyond_a_byte_stay_numbers() -> None:
    assert inputs_to_json([[300] * MANY], levels(MANY, 300)) == [[300] * MANY]


@pytest.mark.parametrize(
    "row",
    ["AAAA", "A" * 4 * (MANY // 3), "no base64", "é", "AAAA\n" * 400, None, [1], ["1"] * MANY],
)
def test_other_rows_are_refused(row: Any) -> None:
    with pytest.raises(ValueError, match="a row of inputs is"):
        inputs_from_json([row], levels(MANY))


def test_base64_where_rows_are_short_is_refused() -> None:
    with pytest.raises(ValueError, match="expected 3 numbers"):
        inputs_from_json(["AAAA"], levels(3))

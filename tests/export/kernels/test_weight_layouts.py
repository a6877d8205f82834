"""The layouts of weights, compared with their descriptions."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from thumbnet.export.kernels.weight_layouts import LAYOUTS, block_widths, pack, pack_piece

SHAPES = st.tuples(st.integers(1, 40), st.integers(1, 30))
Place = tuple[int, int]


def blocks(outputs: int) -> Iterator[range]:
    """8 while more than 4 remain, then 4."""
    first = 0
    while first < outputs:
        width = 8 if outputs - first > 4 else 4
        yield range(first, first + width)
        first += width


def places(outputs: int, inputs: int, layout: str) -> Iterator[Place]:
    """Output and input of every byte, including padding."""
    if layout == "rows":
        yield from ((c, i) for c in range(outputs) for i in range(inputs))
        return
    if layout == "taps":
        yield from ((c, i) for i in range(inputs) for c in range(outputs))
        return
    groups = -(-inputs // 4)
    for block in blocks(outputs):
        if layout == "interleaved":
            yield from ((c, i) for i in range(4 * groups) for c in block)
        else:
            for group in range(groups):
                yield from ((c, 4 * group + k) for c in block for k in range(4))


def weights(outputs: int, inputs: int) -> np.ndarray:
    rng = np.random.default_rng(outputs * 100 + inputs)
    return rng.integers(-128, 128, (outputs, inputs)).astype(np.int8)


BYTES = ("rows", "interleaved", "words", "taps")


def nibbles(outputs: int, inputs: int, layout: str) -> Iterator[Place]:
    """Output and input of every half byte, the low half first."""
    if layout == "nibble_rows":
        yield from ((c, i) for c in range(outputs) for i in range(-(-inputs // 2) * 2))
        return
    for first in range(0, outputs, 8):
        for i in range(-(-inputs // 4) * 4):
            yield from ((c, i) for c in range(first, first + 8))


@pytest.mark.parametrize("layout", ["nibble_rows", "nibble_blocks"])
@given(shape=SHAPES)
@settings(deadline=None)
def test_every_half_byte(layout: str, shape: Place) -> None:
    weight = weights(*shape) % 15 - 7
    wanted = [
        int(weight[c, i]) + 8 if c < shape[0] and i < shape[1] else 8
        for c, i in nibbles(*shape, layout)
    ]
    packed = pack(weight, layout)
    assert [half for byte in packed for half in (byte & 15, byte >> 4)] == wanted


def test_every_layout_is_tested() -> None:
    assert {*BYTES, "nibble_rows", "nibble_blocks"} == set(LAYOUTS)


@pytest.mark.parametrize("layout", BYTES)
@given(shape=SHAPES)
@settings(deadline=None)
def test_every_byte(layout: str, shape: Place) -> None:
    weight = weights(*shape)
    packed = pack(weight, layout)
    wanted = [
        int(weight[c, i]) + 128 if c < shape[0] and i < shape[1] else 128
        for c, i in places(*shape, layout)
    ]
    assert list(packed) == wanted


@pytest.mark.parametrize("layout", LAYOUTS)
@given(shape=SHAPES, start=st.integers(0, 30), stop=st.integers(1, 40))
@settings(deadline=None)
def test_a_piece_is_a_layer_of_its_inputs(layout: str, shape: Place, start: int, stop: int) -> None:
    weight = weights(*shape) % 15 - 7
    start = min(start, shape[1] - 1)
    stop = max(stop, start + 1)
    piece = pack_piece(weight, layout, start, stop)
    assert piece == pack(weight[:, start:stop], layout)


def test_the_example_of_the_docstring() -> None:
    weight = np.arange(15).reshape(3, 5) - 128  # the bytes 0 to 14
    gone = 128
    a, b, c = ([5 * k + i for i in range(5)] for k in range(3))
    assert pack(weight, "rows") == bytes([*a, *b, *c])
    interleaved = [v for i in range(5) for v in (a[i], b[i], c[i], gone)]
    assert pack(weight, "interleaved") == bytes(interleaved + 12 * [gone])
    rest = [v for row in (a, b, c) for v in (row[4], gone, gone, gone)]
    words = [*a[:4], *b[:4], *c[:4], *4 * [gone], *rest, *4 * [gone]]
    assert pack(weight, "words") == bytes(words)


def test_extremes() -> None:
    assert pack(np.array([[-128, 0, 127]], np.int8), "rows") == b"\x00\x80\xff"


@pytest.mark.parametrize(
    ("outputs", "widths"),
    [(1, [4]), (4, [4]), (5, [8]), (8, [8]), (9, [8, 4]), (12, [8, 4]), (13, [8, 8]), (0, [])],
)
def test_block_widths(outputs: int, widths: list[int]) -> None:
    assert block_widths(outputs) == widths


def test_unknown_layout() -> None:
    with pytest.raises(ValueError, match="unknown layout 'columns': use one of rows, interleaved"):
        pack(weights(2, 3), "columns")

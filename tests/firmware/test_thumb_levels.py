"""quantize of the Thumb tier on an emulated core: the bytes and errors of the plain tier."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.asm_thumb import Firmware
from support.examples import examples
from support.kernel_words import FIRMWARE

LITERALS = ((0, 255, 1), (0, 9, 28), (-1, 1, 127), (-100, 155, 1), (250, 260, 25), (0, 1, 255))
LITERALS += ((-(2**30), -(2**30) + 255, 1), (2**30 - 255, 2**30, 1))
KINDS = {"list": list, "tuple": tuple, "bytes": bytes, "bytearray": bytearray}
OTHERS = (True, False, None, "a", 2.5, -0.5, 7.0, 2**30, -(2**30) - 1, 2**31, 2**32, -(2**32))


class Input:
    """`quantize` with the literals of a network, and how often it left the fast path."""

    def __init__(self, inputs: int, literals: tuple[int, int, int], room: int = 0) -> None:
        self.slow = 0
        self.x = bytearray(b"\xa5" * (inputs + room))
        names = dict(zip(("INPUT_MIN", "INPUT_MAX", "INPUT_GAIN"), literals, strict=True))
        names.update(INPUTS=inputs, X0=self.x)
        runtime = FIRMWARE / "runtime"
        lengths = Firmware(runtime / "lengths.py", **names)
        self._each_level = Firmware(runtime / "each_level.py", **names).each_level
        self.fw = Firmware(
            *(FIRMWARE / "thumb" / "levels.py", "armv6m"),
            each_level=self.each_level,
            as_sequence=lengths.as_sequence,
            **names,
        )
        self.quantize = self.fw.quantize

    def each_level(self, values: Any) -> bytearray:
        self.slow += 1
        return self._each_level(values)


@st.composite
def calls(draw: st.DrawFn) -> tuple[tuple[int, int, int], Any]:
    """Literals, and values in a container: mostly such as fit, now and then one that does not."""
    literals = draw(st.sampled_from(LITERALS))
    kind = draw(st.sampled_from(list(KINDS)))
    first, last = literals[:2]
    if kind.startswith("byte"):
        first, last = max(0, first), min(255, last)
        if first > last:
            first, last = 0, 255
    values: list[Any] = draw(st.lists(st.integers(first, last), min_size=1, max_size=30))
    if draw(st.booleans()):
        odd: Any = st.sampled_from((first - 1, last + 1, *OTHERS, 0, 255))
        if kind.startswith("byte"):
            odd = st.integers(0, 255)
        values[draw(st.integers(0, len(values) - 1))] = draw(odd)
    return literals, KINDS[kind](values)


def outcome(function: Callable[[Any], bytearray], values: Any) -> bytearray | str:
    """What it returns, or the text of its ValueError."""
    try:
        return function(values)
    except ValueError as error:
        return str(error)


@given(call=calls(), align=st.integers(0, 3), room=st.integers(0, 4))
@examples(300)
def test_quantize(call: tuple[tuple[int, int, int], Any], align: int, room: int) -> None:
    literals, values = call
    fast, plain = Input(len(values), literals, room), Input(len(values), literals, room)
    fast.fw.align = align
    wanted, got = outcome(plain.each_level, values), outcome(fast.quantize, values)
    assert got == wanted
    if isinstance(got, str):
        return
    assert got is fast.x
    small = all(type(v) is int and -(2**30) <= v < 2**30 for v in values)
    assert fast.slow == (not small)


@pytest.mark.parametrize(
    "values", [array("H", [1, 2, 3]), array("b", [1, 2, 3]), memoryview(b"abc")]
)
def test_other_sequences(values: Any) -> None:
    """Not read as bytes, whatever the size of their items."""
    net = Input(3, (0, 255, 1))
    # MicroPython's arrays have no tolist, and reach the levels as they are.
    net.fw.names["as_sequence"] = lambda sequence: sequence
    assert net.quantize(values) == bytes(values.tolist())
    assert net.slow == 1


@pytest.mark.parametrize("values", [[1, 2], b"12", (1, 2, 3, 4), 3, {1, 2, 3}, {0: 1, 1: 2, 2: 3}])
def test_no_fit(values: Any) -> None:
    net = Input(3, (0, 255, 1))
    with pytest.raises(ValueError, match="expected 3 numbers, got"):
        net.quantize(values)
    assert net.x == b"\xa5" * 3


def test_cost() -> None:
    """A digit's pixels cost a small part of the layer behind them."""
    net = Input(784, (0, 255, 1))
    for values in (bytes(784), list(range(256)) * 3 + [0] * 16):
        net.quantize(values)
        assert net.slow == 0
        assert net.fw.cost.instructions < 15 * 784

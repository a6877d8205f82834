"""The kernel that reads weights in the chunks of a micro:bit v1's flash, on an emulated core."""

from __future__ import annotations

from array import array

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.asm_thumb import Firmware
from support.examples import examples
from support.kernel_words import FIRMWARE, words_of
from support.kernels import Case, layers
from support.operations import integer_forward
from support.thumb_machine import Fault

from thumbnet.export.emit.flash_file import DATA, packed_weights

PATH = FIRMWARE / "microbit" / "fully_connected.py"


def firmware() -> Firmware:
    fw = Firmware(PATH)
    fw.align, fw.modulo = 1, 128
    return fw


def flash(weight: np.ndarray, rng: np.random.Generator) -> bytes:
    """Memory as it is on the board: between the chunks' data two bytes of the file system."""
    data = packed_weights(weight.astype(np.int8))
    chunks = [data[at : at + DATA] for at in range(0, len(data), DATA)]
    return b"".join(chunk + rng.bytes(2) for chunk in chunks)[:-2]


def wide_words(inputs: int, outputs: int) -> list[int]:
    """All of `p` of a layer with wide outputs."""
    words = {"inputs": inputs, "outputs": outputs, "wide": 1, "pieces": 1}
    limits = {"activation_min": -(2**28), "activation_max": 2**28}
    each = {"bias": 0, "multiplier": 2**14, "shift": 20}
    return words_of("fully_connected", "microbit").alike({**words, **limits}, each, outputs)


@given(case=layers(), seed=st.integers(0, 999))
@examples(300)
def test_any_layer(case: Case, seed: int) -> None:
    """Dirt behind x meets weights of 0; nothing outside x, w, y and p is touched."""
    node = {key: value for key, value in case.node.items() if key != "table"}
    rng = np.random.default_rng(seed)
    p: list[int] = list(case.line("thumb")["p"])
    p[words_of("fully_connected", "microbit").index("table")] = 0
    x = bytearray(case.before + case.x + rng.bytes(-len(case.x) % 4))
    before = bytes(x)
    size = case.y_at + len(node["weight"])
    y = array("i", [7] * size) if case.wide else bytearray(size)
    kept = array("i", p)
    assert firmware().fully_connected(x, flash(node["weight"], rng), y, kept) == 0
    inputs = np.frombuffer(case.x, np.uint8).astype(np.int64)
    wanted = integer_forward("fully_connected", inputs[None], **node)[0].tolist()
    assert list(y)[case.y_at :] == wanted
    assert set(list(y)[: case.y_at]) <= {0, 7}
    assert list(kept) == p
    assert x == before


@pytest.mark.parametrize("full", [1.0, 0.2])
def test_speed(full: float) -> None:
    """784x16 as the Thumb tier's goals have it, and the chunks cost next to nothing."""
    rng = np.random.default_rng(1)
    weight = rng.integers(-128, 128, (16, 784))
    at = np.arange(784)
    x = np.where((at // 8) % 5 < 5 * full, at % 255 + 1, 0).astype(np.uint8)
    p = wide_words(784, 16)
    fw = firmware()
    fw.fully_connected(
        bytearray(x.tobytes()), flash(weight, rng), array("i", [0] * 16), array("i", p)
    )
    assert fw.cost.instructions / weight.size < (4.0 if full == 1.0 else 1.4)


def test_a_read_beyond_the_weights_is_seen() -> None:
    rng = np.random.default_rng(1)
    p = wide_words(8, 16)
    short = flash(rng.integers(-128, 128, (8, 8)), rng)[:64]
    with pytest.raises(Fault):
        firmware().fully_connected(bytearray([1] * 8), short, array("i", [0] * 16), array("i", p))


@given(st.binary(min_size=1, max_size=80), st.integers(0, 999), st.booleans())
@examples(60)
def test_lookup(x: bytes, seed: int, in_place: bool) -> None:
    rng = np.random.default_rng(seed)
    table = rng.bytes(256)
    chunks = [table[at : at + DATA] for at in range(0, 256, DATA)]
    fw = Firmware(FIRMWARE / "microbit" / "lookup.py")
    fw.align, fw.modulo = 1, 128
    source = bytearray(b"\x05\x06\x07\x08" + x)
    target = source if in_place else bytearray(3 + len(x))
    y_at = 4 if in_place else 3
    w = b"".join(chunk + rng.bytes(2) for chunk in chunks)[:-2]
    fw.lookup(source, w, target, array("i", [len(x), 4, y_at]))
    assert target[y_at:] == bytes(table[q] for q in x)

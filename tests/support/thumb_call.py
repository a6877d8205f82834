"""Runs a layer's call on the emulated core, and holds its memory against what is wanted."""

from __future__ import annotations

from array import array
from dataclasses import replace
from functools import lru_cache

import numpy as np

from thumbnet.export.graph.window import Window

from .asm_thumb import Firmware
from .kernel_words import FIRMWARE, WORDS
from .layer_cases import Call, Places, convolution
from .thumb_machine import Cost


@lru_cache
def _firmware(kernel: str, arch: str) -> Firmware:
    return Firmware(FIRMWARE / "thumb" / f"{kernel}.py", arch)


def run(call: Call, arch: str = "armv6m", align: int = 0) -> Cost:
    """Make the call, w at an address of align modulo 4; assert that all of its memory is right."""
    fw = _firmware(call.kernel, arch)
    fw.align = align
    p = array("i", call.p)
    assert getattr(fw, call.kernel)(call.x, call.w, call.y, p) == 0
    assert list(p) == call.p
    x = bytearray(memoryview(call.x).cast("B"))
    x[call.free] = call.x_after[call.free]
    assert x == call.x_after
    if call.y is not call.x:
        assert bytes(memoryview(call.y).cast("B")) == call.y_after
    return fw.cost


def in_one_arena(call: Call) -> Call:
    """The same with y behind x in one buffer, where y is bytes."""
    if isinstance(call.y, array) or isinstance(call.x, array) or call.y is call.x:
        return call
    p = call.p.copy()
    p[WORDS[call.kernel].index("y_at")] += len(call.x)
    arena = call.x + call.y
    after = call.x_after + call.y_after
    return replace(call, x=arena, y=arena, p=p, x_after=after, y_after=after)


def layer(
    kernel: str,
    image: tuple[int, int],
    *,
    outputs: int,
    side: int = 3,
    stride: int = 1,
    top: int = 0,
    full: float = 1.0,
    table: bool = False,
) -> tuple[Call, int]:
    """A square layer's call and how many products it has; full: of the input that is not zero."""
    n, channels = image
    out = (n + 2 * top - side) // stride + 1
    window = Window(n, n, channels, side, side, stride, stride, top, top, out, out)
    rng = np.random.default_rng(0)
    inputs = window.taps if kernel == "depthwise_conv" else window.taps * channels
    most = 7 if kernel == "conv_int4" else 127
    node = {
        "weight": rng.integers(-most, most + 1, (outputs, inputs)),
        "bias": np.zeros(outputs, int),
        "multiplier": np.full(outputs, 2**14),
        "shift": np.full(outputs, 24),
        "zero_point": 0,
        "activation_min": 0,
        "activation_max": 255,
    }
    if table:
        node["table"] = rng.integers(0, 256, 256)
    size = n * n * channels
    x = rng.integers(1, 256, size) * (rng.random(size) < full)
    room = -(-window.taps * channels // 4) * 4
    start = -(-size // 4) * 4
    call = convolution(
        kernel, window, node, x, Places(0, start, 0, start + room), rng, pad=9 if top else 0
    )
    return call, out * out * outputs * inputs

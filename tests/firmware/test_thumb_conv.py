"""The Thumb convolutions on an emulated core against the specification: integers, memory, speed."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.examples import examples
from support.kernel_words import WORDS
from support.layer_cases import CONVOLUTIONS, Call, Places, convolution, convolutions
from support.thumb_call import in_one_arena, layer, run
from support.thumb_machine import Fault

from thumbnet.export.graph.window import Window

ALL = pytest.mark.parametrize("kernel", CONVOLUTIONS)
ARCH = pytest.mark.parametrize("arch", ["armv6m", "armv7em"])


@ALL
@ARCH
@given(data=st.data(), align=st.integers(0, 3), shared=st.booleans())
@examples(120)
def test_any_layer(kernel: str, arch: str, data: st.DataObject, align: int, shared: bool) -> None:
    call = data.draw(convolutions(kernel))
    run(in_one_arena(call) if shared else call, arch, align)


@pytest.mark.emulated
@ALL
@pytest.mark.parametrize("channels", [1, 4])
@pytest.mark.parametrize("flat", [False, True])
def test_every_small_window(kernel: str, channels: int, flat: bool) -> None:
    """All that an edge can cut off, and what is and is not made of whole words."""
    for n, k in product((1, 2, 3, 4, 8), range(1, 6)):
        for stride, before in product((1, 2) if k != 4 else (1, 2, 4), range(k)):
            out = (n - 1 + before) // stride + 1
            side = (n, k, stride, before, out)
            sides = [(1, 1, 1, 0, 1) if flat else side, side]
            h, k_h, s_h, top, out_h = sides[0]
            w, k_w, s_w, left, out_w = sides[1]
            window = Window(h, w, channels, k_h, k_w, s_h, s_w, top, left, out_h, out_w)
            run(small(kernel, window))


def small(kernel: str, window: Window) -> Call:
    """A layer of any numbers."""
    rng = np.random.default_rng(sum(window))
    inputs = window.taps * (1 if kernel == "depthwise_conv" else window.channels)
    outputs = window.channels if kernel == "depthwise_conv" else 3
    node = {
        "weight": rng.integers(-7, 8, (outputs, inputs)),
        "bias": np.zeros(outputs, int),
        "multiplier": np.full(outputs, 2**15 - 1),
        "shift": np.full(outputs, 20),
        "zero_point": 128,
        "activation_min": 0,
        "activation_max": 255,
    }
    size = window.height * window.width * window.channels
    x = rng.integers(0, 256, size)
    start = -(-size // 4) * 4
    room = -(-window.taps * window.channels // 4) * 4
    return convolution(kernel, window, node, x, Places(0, start, 0, start + room), rng, pad=77)


def one_pixel(kernel: str, inputs: int, outputs: int, value: int) -> Call:
    """A dense layer: an image of one pixel."""
    rng = np.random.default_rng(inputs)
    most = 7 if kernel == "conv_int4" else 128
    node: dict[str, Any] = {
        "weight": rng.integers(-most, most, (outputs, inputs)),
        "bias": rng.integers(-(2**20), 2**20, outputs),
        "multiplier": rng.integers(2**14, 2**15, outputs),
        "shift": rng.integers(16, 45, outputs),
        "zero_point": 0,
        "activation_min": -(2**29),
        "activation_max": 2**29,
    }
    window = Window(1, 1, inputs, 1, 1, 1, 1, 0, 0, 1, 1)
    room = -(-inputs // 4) * 4
    at = Places(0, room, 0, 2 * room)
    x = np.full(inputs, value)
    return convolution(kernel, window, node, x, at, rng, pad=0, wide=True)


@pytest.mark.parametrize("kernel", ["conv", "conv_int4"])
@pytest.mark.parametrize("shape", [(784, 16), (1040, 9), (3, 300), (2000, 4), (8320, 1)])
@pytest.mark.parametrize("value", [0, 255])
@pytest.mark.parametrize("align", [0, 1])
def test_many_products(kernel: str, shape: tuple[int, int], value: int, align: int) -> None:
    """Sums beyond 2**24, more bytes than 16 bits count, every channel its own parameters."""
    run(one_pixel(kernel, *shape, value), align=align)


@ALL
@pytest.mark.parametrize("image", [(17, 1), (16, 4)])
def test_a_larger_image(kernel: str, image: tuple[int, int]) -> None:
    outputs = image[1] if kernel == "depthwise_conv" else 9
    for top in (0, 1):
        run(layer(kernel, image, outputs=outputs, top=top, side=5)[0])


@ALL
@ARCH
@pytest.mark.parametrize("short", ["x", "w", "table", "y", "p", "patch"])
def test_reads_and_writes_to_the_last_byte(kernel: str, arch: str, short: str) -> None:
    """A buffer that is shorter by a byte (p: by a word) is seen: none is larger than it must be."""
    outputs = 4 if kernel == "depthwise_conv" else 12
    call, _ = layer(kernel, (4, 4), outputs=outputs, table=short == "table")
    run(call, arch)
    if short == "p":
        call.p.pop()
    elif short == "y":
        del call.y[-1]
    elif short in ("w", "table"):
        call.w = call.w[: len(call.w) - (1 if short == "w" else 256)]
    else:
        assert isinstance(call.x, bytearray)
        if short == "x":  # with the image at its end
            words = WORDS[kernel]
            start = call.p[words.index("patch_at")]
            call.x[:] = call.x[start:] + call.x[:start]
            call.p[words.index("x_at")] = len(call.x) - start
            call.p[words.index("patch_at")] = 0
        del call.x[-1]
    with pytest.raises(Fault):
        run(call, arch)


# Speed


def cost(kernel: str, image: tuple[int, int], **how: Any) -> tuple[float, float]:
    """Instructions, and cycles of a Cortex-M0+, for each product."""
    call, products = layer(kernel, image, **how)
    took = run(call)
    return took.instructions / products, took.cycles / products


@pytest.mark.parametrize(
    ("kernel", "outputs", "full", "instructions", "cycles"),
    [
        ("conv", 8, 1.0, 4.4, 5.1),
        ("conv", 12, 1.0, 4.5, 5.2),
        ("conv", 16, 1.0, 4.3, 4.9),
        ("conv", 8, 0.5, 3.1, 3.8),
        ("conv_int4", 8, 1.0, 3.8, 4.4),
        ("conv_int4", 12, 1.0, 4.8, 5.5),
        ("conv_int4", 16, 1.0, 3.7, 4.3),
        ("depthwise_conv", 8, 1.0, 12.5, 17.0),
    ],
)
def test_cost_of_a_multiplication(
    kernel: str, outputs: int, full: float, instructions: float, cycles: float
) -> None:
    """3 x 3 on 13 x 13 with 8 channels, everything included."""
    for top in (0, 1):
        took = cost(kernel, (13, 8), outputs=outputs, top=top, full=full)
        assert took[0] < instructions
        assert took[1] < cycles


def test_cost_where_weights_are_not_aligned() -> None:
    for kernel, most in (("conv", 5.1), ("conv_int4", 5.8)):
        call, products = layer(kernel, (13, 8), outputs=8)
        assert run(call, align=1).instructions / products < most


@pytest.mark.parametrize(("kernel", "most"), [("conv", 335_000), ("conv_int4", 335_000)])
def test_cost_of_a_small_network(kernel: str, most: int) -> None:
    """28 x 28 pixels, three times 3 x 3 with a stride of 2; no input of any layer is zero."""
    layers = [((28, 1), 8), ((13, 8), 12), ((6, 12), 18)]
    calls = [layer(kernel, image, outputs=outputs, stride=2)[0] for image, outputs in layers]
    assert sum(run(call).cycles for call in calls) < most

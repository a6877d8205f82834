"""The Thumb convolutions of imported networks on an emulated core: integers, memory, speed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.examples import examples
from support.layer_cases import Places, convolution, scratch
from support.thumb_call import in_one_arena, run
from support.xnnpack_cases import CONVOLUTIONS, MANTISSAS, convolutions, one_input, scales

from thumbnet.export.graph.arithmetic import ACCUMULATOR_LIMIT
from thumbnet.export.graph.float32_arithmetic import float32_scale, requantize_float32
from thumbnet.export.graph.window import Window
from thumbnet.export.kernels.thumb_scales import DOUBT, thumb_scales
from thumbnet.export.kernels.thumb_sums import list_size

ALL = pytest.mark.parametrize("kernel", CONVOLUTIONS)
ARCH = pytest.mark.parametrize("arch", ["armv6m", "armv7em"])


@ALL
@ARCH
@given(data=st.data(), align=st.integers(0, 3), shared=st.booleans())
@examples(150)
def test_any_layer(kernel: str, arch: str, data: st.DataObject, align: int, shared: bool) -> None:
    call = data.draw(convolutions(kernel))
    run(in_one_arena(call) if shared else call, arch, align)


@given(seed=st.integers(0, 2**32 - 1), zero_point=st.sampled_from((0, 128)))
@examples(150)
def test_next_to_ties(seed: int, zero_point: int) -> None:
    """Sums whose results are next to a half, of any scale, those beyond 2**24 included."""
    rng = np.random.default_rng(seed)
    n = 64
    mantissa = np.where(
        rng.random(n) < 0.5, rng.choice(MANTISSAS, n), rng.integers(2**23, 2**24, n)
    )
    shift = rng.integers(16, 56, n)
    halves = rng.integers(-300, 300, n) + 0.5
    sums = np.rint(halves * 2.0**shift / mantissa) + rng.integers(-2, 3, n)
    sums = np.clip(sums, 1 - 2**29, 2**29 - 1).astype(np.int64)
    run(one_input(sums, mantissa, shift, zero_point=zero_point))


def test_powers_of_two() -> None:
    """Exact ties: every multiple of a quarter up to 2**9, and sums that float32 rounds first."""
    for shift in (22, 24, 25, 28, 29, 30, 33, 40, 47):
        up = shift - 23  # the result is acc / 2**up
        sums = np.arange(-2050, 2051) * 2.0 ** (up - 2)
        sums = np.unique(np.clip(sums, 1 - 2**29, 2**29 - 1)).astype(np.int64)
        run(one_input(sums, np.full(len(sums), 2**23), np.full(len(sums), shift)))
    large = np.array([s * (2**24 + d) for s in (-1, 1, 3, 31) for d in range(-4, 8)])
    for shift in (40, 41, 44, 45):
        run(one_input(large, np.full(len(large), 2**23 + 5), np.full(len(large), shift)))


@given(
    seed=st.integers(0, 2**32 - 1),
    zero_point=st.integers(0, 255),
    clamps=st.booleans(),
    step=st.floats(4, 4000),
)
@examples(60)
def test_fast_results_are_right_or_in_doubt(
    seed: int, zero_point: int, clamps: bool, step: float
) -> None:
    """The kernel's own steps in exact integers, for sums of all levels."""
    rng = np.random.default_rng(seed)
    n = 16
    low = zero_point if clamps else 0
    high = max(low, int(rng.choice((255, 200)))) if clamps else 255
    value = 1 / (step * rng.uniform(1, 2, n))
    mantissa, shift = np.array([float32_scale(v) for v in value]).T
    bias = np.full(n, ACCUMULATOR_LIMIT - 1)
    weight = np.zeros((n, 1), np.int8)
    _, first, factor, top = thumb_scales(
        *(weight, bias, mantissa, shift), limits=(zero_point, low, high)
    ).T
    levels = np.sort(rng.uniform(-260, 260, (5000, 1)), axis=0)
    acc = np.rint(levels * step).astype(np.int64)
    right = np.clip(zero_point + requantize_float32(acc, mantissa, shift), low, high)
    sums = acc - bias + first
    fast = np.broadcast_to(factor > 0, sums.shape)
    assert np.all(right[fast & (sums < 0)] == low)
    assert np.all(right[fast & (sums >= np.maximum(top, 0))] == high)
    product = sums * factor + int((low + 0.5 + DOUBT) * 2**24)
    inside = fast & (sums >= 0) & (sums < top)
    assert product[inside].max(initial=0) < 2**32
    sure = inside & (product % 2**24 >= 2 * DOUBT * 2**24)
    assert np.all((product >> 24 == right)[sure])
    assert step < 16 or step > 400 or not inside.any() or np.mean(sure[inside]) > 0.97
    assert np.all((sums >= 0)[~fast])
    assert np.all((top == 0)[factor == 0])


def test_large_sums_are_added_byte_by_byte() -> None:
    """300 inputs of 255 times weights at their ends: sums beyond 2**23 of both signs."""
    rng = np.random.default_rng(0)
    weight = np.repeat([[127], [-128]], 6, axis=0) * np.ones((1, 300), int)
    node = {
        **{"weight": weight, "bias": np.arange(12) * 1000, "mantissa": np.full(12, 2**23 + 77)},
        **{"shift": np.full(12, 39), "zero_point": 128, "activation_min": 0, "activation_max": 255},
    }
    window = Window(1, 1, 300, 1, 1, 1, 1, 0, 0, 1, 1)
    at = Places(0, 300, 0, 300 + list_size(300))
    for x in (np.full(300, 255), rng.integers(200, 256, 300)):
        run(convolution("conv_xnnpack", window, node, x, at, rng, pad=0))


def test_speed() -> None:
    """Cycles of a Cortex-M0+ for each product: 3 x 3 windows, half of the input zero."""
    rng = np.random.default_rng(0)
    window = Window(8, 8, 16, 3, 3, 1, 1, 1, 1, 8, 8)
    x = rng.integers(1, 100, 8 * 8 * 16) * (rng.random(8 * 8 * 16) < 0.5)
    for kernel, inputs, most in (("conv_xnnpack", 144, 2.3), ("depthwise_conv_xnnpack", 9, 9.5)):
        weight = rng.integers(-127, 128, (16, inputs))
        node = {"weight": weight, **scales(weight, True, rng), "zero_point": 0}
        node |= {"activation_min": 0, "activation_max": 255}
        at = Places(0, 1024, 0, 1024 + scratch(kernel, window))
        cost = run(convolution(kernel, window, node, x, at, rng, pad=0))
        assert cost.cycles / (64 * 16 * inputs) < most

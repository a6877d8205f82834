"""Calls of the assembly kernels of imported networks: scales in float32, ties, large sums."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

from thumbnet.export.graph.arithmetic import ACCUMULATOR_LIMIT
from thumbnet.export.graph.window import Window

from .layer_cases import (
    KINDS,
    WEIGHTS,
    Call,
    Places,
    Rng,
    activations,
    convolution,
    places,
    scratch,
    weights,
    windows,
)

CONVOLUTIONS = ("conv_xnnpack", "depthwise_conv_xnnpack")

MANTISSAS = (2**23, 2**23 + 1, 2**24 - 1, 3 * 2**22, 0xB504F3)
"""Powers of two, and others whose products are ties or next to one."""


@st.composite
def convolutions(draw: st.DrawFn, kernel: str) -> Call:
    """A call of a convolution of any shape, with any scales."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    each = kernel.startswith("depthwise")
    nine = each and draw(st.booleans())
    window = windows(rng, (3, 3) if nine else None)
    inputs = window.taps if each else window.taps * window.channels
    outputs = window.channels if each else draw(st.integers(1, 20))
    usual = draw(st.integers(0, 3)) > 0
    kind = draw(st.sampled_from(("any", "ends") if usual else WEIGHTS))
    weight = weights(kind, rng, (outputs, inputs), -128, 127)
    zero_point = 0 if nine else draw(st.sampled_from((0, 3, 128, 255)))
    low, high = draw(st.sampled_from(((0, 255), (zero_point, 255), (zero_point, zero_point))))
    node = {
        "weight": weight,
        **scales(weight, usual, rng),
        **{"zero_point": zero_point, "activation_min": low, "activation_max": high},
    }
    size = window.height * window.width * window.channels
    x = activations(draw(st.sampled_from(("any", "sparse") if usual else KINDS)), rng, size)
    at = draw(places(size, scratch(kernel, window)))
    more = draw(st.sampled_from((0, 0, 1, 5)))
    pad = draw(st.sampled_from((0, 0, 0, 1) if nine else (0, 1, 128, 255)))
    return convolution(kernel, window, node, x, at, rng, pad=pad, more=more)


def scales(weight: Any, usual: bool, rng: Rng) -> dict[str, Any]:
    """Biases and scales: outputs of all values, or extremes of both."""
    outputs, inputs = weight.shape
    mantissa = np.where(
        rng.random(outputs) < 0.5, rng.choice(MANTISSAS, outputs), rng.integers(2**23, 2**24)
    )
    if usual:
        size = 128 * np.sqrt((weight.astype(float) ** 2).sum(axis=1)) + 1
        shift = (np.log2(size * mantissa / 64)).astype(int) + rng.integers(-1, 2, outputs)
        bias = rng.integers(-20 * inputs, 20 * inputs + 1, outputs)
    else:
        room = ACCUMULATOR_LIMIT - 1 - 255 * np.abs(weight).sum(axis=1)
        bias = (room * rng.choice((-1.0, 1.0, 1e-3, -1e-4, 0.0), outputs)).astype(np.int64)
        shift = rng.choice((16, 23, 24, 25, 28, 29, 30, 40, 47, 48, 53, 60, 100), outputs)
    return {"bias": bias, "mantissa": mantissa, "shift": np.clip(shift, 16, 100)}


def one_input(sums: Any, mantissa: Any, shift: Any, *, zero_point: int = 128, low: int = 0) -> Call:
    """A dense layer with one output for each sum, which is its bias."""
    outputs = len(sums)
    node = {
        "weight": np.zeros((outputs, 1), int),
        "bias": np.asarray(sums),
        "mantissa": np.asarray(mantissa),
        "shift": np.asarray(shift),
        **{"zero_point": zero_point, "activation_min": low, "activation_max": 255},
    }
    window = Window(1, 1, 1, 1, 1, 1, 1, 0, 0, 1, 1)
    rng = np.random.default_rng(0)
    at = Places(0, 4, 0, 4 + scratch("conv_xnnpack", window))
    return convolution("conv_xnnpack", window, node, np.ones(1, int), at, rng, pad=0)

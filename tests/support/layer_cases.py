"""Calls of the assembly kernels of convolutions and pooling: any that the contract allows.

What has to come out is the answer of the exporter's operations. Cells, sums and copies are in
`cell_cases.py`.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from hypothesis import strategies as st

from thumbnet.export.graph.arithmetic import ACCUMULATOR_LIMIT
from thumbnet.export.graph.window import Window
from thumbnet.export.kernels.thumb_scales import thumb_scales
from thumbnet.export.kernels.thumb_sums import list_size, most_input
from thumbnet.export.kernels.weight_layouts import pack

from .kernel_words import LIMITS, WORDS
from .kernels import UNTOUCHED, ZERO_POINTS
from .operations import integer_forward

LAYOUT = {"conv": "interleaved", "conv_int4": "nibble_blocks", "depthwise_conv": "taps"}
CONVOLUTIONS = tuple(LAYOUT)
LAYOUT |= {"conv_xnnpack": "interleaved", "depthwise_conv_xnnpack": "taps"}
POOLING = ("max_pool", "average_pool", "average_pool_tflite")

Rng = np.random.Generator


@dataclass
class Call:
    """A kernel's operands, and what they hold after it; y may be x, and w may be x.

    free: where anything may stand in x after the call.
    """

    kernel: str
    x: bytearray | array[int]
    w: Any
    y: bytearray | array[int]
    p: list[int]
    x_after: bytes
    y_after: bytes
    free: slice = field(default_factory=lambda: slice(0))


@dataclass(frozen=True)
class Places:
    """Where the tensors lie in x and y, and how large those are."""

    x: int
    patch: int
    y: int
    size: int


def windows(rng: Rng, size: tuple[int, int] | None = None) -> Window:
    """An image and a window: "valid", "same", or any padding; each position sees some of it.

    size: of the window.
    """
    padding = str(rng.choice(("valid", "same", "any")))
    flat = rng.random() < 0.2
    h, k_h, s_h, top, out_h = _side(rng, 1 if flat else 9, padding, size and size[0])
    w, k_w, s_w, left, out_w = _side(rng, 9, padding, size and size[1])
    channels = int(rng.choice((1, 2, 3, 4, 5, 8, 12)))
    return Window(h, w, channels, k_h, k_w, s_h, s_w, top, left, out_h, out_w)


def _side(
    rng: Rng, largest: int, padding: str, kernel: int | None = None
) -> tuple[int, int, int, int, int]:
    n, stride = int(rng.integers(1, largest + 1)), int(rng.integers(1, 4))
    if kernel is None:
        kernel = int(rng.integers(1, 6))
    elif padding == "valid":
        n = max(n, kernel)
    if padding == "valid":
        kernel = min(kernel, n)
        return n, kernel, stride, 0, (n - kernel) // stride + 1
    if padding == "same":
        out = -(-n // stride)
        return n, kernel, stride, max((out - 1) * stride + kernel - n, 0) // 2, out
    before = int(rng.integers(0, kernel))
    return n, kernel, stride, before, int(rng.integers(1, (n - 1 + before) // stride + 2))


def moves(w: Window, y_step: int) -> dict[str, int]:
    """The words of p that move a window."""
    row, run = w.width * w.channels, w.kernel_width * w.channels
    step, left = w.stride_width * w.channels, w.left * w.channels
    return {
        **{"rows": w.height, "row": row, "k_h": w.kernel_height, "run": run},
        **{"stride_h": w.stride_height, "step": step, "pad_top": w.top, "left": left},
        **{"out_h": w.out_height, "out_w": w.out_width, "y_step": y_step},
    }


def scratch(kernel: str, window: Window) -> int:
    """Bytes at patch_at: a patch, or a list of its inputs."""
    values = window.taps * window.channels
    return list_size(values) if kernel == "conv_xnnpack" else -(-values // 4) * 4


@st.composite
def places(draw: st.DrawFn, size: int, patch: int) -> Places:
    """x and the patch in either order, dirt between them and before y; no byte is left behind."""
    gaps = [4 * draw(st.integers(0, 2)) for _ in range(2)]
    y_at = draw(st.integers(0, 5))
    patch = -(-patch // 4) * 4
    if not patch or draw(st.booleans()):
        x_at = gaps[0] + patch + gaps[1]
        return Places(x_at, gaps[0], y_at, x_at + size)
    patch_at = gaps[0] + -(-size // 4) * 4 + gaps[1]
    return Places(gaps[0], patch_at, y_at, patch_at + patch)


def activations(kind: str, rng: Rng, n: int) -> Any:
    values = {
        "any": lambda: rng.integers(0, 256, n),
        "0": lambda: np.zeros(n, int),
        "255": lambda: np.full(n, 255),
        "sparse": lambda: rng.integers(1, 256, n) * (rng.random(n) < 0.2),
    }
    return values[kind]()


def weights(kind: str, rng: Rng, shape: tuple[int, int], low: int, high: int) -> Any:
    values = {
        "any": lambda: rng.integers(low, high + 1, shape),
        "top": lambda: np.full(shape, high),
        "bottom": lambda: np.full(shape, low),
        "zero": lambda: np.zeros(shape, int),
        "ends": lambda: rng.choice((low, high), shape),
    }
    return values[kind]()


KINDS = ("any", "sparse", "255", "0")
WEIGHTS = ("any", "ends", "top", "bottom", "zero")


@st.composite
def convolutions(draw: st.DrawFn, kernel: str) -> Call:
    """A call of conv, conv_int4 or depthwise_conv."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    window = windows(rng)
    each = kernel == "depthwise_conv"
    inputs = window.taps if each else window.taps * window.channels
    outputs = window.channels if each else draw(st.integers(1, 20))
    low, high = (-7, 7) if kernel == "conv_int4" else (-128, 127)
    wide = not each and draw(st.integers(0, 3)) == 0
    usual = draw(st.integers(0, 3)) > 0
    kind = draw(st.sampled_from(("any", "ends") if usual else WEIGHTS))
    weight = weights(kind, rng, (outputs, inputs), low, high)
    zero_point = 0 if wide else draw(st.sampled_from(ZERO_POINTS))
    level = min(max(zero_point, 0), 255)
    node = {
        "weight": weight,
        **(_usual(weight, rng) if usual else _extreme(weight, rng)),
        "zero_point": zero_point,
        "activation_min": -(2**29) if wide else draw(st.sampled_from((0, level))),
        "activation_max": 2**29 if wide else 255 if usual else max(level, 200),
    }
    table = draw(st.integers(0, 2)) == 0
    if table and wide:
        node |= {"activation_min": 0, "activation_max": 255}
    if table:
        node["table"] = rng.integers(0, 256, 256)
    size = window.height * window.width * window.channels
    x = activations(draw(st.sampled_from(("any", "sparse") if usual else KINDS)), rng, size)
    at = draw(places(size, scratch(kernel, window)))
    more = draw(st.sampled_from((0, 0, 1, 5)))
    pad = draw(st.sampled_from((0, 1, 128, 255)))
    return convolution(kernel, window, node, x, at, rng, pad=pad, more=more, wide=wide)


def _usual(weight: Any, rng: Rng) -> dict[str, Any]:
    """Outputs of all values, few of them at their limits."""
    outputs, inputs = weight.shape
    multiplier = rng.integers(2**14, 2**15, outputs)
    size = 128 * np.sqrt((weight.astype(float) ** 2).sum(axis=1)) + 1
    shift = np.clip(np.log2(size * multiplier / 64), 16, 44).astype(int)
    bias = rng.integers(-20 * inputs, 20 * inputs + 1, outputs)
    return {"bias": bias, "multiplier": multiplier, "shift": shift}


def _extreme(weight: Any, rng: Rng) -> dict[str, Any]:
    """Saturating on purpose: as much bias as the bound leaves."""
    room = ACCUMULATOR_LIMIT - 1 - 255 * np.abs(weight).sum(axis=1)
    outputs = len(weight)
    return {
        "bias": (room * rng.choice((-1.0, 1.0, 0.001, -0.0001, 0.0), outputs)).astype(np.int64),
        "multiplier": rng.choice((2**14, 2**15 - 1, 23170, 17001), outputs),
        "shift": rng.choice((16, 17, 20, 23, 27, 31, 38, 44), outputs),
    }


def convolution(
    kernel: str,
    window: Window,
    node: dict[str, Any],
    x: Any,
    at: Places,
    rng: Rng,
    *,
    pad: int,
    more: int = 0,
    wide: bool = False,
) -> Call:
    """The call of a layer; more: entries of y behind each pixel that belong to others."""
    outputs = len(node["weight"])
    # Weights of 4 bits have a kernel of their own, not an operation.
    op = kernel.removesuffix("_int4")
    wanted = integer_forward(op, x[None], window=window, pad=pad, **node).reshape(-1, outputs)
    w = pack(node["weight"], LAYOUT[kernel])
    table = len(w) if "table" in node else 0
    if table:
        w += node["table"].astype(np.uint8).tobytes()
    if "mantissa" in node:
        scale = [np.asarray(node[name], np.int64) for name in ("bias", "mantissa", "shift")]
        limits = tuple(int(node[name]) for name in LIMITS)
        channels = thumb_scales(node["weight"], *scale, limits=limits)
    else:
        channels = np.stack([np.asarray(node[name]) for name in WORDS[kernel].repeated], axis=1)
    words = {
        **{"inputs": node["weight"].shape[1], "outputs": outputs, "x_at": at.x, "y_at": at.y},
        **{name: int(node[name]) for name in LIMITS},
        **{"table": table, "wide": int(wide), "pieces": 1, "pad": pad, "patch_at": at.patch},
        "most": most_input(node["weight"]),
    }
    words |= moves(window, outputs + more)
    p = WORDS[kernel].values(words, channels.ravel().tolist())
    free = slice(at.patch, at.patch + scratch(kernel, window))
    return _call(kernel, x, w, wanted, at, p, rng, more=more, wide=wide, free=free)


@st.composite
def pooling(draw: st.DrawFn, kernel: str) -> Call:
    """A call of a pooling kernel."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    window = windows(rng)
    if draw(st.integers(0, 4)) == 0:  # global
        n = (window.height, window.width)
        window = Window(*n, window.channels, *n, 1, 1, 0, 0, 1, 1)
    x = activations(
        draw(st.sampled_from(KINDS)), rng, window.height * window.width * window.channels
    )
    fewest, most = min(window.counts()), max(window.counts())
    zero_point = draw(st.sampled_from(ZERO_POINTS))
    limits = [zero_point, draw(st.sampled_from((0, min(max(zero_point, 0), 255)))), 255]
    x_zero_point = draw(st.sampled_from(ZERO_POINTS))
    node: dict[str, Any] = {"window": window}
    if kernel == "average_pool_tflite":
        limits = sorted(draw(st.sampled_from((0, 3, 127, 128, 255))) for _ in range(2))
        limits = [zero_point, *limits]
        node |= {"activation_min": limits[1], "activation_max": limits[2]}
    words = {"channels": window.channels, "x_zero_point": x_zero_point}
    words |= dict(zip(LIMITS, limits, strict=True))
    more = draw(st.sampled_from((0, 0, 1, 5)))
    words |= moves(window, window.channels + more)
    repeated: list[int] = []
    if kernel == "average_pool":
        node |= dict(zip(LIMITS, limits, strict=True))
        scales = np.stack(
            [
                rng.integers(2**14, 2**15, most - fewest + 1),
                rng.choice((16, 17, 19, 26, 44), most - fewest + 1),
            ],
            axis=1,
        )
        node |= {"x_zero_point": x_zero_point, "fewest": fewest}
        node |= {"multiplier": scales[:, 0], "shift": scales[:, 1]}
        words["fewest"] = fewest
        repeated = scales.ravel().tolist()
    at = draw(places(len(x), 0))
    p = WORDS[kernel].values({**words, "x_at": at.x, "y_at": at.y}, repeated)
    wanted = integer_forward(kernel, x[None], **node).reshape(-1, window.channels)
    return _call(kernel, x, b"", wanted, at, p, rng, more=more)


def _call(
    kernel: str,
    x: Any,
    w: bytes,
    wanted: Any,
    at: Places,
    p: list[int],
    rng: Rng,
    *,
    more: int = 0,
    wide: bool = False,
    free: slice = slice(0),
) -> Call:
    """Put x into dirt, and what is wanted, (pixels, outputs), into a y that is untouched."""
    memory = bytearray(rng.bytes(at.size))
    memory[at.x : at.x + len(x)] = x.astype(np.uint8).tobytes()
    pixels, outputs = wanted.shape
    step = outputs + more
    rows = np.full((pixels, step), UNTOUCHED)
    rows[:, :outputs] = wanted
    after = [UNTOUCHED] * at.y + rows.ravel().tolist()
    after = after[: len(after) - more]
    before = [UNTOUCHED] * len(after)
    y: Any = array("i", before) if wide else bytearray(before)
    y_after = (array("i", after) if wide else bytearray(after)).tobytes() if wide else bytes(after)
    return Call(kernel, memory, w, y, p, bytes(memory), y_after, free)

"""The specification of convolutions and pooling, element by element; see `layer_spec.py`."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import Any

import numpy as np

from thumbnet.export.graph.arithmetic import ACCUMULATOR_LIMIT

from .kernel_words import LIMITS
from .kernels import ZERO_POINTS
from .layer_call import Call, Rng, activations, clamp


def requantize(acc: int, multiplier: int, shift: int) -> int:
    return (acc * multiplier + (1 << (shift - 1))) >> shift


def to_bits(value: Fraction, bits: int) -> Fraction:
    """The nearest number with a mantissa of so many bits, of two the even one; value > 0."""
    step = Fraction(2) ** (value.numerator.bit_length() - value.denominator.bit_length() - bits)
    while value / step >= 2**bits:
        step *= 2
    return round(value / step) * step  # Python rounds half to even


def requantize_xnnpack(acc: int, mantissa: int, shift: int) -> int:
    """In float32, step by step."""
    if acc == 0:
        return 0
    product = to_bits(to_bits(Fraction(abs(acc)), 24) * Fraction(mantissa, 2**shift), 24)
    return round(product) if acc > 0 else -round(product)


def float32_scale(rng: Rng) -> tuple[int, int]:
    """A mantissa and a shift: any, and powers of two and their like, which make ties."""
    mantissas = (2**23, 2**24 - 1, 3 * 2**22, 12345679, int(rng.integers(2**23, 2**24)))
    return int(rng.choice(mantissas)), int(rng.choice((20, 23, 24, 26, 29, 31, 34, 38, 47)))


@dataclass(frozen=True)
class Geometry:
    """An image and the window on it."""

    size: tuple[int, int]
    channels: int
    kernel: tuple[int, int]
    stride: tuple[int, int]
    before: tuple[int, int]
    out: tuple[int, int]

    def words(self, y_step: int) -> dict[str, int]:
        """The words of p that move the window."""
        h, row = self.size[0], self.size[1] * self.channels
        k_h, run = self.kernel[0], self.kernel[1] * self.channels
        return {
            **{"rows": h, "row": row, "k_h": k_h, "run": run},
            **{"stride_h": self.stride[0], "step": self.stride[1] * self.channels},
            **{"pad_top": self.before[0], "left": self.before[1] * self.channels},
            **{"out_h": self.out[0], "out_w": self.out[1], "y_step": y_step},
        }

    def seen(self, x: list[int], pixel: int) -> list[list[int] | None]:
        """The channels at each place of the pixel's window, None outside of the image."""
        oy, ox = divmod(pixel, self.out[1])
        found: list[list[int] | None] = []
        for ky in range(self.kernel[0]):
            for kx in range(self.kernel[1]):
                iy = oy * self.stride[0] - self.before[0] + ky
                ix = ox * self.stride[1] - self.before[1] + kx
                inside = 0 <= iy < self.size[0] and 0 <= ix < self.size[1]
                at = (iy * self.size[1] + ix) * self.channels
                found.append(x[at : at + self.channels] if inside else None)
        return found

    @property
    def pixels(self) -> int:
        return self.out[0] * self.out[1]

    @property
    def window(self) -> tuple[int, ...]:
        return (*self.size, self.channels, *self.kernel, *self.stride, *self.before, *self.out)


def geometry(rng: Rng, largest: int) -> Geometry:
    """Any image of up to 7 x 7 pixels or 1 x 12, "same" or "valid"."""
    flat = rng.random() < 0.3
    size = (1, int(rng.integers(1, 13))) if flat else tuple(map(int, rng.integers(1, 8, 2)))
    kernel, stride, before, out = [], [], [], []
    same = rng.random() < 0.6
    for n in size:
        s = int(rng.integers(1, 4))
        k = int(rng.integers(1, 5 if same else min(n, 4) + 1))
        count = -(-n // s) if same else (n - k) // s + 1
        kernel.append(k)
        stride.append(s)
        before.append(max((count - 1) * s + k - n, 0) // 2 if same else 0)
        out.append(count)
    channels = int(rng.choice([1, 2, 3, 4, 5, 8, largest]))
    pairs = [(int(a), int(b)) for a, b in (size, kernel, stride, before, out)]
    return Geometry(pairs[0], channels, *pairs[1:])


def weights(rng: Rng, shape: tuple[int, int], low: int, high: int) -> Any:
    values = {
        "any": lambda: rng.integers(low, high + 1, shape),
        "top": lambda: np.full(shape, high),
        "bottom": lambda: np.full(shape, low),
        "zero": lambda: np.zeros(shape, int),
        "signs": lambda: rng.choice((low, high), shape),
    }
    return values[str(rng.choice(list(values)))]()


def scale(rng: Rng) -> tuple[int, int]:
    """A multiplier and a shift."""
    shift = rng.choice((16, 17, 20, 23, 27, 31, 38, 44))
    return int(rng.choice((2**14, 2**15 - 1, 23170, 17001))), int(shift)


def convolution(rng: Rng, kernel: str) -> Call:
    """conv, conv_int4, depthwise_conv, and the imported ones, which end with _xnnpack."""
    g = geometry(rng, 17)
    each, floats = kernel.startswith("depthwise_conv"), kernel.endswith("_xnnpack")
    taps = g.kernel[0] * g.kernel[1]
    inputs = taps if each else taps * g.channels
    outputs = g.channels if each else int(rng.integers(1, 20))
    low, high = (-7, 7) if kernel == "conv_int4" else (-128, 127)
    weight = weights(rng, (outputs, inputs), low, high)
    room = ACCUMULATOR_LIMIT - 1 - 255 * np.abs(weight).sum(axis=1)
    # Saturating on purpose: as much bias as the bound leaves.
    bias = (room * rng.choice((-1.0, 1.0, 0.001, -0.0001, 0.0), outputs)).astype(int).tolist()
    scales = [float32_scale(rng) if floats else scale(rng) for _ in range(outputs)]
    wide = not each and not floats and rng.random() < 0.3
    zero_point = 0 if wide else int(rng.choice(ZERO_POINTS))
    level = min(max(zero_point, 0), 255)
    least, most = (0, 255) if rng.random() < 0.5 else (level, int(rng.choice((level, 255))))
    if wide:
        least, most = -(2**29), 2**29
    rescaled = requantize_xnnpack if floats else requantize
    table = rng.bytes(256) if not wide and not floats and rng.random() < 0.5 else b""
    y_step = outputs + int(rng.choice((0, 0, 1, 5)))
    pad = int(rng.choice((0, 1, 128, 255)))
    x = activations(rng, g.size[0] * g.size[1] * g.channels)
    written = {}
    for pixel in range(g.pixels):
        patch = [v or [pad] * g.channels for v in g.seen(x, pixel)]
        for k, row in enumerate(weight.tolist()):
            column = [v[k] for v in patch] if each else [a for v in patch for a in v]
            acc = bias[k] + sum(a * b for a, b in zip(row, column, strict=True))
            q = clamp(zero_point + rescaled(acc, *scales[k]), least, most)
            written[pixel * y_step + k] = table[q] if table else q
    channels = [v for b, s in zip(bias, scales, strict=True) for v in (b, *s)]
    words = {"inputs": inputs, "outputs": outputs, "wide": int(wide), "pieces": 1, "pad": pad}
    words |= dict(zip(LIMITS, (zero_point, least, most), strict=True)) | g.words(y_step)
    return Call(
        kernel,
        x,
        words,
        written,
        channels,
        weight=weight,
        table=table,
        scratch=taps * g.channels,
        wide=wide,
        window=g.window,
    )


def pooling(rng: Rng, kernel: str) -> Call:
    """max_pool, average_pool, or average_pool_tflite."""
    g = geometry(rng, 17)
    if rng.random() < 0.2:  # global
        g = Geometry(g.size, g.channels, g.size, (1, 1), (0, 0), (1, 1))
    x = activations(rng, g.size[0] * g.size[1] * g.channels)
    y_step = g.channels + int(rng.choice((0, 0, 1, 5)))
    zero_point, x_zero_point = (int(v) for v in rng.choice(ZERO_POINTS, 2))
    limits = (0, 255) if rng.random() < 0.5 else (min(max(zero_point, 0), 255), 255)
    real = [[v for v in g.seen(x, pixel) if v is not None] for pixel in range(g.pixels)]
    counts = list(map(len, real))
    scales = [(int(rng.integers(2**14, 2**15)), int(rng.integers(16, 21))) for _ in range(50)]
    written = {}
    for pixel, values in enumerate(real):
        for c in range(g.channels):
            column = [v[c] for v in values]
            acc = sum(column) - len(column) * x_zero_point
            mean = clamp(zero_point + requantize(acc, *scales[len(column) - min(counts)]), *limits)
            away = Fraction(sum(column), len(column)) - 128
            away = 128 + (1 if away > 0 else -1) * floor(abs(away) + Fraction(1, 2))
            made = {"max_pool": max(column), "average_pool": mean}
            written[pixel * y_step + c] = made.get(kernel, clamp(away, *limits))
    words = {"channels": g.channels, "x_zero_point": x_zero_point, **g.words(y_step)}
    words |= dict(zip(LIMITS, (zero_point, *limits), strict=True))
    repeated = []
    if kernel == "average_pool":
        words["fewest"] = min(counts)
        repeated = [v for s in scales[: max(counts) - min(counts) + 1] for v in s]
    return Call(kernel, x, words, written, repeated, window=g.window)

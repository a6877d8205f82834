"""Calls of the layer kernels, with extremes, and what has to come out.

The specification here and in `window_spec.py` is written element by element in Python's own
integers, and knows neither `export/ops/` nor the kernels.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import product

import numpy as np
from hypothesis import strategies as st

from .imported_spec import IMPORTED
from .layer_call import Call, Rng, activations, clamp
from .window_spec import convolution, pooling


def addition(rng: Rng, kernel: str) -> Call:
    n, shift = int(rng.integers(1, 40)), int(rng.integers(1, 21))
    # As the exporter has them, or saturating on purpose.
    top, share = 1 << shift, rng.uniform(-1.0, 1.0)
    if rng.random() < 0.4:
        top, share = int(rng.choice((2, 300, 2**20))), rng.choice((-1.0, 1.0, 0.01))
    ka, kb = (int(v) for v in rng.integers(-top, top + 1, 2))
    room = min(2**30 - 1 - 255 * (abs(ka) + abs(kb)), 510 * top)
    bias = int(room * share)
    limits = (int(rng.choice((0, 3))), int(rng.choice((200, 255))))
    a, b = activations(rng, n), activations(rng, n)
    written = {i: clamp((ka * a[i] + kb * b[i] + bias) >> shift, *limits) for i in range(n)}
    p = {"n": n, "ka": ka, "kb": kb, "bias": bias, "shift": shift}
    p |= {"activation_min": limits[0], "activation_max": limits[1]}
    return Call(kernel, a, p, written, w=bytes(b))


def imported_addition(rng: Rng, kernel: str) -> Call:
    n, shift = int(rng.integers(1, 40)), int(rng.integers(9, 31))
    ka, kb = (int(v) for v in rng.integers(-(2**21), 2**21 + 1, 2))
    if rng.random() < 0.4:
        ka, kb = (int(v) for v in rng.choice((-(2**21), 2**21, 2**20, 1), 2))
    zeros = [int(v) for v in rng.choice((0, 1, 128, 255), 3)]
    limits = (int(rng.choice((0, 3))), int(rng.choice((200, 255))))
    a, b = activations(rng, n), activations(rng, n)
    sums = [ka * (a[i] - zeros[0]) + kb * (b[i] - zeros[1]) for i in range(n)]
    written = {i: clamp(zeros[2] + half_up(sums[i], shift), *limits) for i in range(n)}
    p = {"n": n, "ka": ka, "kb": kb, "shift": shift}
    p |= dict(zip(("x_zero_point", "w_zero_point", "zero_point"), zeros, strict=True))
    p |= {"activation_min": limits[0], "activation_max": limits[1]}
    return Call(kernel, a, p, written, w=bytes(b))


def half_up(value: int, places: int) -> int:
    return (value + (1 << (places - 1))) >> places


def scores(rng: Rng, kernel: str) -> Call:
    x, zero = activations(rng, int(rng.integers(1, 20))), int(rng.choice((0, 7, 128, 255)))
    written = {i: value - zero for i, value in enumerate(x)}
    return Call(kernel, x, {"outputs": len(x), "x_zero_point": zero}, written, wide=True)


def channels(rng: Rng, kernel: str) -> Call:
    pixels, count = int(rng.integers(1, 12)), int(rng.integers(1, 9))
    y_step = count + int(rng.integers(0, 5))
    x, table = activations(rng, pixels * count), rng.bytes(256)
    written = {i * y_step + c: table[x[i * count + c]] for i in range(pixels) for c in range(count)}
    p = {"pixels": pixels, "channels": count, "y_step": y_step}
    return Call(kernel, x, p, written, w=table)


def plain_copy(rng: Rng, kernel: str) -> Call:
    x = list(rng.bytes(int(rng.integers(1, 70))))
    return Call(kernel, x, {"n": len(x)}, dict(enumerate(x)))


def words(rng: Rng, n: int, most: int) -> list[int]:
    """Signed numbers, many of them at their ends."""
    ends = rng.choice((-most, most, 0, -1), n)
    return list(map(int, np.where(rng.random(n) < 0.3, ends, rng.integers(-most, most + 1, n))))


def place(v: int, shift: int, center: int) -> int:
    return clamp(((v + (1 << (shift - 1))) >> shift) + center, 0, 255)


def simple_rnn(rng: Rng, kernel: str) -> Call:
    units, shift = int(rng.integers(1, 12)), int(rng.integers(1, 21))
    most = min(2**27, int(rng.choice((1, 200, 2**10))) << shift)
    a, table, reset = words(rng, 2 * units, most), rng.bytes(256), int(rng.random() < 0.1)
    center = int(rng.choice((128, 0, 255, -3, 1 - 2**20, 2**20 - 1)))
    zero = int(rng.choice((0, 128, 255)))
    written = {
        i: zero if reset else table[place(a[i] + a[units + i], shift, center)] for i in range(units)
    }
    p = {"units": units, "reset": reset, "shift": shift, "state_zero": zero, "center": center}
    return Call(kernel, a, p, written, w=table)


def gru(rng: Rng, kernel: str) -> Call:
    units, shift = int(rng.integers(1, 12)), int(rng.integers(1, 13))
    # Of the table of tanh, -1 is 1: it has no 0.
    sigmoid, tanh = rng.integers(0, 256, 256).tolist(), rng.integers(1, 256, 256).tolist()
    a = words(rng, 6 * units, min(2**20, 300 << shift))
    a += words(rng, units, 127 * 258) if rng.random() < 0.6 else [0] * units
    after, written, reset = a.copy(), {}, int(rng.random() < 0.1)
    for i in range(units):
        z, r, from_input, *state, hidden, h = a[i::units]
        z, r = (sigmoid[place(v, shift + 1, 128)] for v in (z + state[0], r + state[1]))
        z, r = z + (z >= 128), r + (r >= 128)
        n = (tanh[place(from_input + ((r * hidden + 128) >> 8), shift, 128)] - 128) * 258
        h = 0 if reset else (z * h + (256 - z) * n + 128) >> 8
        after[6 * units + i], written[i] = h, min(((h + 128) >> 8) + 128, 255)
    p = {"units": units, "reset": reset, "shift": shift}
    return Call(kernel, a, p, written, w=bytes(sigmoid + tanh), state=after)


def odd(table: list[int], v: int, shift: int) -> int:
    found = table[place(abs(v), shift, 0)]
    return -found if v < 0 else found


def lstm(rng: Rng, kernel: str) -> Call:
    units, shift = int(rng.integers(1, 12)), int(rng.integers(1, 13))
    own = {"cell_shift": int(rng.integers(0, 8)), "curve_shift": int(rng.integers(1, 16))}
    own |= {"factor": int(rng.choice((2**13, 2**14 - 1))), "state_zero": int(rng.integers(0, 256))}
    own["factor_shift"] = int(rng.integers(10, 24))
    sigmoid, tanh, curve = (rng.integers(0, 256, 256).tolist() for _ in range(3))
    a = words(rng, 8 * units, min(2**20, 500 << shift))
    a += words(rng, units, 2**15 - 1) if rng.random() < 0.6 else [0] * units
    after, written, reset = a.copy(), {}, int(rng.random() < 0.1)
    for k in range(units):
        *both, c = a[k::units]
        i, f, g, o = (sum(both[n::4]) for n in range(4))
        i, f, o = (sigmoid[place(v, shift + 2, 128)] for v in (i, f, o))
        i, f, o = i + (i >= 128), f + (f >= 128), o + (o >= 128)
        new = i * odd(tanh, g, shift) * 2 ** own["cell_shift"]
        c = 0 if reset else clamp((f * c + new + 128) >> 8, -32767, 32767)
        h = o * odd(curve, c, own["curve_shift"]) * own["factor"]
        h = 0 if reset else (h + (1 << own["factor_shift"] - 1)) >> own["factor_shift"]
        after[8 * units + k], written[k] = c, clamp(h + own["state_zero"], 0, 255)
    p = {"units": units, "reset": reset, "shift": shift, **own}
    return Call(kernel, a, p, written, w=bytes(sigmoid + tanh + curve), state=after)


def normalization(rng: Rng, kernel: str) -> Call:
    n, pixels = int(rng.choice((1, 2, 3, 8, 30, 256))), int(rng.integers(1, 4))
    shift = int(rng.choice((0, 0, 2, 16, 28)))
    room = 2**30 - 1 - (n * (n * 65026 // 4 + 1) >> shift)
    epsilon = max(int(room * rng.choice((0.0, 1e-9, 1e-6, 1e-3, 0.5, 1.0))), int(shift > 0))
    most = 2**29 - 1 - 127 * (2**13 * 16 + 66)
    bias = [int(most * rng.choice((-1.0, 1.0, 1e-3, -1e-4, 0.0))) for _ in range(n)]
    weight = rng.choice((-127, 127, 0, 5), n).tolist()
    multiplier = rng.integers(2**14, 2**15, n).tolist()
    scale = rng.choice((16, 24, 28, 29, 30, 44), n).tolist()
    zero, limits = int(rng.choice((-300, 0, 77, 600))), (int(rng.choice((0, 3))), 255)
    x = activations(rng, pixels * n)
    if rng.random() < 0.4:  # the largest distance there is
        x = [255 * (k % n == n - 1) for k in range(pixels * n)]
    written = {}
    for at in range(0, pixels * n, n):
        q = x[at : at + n]
        # Every pair of channels: n * n times their variance.
        v = max((sum((a - b) ** 2 for a in q for b in q) // 2 >> shift) + epsilon, 1)
        exponent = (30 - v.bit_length()) // 2
        m = v * 4**exponent // 2**14
        root = 17300 - 19 * m // 128
        for _ in range(2):
            root = root * (3 * 2**14 - root * root // 2**13 * m // 2**15) // 2**15
        for c in range(n):
            normal = (n * q[c] - sum(q)) * root // 2 ** (15 + shift // 2 - exponent)
            acc = normal * weight[c] + bias[c]
            acc = (acc * multiplier[c] + (1 << scale[c] - 1)) >> scale[c]
            written[at + c] = clamp(zero + acc, *limits)
    p = {"pixels": pixels, "channels": n, "zero_point": zero, "epsilon": epsilon}
    p |= {"activation_min": limits[0], "activation_max": limits[1], "variance_shift": shift}
    rows = zip(weight, bias, multiplier, scale, strict=True)
    return Call(kernel, x, p, written, [word for row in rows for word in row])


def matrices(rng: Rng, kernel: str) -> Call:
    batch, rows, inner, columns = (int(n) for n in rng.integers(1, 5, 4))
    inner *= int(rng.choice((1, 1, 30)))
    # All three in any order of their axes; of the first two, one matrix may serve all.
    strides = [ordered(rng, sizes) for sizes in ((batch, rows, inner), (batch, inner, columns))]
    for steps in strides:
        steps[0] *= int(rng.choice((0, 1, 1)))
    a_step, b_step = strides
    y_step = ordered(rng, (batch, rows, columns))
    a, b = activations(rng, batch * rows * inner), activations(rng, batch * inner * columns)
    a_zero, b_zero = (int(v) for v in rng.choice((0, 1, 128, 255), 2))
    multiplier, shift = int(rng.integers(2**14, 2**15)), int(rng.choice((16, 19, 24, 30, 44)))
    zero, limits = int(rng.choice((-300, 0, 77, 600))), (int(rng.choice((0, 3))), 255)
    written = {}
    for k, i, j in product(range(batch), range(rows), range(columns)):
        acc = sum(
            (a[k * a_step[0] + i * a_step[1] + m * a_step[2]] - a_zero)
            * (b[k * b_step[0] + m * b_step[1] + j * b_step[2]] - b_zero)
            for m in range(inner)
        )
        q = zero + ((acc * multiplier + (1 << shift - 1)) >> shift)
        written[k * y_step[0] + i * y_step[1] + j * y_step[2]] = clamp(q, *limits)
    p = {"batch": batch, "rows": rows, "inner": inner, "columns": columns}
    p |= dict(zip(("x_batch", "x_row", "x_inner"), a_step, strict=True))
    p |= dict(zip(("w_batch", "w_inner", "w_column"), b_step, strict=True))
    p |= dict(zip(("y_batch", "y_row", "y_column"), y_step, strict=True))
    p |= {"x_zero_point": a_zero, "w_zero_point": b_zero, "zero_point": zero}
    p |= {"activation_min": limits[0], "activation_max": 255}
    return Call(kernel, a, p | {"multiplier": multiplier, "shift": shift}, written, w=bytes(b))


def ordered(rng: Rng, sizes: tuple[int, ...]) -> list[int]:
    """Strides of a tensor whose axes lie in memory in any order."""
    steps, step = [0] * len(sizes), 1
    for axis in rng.permutation(len(sizes)).tolist():
        steps[axis], step = step, step * sizes[axis]
    return steps


def softmax(rng: Rng, kernel: str) -> Call:
    rows, columns = int(rng.integers(1, 5)), int(rng.choice((1, 2, 3, 9, 300)))
    falls = {"none": 0.0, "slow": 0.004, "usual": 0.05, "steep": 3.0}
    fall = falls[str(rng.choice(list(falls)))]
    table = [round(2**14 * math.exp(-fall * d)) for d in range(256)]
    halvings = int(rng.choice((0, 0, 1, 5, 12)))
    x = activations(rng, rows * columns)
    written = {}
    for at in range(0, rows * columns, columns):
        e = [table[max(x[at : at + columns]) - q] for q in x[at : at + columns]]
        drop = max(sum(e).bit_length() - 15, 0)
        reciprocal = 255 * 2**21 // (sum(e) // 2**drop)
        for i in range(columns):
            q = e[i] * reciprocal // 256 + 2 ** (12 + drop - halvings)
            written[at + i] = min(q // 2 ** (13 + drop - halvings), 255)
    w = bytes(v % 256 for v in table) + bytes(v // 256 for v in table)
    return Call(kernel, x, {"rows": rows, "columns": columns, "halvings": halvings}, written, w=w)


def embedding(rng: Rng, kernel: str) -> Call:
    n, width, count = (int(v) for v in rng.integers(1, (20, 9, 257)))
    x, table, rows = activations(rng, n), rng.integers(0, count, 256), rng.bytes(count * width)
    written = {i * width + c: rows[table[x[i]] * width + c] for i in range(n) for c in range(width)}
    w = bytes(table.tolist()) + rows
    return Call(kernel, x, {"n": n, "width": width}, written, w=w)


KERNELS: dict[str, Callable[[Rng, str], Call]] = {
    **dict.fromkeys(("conv", "conv_int4", "depthwise_conv"), convolution),
    **dict.fromkeys(("conv_xnnpack", "depthwise_conv_xnnpack"), convolution),
    **dict.fromkeys(("max_pool", "average_pool", "average_pool_tflite"), pooling),
    **{"add_xnnpack": imported_addition, "scores_of_levels": scores},
    **IMPORTED,
    **{"add": addition, "copy_channels": channels, "copy": plain_copy},
    **{"simple_rnn": simple_rnn, "gru": gru, "lstm": lstm, "layer_normalization": normalization},
    **{"batch_matmul": matrices, "softmax_rows": softmax, "embedding": embedding},
}


def calls(kernel: str) -> st.SearchStrategy[Call]:
    """Any call of one kernel that the agreement allows."""
    return st.integers(0, 2**32 - 1).map(
        lambda seed: KERNELS[kernel](np.random.default_rng(seed), kernel)
    )

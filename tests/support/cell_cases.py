"""Calls of the assembly kernels without a window: recurrent cells, sums, copies.

What has to come out of a cell is written here in Python's integers: one time step, of any state.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from hypothesis import strategies as st

from thumbnet.export.ops.xnnpack_add import add_factors

from .kernel_words import WORDS
from .kernels import UNTOUCHED
from .layer_call import native
from .layer_cases import KINDS, Call, Rng, activations
from .layer_spec import KERNELS
from .operations import integer_forward

RNG = st.integers(0, 2**32 - 1).map(np.random.default_rng)
ROOM = st.integers(0, 9)


@st.composite
def addition(draw: st.DrawFn) -> Call:
    """The sum of two tensors in one arena, in a place of its own or in that of one of them."""
    rng, n, gaps = draw(RNG), draw(st.integers(1, 40)), [draw(ROOM) for _ in range(3)]
    a, b = (activations(draw(st.sampled_from(KINDS)), rng, n) for _ in range(2))
    most = draw(st.sampled_from((2, 300, 2**20)))
    ka, kb = (int(k) for k in rng.integers(-most, most + 1, 2))
    room = 2**30 - 1 - 255 * (abs(ka) + abs(kb))
    bias = int(room * draw(st.sampled_from((-1.0, 1.0, 1e-3, -1e-4, 0.0))))
    shift = draw(st.integers(1, 20))
    limits = [draw(st.sampled_from((0, 3, 255))), draw(st.sampled_from((0, 200, 255)))]
    limits.sort()
    names = ("ka", "kb", "bias", "shift", "zero_point", "activation_min", "activation_max")
    node = dict(zip(names, (ka, kb, bias, shift, 0, *limits), strict=True))
    at = np.cumsum([gaps[0], n + gaps[1], n + gaps[2]]).tolist()
    at = [at[k] for k in draw(st.permutations(range(3)))]
    target = draw(st.sampled_from(at))
    arena = np.array(rng.integers(0, 256, max(at[0], at[1], target) + n), np.uint8)
    arena[at[0] : at[0] + n], arena[at[1] : at[1] + n] = a, b
    after = arena.copy()
    after[target : target + n] = integer_forward("add", a[None], b[None], **node)[0]
    x = bytearray(arena)
    words = {"n": n, "x_at": at[0], "w_at": at[1], "y_at": target}
    words |= {name: node[name] for name in WORDS["add"].front if name in node}
    p = WORDS["add"].values(words)
    return Call("add", x, x, x, p, bytes(after), bytes(after))


@st.composite
def addition_xnnpack(draw: st.DrawFn) -> Call:
    """The sum of two tensors of an imported network, with any factors that XNNPACK takes."""
    rng, n, gaps = draw(RNG), draw(st.integers(1, 40)), [draw(ROOM) for _ in range(3)]
    a, b = (activations(draw(st.sampled_from(KINDS)), rng, n) for _ in range(2))
    ratios = [2.0 ** draw(st.floats(-9.9, 7.9)), 2.0 ** draw(st.floats(-9.9, 7.9))]
    ka, kb, shift = add_factors(ratios[0], ratios[1], 1.0)
    node = dict(
        zip(("ka", "kb", "shift"), (ka, kb * draw(st.sampled_from((1, -1))), shift), strict=True)
    )
    for name in ("x_zero_point", "w_zero_point", "zero_point"):
        node[name] = draw(st.sampled_from((0, 3, 128, 255)))
    limits = sorted(draw(st.sampled_from((0, 3, 200, 255))) for _ in range(2))
    node |= {"activation_min": limits[0], "activation_max": limits[1]}
    at = np.cumsum([gaps[0], n + gaps[1], n + gaps[2]]).tolist()
    at = [at[k] for k in draw(st.permutations(range(3)))]
    target = draw(st.sampled_from(at))
    arena = np.array(rng.integers(0, 256, max(at[0], at[1], target) + n), np.uint8)
    arena[at[0] : at[0] + n], arena[at[1] : at[1] + n] = a, b
    after = arena.copy()
    after[target : target + n] = integer_forward("add_xnnpack", a[None], b[None], **node)[0]
    x = bytearray(arena)
    words = {"n": n, "x_at": at[0], "w_at": at[1], "y_at": target, **node}
    p = WORDS["add_xnnpack"].values(words)
    return Call("add_xnnpack", x, x, x, p, bytes(after), bytes(after))


@st.composite
def channels(draw: st.DrawFn) -> Call:
    """One tensor of a concatenation."""
    rng, pixels, count = draw(RNG), draw(st.integers(1, 12)), draw(st.integers(1, 9))
    step, x_at, y_at = count + draw(st.integers(0, 5)), draw(ROOM), draw(ROOM)
    x, table = rng.integers(0, 256, x_at + pixels * count), rng.integers(0, 256, 256)
    tensor = x[x_at:].reshape(1, pixels, count)
    rows = np.full((pixels, step), UNTOUCHED)
    tables = {"tables": table[None], "channels": [count]}
    rows[:, :count] = integer_forward("concatenate", tensor, **tables)[0]
    y = [UNTOUCHED] * y_at + rows.ravel().tolist()
    y = y[: y_at + (pixels - 1) * step + count]
    words = {"pixels": pixels, "channels": count, "x_at": x_at, "y_at": y_at, "y_step": step}
    p = WORDS["copy_channels"].values(words)
    return _to_bytes("copy_channels", bytearray(x.tolist()), bytes(table.tolist()), y_at, p, y)


@st.composite
def copies(draw: st.DrawFn) -> Call:
    n, x_at, y_at = draw(st.integers(0, 70)), draw(ROOM), draw(ROOM)
    x = draw(RNG).bytes(x_at + n)
    y = [UNTOUCHED] * y_at + list(x[x_at:])
    p = WORDS["copy"].values({"n": n, "x_at": x_at, "y_at": y_at})
    return _to_bytes("copy", bytearray(x), b"", y_at, p, y)


@st.composite
def simple_rnn(draw: st.DrawFn) -> Call:
    rng, units, shift = draw(RNG), draw(st.integers(1, 12)), draw(st.integers(1, 20))
    a = _words(rng, 2 * units, min(2**27, draw(st.sampled_from((1, 200, 1024))) << shift))
    center = draw(st.sampled_from((128, 0, 255, -3, 1 - 2**20, 2**20 - 1)))
    zero, reset = draw(st.sampled_from((0, 128, 255))), draw(st.integers(0, 5)) == 0
    table, y_at = rng.bytes(256), draw(ROOM)
    sums = [a[i] + a[units + i] for i in range(units)]
    values = [zero if reset else table[_place(v, shift, center)] for v in sums]
    y = [UNTOUCHED] * y_at + values
    words = {"units": units, "y_at": y_at, "reset": int(reset), "shift": shift}
    p = WORDS["simple_rnn"].values({**words, "state_zero": zero, "center": center})
    return _to_bytes("simple_rnn", array("i", a), table, y_at, p, y)


@st.composite
def gru(draw: st.DrawFn) -> Call:
    rng, units, shift = draw(RNG), draw(st.integers(1, 12)), draw(st.integers(1, 12))
    a = _words(rng, 6 * units, min(2**20, draw(st.sampled_from((1, 300, 2**19))) << shift))
    a += _words(rng, units, draw(st.sampled_from((0, 127 * 258))))
    # -1 is 1 in the table of tanh: it has no 0.
    sigmoid, tanh = _curve(rng, 0), _curve(rng, 1)
    reset, y_at = draw(st.integers(0, 5)) == 0, draw(ROOM)
    after, values = a.copy(), []
    for i in range(units):
        z, r, candidate, *state, hidden, h = a[i::units]
        z, r = (sigmoid[_place(v, shift + 1, 128)] for v in (z + state[0], r + state[1]))
        z, r = z + (z >> 7), r + (r >> 7)
        n = (tanh[_place(candidate + ((r * hidden + 128) >> 8), shift, 128)] - 128) * 258
        h = 0 if reset else (z * h + (256 - z) * n + 128) >> 8
        after[6 * units + i] = h
        values.append(min(((h + 128) >> 8) + 128, 255))
    y = [UNTOUCHED] * y_at + values
    words = {"units": units, "y_at": y_at, "reset": int(reset), "shift": shift}
    p = WORDS["gru"].values(words)
    call = _to_bytes("gru", array("i", a), bytes(sigmoid + tanh), y_at, p, y)
    call.x_after = array("i", after).tobytes()
    return call


@st.composite
def specified(draw: st.DrawFn, kernel: str) -> Call:
    """A call of `layer_spec.py`, with all tensors in one arena."""
    rng = draw(RNG)
    call = KERNELS[kernel](rng, kernel)
    memory = native(call, call.w, rng)
    assert isinstance(memory.x, bytearray)
    assert isinstance(memory.x_after, bytearray)
    after = bytes(memory.x_after)
    w = memory.x if memory.w is None else memory.w
    return Call(kernel, memory.x, w, memory.x, memory.p, after, after)


@st.composite
def lstm(draw: st.DrawFn) -> Call:
    rng, units, shift = draw(RNG), draw(st.integers(1, 12)), draw(st.integers(1, 12))
    a = _words(rng, 8 * units, min(2**20, draw(st.sampled_from((1, 300, 2**19))) << shift))
    a += _words(rng, units, draw(st.sampled_from((0, 700, 2**15 - 1))))
    sigmoid, tanh, curve = (_curve(rng, 0) for _ in range(3))
    own = {"cell_shift": draw(st.integers(0, 7)), "curve_shift": draw(st.integers(1, 15))}
    own |= {"factor": draw(st.sampled_from((0, 8192, 10001, 2**14 - 1)))}
    own |= {"factor_shift": draw(st.integers(1, 23)), "state_zero": draw(st.integers(0, 255))}
    reset, y_at = draw(st.integers(0, 5)) == 0, draw(ROOM)
    after, values = a.copy(), []
    for k in range(units):
        sums = [a[k + n * units] + a[k + (n + 4) * units] for n in range(4)]
        i, f, o = (sigmoid[_place(sums[n], shift + 2, 128)] for n in (0, 1, 3))
        i, f, o = i + (i >> 7), f + (f >> 7), o + (o >> 7)
        new = i * _odd(tanh, sums[2], shift) * 2 ** own["cell_shift"]
        c = max(-32767, min((f * a[8 * units + k] + new + 128) // 256, 32767))
        c = 0 if reset else c
        h = o * _odd(curve, c, own["curve_shift"]) * own["factor"] * (not reset)
        h = ((h + (1 << own["factor_shift"] - 1)) >> own["factor_shift"]) + own["state_zero"]
        after[8 * units + k] = c
        values.append(max(0, min(h, 255)))
    y = [UNTOUCHED] * y_at + values
    words = {"units": units, "y_at": y_at, "reset": int(reset), "shift": shift}
    p = WORDS["lstm"].values({**words, **own})
    call = _to_bytes("lstm", array("i", a), bytes(sigmoid + tanh + curve), y_at, p, y)
    call.x_after = array("i", after).tobytes()
    return call


def _place(v: int, shift: int, center: int) -> int:
    return max(0, min(((v + (1 << (shift - 1))) >> shift) + center, 255))


def _odd(table: list[int], v: int, shift: int) -> int:
    found = table[_place(abs(v), shift, 0)]
    return -found if v < 0 else found


def _words(rng: Rng, n: int, most: int) -> list[int]:
    """Signed numbers, many of them at their ends."""
    ends = rng.choice((-most, most, 0, -1), n)
    return np.where(rng.random(n) < 0.3, ends, rng.integers(-most, most + 1, n)).tolist()


def _curve(rng: Rng, least: int) -> list[int]:
    ends = rng.choice((least, 255), 256)
    return np.where(rng.random(256) < 0.5, ends, rng.integers(least, 256, 256)).tolist()


def _to_bytes(kernel: str, x: Any, w: bytes, y_at: int, p: list[int], y: list[int]) -> Call:
    before = bytearray([UNTOUCHED] * len(y))
    x_after = x.tobytes() if isinstance(x, array) else bytes(x)
    return Call(kernel, x, w, before, p, x_after, bytes(y))


CELLS: dict[str, Callable[[], st.SearchStrategy[Call]]] = {
    **{"add": addition, "add_xnnpack": addition_xnnpack},
    **{"copy_channels": channels, "copy": copies},
    **{"simple_rnn": simple_rnn, "gru": gru, "lstm": lstm},
    **{name: partial(specified, name) for name in ("batch_matmul", "softmax_rows", "embedding")},
}

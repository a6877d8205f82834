"""The specification of kernels of imported networks, element by element; see `layer_spec.py`."""

from __future__ import annotations

from itertools import product

import numpy as np

from .layer_call import Call, Rng, activations

LIMIT = 2**29


def steps(rng: Rng, most: int) -> list[int]:
    """255 sums that do not fall: far apart, close together, all the same, never reached."""
    spread = int(rng.choice((1, 3, most // 200 + 1, most)))
    center = int(rng.choice((0, 0, most // 2, -most // 2)))
    found = np.sort(rng.integers(center - spread, center + spread + 1, 255))
    if rng.random() < 0.3:
        found[int(rng.integers(0, 255)) :] = LIMIT
    if rng.random() < 0.3:
        found[: int(rng.integers(0, 255))] = -LIMIT
    return list(map(int, found))


def level(total: int, listed: list[int]) -> int:
    return sum(total >= step for step in listed)


def zeros(rng: Rng) -> dict[str, int]:
    pair = rng.choice((0, 1, 128, 255), 2)
    return dict(zip(("x_zero_point", "w_zero_point"), map(int, pair), strict=True))


def multiplication(rng: Rng, kernel: str) -> Call:
    n = int(rng.integers(1, 40))
    a, b, listed = activations(rng, n), activations(rng, n), steps(rng, 255**2)
    p = {"n": n, **zeros(rng)}
    products = [(a[i] - p["x_zero_point"]) * (b[i] - p["w_zero_point"]) for i in range(n)]
    written = {i: level(one, listed) for i, one in enumerate(products)}
    return Call(kernel, a, p, written, listed, w=bytes(b))


def addition(rng: Rng, kernel: str) -> Call:
    n, most = int(rng.integers(1, 40)), int(rng.choice((1, 2**20)))
    a, b, listed = activations(rng, n), activations(rng, n), steps(rng, 510 * most)
    ka, kb = (int(k) for k in rng.choice((most, -most, int(rng.integers(-most, most))), 2))
    written = {i: level(ka * a[i] + kb * b[i], listed) for i in range(n)}
    return Call(kernel, a, {"n": n, "ka": ka, "kb": kb}, written, listed, w=bytes(b))


def sums(rng: Rng, kernel: str) -> Call:
    outer, count, inner = (int(v) for v in rng.integers(1, 9, 3))
    x, listed = activations(rng, outer * count * inner), steps(rng, 255 * count)
    bias = -count * int(rng.choice((0, 1, 128, 255)))
    written = {}
    for o, i in product(range(outer), range(inner)):
        column = [x[(o * count + k) * inner + i] for k in range(count)]
        written[o * inner + i] = level(sum(column) + bias, listed)
    p = {"outer": outer, "count": count, "inner": inner, "bias": bias}
    return Call(kernel, x, p, written, listed)


def matrices(rng: Rng, kernel: str) -> Call:
    sizes = [int(v) for v in rng.integers(1, 7, 4)]
    batches, rows, inner, columns = sizes
    x, w = activations(rng, batches * rows * inner), activations(rng, batches * columns * inner)
    listed, p = steps(rng, 255**2 * inner), zeros(rng)
    written = {}
    for b, r, c in product(range(batches), range(rows), range(columns)):
        total = 0
        for k in range(inner):
            q = x[(b * rows + r) * inner + k] - p["x_zero_point"]
            total += q * (w[(b * columns + c) * inner + k] - p["w_zero_point"])
        written[(b * rows + r) * columns + c] = level(total, listed)
    p |= dict(zip(("batches", "rows", "inner", "columns"), sizes, strict=True))
    return Call(kernel, x, p, written, listed, w=bytes(w))


def tables(rng: Rng, kernel: str) -> Call:
    channels, count = int(rng.integers(1, 9)), int(rng.integers(1, 4))
    which = [256 * int(v) for v in rng.integers(0, count, channels)]
    w = rng.bytes(256 * count)
    x = activations(rng, channels * int(rng.integers(1, 6)))
    written = {i: w[which[i % channels] + q] for i, q in enumerate(x)}
    return Call(kernel, x, {"n": len(x), "channels": channels}, written, which, w=w)


def moving(rng: Rng, kernel: str) -> Call:
    *lengths, run = (int(v) for v in rng.integers(1, 4, 5))
    y_steps, step = [0] * 5, int(rng.integers(1, 3))
    for axis in rng.permutation(5).tolist():
        y_steps[axis] = step
        step *= (*lengths, run)[axis] + int(rng.integers(0, 2))
    lists = [np.where(rng.random(n) < 0.15, -1, rng.integers(0, 20, n)).tolist() for n in lengths]
    x_step, fill, mapped = (
        int(v) for v in (rng.integers(0, 4), rng.integers(0, 256), rng.integers(0, 2))
    )
    x = activations(rng, sum(max(0, *one) for one in lists) + (run - 1) * x_step + 1)
    w = rng.bytes(256) if mapped else b""
    written = {}
    for index in product(*map(range, (*lengths, run))):
        offsets = [one[k] for one, k in zip(lists, index, strict=False)]
        at = sum(k * step for k, step in zip(index, y_steps, strict=True))
        q = x[sum(offsets) + index[4] * x_step] if min(offsets) >= 0 else 0
        written[at] = fill if min(offsets) < 0 else w[q] if mapped else q
    p = {f"n{k}": n for k, n in enumerate(lengths, 1)}
    p |= {f"y_step{k + 1}": y_steps[k] for k in range(4)}
    p |= {"run": run, "x_step": x_step, "y_step": y_steps[4], "fill": fill, "mapped": mapped}
    return Call(kernel, x, p, written, [v for one in lists for v in one], w=w)


IMPORTED = {
    "move": moving,
    "lookup_channels": tables,
    "multiply_levels": multiplication,
    "add_levels": addition,
    "sum_levels": sums,
    "matmul_levels": matrices,
}

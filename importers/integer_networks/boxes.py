"""Where each byte of an output comes from, as the pieces of the operation `move`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from thumbnet.export import LISTED_AXES, Piece

Ints = npt.NDArray[np.int64]

FILLED = -1


@dataclass
class _Axis:
    """One axis of a box: the offset of each index in the input, and its step in the output."""

    offsets: Ints
    y_step: int

    @property
    def step(self) -> int | None:
        """The distance between two indices if it is always the same, 0 or more; or else None."""
        steps = np.diff(self.offsets)
        even = len(steps) > 0 and np.all(steps == steps[0]) and self.offsets[0] == 0
        return int(steps[0]) if even and steps[0] >= 0 else None


def boxes(
    index: Ints, source: int = 0, table: int = -1, y_at: int = 0, y_steps: tuple[int, ...] = ()
) -> tuple[list[Piece], Ints]:
    """Return the pieces, and their offsets, that copy bytes as an array of places says.

    Parameters
    ----------
    index
        The place in the input of each byte, or `FILLED`, in the shape of the output. The place is a
        sum of one term for each axis, and filled is what has one filled index.
    source, table
        Go into the pieces.
    y_at, y_steps
        The place of the first byte in the output, and the distances along each axis; by default,
        bytes follow each other.

    """
    steps = y_steps or tuple(int(np.prod(index.shape[k + 1 :])) for k in range(index.ndim))
    base, axes = _axes(index, steps)
    axes = _merged(axes)
    run, x_step, y_step = 1, 0, 0
    if axes and axes[-1].step is not None:
        last = axes.pop()
        run, x_step, y_step = len(last.offsets), last.step or 0, last.y_step
    while len(axes) > LISTED_AXES:
        inner = axes.pop()
        outer = axes.pop()
        if outer.y_step != inner.y_step * len(inner.offsets):
            return _apart(index, source, table, y_at, steps)
        axes.append(_Axis(_sums(outer.offsets, inner.offsets), inner.y_step))
    while len(axes) < LISTED_AXES:
        axes.insert(0, _Axis(np.zeros(1, np.int64), 0))
    first = axes[0].offsets
    axes[0].offsets = np.where(first == FILLED, FILLED, first + base)
    lengths = [len(axis.offsets) for axis in axes]
    ys = [axis.y_step for axis in axes]
    piece = Piece._make((source, table, y_at, *lengths, *ys, run, x_step, y_step))
    return [piece], np.concatenate([axis.offsets for axis in axes])


def move_attributes(
    found: Sequence[tuple[list[Piece], Ints]],
    fill: int = 0,
    tables: Sequence[npt.NDArray[Any]] = (),
) -> dict[str, Any]:
    """Return the attributes of a `move`, by what `boxes` returned for each of its parts."""
    return {
        "pieces": np.array([piece for pieces, _ in found for piece in pieces], np.int64),
        "offsets": np.concatenate([offsets for _, offsets in found]),
        **({"tables": np.stack(tables).astype(np.uint8)} if tables else {}),
        "fill": fill,
    }


def is_box(index: Ints) -> bool:
    """Return whether each place is a sum of one term for each axis, as `boxes` needs it."""
    filled = index == FILLED
    if filled.all():
        return True
    corner = np.argwhere(~filled)[0]
    total = np.full(index.shape, index[tuple(corner)])
    gone = np.zeros(index.shape, bool)
    for axis in range(index.ndim):
        place = tuple(slice(None) if k == axis else slice(c, c + 1) for k, c in enumerate(corner))
        line = index[place]
        total = total + (line - index[tuple(corner)])
        gone |= line == FILLED
    return bool(np.array_equal(gone, filled) and np.all(filled | (total == index)))


def as_box(index: Ints) -> Ints:
    """Return places in a shape that makes a box of them, whatever their order."""
    if is_box(index):
        return index
    flat, shape = index.reshape(-1), [1]
    if not np.any(flat == FILLED):
        while len(flat) > 1:
            flat, size = _inner_axis(flat)
            shape.insert(1, size)
    found = index.reshape(shape if prod(shape) == index.size else (1, -1))
    return found if is_box(found) else index.reshape(1, -1)


def _inner_axis(flat: Ints) -> tuple[Ints, int]:
    """Return the longest innermost axis of even steps, or the shortest one, and what is around."""
    found = len(flat)
    for size in range(2, len(flat) // 2 + 1):
        if len(flat) % size:
            continue
        rows = flat.reshape(-1, size)
        steps = np.diff(rows, axis=1)
        if np.all(steps == steps[0, 0]):
            found = size
        elif found == len(flat) and np.all(steps == steps[:1]):
            found = size
            break
    return flat.reshape(-1, found)[:, 0], found


def _axes(index: Ints, steps: tuple[int, ...]) -> tuple[int, list[_Axis]]:
    """Return the place of the first byte, and the axes with more than one index."""
    filled = index == FILLED
    if filled.all():
        lists = [np.full(size, FILLED) for size in index.shape]
        return 0, [_Axis(one, step) for one, step in zip(lists, steps, strict=True)]
    corner = np.argwhere(~filled)[0]
    base, axes = int(index[tuple(corner)]), []
    for axis, step in enumerate(steps):
        place: list[int | slice] = [int(k) for k in corner]
        place[axis] = slice(None)
        line = index[tuple(place)]
        gone = line == FILLED
        offsets = line - int(index[tuple(corner)])
        least = int(offsets[~gone].min())
        base += least
        axes.append(_Axis(np.where(gone, FILLED, offsets - least), step))
    kept = [axis for axis in axes if len(axis.offsets) > 1 or axis.offsets[0] == FILLED]
    return base, kept


def _merged(axes: list[_Axis]) -> list[_Axis]:
    """Return the axes; two become one where bytes are as far apart across them as within."""
    found: list[_Axis] = []
    for axis in axes:
        before = found[-1] if found else None
        if before is not None and before.step is not None and axis.step is not None:
            count = len(axis.offsets)
            if before.step == axis.step * count and before.y_step == axis.y_step * count:
                found[-1] = _Axis(_sums(before.offsets, axis.offsets), axis.y_step)
                continue
        found.append(axis)
    return found


def _sums(outer: Ints, inner: Ints) -> Ints:
    filled = (outer[:, None] == FILLED) | (inner[None] == FILLED)
    return np.where(filled, FILLED, outer[:, None] + inner[None]).reshape(-1)


def _apart(
    index: Ints, source: int, table: int, y_at: int, steps: tuple[int, ...]
) -> tuple[list[Piece], Ints]:
    """Return pieces for each index of the first axis."""
    parts = [
        boxes(part, source, table, y_at + k * steps[0], steps[1:]) for k, part in enumerate(index)
    ]
    pieces = [piece for found, _ in parts for piece in found]
    return pieces, np.concatenate([offsets for _, offsets in parts])

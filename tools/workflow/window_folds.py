"""Folds of windows: by recording, and in blocks where a label has only one recording.

Windows of one recording overlap and are alike. Where a recording must be on both sides, the windows
that share samples with those held out are left out of training: a gap.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from thumbnet.trainer import Windows

from .settings import Array


@dataclass(frozen=True)
class WindowFold:
    """One fold: rows to train with, and rows that are held out.

    Attributes
    ----------
    train, test
        Indices of windows.
    unit
        For each held-out window, the recording or block that it belongs to.

    """

    train: Array
    test: Array
    unit: Array


@dataclass(frozen=True)
class WindowFolds:
    """All folds of the windows.

    Attributes
    ----------
    folds
        Each holds out some windows; none are left if nothing can be held out.
    in_blocks
        Labels with a single recording, which is held out block by block.
    never
        Labels with so few windows that none can be held out.

    """

    folds: tuple[WindowFold, ...]
    in_blocks: tuple[str, ...]
    never: tuple[str, ...]

    @property
    def units(self) -> int:
        """Recordings and blocks that are held out, each once."""
        return sum(len(np.unique(fold.unit)) for fold in self.folds)


def window_folds(data: Windows, most: int, seed: int) -> WindowFolds:
    """Divide windows into folds; every label stays in training in each of them.

    Parameters
    ----------
    data
        Windows, those of a recording in their order.
    most
        Number of folds, if there are so many recordings of some label.
    seed
        The same seed gives the same folds.

    """
    assert data.labels is not None
    recordings, first, of_row = np.unique(data.recording, return_index=True, return_inverse=True)
    classes = data.y[first]
    counts = np.bincount(classes, minlength=len(data.labels))
    repeated = counts[counts > 1]
    count = min(most, int(repeated.max())) if len(repeated) else most
    random = np.random.default_rng(seed)
    fold = np.full(len(data), -1)
    unit = of_row.copy()
    gaps: list[tuple[int, Array]] = []
    blocked, never, start = [], [], 0
    for label, number in enumerate(counts):
        (members,) = np.nonzero(classes == label)
        if number > 1:
            own = (start + np.arange(number)) % count
            for one, k in zip(random.permutation(members), own, strict=True):
                fold[of_row == one] = k
            start += number
        elif number == 1:
            (rows,) = np.nonzero(of_row == members[0])
            blocks = list(_blocks(rows, count, math.ceil(data.stream.window / data.stream.hop) - 1))
            if not blocks:
                never.append(data.labels[label])
                continue
            blocked.append(data.labels[label])
            for k, (block, gap) in enumerate(blocks):
                at = (start + k) % count
                fold[block], unit[block] = at, len(recordings) + label * count + k
                gaps.append((at, gap))
            start += len(blocks)
    found = []
    for k in range(count):
        train = fold != k
        for at, gap in gaps:
            if at == k:
                train[gap] = False
        (test,) = np.nonzero(fold == k)
        if len(test):
            found.append(WindowFold(np.flatnonzero(train), test, unit[test]))
    return WindowFolds(tuple(found), tuple(blocked), tuple(never))


def _blocks(rows: Array, count: int, reach: int) -> Iterator[tuple[Array, Array]]:
    """Yield blocks of a recording's windows, each with the windows that share samples with it.

    Nothing, if some block would leave no window to train with.
    """
    blocks = np.array_split(rows, min(count, len(rows)))
    pairs = []
    for block in blocks:
        near = (rows >= block[0] - reach) & (rows <= block[-1] + reach)
        if near.all():
            return
        pairs.append((block, rows[near & ~np.isin(rows, block)]))
    yield from pairs

"""Folds of windows: nothing that is held out shares a sample with what is learnt."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from support.examples import examples

from thumbnet.tools.workflow.window_folds import window_folds
from thumbnet.trainer import StreamSettings, Windows


def windows(recordings: list[tuple[int, int]], hop: int = 8, window: int = 16) -> Windows:
    """Windows of recordings, each of (label, number of windows)."""
    of = np.repeat(np.arange(len(recordings)), [count for _, count in recordings])
    y = np.array([label for label, _ in recordings])[of]
    labels = tuple("abcd"[: y.max() + 1])
    stream = StreamSettings(window, hop, ("u",), 50.0, (100,), 2**15 - 1)
    names = tuple(map(str, range(len(recordings))))
    x = np.zeros((len(of), 1))
    return Windows(x=x, y=y, labels=labels, recording=of, names=names, stream=stream)


def starts(data: Windows) -> np.ndarray:
    """The first sample of each window in its recording."""
    first = np.searchsorted(data.recording, data.recording)
    return (np.arange(len(data)) - first) * data.stream.hop


@examples(200)
@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(1, 9)), min_size=1, max_size=9),
    st.integers(1, 20),
    st.integers(2, 6),
    st.integers(0, 9),
)
def test_nothing_is_learnt_that_is_held_out(
    recordings: list[tuple[int, int]], hop: int, most: int, seed: int
) -> None:
    names = sorted({label for label, _ in recordings})
    data = windows([(names.index(label), count) for label, count in recordings], hop)
    found = window_folds(data, most, seed)
    assert data.labels is not None
    number = dict.fromkeys(data.labels, 0)
    for label, _ in recordings:
        number[data.labels[names.index(label)]] += 1
    assert {*found.in_blocks, *found.never} == {name for name, n in number.items() if n == 1}
    at = starts(data)
    held: list[int] = []
    for fold in found.folds:
        held += fold.test.tolist()
        assert {*data.y[fold.train]} == {*data.y}
        for row, unit in zip(fold.test, fold.unit, strict=True):
            beside = fold.train[data.recording[fold.train] == data.recording[row]]
            near = abs(at[beside] - at[row]) < data.stream.window
            assert not near.any()
            whole = number[data.labels[data.y[row]]] > 1
            assert not whole or not len(beside)
            assert len({*data.recording[fold.test[fold.unit == unit]]}) == 1
    never = [row for row in range(len(data)) if data.labels[data.y[row]] in found.never]
    assert sorted(held + never) == list(range(len(data)))
    assert len(found.folds) <= most


def test_recordings_are_spread_evenly() -> None:
    found = window_folds(windows([(k % 2, 3) for k in range(12)]), 3, 0)
    assert [len(fold.test) for fold in found.folds] == [12, 12, 12]
    assert found.units == 12
    assert (found.in_blocks, found.never) == ((), ())


def test_a_label_that_some_folds_do_not_test() -> None:
    """Two recordings of b, ten of a: b is held out in two folds of five, and learnt in all."""
    data = windows([(0, 2)] * 10 + [(1, 2)] * 2)
    found = window_folds(data, 5, 0)
    assert [1 in data.y[fold.test] for fold in found.folds].count(True) == 2
    assert len(found.folds) == 5


def test_blocks_have_a_gap() -> None:
    """Half a window from one to the next: a window on each side of a block is left out."""
    data = windows([(0, 10), (1, 1)])
    found = window_folds(data, 5, 0)
    assert (found.in_blocks, found.never) == (("a",), ("b",))
    second = found.folds[1]
    assert second.test.tolist() == [2, 3]
    assert second.train.tolist() == [0, 5, 6, 7, 8, 9, 10]
    assert found.units == 5
    assert not window_folds(windows([(0, 1), (1, 1)]), 5, 0).folds

"""The recordings that come with aeon: their contents, and the message if aeon is missing."""

from __future__ import annotations

import sys
from collections import Counter

import numpy as np
import pytest

from thumbnet.trainer import ThumbnetError, cut, load_gestures, load_motions
from thumbnet.trainer.signals.motions import CHANNELS

ACTIVITIES = ("badminton", "running", "standing", "walking")


@pytest.mark.usefixtures("aeon")
def test_motions() -> None:
    parts = load_motions()
    for part, name in zip(parts, ("train", "test"), strict=True):
        assert Counter(one.label for one in part) == dict.fromkeys(ACTIVITIES, 10)
        assert {one.values.shape for one in part} == {(100, 6)}
        assert {one.rate for one in part} == {10.0}
        assert {one.channels for one in part} == {CHANNELS}
        assert [one.name for one in part] == [f"{name} {k}" for k in range(1, 41)]
        counts = np.concatenate([one.values for one in part]) * 100
        assert np.allclose(counts, np.round(counts), rtol=0, atol=1e-9)
    assert CHANNELS[2:4] == ("accelerometer z", "gyroscope x")
    assert parts[0][0].values[0].tolist() == [0.08, 0.39, 0.55, 0.35, 0.02, 0.63]
    # No recording is in both.
    assert not {one.values.tobytes() for one in parts[0]} & {
        one.values.tobytes() for one in parts[1]
    }
    exact, _ = load_motions(decimals=6)
    assert exact[0].values[0, 0] == 0.079106


@pytest.mark.usefixtures("aeon")
def test_motions_become_windows() -> None:
    train, _ = load_motions()
    whole = cut(train, 100, 100)
    assert whole.x.shape == (40, 100, 6)
    assert whole.labels == ACTIVITIES
    assert whole.stream.units == (100,) * 6
    assert np.array_equal(whole.x[7], np.round(train[7].values * 100))
    assert len(cut(train, 50, 10)) == 240


@pytest.mark.usefixtures("aeon")
def test_gestures() -> None:
    for part, (least, most) in zip(load_gestures(), ((29, 361), (37, 324)), strict=True):
        people = {str(k) for k in range(1, 11)}
        assert Counter(one.label for one in part) == dict.fromkeys(people, 5)
        lengths = [len(one) for one in part]
        assert (min(lengths), max(lengths)) == (least, most)
        assert {one.channels for one in part} == {("accelerometer z",)}
        values = np.concatenate([one.values for one in part])
        assert np.array_equal(values, np.round(values, 3))
        assert 0.8 < values.mean() < 1.1  # in g


@pytest.mark.parametrize("load", [load_motions, load_gestures])
def test_without_aeon(load, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "aeon"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "aeon", None)
    with pytest.raises(ThumbnetError) as caught:
        load()
    assert str(caught.value) == (
        "this data comes with the package aeon, which is not installed: "
        "pip install 'thumbnet[motions]'"
    )

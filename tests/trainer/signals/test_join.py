"""Sensors that have clocks of their own become one recording."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from thumbnet.trainer import ThumbnetError
from thumbnet.trainer.signals.formats.track import Track
from thumbnet.trainer.signals.join import join


def track(sensor: str, rate: float, samples: int, start: float = 0.0, origin: int = 0) -> Track:
    """A sensor that reads the time, to a hundredth."""
    times = start + np.arange(samples) / rate
    values = np.round((origin * 1e-9 + times)[:, None] * (1, -1), 2)
    return Track(values, ("x", "y"), sensor, rate, "a", times, origin=origin, sensor=sensor,
                 lines=tuple(range(2, samples + 2)))  # fmt: skip


def test_the_slowest_gives_the_samples() -> None:
    one = join([track("acc", 100, 400), track("gyro", 40, 160, 0.31)], "rec", "rec")
    assert one.channels == ("acc x", "acc y", "gyro x", "gyro y")
    assert (one.rate, one.name, one.label, one.sensor) == (40, "rec", "a", "")
    assert len(one.values) == 148  # from 0.31 s to the end of acc at 3.99 s
    assert one.lines[0] == 2
    assert np.allclose(one.values[:, 0], one.values[:, 2], atol=0.0051)
    assert np.array_equal(one.values, np.round(one.values, 2))
    assert one.notes == (
        "acc, gyro are joined by time, at the samples of gyro (40 Hz), the slowest",
    )


def test_clocks_with_other_origins() -> None:
    """One counts nanoseconds since 1970, the other milliseconds."""
    late = track("acc", 50, 100, 0.5)
    early = track("gyro", 50, 100, 0.0, origin=250_000_000)
    one = join([late, early], "rec", "rec")
    assert np.allclose(one.values[:, 0], one.values[:, 2], atol=0.011)


def test_equal_times_keep_every_reading() -> None:
    made = [track("a", 50, 60), track("b", 50, 60)]
    one = join(made, "rec", "rec")
    assert np.array_equal(one.values, np.concatenate([t.values for t in made], axis=1))


def test_names_that_differ_stay() -> None:
    other = replace(track("b", 50, 60), channels=("roll", "yaw"))
    assert join([track("a", 50, 60), other], "rec", "rec").channels == ("x", "y", "roll", "yaw")


def test_no_overlap() -> None:
    with pytest.raises(ThumbnetError, match=r"^rec: 'a', 'b' do not overlap in time"):
        join([track("a", 50, 60), track("b", 50, 60, 2.0)], "rec", "rec")

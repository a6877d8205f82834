"""The rate of realistic times: in whole ticks, uneven, sometimes late."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from thumbnet.trainer import ThumbnetError
from thumbnet.trainer.signals.sample_times import rate_of, unit_of_time

Times = NDArray[np.float64]


def even(rate: float, samples: int = 600, offset: float = 0.0, ticks: float = 1000) -> Times:
    """The times of even samples on a clock with a given number of ticks per second."""
    return np.floor(ticks * np.arange(samples) / rate + offset)


def paced(*steps: float) -> Times:
    return np.floor(np.concatenate([[0], np.cumsum(steps)]))


def rate(times: Times, unit: str = "ms") -> float:
    return rate_of(times, unit, range(2, len(times) + 2), "a.csv")


def refusal(times: Times) -> str:
    with pytest.raises(ThumbnetError) as caught:
        rate(times)
    return str(caught.value).removeprefix("a.csv, ")


@pytest.mark.parametrize("offset", [0, 0.3, 0.9])
@pytest.mark.parametrize("hertz", [833, 666, 416, 400, 285, 222, 119, 104, 100, 52, 26])
def test_whole_milliseconds(hertz: int, offset: float) -> None:
    assert rate(even(hertz, offset=offset)) == hertz
    assert rate(even(hertz, offset=offset) / 1000, "s") == hertz
    assert rate(even(hertz, offset=offset) * 1000, "us") == hertz


def test_a_late_clock_and_a_coarse_one() -> None:
    assert rate(1.7e12 + even(400)) == 400
    assert rate(1.7e9 + even(400) / 1000, "s") == 400
    assert rate(even(83, ticks=100) * 10) == 83
    assert rate(even(30, 61, ticks=1e6), "us") == 30


def test_few_samples_are_not_rounded_much() -> None:
    assert rate(paced(12, 12, 13)) == pytest.approx(3000 / 37, rel=0.005)
    assert rate(paced(12, 12)) == 1000 / 12


@pytest.mark.parametrize("seed", range(20))
def test_a_loop_that_jitters(seed: int) -> None:
    """The rate is that of all steps, not the intended one of the loop."""
    rng = np.random.default_rng(seed)
    for steps in (
        10 + 3 * (rng.random(600) < 1 / 3),
        10 + 3.0 * (np.arange(600) % 3 == 2),
        rng.integers(7, 14, 600),
        10 + rng.exponential(1.5, 600).round(),
    ):
        assert rate(paced(*steps)) == pytest.approx(1000 / steps.mean(), rel=2e-3)
    # Each sample late by itself: the steps are uneven, the pace is not.
    assert rate(10 * np.arange(600) + rng.integers(0, 4, 600)) == pytest.approx(100, rel=1e-3)


def test_late_steps_tell_nothing_of_the_rate() -> None:
    steps = np.full(300, 10)
    steps[[20, 21, 100, 250]] = 40, 40, 30, 40
    assert rate(paced(*steps)) == 100
    steps[100] = 50
    assert refusal(paced(*steps)) == (
        "line 103: 0.05 s after the sample before it, 0.0103 s elsewhere: "
        "samples are missing, make two recordings of it"
    )


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ([*[10] * 100, *[12.5] * 100], "line 104: the sample rate changes from 100 to 79.65 Hz: "),
        ([*[2.5] * 300, *[1.8] * 300], "line 303: the sample rate changes from 400 to 559.4 Hz: "),
        ([*[10, 10, 13] * 50, *[17, 15, 13] * 50],
         "line 153: the sample rate changes from 91.74 to 66.2 Hz: "),
        ([*[10] * 600, *[10, 10, 20] * 200], "the sample rate changes from 100 to 74.77 Hz"),
        (np.linspace(10, 20, 300), "the sample rate changes from "),
        ([*[10] * 40, *[20] * 3], "line 43: the sample rate changes from 100 to 50 Hz: "),
        ([*[10] * 5, *[20] * 5], "line 8: the sample rate changes from 100 to 50 Hz: "),
        ([*[10] * 40, *[100] * 2], "line 43: 0.1 s after the sample before it, 0.01 s elsewhere"),
        ([*[1.25] * 100, 7, *[1.25] * 100],
         "line 103: 0.007 s after the sample before it, 0.00125 s elsewhere"),
    ],
)  # fmt: skip
def test_a_rate_that_changes(steps: list[float], said: str) -> None:
    assert said in refusal(paced(*steps))


@pytest.mark.parametrize(
    ("times", "said"),
    [
        ([0, 10, 20, 5, 40, 50], "line 5: time goes back, from 0.02 s to 0.005 s: delete the row"),
        ([0, 10, 900, 30, 40, 50],
         "line 5: time goes back, from 0.9 s to 0.03 s: delete the row before it, line 4"),
        ([900, 10, 20, 30],
         "line 3: time goes back, from 0.9 s to 0.01 s: delete the row before it, line 2"),
        ([1073741800, 1073741810, 1073741820, 6, 16, 26],
         "line 5: time goes back, from 1073741.82 s to 0.006 s: make two recordings of it, by two "
         "files or a column called recording"),
        ([*range(20), 19, *range(21, 40)],
         "line 22: time stands still, from 0.019 s to 0.019 s: delete the row, or make two "
         "recordings of it"),
        (np.arange(40) // 2,
         "line 3: time stands still, from 0 s to 0 s: write finer times, or delete their column "
         "and give the rate (--rate)"),
    ],
)  # fmt: skip
def test_time_goes_on(times: list[float], said: str) -> None:
    assert refusal(np.array(times, dtype=np.float64)) == said


def test_a_rate_that_is_known_decides_for_the_unit() -> None:
    seconds = np.arange(5.0)
    assert unit_of_time("time", seconds) == "ms"
    assert unit_of_time("time", seconds, 1) == "s"
    assert unit_of_time("time", even(833), 833) == "ms"
    assert unit_of_time("time", seconds, 7) == "ms"
    assert unit_of_time("t_ms", seconds, 1) == "ms"

"""Any column that is a clock is recognized as one, tells the rate, and is never learnt."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.examples import examples

from thumbnet.trainer import ThumbnetError, read_recordings, time_column
from thumbnet.trainer.signals.clock_names import clock_by_name, perhaps_clock, unit_by_name
from thumbnet.trainer.signals.moments import DAY, parse_moment

EPOCH = 1_714_550_395_000_000_000
"""Some seconds before 08:00 UTC on 2024-05-01, in nanoseconds."""


def moment(ns: int, form: str) -> str:
    """A time as a program writes it."""
    stamp = np.datetime64(ns, "ns")
    day, time = str(stamp).split("T")
    year, month, date = day.split("-")
    return form.format(day=day, time=time, ms=time[:12], us=time[:15], dmy=f"{date}/{month}/{year}")


CLOCKS: dict[str, tuple[tuple[str, ...], Callable[[int], str]]] = {
    "s": (("time", "t (s)", "Time (s)", "elapsed", "seconds"), lambda ns: f"{ns / 1e9:.6f}"),
    "ms": (("time", "t_ms", "millis", "timestamp", "Zeit [ms]"), lambda ns: f"{ns / 1e6:.3f}"),
    "us": (("time", "micros", "t_us", "time (µs)"), lambda ns: str(ns // 1000)),
    "ns": (("time", "timestamp_ns", "nanoseconds"), str),
    "epoch s": (("time", "unix time", "timestamp (s)"), lambda ns: f"{(EPOCH + ns) / 1e9:.6f}"),
    "epoch ms": (("time", "epoch", "ts_time"), lambda ns: f"{(EPOCH + ns) / 1e6:.3f}"),
    "epoch us": (("time", "timestamp"), lambda ns: str((EPOCH + ns) // 1000)),
    "epoch ns": (("time", "timestamp"), lambda ns: str(EPOCH + ns)),
    "ISO": (("when", "time", "x2"), lambda ns: moment(EPOCH + ns, "{day}T{us}Z")),
    "pandas": (("", "time"), lambda ns: moment(EPOCH + ns, "{day} {time}")),
    "zone": (("received", "time"), lambda ns: moment(EPOCH + ns, "{day} {us}+02:00")),
    "day first": (("Datum", "d"), lambda ns: moment(EPOCH + ns, "{dmy} {us}")),
    "midnight": (("Uhrzeit", "h"), lambda ns: moment(86_395 * 10**9 + ns, "{us}")),
}


@examples(200)
@given(
    kind=st.sampled_from(sorted(CLOCKS)),
    name=st.integers(0, 9),
    rate=st.sampled_from((5, 20, 50, 62.5, 100, 104, 400)),
    first=st.integers(0, 5_000),
    others=st.sampled_from(((), ("seconds_elapsed",), ("sample",), ("epoch ns", "millis"))),
    behind=st.booleans(),
    jitter=st.integers(0, 10),
)
@example(kind="midnight", name=0, rate=50, first=4_900, others=(), behind=False, jitter=0)
def test_clocks(
    kind: str,
    name: int,
    rate: float,
    first: int,
    others: tuple[str, ...],
    behind: bool,
    jitter: int,
) -> None:
    names, write = CLOCKS[kind]
    header = names[name % len(names)]
    if behind and not header:
        header = "time"
    rng = np.random.default_rng(jitter)
    count = 60
    # Up to a tenth of a step late.
    late = rng.integers(0, max(1, round(1e8 / rate * jitter / 10)), count)
    times = first * 10**6 + np.round(np.arange(count) * 1e9 / rate).astype(np.int64) + late
    values = rng.normal(0, 1, (count, 2)).round(2)
    columns = {header: [write(int(t)) for t in times]}
    for other in others:
        columns[other] = [
            {
                "sample": str(k + 1),
                "seconds_elapsed": f"{t / 1e9:.9f}",
                "millis": str(t // 10**6),
                "epoch ns": str(EPOCH + int(t)),
            }[other]
            for k, t in enumerate(times.tolist())
        ]
    channels = {"ab"[k]: [f"{v:.2f}" for v in column] for k, column in enumerate(values.T)}
    columns = {**channels, **columns} if behind else {**columns, **channels}
    rows = [",".join(row) for row in zip(*columns.values(), strict=True)]
    text = "\n".join([",".join(columns), *rows]) + "\n"
    with tempfile.TemporaryDirectory() as folder:
        for label in ("up", "down"):
            (Path(folder) / label).mkdir()
            (Path(folder) / label / "1.csv").write_text(text)
        one = read_recordings(folder)[0]
    assert one.channels == ("a", "b")
    assert one.values.tolist() == values.tolist()
    assert one.rate == pytest.approx(rate, rel=0.01)


@examples(400)
@given(st.integers(0, 2**62), st.sampled_from(("", "Z", " UTC", "+05:30", "-0800")))
def test_moments(ns: int, zone: str) -> None:
    """NumPy writes dates, too."""
    shift = {"+05:30": 19_800, "-0800": -28_800}.get(zone, 0) * 10**9
    assert parse_moment(f"{np.datetime64(ns, 'ns')}{zone}") == ns - shift
    time = str(np.datetime64(ns, "ns")).split("T")[1]
    assert parse_moment(time) == ns % DAY


@pytest.mark.parametrize(
    ("cell", "seconds"),
    [
        ("12:00:00 AM", 0),
        ("1:00:00.5 pm", 13 * 3600 + 0.5),
        ("05:30", 5 * 3600 + 30 * 60),
        ("05:30.25", 5 * 60 + 30.25),
        ("10:15:30,125", 36930.125),
        ("1970-01-02", 86400),
        ("02.01.1970 00:00:01", 86401),
        ("01/13/1970", 12 * 86400),
        ("2016-03-01 10:15:30:123", 1456827330.123),
        *(
            (cell, None)
            for cell in ("1.5", "12", "1970-13-01", "12:61", "25:00:00", "1-2", "", "x")
        ),
    ],
)
def test_forms_of_moments(cell: str, seconds: float | None) -> None:
    found = parse_moment(cell)
    assert (None if found is None else found / 1e9) == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("name", "first", "later", "unit"),
    [
        ("seconds_elapsed", True, True, "s"),
        ("Time since start in ms ", True, True, "ms"),
        ("TimeMS", True, True, "ms"),
        ("timestamp [us]", True, True, "us"),
        ("Zeit (s)", True, True, "s"),
        ("unix_time", True, True, None),
        ("t", True, False, None),
        ("s", True, False, "s"),
        ("Time (min)", True, True, "min"),
        ("min", False, False, None),
        ("time_x", False, False, None),
        ("time of flight", False, False, None),
        ("temperature", False, False, None),
        ("ts", True, True, None),
        ("Acceleration x (m/s^2)", False, False, "s"),
        ("x_ms", False, False, "ms"),
    ],
)
def test_names(name: str, first: bool, later: bool, unit: str | None) -> None:
    assert (clock_by_name(name, True), clock_by_name(name, False)) == (first, later)
    assert unit_by_name(name) == unit
    assert (time_column(["x", name]) is not None) == later


def test_a_ramp_is_no_clock(tmp_path: Path) -> None:
    """What rises in one recording, or is all that there is, is a reading."""
    for label, sign in (("up", 1), ("down", -1)):
        rows = "".join(f"{20 * k},{sign * k},{k % 7}\n" for k in range(40))
        (tmp_path / label).mkdir()
        (tmp_path / label / "1.csv").write_text(f"ms,slider,x\n{rows}")
    assert read_recordings(tmp_path)[0].channels == ("slider", "x")
    for label in ("up", "down"):
        rows = "".join(f"{20 * k},{k}\n" for k in range(40))
        (tmp_path / label / "1.csv").write_text(f"ms,slider\n{rows}")
    assert read_recordings(tmp_path)[0].channels == ("slider",)


def test_a_column_called_like_a_clock(tmp_path: Path) -> None:
    """It is one only if it rises."""
    assert perhaps_clock("reaction time")
    for label in ("a", "b"):
        rows = "".join(f"{20 * k},{k % 5},{k}\n" for k in range(40))
        (tmp_path / label).mkdir()
        (tmp_path / label / "1.csv").write_text(f"ms,reaction time,sensor uptime\n{rows}")
    assert read_recordings(tmp_path)[0].channels == ("reaction time",)


def test_a_fault_in_a_clock(tmp_path: Path) -> None:
    good = "".join(f"{20 * k},2024-05-01 00:00:{0.02 * k:06.3f},{k % 7}\n" for k in range(40))
    for label in ("a", "b"):
        (tmp_path / label).mkdir()
        (tmp_path / label / "1.csv").write_text("ms,when,x\n" + good.replace("\n100,", "\n,"))
    # The other clock is whole.
    one = read_recordings(tmp_path)[0]
    assert (one.rate, one.channels) == (50, ("x",))
    for label in ("a", "b"):
        (tmp_path / label / "1.csv").write_text("ms,x\n0,1\n20,2\n,3\n60,4\n")
    with pytest.raises(ThumbnetError, match=r"line 4, column 'ms': missing value: fill it in"):
        read_recordings(tmp_path)


def test_a_clock_that_is_called_nearly_so(tmp_path: Path) -> None:
    """Without another clock, what speaks of time and rises is one."""
    for label in ("a", "b"):
        rows = "".join(f"{k % 5},{20 * k}\n" for k in range(40))
        (tmp_path / label).mkdir()
        (tmp_path / label / "1.csv").write_text(f"x,imuTimestamp (ms)\n{rows}")
    one = read_recordings(tmp_path)[0]
    assert (one.rate, one.channels, one.guessed) == (50, ("x",), "")

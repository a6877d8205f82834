"""Every way in which apps and programs write the same recordings gives the same readings."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import cbor2
import numpy as np
import pytest
from support.app_exports import (
    EPOCH,
    Files,
    comma,
    each,
    edge_impulse,
    edge_impulse_export,
    headed,
    phyphox,
    phyphox_csv,
    phyphox_meta,
    printed,
    sensor_csv,
    sensor_json,
    sensor_logger,
    write,
    zipped,
)
from support.motions import motion

from thumbnet.trainer import Recording, ThumbnetError, read_recordings

XYZ = ("x", "y", "z")
BARE = ("x0", "x1", "x2")
ACC = ("accX", "accY", "accZ")
PHY = tuple(f"Acceleration {axis} (m/s^2)" for axis in XYZ)
TWO = tuple(f"{sensor} {axis}" for sensor in ("Accelerometer", "Gyroscope") for axis in XYZ)
DAY = "2024-05-01_08-00-0"
Make = Callable[[Recording], Any]


def in_labels(suffix: str, make: Make) -> Files:
    return {f"{label}/{k}{suffix}": make(one) for label, k, one in each()}


def in_folders(make: Make) -> Files:
    return {
        f"{label}/{DAY}{k}/{name}": data
        for label, k, one in each()
        for name, data in make(one).items()
    }


def in_zips(make: Make) -> Files:
    return {f"{label}/{DAY}{k}.zip": zipped(make(one)) for label, k, one in each()}


def both(one: Recording) -> Files:
    return sensor_logger(one, Gyroscope=sensor_csv)


def json_bytes(one: Recording) -> bytes:
    return json.dumps(edge_impulse(one)).encode()


def clock(t: float) -> str:
    return f"00:00:{t:06.3f}"


def table(header: str, clocks: Callable[[int, float], object]) -> Make:
    """A table with something in front of the readings."""
    return headed(header, lambda k, t, v: f"{clocks(k, t)},{comma(v)}")


TABLES: dict[str, tuple[str, Callable[[int, float], object]]] = {
    "pandas": ("time,x,y,z", lambda k, t: f"2024-05-01 {clock(t)}"),
    "pandas, index of dates": (",x,y,z", lambda k, t: f"2024-05-01 {clock(t)}+00:00"),
    "pandas, index of rows": (",ms,x,y,z", lambda k, t: f"{k},{k * 20}"),
    "date and time": ("Date,Time,x,y,z", lambda k, t: f"01/05/2024,{clock(t)}"),
    "seconds and milliseconds": ("utc,millis,x,y,z", lambda k, t: f"{10**9 + int(t)},{k * 20}"),
    "a counter": ("ms,k,x,y,z", lambda k, t: f"{k * 20},{k}"),
    "minutes": ("Time (min),x,y,z", lambda k, t: f"{t / 60:.8f}"),
    "an app of iOS": (
        "loggingTime(txt),accelerometerTimestamp_sinceReboot(s),x,y,z",
        lambda k, t: f"2024-05-01 {clock(t)} +0200,{12345.6 + t:.6f}",
    ),
}

CASES: dict[str, tuple[Files, tuple[str, ...]]] = {
    **{name: (in_labels(".csv", table(*how)), XYZ) for name, how in TABLES.items()},
    "Sensor Logger, a file": (in_labels(".csv", sensor_csv), XYZ),
    "Sensor Logger, folders": (in_folders(sensor_logger), XYZ),
    "Sensor Logger, archives": (in_zips(sensor_logger), XYZ),
    "Sensor Logger, two sensors": (in_zips(both), TWO),
    "Sensor Logger, JSON": (in_labels(".json", sensor_json), TWO),
    "two sensors side by side": (
        {f"{a}/{s}_{k}.csv": sensor_csv(one) for a, k, one in each() for s in ("acc", "gyro")},
        tuple(f"{sensor} {axis}" for sensor in ("acc", "gyro") for axis in XYZ),
    ),
    **{
        f"phyphox, {mark!r} {dot}": (
            in_zips(partial(phyphox, separator=mark, decimal=dot)),
            PHY,
        )
        for mark, dot in ((",", "."), ("\t", "."), ("\t", ","), (";", "."), (";", ","))
    },
    "phyphox, folders": (in_folders(phyphox), PHY),
    "phyphox, filled": (
        in_folders(lambda one: {"A.csv": phyphox_csv(one, fill=3), **phyphox_meta()}),
        PHY,
    ),
    "Edge Impulse, folders": (in_labels(".json", json_bytes), ACC),
    "Edge Impulse, CBOR": (
        {f"{a}.{k}.cbor": cbor2.dumps(edge_impulse(one)) for a, k, one in each()},
        ACC,
    ),
    "Edge Impulse, flat CSV": (
        {
            f"{a}.{k}.csv": table("timestamp,accX,accY,accZ", lambda k, t: k * 20)(one)
            for a, k, one in each()
        },
        ACC,
    ),
    "Edge Impulse, whole project": (edge_impulse_export(), ACC),
    "Edge Impulse, without the list": (
        {k: v for k, v in edge_impulse_export().items() if k != "info.labels"},
        ACC,
    ),
    "plotter with time": (
        in_labels(".txt", printed(lambda k, t, v: "t:{},x:{},y:{},z:{}".format(k * 20, *v))),
        XYZ,
    ),
    "plotter with stamps": (
        in_labels(".txt", printed(lambda k, t, v: clock(t) + " -> x:{},y:{},z:{}".format(*v))),
        XYZ,
    ),
    "numbers, time in front": (
        in_labels(".log", printed(lambda k, t, v: f"{77 + k * 20},{comma(v)},\r")),
        BARE,
    ),
    "tabs, microseconds in front": (
        in_labels(".txt", printed(lambda k, t, v: "\t".join(map(str, (k * 20000, *v))))),
        BARE,
    ),
    "tuples, time in front": (
        in_labels(".csv", printed(lambda k, t, v: str((k * 20, *v)))),
        BARE,
    ),
    "blanks under names": (
        in_labels(".txt", headed("ms x y z", lambda k, t, v: " ".join(map(str, (k * 20, *v))))),
        XYZ,
    ),
    "a folder for each recording": (
        {
            f"{a}/rec{k}/data.csv": table("Zeit (s),x,y,z", lambda k, t: f"{t:.2f}")(one)
            for a, k, one in each()
        },
        XYZ,
    ),
    "one archive of everything": (
        {"all.zip": zipped({f"m/{k}": v for k, v in in_labels(".csv", sensor_csv).items()})},
        XYZ,
    ),
    "an archive for each label": (
        {
            f"{a}.zip": zipped({f"{k}.csv": sensor_csv(motion(a, k)) for k in range(2)})
            for a, _, _ in each(1)
        },
        XYZ,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_same_readings(case: str, tmp_path: Path) -> None:
    files, channels = CASES[case]
    folder = write(tmp_path / "data", files)
    found = read_recordings(folder / "all.zip" if "all.zip" in files else folder)
    assert len(found) == (9 if "project" in case or "list" in case else 6)
    for one in found:
        assert one.channels == channels
        assert one.rate == pytest.approx(50, rel=1e-3)
    # Which of the recordings: files of a project are in the order of their list.
    for label in ("rest", "shake", "wave"):
        read = sorted(float(one.values[:, 0].sum()) for one in found if one.label == label)
        made = [float(motion(label, k).values[:, 0].sum()) for k in range(len(read))]
        assert read == pytest.approx(sorted(made), abs=2 if channels[0][-1] == "x" else 1e-6)


def test_phyphox_says_that_rows_are_left_out(tmp_path: Path) -> None:
    note = "rows at the end, where NaN fills a shorter column, are left out"
    for fill in (0, 3):
        write(tmp_path, in_labels(".csv", partial(phyphox_csv, fill=fill)))
        assert [note in one.notes for one in read_recordings(tmp_path)] == [fill > 0] * 6


def test_phyphox_pauses(tmp_path: Path) -> None:
    """Its time does not show a pause; no window spans one."""
    write(
        tmp_path,
        in_folders(lambda one: {"Raw Data.csv": phyphox_csv(one), **phyphox_meta(pause=2.0)}),
    )
    found = read_recordings(tmp_path)
    assert [len(one) for one in found] == [101, 99] * 6
    assert np.array_equal(
        np.concatenate([one.values for one in found[:2]]), motion("rest", 0).values
    )
    assert found[0].notes[-1] == "the recording was paused, and is read as 2"
    assert found[1].place(0) == (f"rest/{DAY}0/Raw Data.csv, samples 101 to 199, line 103")


def test_edge_impulse_parts_with_labels(tmp_path: Path) -> None:
    """A file may have several labels, each for a stretch."""
    files = edge_impulse_export()
    listed = json.loads(files["info.labels"])
    listed["files"][0]["label"] = {
        "type": "multi-label",
        "labels": [
            {"label": "wave", "startIndex": 0, "endIndex": 49},
            {"label": "rest", "startIndex": 50, "endIndex": 199},
        ],
    }
    write(tmp_path, {**files, "info.labels": json.dumps(listed).encode()})
    found = read_recordings(tmp_path)[:2]
    assert [(one.label, len(one)) for one in found] == [("wave", 50), ("rest", 150)]


def test_edge_impulse_one_sensor(tmp_path: Path) -> None:
    for label in ("a", "b"):
        whole = edge_impulse(motion("rest", 0))
        whole["payload"].update(
            interval_ms=0.5, sensors=[{"name": "mic", "units": "N/A"}], values=[1, 2.5, 3]
        )
        write(tmp_path, {f"{label}.1.json": json.dumps(whole).encode()})
    one = read_recordings(tmp_path)[0]
    assert (one.rate, one.channels, one.values[:, 0].tolist()) == (2000, ("mic",), [1, 2.5, 3])


def test_sensor_logger_leaves_out(tmp_path: Path) -> None:
    def make(one: Recording) -> Files:
        header = b"time,seconds_elapsed,relativeAltitude,pressure\n"
        slow = b"".join(b"%d,%d,0.1%d,1013\n" % (EPOCH + k * 10**9, k, k % 3) for k in range(4))
        lines = sensor_csv(one).splitlines(keepends=True)
        return {
            **sensor_logger(one, Barometer=lambda _: header + slow, Light=lambda _: b"time,lux\n"),
            "Accelerometer.csv": b"".join([*lines[:9], lines[8], *lines[9:]]),
            "Activity.csv": b"time,seconds_elapsed,activity\n1,1,walking\n",
        }

    write(tmp_path, in_folders(make))
    one = read_recordings(tmp_path)[0]
    assert one.channels == XYZ
    assert len(one) == 200
    assert one.notes == (
        "'seconds_elapsed' also tells the time, and is left out: 'time' is used",
        "rows that repeat the one before, with its time, are left out",
        "Barometer (1 Hz) is left out: more than 10 times slower than the fastest sensor",
        "Light.csv has no rows, and is left out",
    )


def test_logs_cut_short(tmp_path: Path) -> None:
    def make(one: Recording) -> bytes:
        body = printed(lambda k, t, v: comma(v) + "\r")(one)
        end = b'Traceback (most recent call last):\r\n  File "<stdin>", line 3\r\n>>> '
        return b"2,9.8\r\n" + body + end

    write(tmp_path, in_labels(".txt", make))
    one = read_recordings(tmp_path, rate=50)[0]
    assert np.array_equal(one.values, motion("rest", 0).values)
    assert one.lines[0] == 2
    assert one.notes == (
        "the first line is cut short, and is left out",
        "lines after the last reading are left out",
    )


@pytest.mark.parametrize(
    ("line", "channels"),
    [
        (lambda k, t, v: "{},{},{}".format(*v), BARE),
        (lambda k, t, v: "{}\t{}\t{}".format(*v), BARE),
        (lambda k, t, v: "{};{};{}".format(*v).replace(".", ","), BARE),
        (lambda k, t, v: f"({v[0]}, {v[1]}, {v[2]})", BARE),
        (lambda k, t, v: "{} {} {}".format(*v), BARE),
        (lambda k, t, v: "x:{},y:{},z:{}\r".format(*v), XYZ),
        (lambda k, t, v: "x={} y={} z={}".format(*v), XYZ),
        (lambda k, t, v: f"{v[0]:.3f}".replace(".", ","), ("x0",)),
        (lambda k, t, v: "{},{},{},{}".format(k, *v), BARE),
    ],
)  # fmt: skip
def test_logs_without_times(line: Any, channels: tuple[str, ...], tmp_path: Path) -> None:
    write(tmp_path, in_labels(".txt", printed(line)))
    one = read_recordings(tmp_path, rate=50)[0]
    assert one.channels == channels
    assert np.array_equal(one.values, motion("rest", 0).values[:, : len(channels)])


def test_names_decimals_and_columns_to_leave_out(tmp_path: Path) -> None:
    write(tmp_path, in_labels(".txt", printed(lambda k, t, v: f"{k * 20};{v[0]};{v[1]}")))
    for names in (("ms", "ax", "ay"), ("ax", "ay")):
        assert read_recordings(tmp_path, names=names)[0].channels == ("ax", "ay")
    with pytest.raises(ThumbnetError, match="3 columns, but 1 names are given: name each of them"):
        read_recordings(tmp_path, names=("ax",))
    write(tmp_path, in_labels(".txt", headed("ms;a;b", lambda k, t, v: f"{k * 20};1.{k % 7}00;5")))
    one = read_recordings(tmp_path, ignore=("b",), decimal="point")[0]
    assert (one.channels, one.values[1, 0]) == (("a",), 1.1)
    assert read_recordings(tmp_path, ignore=("b",), decimal="comma")[0].values[1, 0] == 1100


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_encodings(encoding: str, tmp_path: Path) -> None:
    make = headed("Time (µs)\tx", lambda k, t, v: f"{k * 20000}\t{v[0]}".replace(".", ","))
    write(tmp_path, in_labels(".csv", lambda one: make(one).decode().encode(encoding)))
    one = read_recordings(tmp_path)[0]
    assert (one.rate, one.channels, one.guessed) == (50, ("x",), "")
    assert one.notes[-1] == "the numbers have decimal commas"

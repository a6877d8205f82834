"""Recordings as people bring them: read rightly, or refused with a remedy that works."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from support.app_exports import Files, comma, each, headed, printed, sensor_logger, write, zipped
from support.motions import motion

from thumbnet.trainer import Recording, ThumbnetError, find_outliers, read_recordings

XYZ = ("x", "y", "z")
MIDNIGHT = datetime(2024, 3, 31)
Line = Callable[[int, float, list[float]], str]


def in_labels(suffix: str, make: Any, recordings: int = 2) -> Files:
    return {f"{label}/{k}{suffix}": make(one) for label, k, one in each(recordings)}


def with_clock(header: str, clock: Callable[[int, float], str]) -> Files:
    return in_labels(".csv", headed(f"{header},x,y,z", lambda k, t, v: f"{clock(k, t)},{comma(v)}"))


def moment(form: str, hours: float = 8) -> Callable[[int, float], str]:
    def clock(k: int, t: float) -> str:
        at = MIDNIGHT + timedelta(hours=hours, seconds=t)
        return at.strftime(form.replace("%3f", f"{at.microsecond // 1000:03}"))

    return clock


PLAIN = with_clock("t_ms", lambda k, t: f"{20 * k}")


def check(found: list[Recording], files: int = 6) -> None:
    assert len(found) == files
    assert {(one.rate, one.channels, len(one)) for one in found} == {(50, XYZ, 200)}


@pytest.mark.parametrize(
    ("header", "clock"),
    [
        ("time", moment("%d-%b-%Y %H:%M:%S.%3f")),
        ("time", moment('"%B %d, %Y %H:%M:%S.%3f"')),
        ("time", moment('"%a, %d %b %Y %H:%M:%S.%3f GMT"')),
        ("time", moment("%Y%m%dT%H%M%S.%3fZ")),
        ("time", lambda k, t: f"0 days 00:00:{t:09.6f}"),
        ("time", lambda k, t: f"9 days 23:59:{t + 56:06.3f}" if t < 4 else ""),
        ("time", moment("%H:%M:%S.%3f", 24 - 2 / 3600)),
        # Summer time begins: with its zone, time goes on.
        ("time", lambda k, t: moment("%Y-%m-%d %H:%M:%S.%3f+01:00", 2 - 2 / 3600)(k, t) if t < 2
         else moment("%Y-%m-%d %H:%M:%S.%3f+02:00", 3 - 2 / 3600)(k, t)),
        ("timestamp", lambda k, t: f"{(1_700_000_000 + t) * 1e9:.11e}"),
        ("t_ms,seq", lambda k, t: f"{20 * k},{k % 64}"),
        ("t_ms,packet", lambda k, t: f"{20 * k},{10 * k}"),
    ],
)  # fmt: skip
def test_clocks_and_counters_are_none_of_the_channels(
    header: str, clock: Callable[[int, float], str], tmp_path: Path
) -> None:
    write(tmp_path, with_clock(header, clock))
    check(read_recordings(tmp_path))


@pytest.mark.parametrize("period", [65536, 2**30])
def test_a_clock_that_wraps_around_is_split(period: int, tmp_path: Path) -> None:
    clock = with_clock("t_ms", lambda k, t: f"{(period - 1000 + 20 * k) % period}")
    write(tmp_path, {**PLAIN, "wave/1.csv": clock["wave/1.csv"]})
    with pytest.raises(
        ThumbnetError, match=r"line 52: time goes back, .*: make two recordings"
    ) as e:
        read_recordings(tmp_path)
    assert "by two files or a column called recording" in str(e.value)
    header, *rows = clock["wave/1.csv"].decode().splitlines()
    text = "\n".join([f"recording,{header}", *(f"{k >= 50},{row}" for k, row in enumerate(rows))])
    (tmp_path / "wave/1.csv").write_text(text)
    assert [len(one) for one in read_recordings(tmp_path)] == [200] * 5 + [50, 150]


def other(header: str, line: Line) -> Files:
    """The same recordings with another one beside them."""
    return {**PLAIN, "wave/9.csv": headed(header, line)(motion("wave", 0))}


OPTION = r"\((--.*)\)$"


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (with_clock("t_ms,device", lambda k, t: f"{20 * k},pico"),
         "column 'device': 'pico' is not a number: fix or delete the row, or leave the column"),
        (other("t_ms,x,y,z,light", lambda k, t, v: f"{20 * k},{comma(v)},{k % 7}"),
         "wave/9.csv has a channel 'light' more"),
        (in_labels(".csv", headed("t_ms,x,y,z,Temp", lambda k, t, v: f"{20 * k},{comma(v)},"
                                  f"{'' if k % 2 else k % 9}")), "column 'Temp': missing value"),
        (with_clock("time", lambda k, t: f"day {k}"),
         "column 'time': 'day 0' is not a number: fix or delete the row, or leave out the clock"),
    ],
)  # fmt: skip
def test_remedies_that_leave_out_columns(files: Files, said: str, tmp_path: Path) -> None:
    write(tmp_path, files)
    with pytest.raises(ThumbnetError, match=said) as caught:
        read_recordings(tmp_path)
    match = re.search(OPTION, str(caught.value))
    assert match is not None, caught.value
    words = dict(zip(*[iter(shlex.split(match[1]))] * 2, strict=True))
    # 100 Hz are an example of the message: these are recordings of 50.
    rate = 50 if "--rate" in words else None
    for name in (words["--ignore"], words["--ignore"].upper()):
        check(read_recordings(tmp_path, ignore=[name], rate=rate), len(files))


def test_a_column_to_leave_out_that_is_not_there(tmp_path: Path) -> None:
    write(tmp_path, PLAIN)
    with pytest.raises(ThumbnetError, match=r"no recording has a column 'temp' to ignore: rest/0"):
        read_recordings(tmp_path, ignore=["temp"])


def test_names_in_another_case(tmp_path: Path) -> None:
    write(tmp_path, other("t_ms,X,Y,Z", lambda k, t, v: f"{20 * k},{comma(v)}"))
    with pytest.raises(ThumbnetError, match=r"unlike rest/0.csv, .*: write their names alike"):
        read_recordings(tmp_path)
    write(tmp_path, other("t_ms,z,y,x", lambda k, t, v: f"{20 * k},{comma(v[::-1])}"))
    found = read_recordings(tmp_path)
    check(found, 7)
    assert found[6].values.tolist() == found[4].values.tolist()


@pytest.mark.parametrize(
    ("line", "values", "channels"),
    [
        # Two readings of an ADC are no decimal number.
        (lambda k, t, v: f"{k * k % 1023},{k % 7 + 100}", (4, 102), ("x0", "x1")),
        (lambda k, t, v: f"{20 * k},{k * k % 1023}", (4,), ("x0",)),
        (lambda k, t, v: f"{k * k % 1023},05".replace(".", ","), (4.05,), ("x0",)),
        (lambda k, t, v: f"Temp: {k * k % 97} C, Hum: {k % 7} %", (4, 2), ("Temp", "Hum")),
        (lambda k, t, v: f"{k * k % 97} {k % 7}", (4, 2), ("x0", "x1")),
    ],
)
def test_lines_of_a_board(
    line: Line, values: tuple[float, ...], channels: tuple[str, ...], tmp_path: Path
) -> None:
    write(tmp_path, in_labels(".txt", printed(line)))
    for one in read_recordings(tmp_path, rate=50):
        assert (one.channels, tuple(one.values[2])) == (channels, values)


def test_what_the_console_printed(tmp_path: Path) -> None:
    """Thonny saves its shell with the readings."""
    log = printed(lambda k, t, v: str(tuple(v)))
    top = b">>> %Run -c $EDITOR_CONTENT\r\n\r\nMPY: soft reboot\r\n"
    write(tmp_path, in_labels(".txt", lambda one: top + log(one) + b">>> \r\n"))
    for one in read_recordings(tmp_path, rate=50):
        assert len(one) == 200
        assert one.notes == (
            "what the console printed above the readings is left out",
            "lines after the last reading are left out",
        )


def test_litter_is_no_recording(tmp_path: Path) -> None:
    write(tmp_path, {
        **PLAIN, **dict.fromkeys(
            ("wave/.DS_Store", "wave/._0.csv", "wave/~$0.csv", "wave/Thumbs.db", "README.txt",
             "__MACOSX/wave/._1.csv", "rest/.ipynb_checkpoints/0.csv"), b"\0\5\x16\7"
        )
    })  # fmt: skip
    check(read_recordings(tmp_path))


def test_links(tmp_path: Path) -> None:
    folder = write(tmp_path / "data", PLAIN)
    (folder / "wave/all").symlink_to(folder, target_is_directory=True)
    (folder / "wave/same").symlink_to(folder / "wave", target_is_directory=True)
    check(read_recordings(folder))
    gone = folder / "wave/gone.csv"
    gone.symlink_to(folder / "nothing.csv")
    for path in (folder, gone):
        with pytest.raises(ThumbnetError, match=r"gone.csv.*is a link to nothing: (delete|name)"):
            read_recordings(path)
    gone.unlink()
    check(read_recordings(folder))


@pytest.mark.parametrize("parts", [("train", "test"), ("training", "testing")])
def test_parts(parts: tuple[str, str], tmp_path: Path) -> None:
    write(tmp_path, {f"{part}/{name}": data for part in parts for name, data in PLAIN.items()})
    check(read_recordings(tmp_path), 12)


def test_an_archive_of_all_labels_says_how_to_be_read(tmp_path: Path) -> None:
    files = {
        f"{label}/2024-05-01_0{k}/{name}": data
        for label, k, one in each() for name, data in sensor_logger(one).items()
    }  # fmt: skip
    write(tmp_path, {"all.zip": zipped(files)})
    with pytest.raises(ThumbnetError) as caught:
        read_recordings(tmp_path)
    match = re.search(r": give (\S+), if its folders are the labels", str(caught.value))
    assert match is not None, caught.value
    assert {one.label for one in read_recordings(match[1])} == {"rest", "shake", "wave"}


@pytest.mark.parametrize("between", "_- ")
def test_labels_in_names_say_how_to_be_read(between: str, tmp_path: Path) -> None:
    write(tmp_path, {name.replace("/", between): data for name, data in PLAIN.items()})
    with pytest.raises(ThumbnetError) as caught:
        read_recordings(tmp_path)
    match = re.search(r", or call it (rest\.0\.csv), if 'rest' is its label$", str(caught.value))
    assert match is not None, caught.value
    for path in list(tmp_path.iterdir()):
        path.rename(tmp_path / path.name.replace(between, "."))
    check(read_recordings(tmp_path))


def test_a_recording_of_two_rows(tmp_path: Path) -> None:
    write(tmp_path, {**PLAIN, "wave/9.csv": b"t_ms,x,y,z\n0,1,2,3\n20,1,2,4\n"})
    with pytest.raises(ThumbnetError, match=r"line 2: a recording of 2 rows, .*: delete it, or"):
        read_recordings(tmp_path)


def test_readings_that_are_none_are_named(tmp_path: Path) -> None:
    assert not find_outliers([motion(label, k) for label, k, _ in each(3)])
    lines = PLAIN["wave/1.csv"].decode().splitlines()
    for at in (50, 90):
        lines[at] = f"{lines[at].rpartition(',')[0]},65535"
    write(tmp_path, {**PLAIN, "wave/1.csv": "\n".join(lines).encode()})
    (said,) = find_outliers(read_recordings(tmp_path))
    assert re.fullmatch(
        r"wave/1.csv, line 51 and 1 more: 'z' is 65535, but from \S+ to \S+ elsewhere: if this is "
        "no reading, delete the row",
        said,
    )
    del lines[90], lines[50]
    write(tmp_path, {"wave/1.csv": "\n".join(lines).encode()})
    assert not find_outliers(read_recordings(tmp_path))

"""Recordings: all error messages."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from thumbnet.trainer import Recording, ThumbnetError, read_recordings

ROWS = "".join(f"{10 * k},{k % 7},{k % 5}\n" for k in range(40))
GOOD = "ms,x,y\n" + ROWS
TABLE = "ms,x,label\n" + "".join(f"{10 * k},{k % 7},{'ab'[k // 20]}\n" for k in range(40))


def message(call: Callable[[], object], folder: Path) -> str:
    """The line of the error, without the folder."""
    with pytest.raises(ThumbnetError) as caught:
        call()
    said = str(caught.value)
    assert "\n" not in said
    return said.replace(f"{folder}/", "").replace(str(folder), folder.name)


def folder(root: Path, files: dict[str, str]) -> Path:
    root.mkdir(exist_ok=True)
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def refusal(root: Path, files: dict[str, str], **options: object) -> str:
    return message(lambda: read_recordings(folder(root, files), **options), root)  # type: ignore[arg-type]


def rows(*steps: int) -> str:
    """A recording whose samples are these numbers of milliseconds apart."""
    times = np.concatenate([[0], np.cumsum(steps)])
    return "ms,x,y\n" + "".join(f"{t},{t % 7},{t % 5}\n" for t in times)


@pytest.mark.parametrize(
    ("b", "said"),
    [
        ("", "b/1.csv: the file is empty"),
        ("ms,x,y\n", "b/1.csv: no rows below the header: delete the file, or record again"),
        (ROWS, "b/1.csv, line 1: no header: the first row is all numbers: "
               "add a line with the names of the columns"),
        (GOOD.replace("\n100,3,0", "\n100,NaN,0"),
         "b/1.csv, line 12, column 'x': missing value ('NaN'): fill it in or delete the row, "
         "or leave the column out (--ignore x)"),
        (GOOD.replace("\n100,3,0", "\n100,,0"),
         "b/1.csv, line 12, column 'x': missing value: fill it in or delete the row, "
         "or leave the column out (--ignore x)"),
        (GOOD.replace("\n100,3,0", "\n100,3"),
         "b/1.csv, line 12: 2 columns, but the header has 3: no value for 'y': "
         "fill it in or delete the row"),
        (GOOD.replace("\n100,3,0", "\nlater,3,0"),
         "b/1.csv, line 12, column 'ms': 'later' is not a number: fix or delete the row, "
         "or leave out the clock and give the rate of the samples (--ignore ms --rate 100)"),
        (GOOD.replace("\n100,3,0", "\n100,abc,0"),
         "b/1.csv, line 12, column 'x': 'abc' is not a number: fix or delete the row, or leave "
         "the column out (--ignore x)"),
        ("ms,x\n" + "".join(f"{10 * k},{k}\n" for k in range(40)),
         "b/1.csv has no channel 'y', unlike a/1.csv, which has 'x', 'y': "
         "record the same channels in all, or leave these out (--ignore y)"),
        (GOOD.replace("ms,x,y", "ms,x,z"),
         "b/1.csv has no channel 'y' and a channel 'z' more, unlike a/1.csv, which has 'x', 'y': "
         "record the same channels in all, or leave the recording out"),
        ("ms,x,y\n0,1,2\n10,2,2\n",
         "b/1.csv, line 2: a recording of 2 rows, at least 3 are needed: delete it, or record "
         "again"),
        (rows(*[10] * 20, 0, *[10] * 20),
         "b/1.csv, line 23: time stands still, from 0.2 s to 0.2 s: delete the row, "
         "or make two recordings of it"),
        (rows(*[10] * 20, -50, *[10] * 20),
         "b/1.csv, line 23: time goes back, from 0.2 s to 0.15 s: make two "
         "recordings of it, by two files or a column called recording"),
        (rows(*[10] * 20, 70, *[10] * 20),
         "b/1.csv, line 23: 0.07 s after the sample before it, 0.01 s elsewhere: "
         "samples are missing, make two recordings of it"),
        (rows(*[10] * 20, *[20] * 20),
         "b/1.csv, line 23: the sample rate changes from 100 to 50 Hz: "
         "resample the recording, or make two of it"),
        (rows(*[10] * 20, *[7] * 7, *[10] * 20),
         "b/1.csv, line 23: the sample rate changes from 100 to 142.9 Hz: "
         "resample the recording, or make two of it"),
        (rows(*[10] * 5, *[100] * 40),
         "b/1.csv, line 8: the sample rate changes from 100 to 10 Hz: "
         "resample the recording, or make two of it"),
        (GOOD.replace("\n100,3,0", "\n30,3,0"),
         "b/1.csv, line 12: time goes back, from 0.09 s to 0.03 s: delete the row"),
        (GOOD.replace("\n100,3,0", "\n"
         "Traceback (most recent call last):"),
         "b/1.csv, line 12: 1 column, but the header has 3: no value for 'x', 'y': fill it in or "
         "delete the row"),
        ("MPY: soft reboot\nMicroPython v1.29; Pico, RP2040\n\n" + GOOD,
         "b/1.csv, line 1: 'MPY: soft reboot' is not the names of the columns, line 4 is: "
         "delete what is above it"),
        ("MPY: soft reboot\n" + ROWS,
         "b/1.csv, line 2: no header: the first row is all numbers: add a line with the names of "
         "the columns"),
        (rows(*[20] * 40),
         "b/1.csv has 50 samples a second, a/1.csv 100: resample one of them, or leave it out"),
    ],
)  # fmt: skip
def test_of_files(b: str, said: str, tmp_path: Path) -> None:
    assert refusal(tmp_path, {"a/1.csv": GOOD, "b/1.csv": b}) == said


@pytest.mark.parametrize(
    ("files", "options", "said"),
    [
        ({}, {}, "motions: no CSV files here: put them into a folder for each label, such as "
                 "motions/walk/1.csv"),
        ({"yes/1.wav": ""}, {},
         "motions: no CSV files here: put them into a folder for each label, such as "
         "motions/walk/1.csv (1.wav is sound: use --sound instead of --window)"),
        ({"a/1.csv": GOOD, "c.csv": GOOD}, {},
         "c.csv is next to the folders of labels: move it into the folder of its label, or delete "
         "it"),
        ({"a/1.csv": GOOD, "b/notes.md": ""}, {},
         "b: no CSV files for this label: put its recordings there, or delete it"),
        ({"a/1.csv": GOOD}, {},
         "motions: every recording has class 'a': at least two classes are needed"),
        ({"a/1.csv": GOOD.replace("ms,", "n,"), "b/1.csv": GOOD}, {},
         "a/1.csv: no column of 'n', 'x', 'y' is a time by its name, but 'n' rises like one: name "
         "it with its unit (--time n:ms), or give the rate of the samples (--rate 100)"),
        ({"a/1.csv": GOOD.replace("ms,", "n,").replace("\n10,", "\n0,")}, {},
         "a/1.csv: no column of 'n', 'x', 'y' is a time: name it, or give the rate of the samples "
         "(--time COLUMN, --rate 100)"),
        ({"a/1.csv": GOOD}, {"rate": 50},
         "a/1.csv, line 2: column 'ms' says 100 samples a second (in ms), not 50: "
         "correct the rate, or leave it out"),
        ({"a/1.csv": GOOD.replace("ms,", "time,")}, {"rate": 50},
         "a/1.csv, line 2: column 'time' says 100 samples a second (in ms), not 50: "
         "correct the rate, or leave it out and name the unit (--time time:s)"),
        ({"a/1.csv": GOOD, "a/day 2/1.csv": GOOD, "b/1.csv": GOOD}, {},
         "a/day 2/1.csv is in a folder inside a: move it up into a, under a name of its own"),
        ({"mon/a/1.csv": GOOD, "mon/b/1.csv": GOOD}, {},
         "mon/a/1.csv is in a folder inside mon: give mon, if its folders are the labels, or "
         "move it up"),
        ({"1.csv": TABLE, "x/y/z/1.csv": TABLE}, {},
         "x/y/z/1.csv is in a folder inside x: move it up into x, under a name of its own"),
        ({"1.csv": GOOD}, {},
         "1.csv, line 2: column 'y' is taken for the labels, and '0' is one for fewer than 3 rows: "
         "name another column with --label, or give a folder with a folder for each label, as "
         "{above} is for {above}/motions/1.csv"),
        ({"1.csv": "mic\n1\n2\n3\n"}, {"rate": 50},
         "1.csv: column 'mic' is taken for the labels, which leaves no channel: name another "
         "column with --label, or give a folder with a folder for each label, as {above} is for "
         "{above}/motions/1.csv"),
        ({"1.csv": GOOD}, {"label": "y"},
         "1.csv, line 2: label '0' for fewer than 3 rows: fix the labels around it, or delete it"),
        ({"1.csv": TABLE.replace("label", "what").replace("100,3,a", "100,3,b")}, {},
         "1.csv, line 12: label 'b' for fewer than 3 rows: fix the labels around it, or delete it"),
        ({"a/1.csv": GOOD}, {"rate": 0}, "a rate of 0 Hz: give samples a second, such as 100"),
        ({"a/1.csv": GOOD}, {"time": "mss"},
         "a/1.csv: no column 'mss', the columns are 'ms', 'x', 'y': did you mean 'ms'?"),
        ({"a/1.csv": GOOD}, {"time": "ms:h"},
         "a time in 'h': its unit is one of s, ms, us, ns, as in ms:ms"),
        ({"a/1.csv": GOOD}, {"recording": "take"},
         "a/1.csv: no column 'take', the columns are 'ms', 'x', 'y': name another"),
        ({"a/1.csv": "ms\n1\n2\n3\n"}, {},
         "a/1.csv: no channel is left among the columns 'ms', since 'ms' are not channels: "
         "name others with label, time or recording"),
        ({"t.csv": TABLE}, {"label": "time"},
         "t.csv: no column 'time', the columns are 'ms', 'x', 'label': name another"),
        ({"t.csv": TABLE.replace("100,3,a", "100,3,")}, {},
         "t.csv, column 'label', line 12: missing label: fill it in"),
        ({"t.csv": TABLE.replace("100,3,a", "100,3,b")}, {},
         "t.csv, line 12: label 'b' for fewer than 3 rows: fix the labels around it, or delete it"),
        ({"t.csv": TABLE.replace(",b", ",a")}, {},
         "motions: every recording has class 'a': at least two classes are needed"),
        ({"t.csv": "ms,x,label,session\n" + "".join(
            f"{10 * k},{k % 7},a,{k // 5 % 2}\n" for k in range(15))}, {},
         "t.csv, line 12: recording '0' continues after another one: "
         "sort the rows by recording"),
    ],
)  # fmt: skip
def test_of_folders(
    files: dict[str, str], options: dict[str, object], said: str, tmp_path: Path
) -> None:
    said = said.replace("{above}", tmp_path.name)
    assert refusal(tmp_path / "motions", files, **options) == said


@pytest.mark.parametrize(
    ("values", "options", "said"),
    [
        ([1, 2], {}, "recording 'a': values are int64 of shape (2,), they must be numbers of shape "
                     "(samples, channels)"),
        ([["x"]], {}, "recording 'a': values are <U1 of shape (1, 1), they must be numbers of "
                      "shape (samples, channels)"),
        ([[1, 2], [3, np.nan]], {}, "recording 'a': sample 1, channel 'x1' is nan: correct it, or "
                                    "make two recordings without it"),
        ([[1, 2]], {"channels": ("x",)}, "recording 'a': 1 names for 2 channels: one for each"),
        ([[1, 2]], {"rate": 0.0}, "recording 'a': a rate of 0.0 Hz: give samples a second"),
    ],
)  # fmt: skip
def test_of_ones_own(values: object, options: dict[str, object], said: str) -> None:
    given = {"rate": 10.0, **options}
    with pytest.raises(ThumbnetError) as caught:
        Recording(np.array(values), "l", name="a", **given)  # type: ignore[arg-type]
    assert str(caught.value) == said


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
@pytest.mark.parametrize("what", ["file", "folder", "folder inside"])
def test_link_out_of_the_folder(what: str, tmp_path: Path) -> None:
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "1.csv").write_text("t_ms,x\n0,1\n10,2\n")
    data = tmp_path / "data"
    for label in ("walk", "run"):
        (data / label).mkdir(parents=True)
        (data / label / "1.csv").write_text("t_ms,x\n0,1\n10,2\n20,3\n")
    assert len(read_recordings(data)) == 2
    (data / "walk" / "2.csv").symlink_to("1.csv")
    assert len(read_recordings(data)) == 3
    links = {"file": "walk/3.csv", "folder": "jump", "folder inside": "walk/more"}
    target = "secret/1.csv" if what == "file" else "secret"
    (data / links[what]).symlink_to(tmp_path / target)
    with pytest.raises(ThumbnetError, match="is a link out of data: put the file or folder itself"):
        read_recordings(data)
    (tmp_path / "linked").symlink_to(data)
    (data / links[what]).unlink()
    assert len(read_recordings(tmp_path / "linked")) == 3

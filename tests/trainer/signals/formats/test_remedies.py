"""What is refused, and that its remedy works."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from support.app_exports import (
    Files,
    comma,
    each,
    edge_impulse,
    edge_impulse_export,
    headed,
    phyphox,
    printed,
    sensor_csv,
    sensor_logger,
    write,
    zipped,
)
from support.motions import motion

from thumbnet.trainer import ThumbnetError, read_recordings


def refused(folder: Path, **options: Any) -> str:
    """The message, without the folder."""
    with pytest.raises(ThumbnetError) as caught:
        read_recordings(folder, **options)
    said = str(caught.value)
    assert "\n" not in said
    return said.replace(f"{folder}/", "").replace(str(folder), folder.name)


def in_labels(suffix: str, make: Any) -> Files:
    return {f"{label}/{k}{suffix}": make(one) for label, k, one in each()}


def test_no_times(tmp_path: Path) -> None:
    write(tmp_path, in_labels(".txt", printed(lambda k, t, v: comma(v))))
    said = refused(tmp_path)
    assert said == "rest/0.txt: no column is a time: give the rate of the samples (--rate 100)"
    assert len(read_recordings(tmp_path, rate=100)) == 6


def test_a_clock_in_another_language(tmp_path: Path) -> None:
    make = headed("Idő,x,y", lambda k, t, v: f"{k * 20},{comma(v[:2])}")
    write(tmp_path, in_labels(".csv", make))
    said = refused(tmp_path)
    assert said == (
        "rest/0.csv: no column of 'Idő', 'x', 'y' is a time by its name, but 'Idő' rises like one: "
        "name it with its unit (--time Idő:ms), or give the rate of the samples (--rate 100)"
    )
    option = re.search(r"--time (\S+)\)", said)
    assert option is not None
    for found in (read_recordings(tmp_path, time=option[1]), read_recordings(tmp_path, rate=50)):
        assert {(one.rate, one.channels) for one in found} == {(50, ("x", "y"))}
    assert found[0].notes == (
        "'Idő' rises evenly in every recording, as a clock does, and is left out",
    )
    # A network that reads it has it as a channel.
    (one, *_) = read_recordings(tmp_path, rate=50, channels=("Idő", "x", "y"))
    assert one.channels == ("Idő", "x", "y")


def test_a_counter_is_no_clock(tmp_path: Path) -> None:
    """Counted rows would be a thousand a second."""
    write(tmp_path, in_labels(".csv", headed("sample,x,y", lambda k, t, v: f"{k},{comma(v[:2])}")))
    assert refused(tmp_path).endswith("(--time COLUMN, --rate 100)")
    one = read_recordings(tmp_path, rate=50)[0]
    assert (one.channels, one.notes) == (
        ("x", "y"), ("'sample' only counts the rows, and is left out",)
    )  # fmt: skip


def test_clocks_that_disagree(tmp_path: Path) -> None:
    header = "time (s),t_ms,x,y"
    write(
        tmp_path,
        in_labels(".csv", headed(header, lambda k, t, v: f"{t:.3f},{k * 10},{comma(v[:2])}")),
    )
    assert refused(tmp_path) == (
        "rest/0.csv: the clocks 'time (s)' and 't_ms' disagree: they show 3.98 and 1.99 s: name "
        'the right one (--time "time (s)")'
    )
    for time, rate in (("time (s)", 50), ("t_ms", 100)):
        one = read_recordings(tmp_path, time=time)[0]
        assert (one.rate, one.channels) == (rate, ("x", "y"))


def test_whole_seconds(tmp_path: Path) -> None:
    write(
        tmp_path,
        in_labels(".csv", headed("utc,x", lambda k, t, v: f"{10**9 + int(t)},{v[0]}")),
    )
    assert refused(tmp_path).endswith(
        "time stands still, from 0 s to 0 s: write finer times, or delete their column and give "
        "the rate (--rate)"
    )
    assert read_recordings(tmp_path, rate=50)[0].rate == 50
    # It shows that 20 Hz cannot be.
    assert "time stands still" in refused(tmp_path, rate=20)


def test_a_line_of_text_in_a_log(tmp_path: Path) -> None:
    lines = printed(lambda k, t, v: comma(v))(motion("rest", 0)).splitlines(keepends=True)
    broken = b"".join([*lines[:100], b"MPY: soft reboot\n", *lines[100:]])
    write(tmp_path, {"rest/1.txt": broken, "wave/1.txt": b"".join(lines)})
    assert refused(tmp_path, rate=50) == (
        "rest/1.txt, line 101: 'MPY: soft reboot' is no reading like the others: make two "
        "recordings, one without it and what follows; or delete it, if no sample is missing"
    )
    write(tmp_path, {"rest/1.txt": b"".join([b"9\n", b"9,8\n", *lines])})
    assert refused(tmp_path, rate=50).startswith("rest/1.txt, line 1: '9' is no reading like")
    write(tmp_path, {f"rest/{k}.txt": b"".join(lines[100 * k :][:100]) for k in range(2)})
    assert [len(one) for one in read_recordings(tmp_path, rate=50)] == [100, 100, 200]


def test_a_file_without_names_among_others(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "rest/1.csv": printed(lambda k, t, v: f"{k * 20},{comma(v)}")(motion("rest", 0)),
            "wave/1.csv": headed("ms,x,y,z", lambda k, t, v: f"{k * 20},{comma(v)}")(
                motion("wave", 0)
            ),
        },
    )
    assert refused(tmp_path).endswith(
        "line 1: no header: the first row is all numbers: add a line with the names of the columns"
    )
    path = tmp_path / "rest/1.csv"
    path.write_text("ms,x,y,z\n" + path.read_text())
    assert len(read_recordings(tmp_path)) == 2


@pytest.mark.parametrize("make", [sensor_logger, phyphox])
@pytest.mark.parametrize("packed", [True, False])
def test_an_export_without_a_label(make: Any, packed: bool, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    for label, k, one in each(1):
        name = f"{label}-{k}"
        files = make(one)
        write(folder, {f"{name}.zip": zipped(files)} if packed else
              {f"{name}/{inner}": data for inner, data in files.items()})  # fmt: skip
    said = refused(folder)
    match = re.fullmatch(
        r"(\S+): is one recording of (phyphox|Sensor Logger), and has no label: put it into a "
        r"folder of its label, such as data/walk/(\S+)",
        said,
    )
    assert match is not None
    for path in list(folder.iterdir()):
        (folder / path.name.split("-")[0]).mkdir()
        shutil.move(path, folder / path.name.split("-")[0] / path.name)
    assert {one.label for one in read_recordings(folder)} == {"rest", "shake", "wave"}


def test_sensors_of_different_recordings(tmp_path: Path) -> None:
    made = motion("rest", 0)
    export = sensor_logger(made, Gyroscope=lambda one: sensor_csv(one, start=100.0))
    write(tmp_path, {f"{a}/2024-1/{name}": data for a in "ab" for name, data in export.items()})
    assert refused(tmp_path) == (
        "a/2024-1: 'Accelerometer', 'Gyroscope' do not overlap in time, so they are not of one "
        "recording: put them into folders of their own"
    )
    for label in "ab":
        other = tmp_path / label / "2024-2"
        other.mkdir()
        shutil.move(tmp_path / label / "2024-1/Gyroscope.csv", other / "Gyroscope.csv")
        shutil.copy(tmp_path / label / "2024-1/Metadata.csv", other)
    assert len(read_recordings(tmp_path)) == 4


def test_sensors_without_a_clock(tmp_path: Path) -> None:
    plain = headed("x,y,z", lambda k, t, v: comma(v))
    write(
        tmp_path,
        {f"{a}/{s}_{k}.csv": plain(one) for a, k, one in each() for s in ("acc", "gyro")},
    )
    assert refused(tmp_path, rate=50) == (
        "rest/0: 'acc' has no clock by which to join it with the others: record its times, or "
        "write all sensors into one file"
    )
    write(
        tmp_path,
        {
            f"{a}/{s}_{k}.csv": headed("ms,x,y,z", lambda k, t, v: f"{k * 20},{comma(v)}")(one)
            for a, k, one in each()
            for s in ("acc", "gyro")
        },
    )
    assert len(read_recordings(tmp_path)[0].channels) == 6


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"interval_ms": 0}, "interval_ms is 0, no time between samples: export it again"),
        ({"interval_ms": None}, "interval_ms is None, no time between samples: export it again"),
        ({"sensors": []}, "its sensors have no names of their own: export it again"),
        ({"sensors": [{"name": "a"}] * 3},
         "its sensors have no names of their own: export it again"),
        ({"values": [[1, 2, 3]]}, "has fewer than 3 samples: record it again"),
        ({"values": [[1, 2, 3], [1, 2], [1, 2, 3]]},
         "sample 1: does not have a value for each of 3 sensors: export it again"),
        ({"values": [[1, 2, 3], [1, 2, 3], [1, None, 3]]},
         "sample 2: [1, None, 3] are not all finite numbers: make two recordings without it"),
        ({"values": ["Ref-BINARY-i16 (16000 bytes)"]},
         "its values are in another file, as those of sound and pictures: only readings of sensors "
         "are cut into windows"),
    ],
)  # fmt: skip
def test_edge_impulse_files(change: dict[str, Any], said: str, tmp_path: Path) -> None:
    whole = edge_impulse(motion("rest", 0))
    whole["payload"].update(change)
    write(tmp_path, {f"{a}.1.json": json.dumps(whole).encode() for a in ("rest", "wave")})
    assert refused(tmp_path) in (f"rest.1.json: {said}", f"rest.1.json, {said}")


def test_edge_impulse_states_its_rate(tmp_path: Path) -> None:
    whole = json.dumps(edge_impulse(motion("rest", 0))).encode()
    write(tmp_path, {"rest.1.json": whole, "wave.1.json": whole})
    assert refused(tmp_path, rate=100) == (
        "rest.1.json: states 50 samples a second, not 100: correct the rate, or leave it out"
    )
    assert read_recordings(tmp_path, rate=50)[0].rate == 50


def test_edge_impulse_lists(tmp_path: Path) -> None:
    files = edge_impulse_export()
    listed = json.loads(files["info.labels"])
    path = listed["files"][0]["path"]
    write(tmp_path, {k: v for k, v in files.items() if k != path})
    assert refused(tmp_path).endswith(
        f"{path!r} is listed with its label, but is not there: export again, or unpack everything"
    )
    write(tmp_path, files)
    listed["files"][0]["label"] = {"type": "unlabeled"}
    write(tmp_path, {"info.labels": json.dumps(listed).encode()})
    assert refused(tmp_path) == (
        f"info.labels: {path!r} has no label: label it in the project, or delete it there, and "
        "export again"
    )


@pytest.mark.parametrize("data", [b"{}", b"[1, 2]", b"[", b'{"payload": 3}', b'[{"sensor": 1}]'])
@pytest.mark.parametrize("suffix", [".json", ".cbor"])
def test_no_recordings(data: bytes, suffix: str, tmp_path: Path) -> None:
    write(tmp_path, {f"a/1{suffix}": data, f"b/1{suffix}": data})
    said = refused(tmp_path)
    assert said.startswith(f"a/1{suffix}: ")


def test_spreadsheets_and_archives(tmp_path: Path) -> None:
    write(tmp_path, {"rest/1.xlsx": b"PK", "wave/1.csv": sensor_csv(motion("wave", 0))})
    assert refused(tmp_path) == (
        "rest: no CSV files for this label: put its recordings there, or delete it (1.xlsx is a "
        "spreadsheet: save or export it as CSV)"
    )
    write(tmp_path, {"rest/2.zip": zipped({"1.zip": zipped({"1.csv": b""})})})
    assert refused(tmp_path).endswith("is a zip archive in another: unpack the outer one")
    write(tmp_path, {"rest/2.zip": b"PK no archive"})
    assert "truncated or damaged" in refused(tmp_path)

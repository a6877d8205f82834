"""`thumbnet collect` from MicroPython on a pty that plays a sensor, and what goes wrong."""

from __future__ import annotations

import json
import signal
import subprocess
import sys

import pytest
from support.cli import COMMAND, last_json, thumbnet
from support.playing import SENSOR, counted, obey_ctrl_c, printing, wait_for_rows
from support.pty_board import PtyBoard

from thumbnet.trainer import read_recordings

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a pty needs a Unix")


def test_a_sensor_file_on_a_board(tmp_path):
    (tmp_path / "own.py").write_text(SENSOR)
    board = PtyBoard(tmp_path / "board")
    obey_ctrl_c(board)
    done = thumbnet(
        f"collect --port {board.port} --label wave --seconds 1.5 --sensor own.py --json", tmp_path
    )
    board.close()
    result = last_json(done)
    assert done.returncode == 0, done.stderr
    assert result["channels"] == ["x", "y", "still"]
    assert result["stuck"] == ["still"]
    assert "still never changed" in done.stderr
    (file,) = result["files"]
    names, *rows = (tmp_path / file).read_text().splitlines()
    assert names == "t_ms,x,y,still"
    numbers = [row.split(",") for row in rows]
    first = int(numbers[0][1])
    assert [int(row[1]) for row in numbers] == [(first + k) % 17 for k in range(len(numbers))], (
        "a reading is missing"
    )
    assert len(rows) == result["readings"]


def test_what_is_recorded_can_be_trained_on(tmp_path):
    with printing(counted("t_ms:{t} x:{m} y:-{m}")) as (port, _):
        for label in ("rest", "wave", "wave", "rest"):
            done = thumbnet(f"collect --port {port} --label {label} --seconds 0.5", tmp_path)
            assert done.returncode == 0, done.stderr
    found = read_recordings(tmp_path / "recordings")
    assert sorted(one.label for one in found) == ["rest", "rest", "wave", "wave"]
    assert {(one.channels, one.rate) for one in found} == {(("x", "y"), 100)}


def test_a_port_that_vanishes_and_comes_back(tmp_path):
    """The recording goes on in another file, and no reading before or after is lost."""
    port = tmp_path / "port"
    with printing(counted("t_ms:{t} n:{n}")) as (first, _):
        port.symlink_to(first)
        command = [*COMMAND, *f"collect --port {port} --label a --seconds 3 --json".split()]
        process = subprocess.Popen(
            command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        wait_for_rows(tmp_path / "recordings/a/1.csv", 50)
    port.unlink()
    with printing(counted("t_ms:{t} n:{n}")) as (second, _):
        port.symlink_to(second)
        out, error = process.communicate(timeout=120)
    assert process.returncode == 0, error
    assert "the port went away" in error
    result = json.loads(out)
    assert len(result["files"]) == 2
    for file in result["files"]:
        numbers = [int(row.split(",")[1]) for row in (tmp_path / file).read_text().split()[1:]]
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def test_ctrl_c_keeps_what_was_recorded(tmp_path):
    with printing(counted("t_ms:{t} x:{n} y:{m}")) as (port, _):
        command = [*COMMAND, "collect", "--port", port, "--label", "a", "--seconds", "600"]
        process = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
        file = tmp_path / "recordings" / "a" / "1.csv"
        wait_for_rows(file, 50)
        process.send_signal(signal.SIGINT)
        _, error = process.communicate(timeout=60)
    rows = file.read_text().splitlines()[1:]
    assert process.returncode == 130
    assert f"{len(rows):,} readings are kept" in error
    assert all(row.count(",") == 2 for row in rows)


def test_a_program_that_never_stops_talking_is_no_micropython(tmp_path):
    (tmp_path / "own.py").write_text(SENSOR)
    with printing(counted("{n},{m}"), every=0.001) as (port, _):
        done = thumbnet(f"collect --label a --sensor own.py --port {port}", tmp_path)
    assert done.returncode == 1
    assert "answers, but not like MicroPython" in done.stderr


def test_a_port_that_prints_no_numbers(tmp_path):
    with printing(counted("hello world")) as (port, _):
        done = thumbnet(f"collect --port {port} --label a", tmp_path)
    assert done.returncode == 1
    assert "'hello world', which is no line of numbers" in done.stderr
    assert not (tmp_path / "recordings").exists()


def test_a_port_whose_lines_are_not_alike(tmp_path):
    with printing(counted("1,2\n1,2\n1,2,3")) as (port, _):
        done = thumbnet(f"collect --port {port} --label a", tmp_path)
    assert done.returncode == 1
    assert "prints lines that are not alike, such as '1,2" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("--label ../up", "becomes the name of a folder"),
        ("--label a --port nowhere", "no port nowhere"),
        ("--label a --sensor none", "no sensor file none: name a file, or one of"),
        ("--label a --rate 5", "--rate is for --sensor"),
    ],
)
def test_refused(tmp_path, arguments, said):
    port = "" if "--port" in arguments else "--port /dev/null"
    done = thumbnet(f"collect {arguments} {port}", tmp_path)
    assert done.returncode != 0
    assert said in done.stderr

"""Two processes that export into one folder, and a third that reads there."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from support.exported import program, rows

from thumbnet.export import Program, load_artifact
from thumbnet.trainer import ThumbnetError

EXPORT = """\
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from support.exported import program, rows
network = program(int(sys.argv[2]), board="unix", weights="stream")
print("ready", flush=True)
sys.stdin.readline()
for _ in range(int(sys.argv[4])):
    network.write(sys.argv[3], rows(2))
"""
TESTS = str(Path(__file__).parents[2])


def network(seed: int) -> Program:
    return program(seed, board="unix", weights="stream")


def start(folder: Path, seed: int, rounds: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", EXPORT, TESTS, str(seed), str(folder), str(rounds)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()


def test_every_reader_sees_a_whole_set(tmp_path):
    both = [start(tmp_path, seed, 100) for seed in (0, 1)]
    wanted = [network(seed).write(tmp_path / str(seed), rows(2)).files for seed in (0, 1)]
    go(both[0])
    while not (tmp_path / "gestures.json").exists():
        time.sleep(0.01)
    go(both[1])
    seen = []
    while any(process.poll() is None for process in both):
        artifact = load_artifact(tmp_path / "gestures.py")
        assert artifact.intact
        seen.append(wanted.index(artifact.files))
    for process in both:
        assert process.wait() == 0
        process.communicate()
    assert set(seen) == {0, 1}
    assert {path.name for path in tmp_path.iterdir() if path.is_file()} == {
        "gestures.py",
        "gestures.bin",
        "gestures.json",
    }


def test_a_killed_export_leaves_a_whole_set_or_an_error(tmp_path):
    for round in range(8):
        process = start(tmp_path, round % 2, 10_000)
        go(process)
        time.sleep(0.05 + 0.01 * round)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        process.communicate()
        with contextlib.suppress(ThumbnetError):  # it says which file is not of this export
            load_artifact(tmp_path / "gestures.py")
    network(0).write(tmp_path, rows(2))
    assert load_artifact(tmp_path / "gestures.py").intact
    assert not [path for path in tmp_path.iterdir() if path.name.endswith(".part")]


def test_names_that_differ_only_in_case(tmp_path):
    (tmp_path / "Gestures.PY").write_text("")
    with pytest.raises(
        ThumbnetError, match=r"has Gestures.PY, which Windows.* take for gestures.py"
    ):
        network(0).write(tmp_path, rows(2))
    assert [path.name for path in tmp_path.iterdir()] == ["Gestures.PY"]

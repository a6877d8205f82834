"""`thumbnet watch` and `replay`: decisions of a board, proved live and again from a log."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys

import numpy as np
import pytest
from support.cli import COMMAND, last_json, thumbnet
from support.playing import SENSOR, obey_ctrl_c
from support.pty_board import PtyBoard

from thumbnet.export import convert
from thumbnet.trainer import Dense, Recording, Sequential, cut, read_recordings

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a pty needs a Unix")

CHANNELS = ("x", "y", "still")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with an exported module with a Stream, and a sensor file."""
    place = tmp_path_factory.mktemp("watch")
    random = np.random.default_rng(0)
    recordings = [
        Recording(
            random.normal([8, 1, 5], 1 + 8 * move, (200, 3)).round(1),
            ("rest", "move")[move],
            rate=100,
            name=f"{move}{k}",
            channels=CHANNELS,
        )
        for k in range(3)
        for move in (0, 1)
    ]
    windows = cut(recordings, length=16, hop=8, features=("mean", "deviation"))
    model = Sequential([Dense(2, "softmax")], seed=0)
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(windows.x, windows.y, epochs=3, verbose=0)
    windows.prepare(model, vote=(1, 3))
    convert(model, windows.x, name="moves").write(place / "build", windows.x[:4], windows.y[:4])
    (place / "own.py").write_text(SENSOR)
    return place


@pytest.fixture
def board(tmp_path):
    made = PtyBoard(tmp_path / "board", heap="512k")
    obey_ctrl_c(made)
    yield made
    made.close()


def test_decisions_are_proved_live_and_again_from_the_log(folder, board, tmp_path):
    log = tmp_path / "decisions.jsonl"
    command = f"watch build/moves.py --port {board.port} --sensor own.py --log {log} --json"
    done = thumbnet(f"{command} --decisions 3", folder)
    assert done.returncode == 0, done.stderr
    result = last_json(done)
    assert result["decisions"] == result["equal"] >= 3
    assert result["last"]["label"] in ("rest", "move")
    assert list(board.folder.iterdir()) == []

    again = thumbnet(f"replay build/moves.py {log} --json", folder)
    assert last_json(again) == {
        "decisions": result["decisions"],
        "equal": result["equal"],
        "lines": [],
    }

    lines = log.read_text().splitlines()
    changed = json.loads(lines[2])
    changed["scores"][0] += 1
    log.write_text("\n".join([*lines[:2], json.dumps(changed), *lines[3:]]) + "\n")
    wrong = thumbnet(f"replay build/moves.py {log}", folder)
    assert wrong.returncode == 1
    assert "on line 3" in wrong.stderr


def test_a_key_stores_the_window_as_a_recording(folder, board, tmp_path):
    """The keys come from a terminal, so the program gets one; what is stored can be read."""
    master, slave = pty.openpty()
    arguments = f"watch build/moves.py --port {board.port} --sensor own.py -o {tmp_path / 'kept'}"
    process = subprocess.Popen(
        [*COMMAND, *arguments.split()], cwd=folder, stdin=slave, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    while "%" not in process.stdout.readline():
        pass
    os.write(master, b"1")
    while "stored" not in (line := process.stdout.readline()):
        assert line
    os.write(master, b"2x")
    while "stored" not in (line := process.stdout.readline()):
        assert line
    os.write(master, b"q")
    process.communicate(timeout=60)
    os.close(master)
    os.close(slave)
    assert process.returncode == 0
    found = read_recordings(tmp_path / "kept")
    assert sorted(one.label for one in found) == ["move", "rest"]
    assert {(one.values.shape, one.channels) for one in found} == {((16, 3), CHANNELS)}


def test_another_module_is_not_proved(folder, tmp_path):
    log = tmp_path / "other.jsonl"
    header = {"format": "thumbnet decisions 1", "module": "moves", "sha256": "0", "labels": []}
    log.write_text(json.dumps(header) + "\n")
    done = thumbnet(f"replay build/moves.py {log}", folder)
    assert "was recorded with another module" in done.stderr
    log.write_text("a,b\n1,2\n")
    done = thumbnet(f"replay build/moves.py {log}", folder)
    assert "is no log of `thumbnet watch --log`" in done.stderr


def test_a_sensor_with_other_channels_is_refused(folder, tmp_path):
    other = tmp_path / "other.py"
    other.write_text(SENSOR.replace('"x", "y", "still"', '"y", "x", "still"'))
    done = thumbnet(f"watch build/moves.py --port /dev/null --sensor {other}", folder)
    assert "reads y, x, still, but the network was trained on x, y, still" in done.stderr


def test_a_sensor_that_fails_says_why(folder, board, tmp_path):
    board.wire = lambda data: data  # the script ends by itself
    broken = tmp_path / "broken.py"
    broken.write_text(SENSOR.replace("_n += 1", "_n += 1 if _n < 3 else _none"))
    done = thumbnet(f"watch build/moves.py --port {board.port} --sensor {broken}", folder)
    assert done.returncode == 1
    assert "NameError" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert list(board.folder.iterdir()) == []

"""What `thumbnet doctor --port` says of a board, and of the modules that may run there."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from support.cli import last_json, thumbnet
from support.pty_board import PtyBoard

from thumbnet.export import convert
from thumbnet.tools.run.board_examination import emitters, examine_board, examine_module, profile_of
from thumbnet.trainer import Dense, Sequential

PICO = {
    "python": "micropython",
    "version": "1.26.0",
    "machine": "Raspberry Pi Pico with RP2040",
    "heap_free": 215_000,
    "files": [1_441_792, 0],
    "romfs": False,
    "viper": True,
    "thumb": True,
    "mpy": 0x1306,
}


def small(folder, board):
    x = np.random.default_rng(0).normal(size=(20, 3))
    model = Sequential([Dense(2, "softmax")], seed=0)
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(x, (x[:, 0] > 0).astype(int), epochs=1, verbose=0)
    return convert(model, x, name="small", board=board).write(folder, x[:2], [0, 1]).path


def test_a_board_in_words():
    found = {one.what: one for one in examine_board("COM3", PICO)}
    assert found["COM3"].found == "MicroPython 1.26.0, Raspberry Pi Pico with RP2040 (--board pico)"
    assert found["emitters"].found == "thumb, viper, plain"
    assert found["file system"].found == "0 of 1,441,792 bytes free"
    assert found["file system"].advice == "remove files there"


def test_the_closest_profile():
    assert profile_of("Raspberry Pi Pico W with RP2040") == "pico_w"
    assert profile_of("a toaster") is None
    assert emitters({"viper": "yes"}) == ["plain"]


def test_modules_that_run_and_that_do_not(tmp_path):
    path = small(tmp_path, "pico")
    assert examine_module(path, PICO).state == "ok"
    assert examine_module(path, {**PICO, "thumb": False}).found == "needs the thumb emitter"
    tight = examine_module(path, {**PICO, "heap_free": 500})
    assert tight.state == "note"
    assert "bytes of heap" in tight.found


@pytest.mark.skipif(sys.platform == "win32", reason="a pty needs a Unix")
def test_a_board_on_a_port(tmp_path):
    small(tmp_path / "build", "generic")
    board = PtyBoard(tmp_path / "board")
    done = thumbnet(f"doctor --port {board.port} --json", tmp_path)
    board.close()
    result = last_json(done)
    said = {one["what"]: one["found"] for one in result["board"]}
    assert said[board.port].startswith("MicroPython 1.")
    assert "viper" in said["emitters"]
    assert "thumb" not in said["emitters"].split(", ")
    assert [one["state"] for one in result["modules"]] == ["ok"]

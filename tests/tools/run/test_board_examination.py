"""What `thumbnet doctor --port` says of a board, and of the modules that may run there."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from support.cli import last_json, thumbnet
from support.pty_board import PtyBoard

from thumbnet.export import convert
from thumbnet.tools.run.board_examination import board_of, emitters, examine_board, examine_module
from thumbnet.tools.run.import_failures import processor
from thumbnet.trainer import Dense, Sequential

PICO = {
    "python": "micropython",
    "version": "1.26.0",
    "machine": "Raspberry Pi Pico with RP2040",
    "heap_free": 215_000,
    "files": [1_441_792, 0],
    "romfs": 0,
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


ARM, XTENSA, RISCV = (6 | number << 10 for number in (7, 10, 11))

# What firmwares print, from the banners that their users published; names and chips are those of
# MICROPY_HW_BOARD_NAME and MICROPY_HW_MCU_NAME in ports/*/boards/*/mpconfigboard.h.
MACHINES = [
    ("Raspberry Pi Pico W with RP2040", 6 | 4 << 10, "pico_w"),
    ("Raspberry Pi Pico 2 W with RP2350", ARM, "pico2_w"),
    ("Arduino Nano RP2040 Connect with RP2040", 6 | 4 << 10, "pico_w"),  # the least heap
    ("Teensy 4.1 with MIMXRT1062DVJ6A", 6 | 8 << 10, "teensy41"),
    ("Teensy 4.0 with MIMXRT1062DVJ6A", 6 | 8 << 10, "teensy40"),
    ("Arduino Nano 33 BLE Sense with NRF52840", ARM, "nano_33_ble"),
    ("XIAO nRF52840 Sense with NRF52840", ARM, "nrf52840"),
    ("Arduino GIGA R1 WiFi with STM32H747", 6 | 8 << 10, "giga"),
    ("Arduino Portenta C33 with RA6M5", ARM, "portenta_c33"),
    ("VK-RA6M5 with RA6M5", ARM, "portenta_c33"),
    ("EK-RA6M2 with RA6M2", ARM, "ek_ra6m2"),
    ("EK-RA4M1 with RA4M1", 6, None),
    ("Generic ESP32S2 module with ESP32S2", XTENSA, "esp32_s2"),
    ("ESP32C6 module with ESP32C6", RISCV, "esp32_c6"),
    (
        "Generic ESP32P4 module with WIFI module of external ESP32C6 with ESP32P4",
        RISCV | 1 << 14,  # a core with extensions
        "esp32_p4",
    ),
    ("LOLIN_C3_MINI with ESP32-C3FH4", RISCV, "esp32_c3"),
    ("TinyPICO with ESP32-PICO-D4", XTENSA, "esp32"),
    ("ESP32C5 module with ESP32C5", RISCV, None),
    ("PYBv1.1 with STM32F405RG", ARM, "pyboard"),
    ("a toaster", None, None),
]


@pytest.mark.parametrize(("machine", "mpy", "board"), MACHINES)
def test_the_profile_of_a_board(machine: str, mpy: int | None, board: str | None) -> None:
    assert board_of({"machine": machine, "mpy": mpy, "platform": "rp2"}) == board


def test_where_there_is_no_board() -> None:
    linux = {"machine": "linux [GCC 14.2.1] version", "platform": "linux"}
    assert board_of({**linux, "viper": True}) == "unix"
    assert board_of({**linux, "viper": False}) == "unix_arm64"
    pico = {"python": "circuitpython", "machine": "Raspberry Pi Pico with rp2040"}
    assert board_of(pico) == "circuitpython"
    assert "write your own" in examine_board("COM3", {"machine": "a toaster"})[0].found
    assert emitters({"viper": "yes"}) == ["plain"]


def test_extensions_of_a_core_leave_its_architecture() -> None:
    assert processor(RISCV | 3 << 14) == "rv32imc"


def test_a_module_that_needs_mapped_flash(tmp_path: Path) -> None:
    x = np.random.default_rng(0).normal(size=(20, 3))
    model = Sequential([Dense(2, "softmax")], seed=0)
    model.build((3,))
    made = convert(model, x, name="small", board="samd51", weights="romfs").write(tmp_path, x)
    assert examine_module(made.path, PICO).found.endswith(" bytes of mapped flash (ROMFS)")
    assert examine_module(made.path, {**PICO, "romfs": 65_536}).state == "ok"


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

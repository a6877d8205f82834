"""Whole modules on MicroPython for a Cortex-M0, in a Pico's heap: integers and instructions."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
import pytest
from support.cortex_m0 import CYCLES, cortex_m0, cortex_m0_of
from support.litert import varied_rows
from support.sound_modules import module
from support.tflite_files import installed_files, mlperf_file
from support.wake_words import INSTRUCTIONS

from thumbnet.export import Program, convert_graph, load_board
from thumbnet.export.cost.cycles import seconds
from thumbnet.importers import read
from thumbnet.trainer import FRONT_ENDS, SoundFrontEnd

pytestmark = pytest.mark.emulated

HEAP = 216_000
"""At most what a Pico has."""


def made(path: Path, tier: str) -> Program:
    network: Any = read(path)
    return convert_graph(network.graph, network.task, network.layers, board="pico", tier=tier)


def rows_of(program: Program, count: int) -> Any:
    """Rows of levels, among them the extremes."""
    size = program.graph.tensors[program.graph.input].shape[0]
    found = varied_rows(np.random.default_rng(3), (size,), count)
    return (found.reshape(count, -1).astype(np.int64) + 128).astype(np.uint8)


def compare(program: Program, rows: Any) -> float:
    """Every integer of the scores; return the mean number of instructions for a row."""
    wanted = program.execute(rows.astype(np.int64))["scores"].tolist()
    with cortex_m0(program) as board:
        assert int(board.execute("gc.collect();print(gc.mem_free()+gc.mem_alloc())")) < HEAP + 8000
        counted = []
        for row, scores in zip(rows, wanted, strict=True):
            board.send(row.tobytes())
            counted.append(board.instructions("y=m.scores(x)"))
            assert ast.literal_eval(board.execute("print(list(y))")) == scores
        return fmean(counted)


@pytest.mark.parametrize("name", ["ad", "ic", "kws", "vww"])
def test_mlperf_tiny(name: str) -> None:
    program = made(mlperf_file(f"{name}_int8"), "thumb")
    counted = compare(program, rows_of(program, 12))
    if program.build.weights == "module":  # how fast files are read differs from board to board
        estimate = seconds(program.graph, load_board("pico"), "thumb") * program.board.clock
        assert abs(estimate / (CYCLES["thumb"] * counted) - 1) < 0.2


def test_weights_in_mapped_flash() -> None:
    """264 KB of weights take no heap where the firmware has ROMFS, and less time than a stream."""
    network: Any = read(mlperf_file("ad_int8"))
    board = replace(load_board("pico"), romfs=300_000)
    parts = (network.graph, network.task, network.layers)
    program = convert_graph(*parts, board=board, tier="thumb", weights="romfs")
    rows = rows_of(program, 3)
    wanted = program.execute(rows.astype(np.int64))["scores"].tolist()
    with cortex_m0(program) as device:
        assert int(device.execute("gc.collect();print(gc.mem_alloc())")) < 100_000
        for row, scores in zip(rows, wanted, strict=True):
            device.send(row.tobytes())
            assert device.instructions("y=m.scores(x)") < 1_300_000  # 2,600,000 as a stream
            assert ast.literal_eval(device.execute("print(list(y))")) == scores


@pytest.mark.parametrize(("name", "tier"), INSTRUCTIONS)
def test_micro_wake_word(name: str, tier: str) -> None:
    """Step by step, with its state; the figures that tests of the estimates use still hold."""
    program = made(installed_files()[name], tier)
    counted = compare(program, rows_of(program, 30 if tier == "thumb" else 4))
    assert abs(counted / INSTRUCTIONS[name, tier] - 1) < 0.1


STEPS = {
    "m.store_samples(y, 0, 160, 0)": 22_000,
    "u = m.load_frame(0)": 144_000,
    "m.transform()": 262_000,
    "m.mel(u)": 122_000,
    "m.reduce_noise(); m.control_gain(); m.logarithms()": 53_000,
}
"""The cycles in docs/sound.md, of which the calls from Python are no part."""

CALL = 6000
"""Cycles at most of a call that the REPL makes, by the instructions that it takes."""


def test_sound() -> None:
    """A frame of microWakeWord's front end: its integers, and what docs/sound.md says it costs."""
    settings = FRONT_ENDS["microwakeword"]
    pcm = np.random.default_rng(0).integers(-9000, 9000, settings.window)
    with cortex_m0_of({"front_end.py": module(settings, "viper").encode()}, "front_end") as board:
        board.send(pcm.astype("<i2").tobytes())
        board.execute(f"y = memoryview(x)[:320]; m.store_samples(x, 0, {settings.window}, 0)")
        whole = board.instructions("m.sound_features(0)")
        found = ast.literal_eval(board.execute("print(list(m.SIGNAL))"))
        assert found == SoundFrontEnd(settings).push(pcm)[0].tolist()
        each = {code: board.instructions(code) for code in STEPS}
    print({c: round(CYCLES["viper"] * n) for c, n in each.items()}, CYCLES["viper"] * whole)
    assert abs(CYCLES["viper"] * whole / 604_000 - 1) < 0.1
    for code, cycles in STEPS.items():
        calls = CALL * code.count("(")
        assert 0.9 * cycles < CYCLES["viper"] * each[code] < 1.15 * cycles + calls

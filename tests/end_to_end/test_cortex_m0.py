"""Whole modules on MicroPython for a Cortex-M0, in a Pico's heap: integers and instructions."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
import pytest
from support.cortex_m0 import CYCLES, CYCLES_OF_SOUND, cortex_m0, cortex_m0_of
from support.litert import varied_rows
from support.sound_modules import features_array, module
from support.sounds import sounds
from support.tflite_files import installed_files, mlperf_file
from support.wake_words import INSTRUCTIONS

from thumbnet.export import Program, convert_graph, hear, load_board, with_sound
from thumbnet.export.boards.processors import CPUS
from thumbnet.export.cost.cycles import seconds
from thumbnet.export.cost.sound_cycles import push_cycles
from thumbnet.importers import read
from thumbnet.trainer import FRONT_ENDS, SoundFrontEnd, SoundSettings

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


FRAMES = {
    ("microwakeword", "viper"): 604_000,
    ("mlperf_kws", "viper"): 865_000,
    ("mlperf_ad", "viper"): 1_665_000,
    ("mlperf_kws", "thumb"): 148_000,
    ("mlperf_ad", "thumb"): 281_000,
}
"""The cycles of a frame in docs/sound.md, without its samples."""

STEPS = {
    "m.store_samples(y, 0, 160, 0)": 22_000,
    "u = m.load_frame(0)": 144_000,
    "m.transform()": 262_000,
    "m.mel(u)": 122_000,
    "m.reduce_noise(); m.control_gain(); m.logarithms()": 53_000,
}
"""Those of microWakeWord's steps, of which the calls from Python are no part."""

CALL = 6000
"""Cycles at most of a call that the REPL makes, by the instructions that it takes."""

CLOCK = 125_000_000


@pytest.mark.parametrize(("name", "tier"), FRAMES)
def test_sound(name: str, tier: str) -> None:
    """A frame of sound: its integers, and what docs/sound.md says it costs."""
    settings = FRONT_ENDS[name]
    pcm = np.random.default_rng(0).integers(-9000, 9000, settings.window)
    with cortex_m0_of({"front_end.py": module(settings, tier).encode()}, "front_end") as board:
        board.send(pcm.astype("<i2").tobytes())
        board.execute(f"y = memoryview(x)[:320]; m.store_samples(x, 0, {settings.window}, 0)")
        of_one = CYCLES["viper"] if tier == "viper" else CYCLES_OF_SOUND
        whole = of_one * board.instructions("m.sound_features(0)")
        found = ast.literal_eval(board.execute(f"print(list(m.{features_array(settings)}))"))
        assert found == SoundFrontEnd(settings).push(pcm)[0].tolist()
        steps = STEPS if name == "microwakeword" else {}
        each = {code: CYCLES["viper"] * board.instructions(code) for code in steps}
    assert abs(whole / FRAMES[name, tier] - 1) < 0.1
    assert whole < CLOCK * settings.hop / settings.rate
    for code, cycles in each.items():
        assert 0.9 * STEPS[code] < cycles < 1.15 * STEPS[code] + CALL * code.count("(")


def test_micro_wake_word_from_sound() -> None:
    """Samples to scores in assembly: the integers of the PC, at the speed that is estimated."""
    network: Any = read(installed_files()["okay_nabu"])
    graph = with_sound(network.graph, cutoff=0.5, mean_of=1)
    assert graph.sound is not None
    # It checks itself at import.
    options: Any = {"board": "pico", "tier": "thumb", "check": 0}
    program = convert_graph(graph, network.task, network.layers, **options)
    loud = sounds(800)
    pcm = np.concatenate([loud[name] for name in ("whisper", "noise", "chirp", "lowest", "square")])
    wanted = hear(graph, graph.sound, pcm)
    levels, scores, counted = [], [], []
    with cortex_m0(program) as board:
        board.execute("s=m.Stream()")
        for piece in pcm.reshape(-1, 160):
            board.send(piece.astype("<i2").tobytes())
            instructions = board.instructions("y=s.push(x)")
            ran, score = ast.literal_eval(board.execute("print((y is not None,s.score))"))
            if ran:
                levels.append(ast.literal_eval(board.execute("print(list(m.VALUES))")))
                scores.append(score)
            else:
                counted.append(instructions)
        board.execute(
            "import micropython;micropython.heap_lock();s.push(x);micropython.heap_unlock()"
        )
    assert levels == wanted.levels.tolist()
    assert scores == wanted.scores.tolist()
    assert len(scores) == 7
    frames = counted[2:]  # without those that only fill the first frame
    estimate = push_cycles(graph.sound, CPUS["cortex-m0plus"], assembly=True)
    assert abs(estimate / (CYCLES_OF_SOUND * fmean(frames)) - 1) < 0.1


def test_viper_of_32_bits() -> None:
    """A gain that is always the highest: its products fit the 32 bits that a board has."""
    settings = SoundSettings(window=256, hop=256, channels=12, strength=0.5, gain_bits=32)
    pcm = np.where(np.arange(256) // 8 % 2, 32767, -32768)
    with cortex_m0_of({"front_end.py": module(settings, "viper").encode()}, "front_end") as board:
        board.send(pcm.astype("<i2").tobytes())
        board.execute("m.store_samples(x, 0, 256, 0); m.sound_features(0)")
        found = ast.literal_eval(board.execute("print(list(m.SIGNAL))"))
    assert found == SoundFrontEnd(settings).push(pcm)[0].tolist()

"""A sound front end alone as a module, in any tier, and what MicroPython answers with it."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from thumbnet.export.emit.firmware_source import SourceFile, assemble
from thumbnet.export.emit.literals import tuple_literal
from thumbnet.export.emit.sound_literals import FOLDER, front_end_literals, front_end_roots
from thumbnet.tools.targets import find_micropython
from thumbnet.trainer import FrontEndSettings, LogMelSettings
from thumbnet.trainer.sound.log_mel_tables import level_scale

from .micropython import needs_micropython

TIERS = {"plain": (FOLDER, "stream"), "viper": ("viper", FOLDER, "stream")}
"""Those that MicroPython runs on a PC, and the folders of `firmware/` that they take files from."""

THUMB = ("thumb", FOLDER, "stream")

RUN = """
import sys
from front_end import HOP, SAMPLES, SIGNAL, sound_features, store_samples

with open("sound.raw", "rb") as file:
    missing = len(SAMPLES)
    piece = bytearray(2 * missing)
    at = 0
    while file.readinto(memoryview(piece)[: 2 * missing]) == 2 * missing:
        at = store_samples(piece, 0, missing, at)
        missing = HOP
        sound_features(at)
        print(*SIGNAL)
"""


def module(settings: FrontEndSettings, tier: str, more: Mapping[str, str] | None = None) -> str:
    """The source of a front end in a tier; with literals for levels, of these too."""
    roots, instead = front_end_roots(settings)
    roots = ["sound_samples", *roots, *(["sound_levels"] if more else [])]
    sources: Sequence[SourceFile] = assemble(roots, TIERS.get(tier, THUMB), instead)
    literals = {**front_end_literals(settings), "HOP": str(settings.hop), **(more or {})}
    wanted = {"HOP", *(name for source in sources for name in source.literals)}
    return "\n".join(
        [
            "from array import array",
            *sorted({line for source in sources for line in source.system}),
            *(f"{name} = {literals[name]}" for name in literals if name in wanted),
            *(source.text for source in sources),
            "",
        ]
    )


def features_array(settings: FrontEndSettings) -> str:
    """The array that `sound_features` writes to."""
    is_cepstrum = isinstance(settings, LogMelSettings) and settings.coefficients
    return "FEATURES" if is_cepstrum else "SIGNAL"


def board_features(
    folder: Path, settings: FrontEndSettings, tier: str, pcm: NDArray[np.int64], heap: str = "64k"
) -> list[list[int]]:
    """The features that MicroPython computes of a sound."""
    run = RUN.replace("SIGNAL", features_array(settings))
    (folder / "front_end.py").write_text(module(settings, tier))
    (folder / "sound.raw").write_bytes(pcm.astype("<i2").tobytes())
    return [[*map(int, line.split())] for line in run_beside(folder, run, heap).splitlines()]


def board_levels(
    folder: Path,
    settings: FrontEndSettings,
    tier: str,
    pcm: NDArray[np.int64],
    frames: int,
    network: tuple[float, int],
) -> list[int]:
    """What a network of this scale and zero point reads last of a sound, in MicroPython."""
    assert isinstance(settings, LogMelSettings)
    scale = tuple_literal(level_scale(settings, settings.unit, *network))
    more = {"LEVEL_SCALE": scale, "VALUES": f"bytearray({frames * settings.features})"}
    (folder / "front_end.py").write_text(module(settings, tier, more))
    (folder / "sound.raw").write_bytes(pcm.astype("<i2").tobytes())
    run = RUN.replace("SIGNAL", "VALUES, add_features", 1).replace(
        "print(*SIGNAL)", "add_features()"
    )
    return [*map(int, run_beside(folder, run + "print(*VALUES)", "128k").split())]


def run_beside(folder: Path, program: str, heap: str) -> str:
    """What MicroPython prints that runs a program in a folder."""
    needs_micropython()
    (folder / "run.py").write_text(program)
    command = [str(find_micropython()), "-X", f"heapsize={heap}", "run.py"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout[-500:] + done.stderr
    return done.stdout

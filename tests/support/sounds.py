"""Sounds to try a front end with, from silence to the loudest."""

from __future__ import annotations

import io
import shutil
import subprocess
import wave
from typing import Any

import numpy as np
from numpy.typing import NDArray

from thumbnet.trainer import LogMelSettings, SoundSettings
from thumbnet.trainer.sound.tables import window_table

from .require import require

Samples = NDArray[np.int64]

RATE = 16_000


def sounds(length: int = 8_000) -> dict[str, Samples]:
    """Named sounds of `length` samples."""
    random = np.random.default_rng(0)
    t = np.arange(length)
    return {
        "noise": random.integers(-32768, 32768, length),
        "whisper": random.integers(-3, 4, length),
        "silence": t * 0,
        "lowest": t * 0 - 32768,
        "square": np.where(t // 17 % 2, 32767, -32768),
        "slow square": np.where(t // 80 % 2, 32767, -32768),
        "chirp": (32767 * np.sin(2 * np.pi * (50 + t / 4) * t / RATE)).astype(np.int64),
        # Its only sample that a window leaves above 0 is the one that has no absolute value.
        "clicks": np.where(t % 160 == 79, -32768, 0),
        "4 kHz": (32767 * np.sin(np.pi / 2 * t + 0.3)).astype(np.int64),
        "swelling": (random.normal(0, 1, length) * 2.0 ** (15 * t / length))
        .clip(-32768, 32767)
        .astype(np.int64),
    }


def overflowing(settings: SoundSettings, frequency: int, shift: int) -> Samples:
    """Full frames that drive the sums of the Fourier transform beyond 16 bits.

    The window is undone, as far as 16 bits go, so that nearly all of its outputs are as large as
    can be, with the signs of one frequency.
    """
    n = np.arange(settings.window)
    turn = np.exp(-4j * np.pi * (n // 2) * frequency / settings.fft + 0.4j)
    signs = np.sign(np.where(n % 2 == 0, turn.real, -turn.imag))
    loud = (32767 >> shift) * 4096 / np.maximum(window_table(settings), 1)
    frame = np.rint(signs * loud).clip(-32768, 32767).astype(np.int64)
    return np.tile(frame, 4)


def loudest(settings: LogMelSettings, frequency: int) -> Samples:
    """A frame that drives one output of the complex transform as far as 16 bits can."""
    n = np.arange(settings.window)
    turn = np.exp(-4j * np.pi * (n // 2) * frequency / settings.fft + 0.4j)
    signs = np.sign(np.where(n % 2 == 0, turn.real, -turn.imag))
    return np.where(signs > 0, 32767, -32768)


def needs_espeak() -> None:
    """Skip, or fail where THUMBNET_REQUIRE says that espeak-ng has to be there."""
    if shutil.which("espeak-ng") is None:
        require("espeak-ng", "no espeak-ng: run `apt-get install espeak-ng`")


def speech(text: str, voice: str = "en") -> Samples:
    """What espeak-ng says, at 16 kHz; noise in syllables where it is not installed."""
    program = shutil.which("espeak-ng")
    if program is None:
        random = np.random.default_rng(len(text))
        t = np.arange(len(text) * 800)
        return (random.normal(0, 3000, t.size) * np.sin(t / 900) ** 2).astype(np.int64)
    found = subprocess.run(
        [program, "-v", voice, "--stdout", text], capture_output=True, check=True, timeout=60
    )
    with wave.open(io.BytesIO(found.stdout)) as file:
        rate = file.getframerate()
        # Its header does not know the length.
        raw: Any = np.frombuffer(file.readframes(2**30), "<i2").astype(np.float64)
    return np.interp(
        np.arange(0, raw.size / rate, 1 / RATE) * rate, np.arange(raw.size), raw
    ).astype(np.int64)

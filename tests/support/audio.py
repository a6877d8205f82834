"""Sound files, and sounds that are easily told apart."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np

from .sounds import RATE, Samples


def write_wave(path: Path, samples: Samples, rate: int = RATE, channels: int = 1) -> Path:
    """A WAV file of 16 bits; of several channels, sample after sample."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.asarray(samples).astype("<i2").tobytes())
    return path


def beep(frequency: float, seconds: float, seed: int = 0, loud: float = 6000) -> Samples:
    """A tone that comes and goes, and is never the same twice."""
    random = np.random.default_rng(seed)
    t = np.arange(int(seconds * RATE)) / RATE
    tone = np.sin(2 * np.pi * frequency * t * random.uniform(0.95, 1.05)) * np.sin(
        np.pi * t / seconds
    )
    return np.rint(loud * tone + random.normal(0, 5, t.size)).astype(np.int64)


TONES = {"high": 3000, "low": 400}


def beeps(folder: Path, each: int = 6, seconds: float = 0.4) -> Path:
    """A folder of high and low tones, without speakers."""
    for label, frequency in TONES.items():
        for k in range(each):
            write_wave(folder / label / f"{k}.wav", beep(frequency, seconds, k + frequency))
    return folder

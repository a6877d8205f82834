"""Sound in WAV files."""

from __future__ import annotations

import io
import wave
from pathlib import Path

import numpy as np

from thumbnet.trainer import ThumbnetError, read_bytes

from .settings import Array


def sounds_of(place: Path) -> list[Path]:
    """Return the sound files of a name."""
    if place.is_dir():
        return sorted(path for path in place.rglob("*") if path.suffix.lower() == ".wav")
    return [place] if place.suffix.lower() == ".wav" else []


def read_wav(path: Path, rate: int) -> Array:
    """Return the samples of a WAV file of 16 bits, int16 (n,).

    Raises
    ------
    ThumbnetError
        If it is none, has several channels, or another rate than the network takes.

    """
    try:
        with wave.open(io.BytesIO(read_bytes(path))) as file:
            form = (file.getnchannels(), file.getsampwidth(), file.getframerate())
            data = file.readframes(file.getnframes())
    except (wave.Error, EOFError, ValueError) as error:
        raise ThumbnetError(
            f"{path}: no WAV file of plain samples ({error}): save it as 16-bit PCM"
        ) from error
    if form != (1, 2, rate):
        raise ThumbnetError(
            f"{path}: has {form[0]} channels of {8 * form[1]} bits at {form[2]:,} Hz, the network "
            f"takes one of 16 bits at {rate:,} Hz: convert it"
        )
    return np.frombuffer(data[: len(data) // 2 * 2], "<i2").astype(np.int64)

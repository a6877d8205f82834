"""Samples of sound files: 16 bits, one channel, at the rate of a front end."""

from __future__ import annotations

import io
import struct
import wave
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import ThumbnetError
from ..signals.trees import File

Samples = NDArray[np.int16]

SUFFIXES = (".wav", ".flac", ".ogg", ".mp3", ".aif", ".aiff")
OTHER_SUFFIXES = (".m4a", ".aac", ".mp4", ".wma", ".webm", ".amr", ".3gp", ".opus", ".caf")
"""Suffixes of files that are read, and of sound that is not."""

MOST_SECONDS = 600
MOST_CHANNELS = 16
_MOST_RATE = 192_000
_LEAST_RATE = 4_000
_MOST_FLOAT = 16.0
"""Floats above 1 are clipped; beyond this, they are in other units."""
_UNKNOWN = 0x7FFF0000
"""Bytes that a program claims which writes the header before it knows the length."""

_DAMAGED = (wave.Error, EOFError, ValueError, RuntimeError, ArithmeticError, struct.error)
"""What the library wave raises for a damaged file: RuntimeError where a part ends behind it."""

_INSTALL = "run `pip install 'thumbnet[sound]'`"


@dataclass(frozen=True, eq=False)
class Audio:
    """A sound.

    Attributes
    ----------
    samples : ndarray
        int16, at the rate that was asked for.
    notes : tuple of str
        What was done to it, in words.
    """

    samples: Samples
    notes: tuple[str, ...] = field(default=())


def read_audio(file: File, rate: int) -> Audio:
    """Read a file of sound.

    Several channels are mixed, and another rate is resampled. A WAV file of 16 bits at the right
    rate needs nothing; the rest needs the extra "sound".

    Parameters
    ----------
    file : File
        What to read.
    rate : int
        Samples a second, in Hz.

    Returns
    -------
    Audio

    Raises
    ------
    ThumbnetError
        If it is no sound, damaged, too long, or a library is missing; the message names the file.
    """
    where = file.where
    if file.suffix in OTHER_SUFFIXES:
        raise ThumbnetError(
            f"{where}: {file.suffix} files are not read: make a WAV file of it, with `ffmpeg -i "
            f"{file.name} -ac 1 -ar {rate} {file.stem}.wav`"
        )
    plain = _plain_wave(where, file.data)
    sound, own_rate = plain if plain is not None else _by_soundfile(where, file.data)
    if not len(sound):
        raise ThumbnetError(f"{where}: there are no samples in it: record it again, or delete it")
    notes = []
    if sound.shape[1] > 1:
        notes.append(f"{sound.shape[1]} channels were mixed into one")
    mono = sound.astype(np.float64).mean(axis=1)
    if own_rate != rate:
        notes.append(f"resampled from {own_rate:,} to {rate:,} Hz")
        if own_rate < rate:
            notes.append(
                f"recorded at {own_rate:,} Hz, so nothing is above {own_rate // 2:,} Hz, where the "
                "board's microphone hears: better record anew"
            )
        mono = _resampled(where, mono, own_rate, rate)
    return Audio(np.rint(mono).clip(-32768, 32767).astype(np.int16), tuple(notes))


def _plain_wave(where: str, data: bytes) -> tuple[NDArray[Any], int] | None:
    """Return samples (n, channels) and the rate of a WAV file of 16 bits; None for other files."""
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        return None
    try:
        with wave.open(io.BytesIO(data)) as file:
            width, channels, rate = file.getsampwidth(), file.getnchannels(), file.getframerate()
            claimed = file.getnframes()
            if width != 2:
                return None
            _check(where, claimed if claimed * width * channels < _UNKNOWN else 0, rate, channels)
            raw = file.readframes(MOST_SECONDS * rate + 1)
    except _DAMAGED as error:
        if "unknown format" in str(error) or "not supported" in str(error):
            return None
        raise ThumbnetError(
            f"{where}: this WAV file is damaged ({error or 'it ends too early'}): copy or record "
            "it again"
        ) from error
    found = np.frombuffer(raw[: len(raw) // (2 * channels) * 2 * channels], "<i2")
    sound = found.reshape(-1, channels)
    if len(sound) < claimed and claimed * width * channels < _UNKNOWN:
        raise ThumbnetError(
            f"{where}: it is cut short: {len(sound):,} of {claimed:,} samples are there: copy or "
            "record it again"
        )
    _check(where, len(sound), rate, channels)
    return sound, rate


def _by_soundfile(where: str, data: bytes) -> tuple[NDArray[Any], int]:
    """Return samples (n, channels), in units of 16 bits, and the rate of any other file."""
    try:
        import soundfile
    except (ImportError, OSError) as error:  # OSError: its library is missing
        raise ThumbnetError(
            f"{where}: only WAV files of 16 bits are read without the library soundfile: {_INSTALL}"
        ) from error
    try:
        with soundfile.SoundFile(io.BytesIO(data)) as file:
            rate, channels = int(file.samplerate), int(file.channels)
            _check(where, int(file.frames), rate, channels)
            sound = file.read(MOST_SECONDS * rate + 1, dtype="float32", always_2d=True)
    except (soundfile.SoundFileError, RuntimeError, ValueError, TypeError) as error:
        raise ThumbnetError(
            f"{where}: it is no sound that can be read ({_said(error)}): copy or record it again, "
            "or delete it"
        ) from error
    if not np.isfinite(sound).all():
        raise ThumbnetError(f"{where}: some samples are not numbers: record it again")
    peak = float(np.abs(sound).max(initial=0))
    if peak > _MOST_FLOAT:
        raise ThumbnetError(
            f"{where}: has samples up to {peak:g}, but those of sound in floats are from -1 to 1: "
            "divide them by the largest, and save it again"
        )
    _check(where, len(sound), rate, channels)
    return sound * np.float32(32768), rate


def _check(where: str, samples: int, rate: int, channels: int) -> None:
    if not _LEAST_RATE <= rate <= _MOST_RATE or not 1 <= channels <= MOST_CHANNELS:
        raise ThumbnetError(
            f"{where}: {rate:,} samples a second in {channels} channels: {_LEAST_RATE:,} to "
            f"{_MOST_RATE:,} samples in 1 to {MOST_CHANNELS} channels are read"
        )
    if samples > MOST_SECONDS * rate:
        raise ThumbnetError(
            f"{where}: {samples / rate:,.0f} seconds of sound, at most {MOST_SECONDS} are read: "
            "cut it into shorter files"
        )


def _resampled(where: str, sound: NDArray[Any], own: int, rate: int) -> NDArray[Any]:
    try:
        import soxr
    except (ImportError, OSError) as error:
        raise ThumbnetError(
            f"{where}: {own:,} samples a second, not {rate:,}: {_INSTALL}, which resamples it"
        ) from error
    found: NDArray[Any] = soxr.resample(sound, own, rate)
    return found


def _said(error: Exception) -> str:
    """Return the message of a library without the address of the object that was read."""
    text = str(error).rsplit(": ", 1)[-1].strip().rstrip(".")
    return text[:100] or type(error).__name__

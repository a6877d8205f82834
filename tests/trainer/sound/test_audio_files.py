"""Files of sound: read rightly, or refused with the file and what to do."""

from __future__ import annotations

import builtins
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from support.audio import beep, write_wave

from thumbnet.trainer import ThumbnetError
from thumbnet.trainer.signals.trees import File, open_tree
from thumbnet.trainer.sound.audio_files import Audio, read_audio

RATE = 16_000


def read(path: Path) -> Audio:
    file = open_tree(path)
    assert isinstance(file, File)
    return read_audio(file, RATE)


def without(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a library be missing."""
    real = builtins.__import__

    def fake(wanted: str, *rest: Any, **more: Any) -> Any:
        if wanted == name:
            raise ImportError(name)
        return real(wanted, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", fake)


def test_a_plain_file_needs_no_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without("soundfile", monkeypatch)
    without("soxr", monkeypatch)
    tone = beep(500, 0.1)
    audio = read(write_wave(tmp_path / "a.wav", tone))
    assert audio.samples.tolist() == tone.tolist()
    assert audio.notes == ()


@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_24", "PCM_32", "FLOAT", "FLAC"])
def test_other_kinds_are_the_same_sound(subtype: str, tmp_path: Path) -> None:
    tone = beep(500, 0.1)
    path = tmp_path / ("a.flac" if subtype == "FLAC" else "a.wav")
    kind = "PCM_16" if subtype == "FLAC" else subtype
    soundfile.write(path, tone / 32768, RATE, subtype=kind)
    found = read(path).samples.astype(int)
    assert np.abs(found - tone).max() <= (256 if subtype == "PCM_U8" else 1)


def test_channels_are_mixed_and_rates_converted(tmp_path: Path) -> None:
    tone = beep(500, 0.2)
    both = np.stack([tone, 3 * tone], axis=1).ravel()
    audio = read(write_wave(tmp_path / "a.wav", both, channels=2))
    assert audio.samples.tolist() == (2 * tone).tolist()
    assert audio.notes == ("2 channels were mixed into one",)
    slow = np.interp(np.arange(0, tone.size, 2 / 3), np.arange(tone.size), tone)
    audio = read(write_wave(tmp_path / "b.wav", slow, rate=24_000))
    assert audio.notes == ("resampled from 24,000 to 16,000 Hz",)
    middle = slice(400, -400)
    assert abs(len(audio.samples) - tone.size) <= 1
    difference = audio.samples[: tone.size][middle] - tone[: len(audio.samples)][middle]
    assert np.abs(difference).max() < 300
    notes = read(write_wave(tmp_path / "c.wav", tone, rate=8_000)).notes
    assert "nothing is above 4,000 Hz" in notes[1]


def test_a_header_that_does_not_know_the_length(tmp_path: Path) -> None:
    """As programs write it that print sound."""
    path = write_wave(tmp_path / "a.wav", beep(500, 0.1))
    data = bytearray(path.read_bytes())
    data[4:8], data[40:44] = b"\xff\xff\xff\x7f", b"\x00\xf0\xff\x7f"
    path.write_bytes(data)
    assert len(read(path).samples) == 1600


def whole() -> bytes:
    memory = io.BytesIO()
    soundfile.write(memory, beep(500, 0.1) / 32768, RATE, format="WAV", subtype="PCM_16")
    return memory.getvalue()


def flac() -> bytes:
    memory = io.BytesIO()
    soundfile.write(memory, beep(500, 0.1) / 32768, RATE, format="FLAC")
    return memory.getvalue()


def floats(one: float) -> bytes:
    memory = io.BytesIO()
    sound = np.where(np.arange(100) == 50, one, 0.1)
    soundfile.write(memory, sound, RATE, format="WAV", subtype="FLOAT")
    return memory.getvalue()


def edited(at: int, value: bytes) -> bytes:
    data = bytearray(whole())
    data[at : at + len(value)] = value
    return bytes(data)


DAMAGED = {
    "cut short": ("a.wav", whole()[:-1000], "it is cut short: 1,100 of 1,600 samples are there"),
    "no samples": ("a.wav", edited(40, b"\0\0\0\0"), "there are no samples in it"),
    "empty": ("a.wav", b"", "the file is empty"),
    "text": ("a.wav", b"time,x\n1,2\n", "no sound that can be read"),
    "half a header": ("a.wav", whole()[:30], "this WAV file is damaged"),
    "a part that ends behind it": (
        "a.wav",
        edited(12, b"LIST\x16\xff\xff\x7f"),
        "this WAV file is damaged",
    ),
    "no channels": ("a.wav", edited(22, b"\0\0"), "a.wav: "),
    "rate 0": ("a.wav", edited(24, b"\0\0\0\0"), "0 samples a second in 1 channels"),
    "a huge rate": ("a.wav", edited(24, b"\xff\xff\xff\x7f"), "samples a second in 1 channels"),
    "too long": ("a.wav", edited(40, b"\0\0\xff\x7d"), "of sound, at most 600 are read"),
    "other units": (
        "a.wav",
        floats(20_000),
        "has samples up to 20000, but those of sound in floats",
    ),
    "no numbers": ("a.wav", floats(np.nan), "some samples are not numbers"),
    "damaged FLAC": ("a.flac", flac()[:60], "no sound that can be read"),
    "AAC": ("a b.m4a", b"1234", "with `ffmpeg -i a b.m4a -ac 1 -ar 16000 a b.wav`"),
}


@pytest.mark.parametrize("case", DAMAGED)
def test_damaged(case: str, tmp_path: Path) -> None:
    name, data, message = DAMAGED[case]
    (tmp_path / name).write_bytes(data)
    with pytest.raises(ThumbnetError) as caught:
        read(tmp_path / name)
    assert message in str(caught.value)
    assert str(tmp_path / name) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_missing_libraries_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.flac").write_bytes(flac())
    write_wave(tmp_path / "b.wav", beep(500, 0.1), rate=22_050)
    install = r"run `pip install 'thumbnet\[sound\]'`"
    without("soundfile", monkeypatch)
    with pytest.raises(ThumbnetError, match=install):
        read(tmp_path / "a.flac")
    without("soxr", monkeypatch)
    with pytest.raises(ThumbnetError, match="22,050 samples a second, not 16,000: " + install):
        read(tmp_path / "b.wav")

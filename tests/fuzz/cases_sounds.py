"""Cases of sound: files that `train --sound` learns, and that `predict` answers."""

from __future__ import annotations

import contextlib
import functools
import io
import struct
import tempfile
from pathlib import Path
from random import Random

import numpy as np
import soundfile
from support.app_exports import zipped
from support.audio import beep, beeps
from support.fuzzing import Case, Source
from support.mutators import mutate_bytes, mutate_zip

FORMS = (
    *(("wav", "PCM_16", 16_000, 1), ("wav", "PCM_16", 16_000, 1), ("wav", "PCM_24", 8_000, 2)),
    *(("wav", "FLOAT", 44_100, 1), ("wav", "PCM_U8", 16_000, 1), ("wav", "IMA_ADPCM", 16_000, 1)),
    *(("flac", "PCM_16", 16_000, 1), ("flac", "PCM_24", 48_000, 2), ("ogg", "VORBIS", 22_050, 1)),
    *(("mp3", "MPEG_LAYER_III", 16_000, 1), ("aiff", "PCM_16", 16_000, 1)),
)
"""Suffix, coding, rate and channels."""

TRAIN = (
    *("train", "s", "--sound", "--seconds", "0.3", "--copies", "0", "--conv", "2", "--hidden", "2"),
    *("--epochs", "1", "-o", "out/m.npz"),
)

PARTS = (
    *(
        (4, "<I"),
        (16, "<I"),
        (20, "<H"),
        (22, "<H"),
        (24, "<I"),
        (28, "<I"),
        (32, "<H"),
        (34, "<H"),
    ),
    *((40, "<I"), (40, "<I"), (40, "<I")),
)
"""Where the header of a WAV file has numbers: lengths, coding, channels, rate, bits."""


@functools.cache
def sound(suffix: str, coding: str, rate: int, channels: int, seed: int = 0) -> bytes:
    """A file of a short tone."""
    buffer = io.BytesIO()
    samples = np.repeat(beep(900, 0.3, seed)[:, None] / 32768, channels, axis=1)
    soundfile.write(buffer, samples, rate, subtype=coding, format=suffix.upper())
    return buffer.getvalue()


def _spoilt(random: Random) -> tuple[str, bytes]:
    """A suffix, and a file that is damaged: its header more often than the rest."""
    form = random.choice(FORMS)
    data = sound(*form)
    kind = random.randrange(8)
    if kind == 0:
        data = mutate_bytes(data, random)
    elif kind == 1 and form[0] == "wav":
        data = _claims(data, random)
    elif kind == 2:  # the suffix of another format
        return random.choice(FORMS)[0], data
    else:
        data = mutate_bytes(data[:100], random) + data[100:]
    return form[0], data


def _claims(data: bytes, random: Random) -> bytes:
    """Another number in the description of the samples of a WAV file, or other lengths of parts."""
    found = bytearray(data)
    at, form = random.choice(PARTS)
    most = 1 << 8 * struct.calcsize(form)
    value = random.choice((0, 1, 2, 3, 255, 2**16 - 1, 2**31 - 1, 2**31, 2**32 - 1, 192_000))
    found[at : at + struct.calcsize(form)] = struct.pack(form, value % most)
    return bytes(found)


def _learnt(random: Random) -> Case:
    suffix, data = _spoilt(random)
    good = {f"s/{a}/{k}.wav": sound(*FORMS[0], k) for k, a in enumerate("aabb", 1)}
    noise = random.randrange(4) == 0
    if random.randrange(8) == 0:
        packed = mutate_zip(zipped({name[2:]: one for name, one in good.items()}), random)
        return Case(("train", "s.zip", *TRAIN[2:]), {"s.zip": packed})
    place = f"s/_background_noise_/n.{suffix}" if noise else f"s/b/x.{suffix}"
    return Case(TRAIN, {**good, place: data})


@functools.cache
def _network() -> dict[str, bytes]:
    """A network that was trained on sounds, and its module."""
    from thumbnet.tools.cli import main

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        beeps(folder / "s", 4, 0.3)
        train = [str(folder / one) if one in ("s", "out/m.npz") else one for one in TRAIN]
        export = ["export", str(folder / "out/m.npz"), "-o", str(folder / "out"), "--vectors", "2"]
        (folder / "out").mkdir()
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            assert main(train) == 0
            assert main(export) == 0
        return {path.name: path.read_bytes() for path in (folder / "out").iterdir()}


def _answered(random: Random) -> Case:
    suffix, data = _spoilt(random)
    network = random.choice(("m.npz", "m.py"))
    files = {**_network(), f"s/high/x.{suffix}": data}
    if random.randrange(2):
        return Case(("predict", network, f"s/high/x.{suffix}"), files)
    more = {"s/low/1.wav": sound(*FORMS[0])}
    options = random.choice(((), ("--json",), ("-o", "out/a.csv"), ("--proba",)))
    return Case(("predict", network, "s", *options), {**files, **more})


SOURCES: dict[str, Source] = {
    "sound learnt": _learnt,
    "sound answered": _answered,
}
